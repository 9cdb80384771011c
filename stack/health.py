"""`python -m stack.health PART`: whether a part does its work, for containers (健康检查)."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

import settings
from settings import Settings
from stack import prefect, temporal

# A worker asks at least once a minute, flows every ten seconds.
LATELY = timedelta(minutes=2)


async def works(part: str, chosen: Settings, now: datetime) -> bool:
    """Say whether a part works.

    Raises:
        ValueError: it is none of `api`, `worker`, `prefect` and `flows`.
    """
    if part == "api":
        return await prefect.answers(f"http://127.0.0.1:{chosen.api_port}/api/health")
    if part == "prefect":
        return await prefect.answers("http://127.0.0.1:4200/api/health")
    if part == "flows":
        return await prefect.serves(chosen.prefect_api_url, now - LATELY)
    if part == "worker":
        return await temporal.has_poller(
            chosen.temporal_address,
            chosen.temporal_namespace,
            chosen.task_queue,
            now - LATELY,
        )
    raise ValueError(part)


if __name__ == "__main__":
    code = 0 if asyncio.run(works(sys.argv[1], settings.load(), datetime.now(UTC))) else 1
    # The Temporal client's threads can abort an interpreter that ends the ordinary way.
    os._exit(code)
