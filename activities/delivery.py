"""Notices owed to addresses outside, sent beside the workflows (投递).

A row is locked while it is sent and marked in the same transaction: a killed worker loses the
lock and nothing else, so every notice goes out at least once. Each address has a lane of its own,
so that a dead one holds up nobody but itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from channels.errors import DeliveryError
from models import notice_delivery

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from channels.post import Post

IDLE_SECONDS = 1.0
DATABASE_DOWN_SECONDS = 5.0

_log = logging.getLogger(__name__)


async def deliver_notices(engine: Engine, post: Post, locale: str, *, stop: asyncio.Event) -> None:
    """Send what is due to the configured addresses until `stop` is set.

    Args:
        engine: PostgreSQL as the application role; one connection an address while it sends.
        post: the way out.
        locale: the language of notices to addresses.
        stop: ends the work after the message in hand.
    """
    async with asyncio.TaskGroup() as lanes:
        for address in range(post.addresses):
            lanes.create_task(_lane(engine, post, locale, address, stop))
        lanes.create_task(_give_up_lost(engine, post.addresses, stop))


def deliver_next(engine: Engine, post: Post, locale: str, address: int) -> bool:
    """Send the notice that has waited longest for an address.

    Returns:
        Whether there was one.
    """
    with Session(engine) as session, session.begin():
        found = notice_delivery.due(session, datetime.now(UTC), 1, address=address)
        for delivery in found:
            _send(session, post, locale, delivery)
    return bool(found)


def _send(
    session: Session, post: Post, locale: str, delivery: notice_delivery.NoticeDelivery
) -> None:
    try:
        post.notify(delivery.address_index, delivery.code, delivery.data, locale)
    except DeliveryError as error:
        again = notice_delivery.next_attempt(delivery, datetime.now(UTC))
        notice_delivery.failed(session, delivery.id, error.code, again)
        _log.warning("notice not delivered: %s %s: %s", delivery.code, delivery.id, error.code)
    else:
        notice_delivery.sent(session, delivery.id, datetime.now(UTC))


async def _lane(engine: Engine, post: Post, locale: str, address: int, stop: asyncio.Event) -> None:
    while not stop.is_set():
        pause = 0.0
        try:
            if not await asyncio.to_thread(deliver_next, engine, post, locale, address):
                pause = IDLE_SECONDS
        except DBAPIError as error:
            _log.warning("notices wait for the database: %s", type(error).__name__)
            pause = DATABASE_DOWN_SECONDS
        await _wait(stop, pause)


async def _give_up_lost(engine: Engine, addresses: int, stop: asyncio.Event) -> None:
    """Do away with what is owed to addresses that have left the configuration."""

    def give_up() -> None:
        with Session(engine) as session, session.begin():
            notice_delivery.give_up_beyond(session, addresses)

    while not stop.is_set():
        try:
            await asyncio.to_thread(give_up)
        except DBAPIError:
            await _wait(stop, DATABASE_DOWN_SECONDS)
        else:
            return


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
