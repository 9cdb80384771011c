"""Waiting for what the database tells of: a dispatcher's bell (通知)."""

from __future__ import annotations

import asyncio
from threading import Lock
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
        self._in_use = Lock()
        self._closed = False

    async def wait(self) -> None:
        """Wait for the next ring, or a moment while the database is away."""
        try:
            await asyncio.to_thread(self._listen)
        except psycopg.OperationalError:
            await asyncio.sleep(_POLL)

    def close(self) -> None:
        """Listen no longer; a thread that still waits lets go when it is done."""
        self._closed = True
        if self._in_use.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._in_use.release()

    def _listen(self) -> None:
        with self._in_use:
            try:
                self._hear()
            except psycopg.OperationalError:
                self._let_go()
                raise
            finally:
                if self._closed:
                    self._let_go()
        if self._closed:
            # It was closed between that look and the end of the lock.
            self.close()

    def _hear(self) -> None:
        if self._listening is None:
            address = self._engine.url.set(drivername="postgresql")
            url = address.render_as_string(hide_password=False)
            self._listening = psycopg.connect(url, autocommit=True, connect_timeout=5)
            self._listening.execute(f"LISTEN {self._channel}")
            return
        next(self._listening.notifies(timeout=_POLL, stop_after=1), None)

    def _let_go(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
