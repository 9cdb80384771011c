"""A life in memory as `advance` commits it: what our steps answer belongs to the batch before."""

from __future__ import annotations

import json
from typing import Any

from audit.history import Batch
from bpmn.commands import CompleteJob, ThrowError
from tests.unit.feedback_life import Life

_INSIDE = (CompleteJob, ThrowError)


def batches_of(life: Life) -> list[Batch]:
    """The batches of a life whose steps all ran inside the batch of their command."""
    found: list[Batch] = []
    for command, records in life.batches:
        rows: list[dict[str, Any]] = _copied([record.to_json() for record in records])
        if isinstance(command, _INSIDE) and found:
            found[-1].records.extend(rows)
        elif rows:
            found.append(Batch(command.to_json(), rows))
    return found


def rows_of(life: Life) -> list[dict[str, Any]]:
    """The records of a life, as they are read from the table."""
    return _copied([record.to_json() for record in life.records])


def _copied(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    copied: list[dict[str, Any]] = json.loads(json.dumps(rows))
    return copied
