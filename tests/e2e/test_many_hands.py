"""Fifty people at the same tasks of a real stack: one winner each, nothing lost, nothing stale."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

import models.tables  # noqa: F401 (a person refers to a department)
from models import access_token
from models.access_token import Issue
from models.person import Person
from tests.drawings import chain, user, xml
from tests.e2e.running_stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]
PARTS = "postgres temporal migrations worker api"
PEOPLE, TASKS, PAIRS = 50, 200, 1000
BULK = 100
BODY = (
    '<bpmn:startEvent id="start" />'
    + user("work", '<zeebe:assignmentDefinition candidateGroups="technical" />')
    + '<bpmn:endEvent id="end" />'
    + chain("start", "work", "end")
)
SEARCH = "/v2/user-tasks/search"


@dataclass
class Office:
    """The people, each with a client, and the tasks that they share."""

    people: dict[str, httpx.AsyncClient]
    tasks: list[str]


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    with tempfile.TemporaryDirectory(prefix="bihuan-e2e-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        running = RunningStack(Path(made) / "home", PARTS, BIHUAN_ONE_PAIR_OF_EYES="true")
        running.up()
        yield running
        running.down()


def hire(stack: RunningStack) -> dict[str, httpx.AsyncClient]:
    """Let fifty engineers and a lead in, with a token each."""
    found, rows = {}, stack.rows()
    address, now = stack.api, datetime.now(UTC)
    with Session(rows) as session, session.begin():
        for number in range(PEOPLE):
            found[f"hand{number}"] = new_person(session, f"hand{number}", ["engineer"], now)
        found["boss"] = new_person(session, "boss", ["team_lead", "process_owner"], now)
    rows.dispose()
    limits = httpx.Limits(max_connections=4)
    return {
        name: httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=600,
            limits=limits,
        )
        for name, token in found.items()
    }


def new_person(session: Session, username: str, roles: list[str], now: datetime) -> str:
    session.add(
        Person(
            username=username,
            display_name=username,
            staff_number=f"E-{username}",
            department="technical",
            roles=roles,
            password_hash="-",
        )
    )
    session.flush()
    token, _ = access_token.issue_as(session, username, Issue(timedelta(hours=1), "bearer"), now)
    return token


async def furnish(boss: httpx.AsyncClient) -> list[str]:
    """Deploy a process of one task and begin it two hundred times; return the tasks' keys."""
    files = {"resources": ("p.bpmn", xml(BODY), "application/xml")}
    deployed = await boss.post("/v2/deployments", files=files)
    assert deployed.status_code == 200, deployed.text
    gate = asyncio.Semaphore(16)

    async def begin() -> None:
        async with gate:
            answer = await boss.post("/v2/process-instances", json={"processDefinitionId": "p"})
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(begin() for _ in range(TASKS)))
    asked = {"filter": {"processDefinitionId": "p"}, "page": {"limit": TASKS}}
    async with asyncio.timeout(600):
        while True:
            found = (await boss.post(SEARCH, json=asked)).json()["items"]
            if len(found) == TASKS:
                return [one["userTaskKey"] for one in found]
            await asyncio.sleep(0.5)


@pytest.fixture
async def office(stack: RunningStack) -> Any:
    people = await asyncio.to_thread(hire, stack)
    yield Office(people, await furnish(people["boss"]))
    for client in people.values():
        await client.aclose()


async def test_fifty_people_share_two_hundred_tasks_and_nothing_is_lost(office: Office) -> None:
    # One story, since what comes later needs what came before.
    await everybody_claims(office)
    await what_was_written_is_read(office)
    await every_completion_twice(office)


@dataclass
class Race:
    """Who claims what, and what each is told of each task."""

    office: Office
    heard: Counter[tuple[int, str]] = field(default_factory=Counter)
    winners: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    async def one_by_one(self, name: str) -> None:
        """Press one button after another; all begin with the same, so that all meet at each."""
        for key in self.office.tasks:
            path = f"/v2/user-tasks/{key}/assignment"
            answer = await self.office.people[name].post(path, json={"assignee": name})
            won = answer.status_code == 204
            self.note(name, key, answer.status_code, None if won else answer.json()["code"])

    async def by_the_hundred(self, name: str) -> None:
        """Take what can be got at once; each task is answered for by itself."""
        for first in range(0, TASKS, BULK):
            wanted = self.office.tasks[first : first + BULK]
            asked = {"items": [{"userTaskKey": key} for key in wanted]}
            answer = await self.office.people[name].post("/v2/user-tasks/bulk-claim", json=asked)
            assert answer.status_code == 200, answer.text
            for one in answer.json()["items"]:
                self.note(name, one["userTaskKey"], one["status"], one["code"])

    def note(self, name: str, key: str, status: int, code: str | None) -> None:
        """Note what somebody was told of a task."""
        self.heard[status, code or ""] += 1
        if status == 204:
            self.winners[key].append(name)


async def everybody_claims(office: Office) -> None:
    race = Race(office)
    ways = (race.one_by_one, race.by_the_hundred)
    people = [name for name in office.people if name != "boss"]

    began = time.monotonic()
    await asyncio.gather(*(ways[place % 2](name) for place, name in enumerate(people)))
    report(f"claims {time.monotonic() - began:.1f} s {dict(race.heard)}")

    lost = (409, "user_task_already_assigned")
    assert race.heard == {(204, ""): TASKS, lost: TASKS * (PEOPLE - 1)}
    assert set(race.winners) == set(office.tasks)
    for key, names in race.winners.items():
        shown = (await office.people["boss"].get(f"/v2/user-tasks/{key}")).json()
        assert names == [shown["assignee"]], key


async def what_was_written_is_read(office: Office) -> None:
    boss, gate = office.people["boss"], asyncio.Semaphore(16)

    async def pairs(key: str, times: int) -> None:
        """Write, and read at once: what was written is there."""
        async with gate:
            for number in range(times):
                changed = await boss.patch(
                    f"/v2/user-tasks/{key}", json={"changeset": {"priority": number}}
                )
                assert changed.status_code == 204, changed.text
                asked = {"filter": {"userTaskKey": key, "priority": number}}
                if number % 2:
                    read = (await boss.get(f"/v2/user-tasks/{key}")).json()["priority"]
                else:
                    found = (await boss.post(SEARCH, json=asked)).json()["items"]
                    read = found[0]["priority"] if found else None
                assert read == number, (key, number)

    began = time.monotonic()
    await asyncio.gather(*(pairs(key, PAIRS // TASKS) for key in office.tasks))
    report(f"pairs {PAIRS} in {time.monotonic() - began:.1f} s")


async def every_completion_twice(office: Office) -> None:
    boss, gate = office.people["boss"], asyncio.Semaphore(16)

    async def complete(key: str, again: bool) -> None:
        async with gate:
            headers = {"Idempotency-Key": f"done-{key}"}
            path = f"/v2/user-tasks/{key}/completion"
            answer = await boss.post(path, json={}, headers=headers)
            assert answer.status_code == 204, answer.text
            assert ("idempotent-replayed" in answer.headers) == again

    await asyncio.gather(*(complete(key, False) for key in office.tasks))
    asked = {"filter": {"processDefinitionId": "p", "state": "ACTIVE"}}
    async with asyncio.timeout(600):
        while (await boss.post("/v2/process-instances/search", json=asked)).json()["items"]:
            await asyncio.sleep(0.2)
    await asyncio.gather(*(complete(key, True) for key in office.tasks))
    without_key = await boss.post(f"/v2/user-tasks/{office.tasks[0]}/completion", json={})
    assert (without_key.status_code, without_key.json()["code"]) == (409, "user_task_not_active")


def report(line: str) -> None:
    sys.stdout.write(f"{line}\n")
