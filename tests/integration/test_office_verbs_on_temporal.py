"""The verbs of offices through a whole life, on a real Temporal server and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.worker import Replayer, Worker

from activities import contracts
from activities.advance import Advance
from activities.dispatch import Dispatcher
from activities.perform import Perform
from activities.registry import HANDLERS
from api.app import create_app
from bpmn.apply import replay
from models import audit_record
from models import database as connections
from models.process_instance import workflow_id
from tests.api.door import TELL, Clock, Door, add_people, make_means
from tests.api.office import DRAFTED, REASON, open_of, open_tasks, recorded, told
from tests.api.other_process import deploy_other
from tests.conftest import Database
from tests.integration.test_instances_on_temporal import begun, far_keys
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = pytest.mark.integration
QUEUE = "office-verbs"
PATH = "/v2/user-tasks"


@dataclass
class Office:
    """The API in front of a real workflow."""

    door: Door
    client: Client

    async def twice(self, who: str, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """Ask for the same twice with one key; both answers are the same."""
        key = {"Idempotency-Key": f"{method}:{path}:{who}:{self.door.clock.now().isoformat()}"}
        first, again = [await self.door.call(who, method, path, body, **key) for _ in range(2)]
        assert first.is_success, first.text
        assert again.headers["Idempotent-Replayed"] == "true"
        bodies = [one.json() if one.content else None for one in (first, again)]
        assert (first.status_code, bodies[0]) == (again.status_code, bodies[1])
        return bodies[0]

    async def verb(self, who: str, key: str, name: str, **body: Any) -> Any:
        return await self.twice(who, f"{PATH}/{key}/{name}", body)

    async def state(self, instance: str) -> dict[str, Any]:
        """Return the workflow's state, which its audit records lead to as well."""
        handle = self.client.get_workflow_handle(workflow_id(int(instance)))
        state: dict[str, Any] = await handle.query(contracts.STATE)
        with Session(self.door.engine) as session:
            records = audit_record.read(session, int(instance))
        assert replay(int(instance), records).to_json() == state
        return state

    async def check_replays(self, instance: str) -> None:
        handle = self.client.get_workflow_handle(workflow_id(int(instance)))
        replayer = Replayer(workflows=[ProcessWorkflow], workflow_runner=runner())
        await replayer.replay_workflow(await handle.fetch_history())


@pytest.fixture
async def office(database: Database, temporal_server: str) -> AsyncIterator[Office]:
    client = await Client.connect(temporal_server, namespace="bihuan")
    far_keys(database.owner_url)
    engine = connections.engine(database.app_url)
    clock = Clock()
    means, instances = make_means(engine, clock)
    means = replace(means, send=partial(messages.send, client), patience=20)
    add_people(engine)
    house = instances._house
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
            yield Office(Door(browser, means, instances, clock, engine), client)
            dispatching.cancel()
            await asyncio.gather(dispatching, return_exceptions=True)
    engine.dispose()


async def key_of(door: Door, instance: str, element: str) -> str:
    return str((await open_of(door, instance, element))["userTaskKey"])


async def signature(door: Door, instance: str, who: str) -> str:
    found = [one for one in await open_tasks(door, instance) if one["assignee"] == who]
    return str(found[0]["userTaskKey"])


async def handed_about(office: Office, instance: str, key: str) -> None:
    """Claim, delegate and return, reassign there and back, urge."""
    await office.verb("tech", key, "assignment", assignee="tech")
    await office.verb("tech", key, "delegation", assignee="log", reason=REASON)
    urged = await office.verb("tech", key, "urging")
    assert urged == {"recipients": ["log"]}
    await office.verb("log", key, "return", variables={"hours": 2}, note=REASON)
    await office.verb("tech", key, "reassignment", assignee="tech_two", reason=REASON)
    await office.verb("tech_two", key, "reassignment", assignee="tech", reason=REASON)
    assert (await office.state(instance))["phase"] == "active"


async def signed(office: Office, instance: str, key: str) -> None:
    """Signers before, in parallel and after, one of each kind; one is removed at the end."""
    door = office.door
    for who, position in (("spec", "before"), ("log", "parallel"), ("tech_two", "after")):
        await office.verb("tech", key, "signers", assignee=who, position=position, reason=REASON)
    await office.verb("spec", await signature(door, instance, "spec"), "completion")
    await office.verb("tech", key, "completion")
    await office.verb("log", await signature(door, instance, "log"), "completion")
    await office.twice("tech", f"{PATH}/{key}/signers/tech_two", method="DELETE")


async def test_every_verb_is_done_once_and_the_records_lead_to_the_state_of_the_workflow(
    office: Office,
) -> None:
    door = office.door
    deploy_other(door, body=DRAFTED)
    instance = await begun(door)
    first = await key_of(door, instance, "draft")

    await handed_about(office, instance, first)
    await signed(office, instance, first)
    review = await key_of(door, instance, "review")
    await office.verb("tech", review, "assignment", assignee="tech")
    back = await office.verb("tech", review, "send-back", elementId="draft", reason=REASON)
    again = await key_of(door, instance, "draft")
    await office.verb("tech", again, "assignment", assignee="tech")
    await office.verb("tech", again, "completion")
    taken = await office.verb("tech", again, "take-back", reason=REASON)
    assert (await open_of(door, instance, "draft"))["assignee"] == "tech"
    for element in ("draft", "review", "send"):
        await office.verb("tech", await key_of(door, instance, element), "completion")

    assert (back["elementId"], taken["elementId"]) == ("draft", "draft")
    assert (await office.state(instance))["phase"] == "completed"
    kinds = ("DELEGATED", "RETURNED", "SIGNER_ADDED")
    assert [len(recorded(door, instance, f"USER_TASK_{one}")) for one in kinds] == [1, 1, 1]
    assert len(recorded(door, instance, "INSTANCE_MODIFIED")) == 2
    assert (await told(door, "log")).count("user_task_urged") == 1
    await office.check_replays(instance)


async def test_an_item_is_handed_on_copied_and_read_by_those_it_concerns(office: Office) -> None:
    door = office.door
    answer = await door.client.post("/api/feedback", json=TELL)
    number = str(answer.json()["number"])
    async with asyncio.timeout(120):
        while not (found := await tasks_of(door, number)):
            await asyncio.sleep(0.05)
    [accept] = found
    instance, key = str(accept["processInstanceKey"]), str(accept["userTaskKey"])
    await office.verb("tech", key, "assignment", assignee="tech")
    await office.verb("tech", key, "completion")
    [process] = await tasks_of(door, number)
    key = str(process["userTaskKey"])

    copied = await office.verb("tech", key, "copies", recipients=["owner"], note=REASON)
    await office.verb("tech", key, "delegation", assignee="log", reason=REASON)
    pages = [await door.get(who, f"/api/feedback/{number}") for who in ("owner", "log")]
    await office.verb("lead", key, "reassignment", assignee="tech_two", reason=REASON)

    assert copied == {"recipients": ["owner"]}
    assert [page.status_code for page in pages] == [200, 200]
    assert (await door.get("log", f"/api/feedback/{number}")).status_code == 403
    assert (await door.get("lead", f"/api/feedback/{number}")).json()["assignee"] == "tech_two"
    await office.state(instance)
    await office.check_replays(instance)


async def tasks_of(door: Door, number: str) -> list[dict[str, Any]]:
    asked = {"filter": {"feedbackNumber": number, "state": "CREATED"}}
    answer = await door.post("lead", "/v2/user-tasks/search", asked)
    return list(answer.json()["items"])
