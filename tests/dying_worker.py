"""A real worker that kills itself right after a batch was committed, before Temporal is told.

Usage: python -m tests.dying_worker DATABASE_URL TEMPORAL_ADDRESS DEATHS_DIRECTORY HOW_MANY_DEATHS
Its steps answer differently at every try, so that a batch that was not adopted would show.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.advance import Advance
from activities.contracts import ADVANCE, AdvanceRequest, AdvanceResult
from activities.perform import Perform
from activities.step import Step
from tests.houses import quiet_house
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

CHANCE = 0.4
QUEUE = "dying"


class Dying:
    """`advance`, followed by death now and then."""

    def __init__(self, advance: Advance, deaths: Path, most: int) -> None:
        self._advance = advance
        self._deaths = deaths
        self._most = most

    @activity.defn(name=ADVANCE)
    def advance(self, request: AdvanceRequest) -> AdvanceResult:
        """Commit, then perhaps die before anybody hears of it."""
        result = self._advance.advance(request)
        dead = len(list(self._deaths.iterdir()))
        if result.records and dead < self._most and random.random() < CHANCE:
            (self._deaths / f"{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def roll(_: Step) -> dict[str, Any]:
    """Answer differently at every try; an odd number takes the longer path."""
    return {"n": random.randrange(1_000_000)}


async def main(database_url: str, address: str, deaths: str, most: str) -> None:
    """Work until killed."""
    means = quiet_house(database_url)
    handlers = {"roll": roll}
    client = await Client.connect(address, namespace="bihuan")
    with ThreadPoolExecutor(8) as threads:
        worker = Worker(
            client,
            task_queue=QUEUE,
            workflows=[ProcessWorkflow],
            activities=[
                Dying(Advance(means, handlers), Path(deaths), int(most)).advance,
                Perform(means, handlers).perform,
            ],
            activity_executor=threads,
            workflow_runner=runner(),
        )
        await worker.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
