"""Waiting for what the database tells of: a dispatcher's bell (通知)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from sqlalchemy import Engine

_POLL = 1.0


class Bell:
    """Rings when a channel of the database is notified, and at the latest after a second."""

    def __init__(self, engine: Engine, channel: str) -> None:
        self._engine = engine
        self._channel = channel
        self._listening: psycopg.Connection[Any] | None = None

    async def wait(self) -> None:
        """Wait for the next ring, or a moment while the database is away."""
        try:
            await asyncio.to_thread(self._listen)
        except psycopg.OperationalError:
            self._listening = None
            await asyncio.sleep(_POLL)

    def close(self) -> None:
        """Listen no longer."""
        if self._listening is not None:
            self._listening.close()

    def _listen(self) -> None:
        if self._listening is None or self._listening.closed:
            address = self._engine.url.set(drivername="postgresql")
            url = address.render_as_string(hide_password=False)
            self._listening = psycopg.connect(url, autocommit=True, connect_timeout=5)
            self._listening.execute(f"LISTEN {self._channel}")
            return
        next(self._listening.notifies(timeout=_POLL, stop_after=1), None)
