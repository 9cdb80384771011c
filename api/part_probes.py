"""How the API asks whether the other parts work (部件探测)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from settings import Settings

# A worker asks at least once a minute, flows every ten seconds.
LATELY = timedelta(minutes=2)
_PATIENCE = timedelta(seconds=3)

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class PartProbes:
    """Says of a part whether it works; None where this house has none."""

    worker: Probe | None = None
    prefect: Probe | None = None
    flows: Probe | None = None


def probes(chosen: Settings, client: Client) -> PartProbes:
    """Return the probes of the parts that the settings name."""
    url = chosen.prefect_api_url

    async def worker() -> bool:
        return await _polled_lately(client, chosen)

    async def prefect() -> bool:
        return (await _asked(f"{url}/health", "GET")) is not None

    async def flows() -> bool:
        return await _served_lately(url)

    if not url:
        return PartProbes(worker)
    return PartProbes(worker, prefect, flows)


async def _polled_lately(client: Client, chosen: Settings) -> bool:
    asked = DescribeTaskQueueRequest(
        namespace=chosen.temporal_namespace,
        task_queue=TaskQueue(name=chosen.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        found = await client.workflow_service.describe_task_queue(asked, timeout=_PATIENCE)
    except (RPCError, RuntimeError):
        return False
    since = datetime.now(UTC) - LATELY
    return any(poller.last_access_time.ToDatetime(UTC) >= since for poller in found.pollers)


async def _served_lately(url: str) -> bool:
    found = await _asked(f"{url}/deployments/filter", "POST")
    if found is None:
        return False
    since = datetime.now(UTC) - LATELY
    polled = [one["last_polled"] for one in found.json() if one.get("last_polled")]
    return any(datetime.fromisoformat(at) >= since for at in polled)


async def _asked(url: str, method: str) -> httpx.Response | None:
    """Return an answer of 200; addresses of this machine never go through a proxy."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_PATIENCE.total_seconds()) as client:
            found = await client.request(method, url, json={} if method == "POST" else None)
    except httpx.HTTPError:
        return None
    return found if found.status_code == httpx.codes.OK else None
