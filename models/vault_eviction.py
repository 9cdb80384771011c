"""Listening for erasures, so that no process goes on with a key that was destroyed."""

import asyncio
import contextlib
import logging
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from models.vault import ERASED_CHANNEL, Vault

_LOGGER = logging.getLogger(__name__)
_POLL, _PAUSE = 5.0, 1.0


async def heed_erasures(engine: Engine, vault: Vault, *, stop: asyncio.Event) -> None:
    """Forget keys at once (密钥驱逐) when somebody is erased or an epoch ends, until `stop`.

    While the database is away nothing is heard, so that all keys are forgotten.
    """
    listening = asyncio.create_task(_listen(engine, vault))
    try:
        await stop.wait()
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def _listen(engine: Engine, vault: Vault) -> None:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        with contextlib.suppress(psycopg.OperationalError, OSError):
            async with await psycopg.AsyncConnection.connect(
                url, autocommit=True, connect_timeout=5, application_name="bihuan erasures"
            ) as connection:
                await connection.execute(f"LISTEN {ERASED_CHANNEL}")
                # Whatever was told before this moment was not heard.
                vault.forget()
                await _heed(connection, vault)
        _LOGGER.warning("the database is away; keys are read anew")
        vault.forget()
        await asyncio.sleep(_PAUSE)


async def _heed(connection: psycopg.AsyncConnection[object], vault: Vault) -> None:
    while True:
        heard = [one.payload async for one in connection.notifies(timeout=_POLL, stop_after=1)]
        for payload in heard:
            try:
                vault.evict(UUID(payload))
            except ValueError:
                vault.forget()
        if not heard:
            # Notices that the connection is gone even when nothing is told.
            await connection.execute("SELECT 1")
