"""Door: the Temporal worker with its activities, the dispatchers and the duties beside it."""

from __future__ import annotations

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor

from temporalio.client import Client
from temporalio.worker import Worker

import settings
from activities.advance import Advance
from activities.duties import duties
from activities.event_dispatch import dispatch
from activities.house import THREADS, House, furnish
from activities.perform import Perform
from activities.registry import HANDLERS
from channels.apprise_driver import AppriseDriver
from channels.post import Post
from models.database import engine
from workflows.build import deployment
from workflows.codec import connect
from workflows.messages import sender
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner


def house(chosen: settings.Settings) -> House:
    """Return what the activities work with."""
    return furnish(
        engine(chosen.database_url, pool_size=THREADS, application_name="bihuan worker"),
        secrets=chosen.secrets_path,
        keys=chosen.keys_path,
        post=Post(
            chosen.notice_urls,
            schemas=chosen.notice_schemas,
            driver=AppriseDriver(),
            locale=chosen.locale,
            customer_addresses=chosen.customer_addresses,
        ),
        time_scale=chosen.time_scale,
        public_url=chosen.public_url,
    )


def worker(chosen: settings.Settings, client: Client, means: House) -> Worker:
    """Return the worker with the one workflow type and the two activities."""
    return Worker(
        client,
        task_queue=chosen.task_queue,
        workflows=[ProcessWorkflow],
        activities=[Advance(means, HANDLERS).advance, Perform(means, HANDLERS).perform],
        activity_executor=ThreadPoolExecutor(THREADS),
        workflow_runner=runner(),
        max_cached_workflows=5000,
        deployment_config=deployment(),
    )


async def main() -> None:
    """Work until SIGTERM or SIGINT; what is under way is finished first."""
    chosen = settings.load()
    logging.basicConfig(level=chosen.log_level.upper())
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    key = chosen.secrets_path / "service.key"
    client = await connect(chosen.temporal_address, chosen.temporal_namespace, key)
    means = house(chosen)
    async with worker(chosen, client, means), asyncio.TaskGroup() as beside:
        beside.create_task(duties(means, chosen.locale, stop=stop))
        beside.create_task(dispatch(means, client, chosen.task_queue, sender(client), stop=stop))


if __name__ == "__main__":
    asyncio.run(main())
