"""What the worker does beside its activities, whatever processes run (值守)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from activities.delivery import deliver_notices
from models.vault_eviction import heed_erasures

if TYPE_CHECKING:
    from activities.house import House


async def duties(house: House, locale: str, *, stop: asyncio.Event) -> None:
    """Deliver notices, and forget the keys of those who are erased, until `stop`.

    Args:
        house: what the activities work with.
        locale: the language of notices outside.
        stop: ends what is under way in order.
    """
    async with asyncio.TaskGroup() as beside:
        beside.create_task(deliver_notices(house.engine, house.post, locale, stop=stop))
        beside.create_task(heed_erasures(house.engine, house.vault, stop=stop))
