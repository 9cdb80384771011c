"""Instances begun, changed and ended over the API, with the real workflow behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text
from temporalio.client import Client
from temporalio.worker import Worker

from activities.advance import Advance
from activities.dispatch import Dispatcher
from activities.perform import Perform
from activities.registry import HANDLERS
from api.app import create_app
from models import database as connections
from tests.api.door import Clock, Door, add_people, make_means
from tests.api.other_process import complete, deploy_other, element
from tests.conftest import Database
from tests.houses import quiet_house
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = pytest.mark.integration
QUEUE = "instances"
CREATE = "/v2/process-instances"


def far_keys(owner_url: str) -> None:
    """Begin the keys where no other test on this server has one."""
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        asked = text("SELECT setval('instance_seq', CAST(:at AS bigint))")
        connection.execute(asked, {"at": time.time_ns() // 1_000_000})
    owner.dispose()


@pytest.fixture
async def served(database: Database, temporal_server: str) -> AsyncIterator[Door]:
    """The API in front of a worker with a dispatcher."""
    client = await Client.connect(temporal_server, namespace="bihuan")
    far_keys(database.owner_url)
    engine, house = connections.engine(database.app_url), quiet_house(database.app_url)
    clock = Clock()
    means, instances = make_means(engine, clock)
    means = replace(means, send=partial(messages.send, client))
    add_people(engine)
    transport = httpx.ASGITransport(app=create_app(means))
    with ThreadPoolExecutor(4) as threads:
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as browser,
            Worker(
                client,
                task_queue=QUEUE,
                workflows=[ProcessWorkflow],
                activities=[
                    Advance(house, HANDLERS).advance,
                    Perform(house, HANDLERS).perform,
                ],
                activity_executor=threads,
                workflow_runner=runner(),
            ),
        ):
            dispatching = asyncio.create_task(Dispatcher(engine, client, QUEUE).run())
            yield Door(browser, means, instances, clock, engine)
            dispatching.cancel()
            await asyncio.gather(dispatching, return_exceptions=True)
    engine.dispose()
    house.engine.dispose()


async def begun(door: Door, **asked: Any) -> str:
    """Begin an instance and wait until it runs; return its key."""
    answer = await door.post("owner", CREATE, {"processDefinitionId": "p", **asked})
    assert answer.status_code == 200, answer.text
    key = str(answer.json()["processInstanceKey"])
    async with asyncio.timeout(120):
        while (await door.get("owner", f"{CREATE}/{key}")).status_code != 200:
            await asyncio.sleep(0.05)
    return key


async def test_an_instance_is_begun_changed_and_brought_to_its_end(served: Door) -> None:
    deploy_other(served)
    key = await begun(served, variables={"urgency": "normal"})
    path = f"/v2/element-instances/{key}/variables"

    changed = await served.call("admin", "PUT", path, {"variables": {"done": True}})
    await complete(served, key, "review")
    ad_hoc = (await element(served, key, "ad"))["elementInstanceKey"]
    activation = f"/v2/element-instances/ad-hoc-activities/{ad_hoc}/activation"
    asked = {"elements": [{"elementId": "visit", "variables": {"n": 1}}]}
    activated = await served.post("lead", activation, asked)
    await complete(served, key, "visit")

    assert (changed.status_code, activated.status_code) == (204, 204), activated.text
    shown = (await served.get("owner", f"{CREATE}/{key}")).json()
    assert shown["state"] == "COMPLETED"
    late = await served.call("admin", "PUT", path, {"variables": {"n": 1}})
    assert late.json()["code"] == "element_instance_not_active"


async def test_a_completion_is_awaited(served: Door) -> None:
    deploy_other(served, "quick", '<bpmn:startEvent id="s" />')
    asked = {
        "processDefinitionId": "quick",
        "variables": {"n": 1},
        "awaitCompletion": True,
        "requestTimeout": 60_000,
    }

    answer = await served.post("owner", CREATE, asked)

    assert answer.status_code == 200, answer.text
    assert answer.json()["variables"] == {"n": 1}


async def test_an_instance_is_canceled_wherever_it_stands(served: Door) -> None:
    deploy_other(served)
    key = await begun(served)

    canceled = await served.post("lead", f"{CREATE}/{key}/cancellation")

    assert canceled.status_code == 204, canceled.text
    assert (await served.get("owner", f"{CREATE}/{key}")).json()["state"] == "TERMINATED"
    assert (await element(served, key, "review"))["state"] == "TERMINATED"
