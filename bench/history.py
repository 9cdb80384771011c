"""What Temporal keeps of finished items (历史)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType

from models.process_instance import workflow_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.client import Client

_PREFIX = "EVENT_TYPE_"
_LOOKED_AT = 20


@dataclass(frozen=True)
class HistorySize:
    """A typical item: events, bytes as the server counts them, events by type."""

    events: int
    bytes: int
    by_type: dict[str, int]


async def typical(client: Client, keys: Sequence[int]) -> HistorySize:
    """Return the history of the item with the median number of events, of the last few."""
    sizes: dict[int, tuple[int, int]] = {}
    for key in keys[-_LOOKED_AT:]:
        described = await client.get_workflow_handle(workflow_id(key)).describe()
        info = described.raw_description.workflow_execution_info
        sizes[key] = (info.history_length, info.history_size_bytes)
    chosen = median_low(sizes.values())
    key = next(key for key, size in sizes.items() if size == chosen)
    history = await client.get_workflow_handle(workflow_id(key)).fetch_history()
    names = (EventType.Name(event.event_type).removeprefix(_PREFIX) for event in history.events)
    return HistorySize(*chosen, dict(Counter(names).most_common()))
