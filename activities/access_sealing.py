"""Access records get their places in the chain, shortly after they are committed (封存)."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models import access_chain

if TYPE_CHECKING:
    from sqlalchemy import Engine

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class AccessSealer:
    """Seals what is new (封存者); several may run, and one at a time works.

    Beside those who look: a chain extended by every look would have all of them wait for one
    another.
    """

    engine: Engine
    pause: float = 5.0

    async def run(self) -> None:
        """Seal until cancelled; what fails is tried again."""
        while True:
            if await asyncio.to_thread(self._once) < access_chain.AT_ONCE:
                await asyncio.sleep(self.pause)

    def _once(self) -> int:
        try:
            with Session(self.engine) as session, session.begin():
                return access_chain.seal(session)
        except Exception as error:  # noqa: BLE001 (the loop outlives every outage)
            _LOGGER.warning("access records are not sealed: %s", type(error).__name__)
            return 0
