"""Entry of `python -m flows`: register the flows with their schedules and run them.

`python -m flows backfill --from 2026-01-01 --to 2026-06-30 [--reports]` counts old days;
`python -m flows archive` archives what has closed.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import httpx
from prefect import Flow
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from typing_extensions import override

import settings
from flows import archiving, attachments, daily, erasures, partitions, periodic, sealing
from flows.archive_run import archive
from flows.backfill import backfill

WAIT_SECONDS = 120.0
SERVED: tuple[tuple[Flow[Any, Any], str, str, str], ...] = (
    (daily.daily, "daily", daily.CRON, "Figures of the days that are over."),
    (periodic.weekly, "weekly", periodic.WEEKLY, "The report of the last week."),
    (periodic.monthly, "monthly", periodic.MONTHLY, "The report of the last month."),
    (partitions.partitions, "daily", partitions.CRON, "Partitions of the record tables."),
    (erasures.erasures, "daily", erasures.CRON, "What is left of erasures."),
    (sealing.sealing, "daily", sealing.CRON, "The manifest of the day."),
    (attachments.attachments, "daily", attachments.CRON, "Attachments that are to go."),
    (archiving.archiving, "daily", archiving.CRON, "Archives of what has closed."),
)


def wait_for_server(url: str, seconds: float) -> bool:
    """Wait until the Prefect server answers, and say whether it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _answers(url):
            return True
        time.sleep(0.5)
    return False


def main(arguments: Sequence[str] = ()) -> int:
    """Serve until stopped; 1 where there is no server, so that the supervisor tries again."""
    if arguments[:1] == ["backfill"]:
        return backfill(arguments[1:])
    if arguments[:1] == ["archive"]:
        code = archive()
        sys.stdout.flush()
        # The Temporal client's threads can abort an interpreter that ends the ordinary way.
        os._exit(code)
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
    """Register the deployments and run them until stopped."""
    runner = FlowRunner()
    for served, name, cron, description in SERVED:
        schedule = Cron(cron, timezone=daily.ZONE)
        await runner.aadd_deployment(
            await served.ato_deployment(name=name, schedules=[schedule], description=description)
        )
    await runner.start()


def _answers(url: str) -> bool:
    try:
        # Addresses of this machine never go through a proxy that the environment names.
        with httpx.Client(trust_env=False, timeout=5) as client:
            return client.get(f"{url}/health").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
