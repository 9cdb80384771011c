"""Door: the worker of one variant, in all else equal: `python -m bench.worker VARIANT`.

Settings come from the environment, as for the service's own worker, whose means it uses.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import settings
from activities.advance import Advance
from activities.house import House
from activities.perform import Perform
from activities.registry import HANDLERS
from bench import contracts
from bench.hand_coded import HandCodedWorkflow
from bench.hand_coded_steps import HandCodedSteps
from worker import house
from workflows.codec import data_converter
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

THREADS = 16
CACHED = 5000


def interpreter(means: House) -> dict[str, Any]:
    """Return what the service's worker runs."""
    return {
        "workflows": [ProcessWorkflow],
        "activities": [Advance(means, HANDLERS).advance, Perform(means, HANDLERS).perform],
        "workflow_runner": runner(),
    }


def hand_coded(means: House) -> dict[str, Any]:
    """Return what the hand-coded process runs; its own plain modules pass through as well."""
    steps = HandCodedSteps(means, HANDLERS)
    passed = SandboxRestrictions.default.with_passthrough_modules(
        "bpmn", "bench.contracts", "bench.rules"
    )
    return {
        "task_queue": contracts.TASK_QUEUE,
        "workflows": [HandCodedWorkflow],
        "activities": [steps.step, steps.open_task, steps.complete_task],
        "workflow_runner": SandboxedWorkflowRunner(restrictions=passed),
    }


VARIANTS = {"interpreter": interpreter, "hand_coded": hand_coded}


async def main(variant: str) -> None:
    """Work until SIGTERM; what is under way is finished first."""
    chosen = settings.load()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(
        chosen.temporal_address,
        namespace=chosen.temporal_namespace,
        data_converter=data_converter((chosen.secrets_path / "service.key").read_bytes()),
    )
    with ThreadPoolExecutor(THREADS) as threads:
        work = {"task_queue": chosen.task_queue} | VARIANTS[variant](house(chosen))
        async with Worker(client, activity_executor=threads, max_cached_workflows=CACHED, **work):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
