"""A real dispatcher that kills itself around a delivery: before it is noted, or before it is sent.

Usage: python -m tests.dying_dispatcher DATABASE_URL TEMPORAL_ADDRESS DEATHS_DIRECTORY MOST_DEATHS
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from temporalio.client import Client

from activities.event_dispatch import EventDispatcher
from bpmn.commands import Command
from tests.houses import quiet_house
from workflows.messages import sender


class Dying:
    """What sends, and dies as often as it shall: after a delivery and before one in turn."""

    def __init__(self, client: Client, deaths: Path, most: int) -> None:
        self._send = sender(client)
        self._deaths = deaths
        self._most = most

    async def send(self, workflow_id: str, command: Command) -> str:
        """Send, with death before or after it."""
        dead = len(list(self._deaths.iterdir()))
        if dead < self._most and dead % 2:
            self._die()
        outcome = await self._send(workflow_id, command)
        if dead < self._most:
            self._die()
        return outcome

    def _die(self) -> None:
        (self._deaths / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)


async def main(database_url: str, address: str, deaths: str, most: str) -> None:
    """Dispatch until killed."""
    house = quiet_house(database_url)
    client = await Client.connect(address, namespace="bihuan")
    dying = Dying(client, Path(deaths), int(most))
    await EventDispatcher(house.engine, dying.send, house.calendar).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
