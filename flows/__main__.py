"""Entry of `python -m flows`: register the flows with their schedules and run them."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

import httpx
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from typing_extensions import override

import settings
from flows import daily, partitions

WAIT_SECONDS = 120.0


def wait_for_server(url: str, seconds: float) -> bool:
    """Wait until the Prefect server answers, and say whether it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _answers(url):
            return True
        time.sleep(0.5)
    return False


def main() -> int:
    """Serve until stopped; 1 where there is no server, so that the supervisor tries again."""
    url = settings.load().prefect_api_url
    if not url:
        sys.stderr.write("BIHUAN_PREFECT_API_URL is not set\n")
        return 1
    if not wait_for_server(url, WAIT_SECONDS):
        sys.stderr.write("the Prefect server does not answer\n")
        return 1
    # Flows are loaded by their place in the project, and their processes inherit the folder.
    os.chdir(settings.PROJECT)
    with temporary_settings({PREFECT_API_URL: url}):
        asyncio.run(serve_flows())
    return 0


class FlowRunner(Runner):
    """Runs what is due (运行器), one run at a time.

    Schedules go on while it is down: a run that comes late makes up for the days it missed.
    """

    def __init__(self) -> None:
        super().__init__(name="bihuan", limit=1, pause_on_shutdown=False)
        self._end: asyncio.Task[None] | None = None

    @override
    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        """Stop in the event loop; the base class leaves its coroutine there and exits over it."""
        self._end = asyncio.get_running_loop().create_task(self.astop())


async def serve_flows() -> None:
    """Register both deployments and run them until stopped."""
    runner = FlowRunner()
    for deployment in (
        await daily.daily.ato_deployment(
            name="daily",
            schedules=[Cron(daily.CRON, timezone=daily.ZONE)],
            description="Figures of the days that are over.",
        ),
        await partitions.partitions.ato_deployment(
            name="daily",
            schedules=[Cron(partitions.CRON, timezone=daily.ZONE)],
            description="Partitions of the record tables.",
        ),
    ):
        await runner.aadd_deployment(deployment)
    await runner.start()


def _answers(url: str) -> bool:
    try:
        # Addresses of this machine never go through a proxy that the environment names.
        with httpx.Client(trust_env=False, timeout=5) as client:
            return client.get(f"{url}/health").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    raise SystemExit(main())
