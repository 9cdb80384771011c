"""Events that are pushed: who is told what, how a stream goes on, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

from api import live_events
from api.app import create_app
from api.authentication import Caller, of_person
from api.live_hub import LiveHub, Looker
from models import access_token
from models.live_event import LiveEvent, tell
from tests.api.door import PASSWORD, Door

pytestmark = pytest.mark.integration
STREAM = {"Accept": "text/event-stream"}


@dataclass
class Watched:
    """The API as a server of its own, on the same database."""

    door: Door
    app: FastAPI
    address: str

    @asynccontextmanager
    async def stream(self, username: str, **headers: str) -> AsyncIterator[Stream]:
        """Look on as somebody, with a token."""
        sent = await self.door.headers(username) | STREAM
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            httpx.AsyncClient(base_url=self.address, headers=sent, timeout=120) as client,
            client.stream("GET", "/api/events") as answer,
        ):
            assert answer.status_code == 200
            yield Stream(answer.aiter_lines())


@dataclass
class Stream:
    """What arrives, event by event."""

    lines: AsyncIterator[str]
    last_id: str = ""
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def next(self) -> tuple[str, dict[str, Any]]:
        """Return the next event: its kind and data."""
        kind = ""
        async with asyncio.timeout(120):
            async for line in self.lines:
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "id":
                    self.last_id = value
                elif name == "data":
                    self.seen.append((kind, json.loads(value)))
                    return self.seen[-1]
        return "end", {}

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the data of the next event of a kind."""
        while (found := await self.next())[0] != kind:
            assert found[0] != "end", self.seen
        return found[1]


@pytest.fixture
async def watched(door: Door) -> AsyncIterator[Watched]:
    app = create_app(door.means)
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Watched(door, app, f"http://127.0.0.1:{port}")
    await live_events.close(app)
    server.should_exit = True
    await serving


async def free_task(door: Door) -> str:
    task = await door.task(await door.receive())
    key = str(task["userTaskKey"])
    if task["assignee"]:
        await door.call("lead", "DELETE", f"/v2/user-tasks/{key}/assignee")
    return key


async def claim(door: Door, username: str, key: str) -> None:
    answer = await door.post(username, f"/v2/user-tasks/{key}/assignment", {"assignee": username})
    assert answer.status_code == 204, answer.text


async def test_an_event_reaches_those_who_see_the_task_and_nobody_else(watched: Watched) -> None:
    door = watched.door
    key = await free_task(door)
    async with watched.stream("tech_two") as colleague, watched.stream("log") as other:
        await claim(door, "tech", key)
        told = await colleague.until("user_task.assigned")
        moved = await colleague.until("feedback.changed")
        counted = await colleague.until("counters")
        with Session(door.engine) as session, session.begin():
            tell(session, [LiveEvent("notice", people=("log",))])

        assert told["userTaskKey"] == key
        assert set(told) == {
            "userTaskKey",
            "processInstanceKey",
            "elementId",
            "state",
            "feedbackNumber",
            "revision",
        }
        assert moved == {"feedbackNumber": told["feedbackNumber"]}
        assert counted == {}
        assert await other.next() == ("notice", {})


async def test_whoever_hears_of_a_change_reads_it(watched: Watched) -> None:
    door = watched.door
    key = await free_task(door)
    async with watched.stream("tech_two") as stream:
        for _ in range(5):
            await claim(door, "tech", key)
            revision = (await stream.until("user_task.assigned"))["revision"]
            shown = await door.get("tech_two", f"/v2/user-tasks/{key}")
            assert shown.headers["etag"] == f'"{revision}"'
            await door.call("tech", "DELETE", f"/v2/user-tasks/{key}/assignee")
            await stream.until("user_task.assigned")


async def test_who_loses_a_task_is_told_without_its_data(watched: Watched) -> None:
    door = watched.door
    key = await free_task(door)
    change = {"changeset": {"candidateGroups": ["logistics"]}}
    async with watched.stream("tech") as stream:
        await door.call("lead", "PATCH", f"/v2/user-tasks/{key}", change)

        assert await stream.until("user_task.updated") == {"userTaskKey": key, "gone": True}


async def test_a_stream_goes_on_after_the_last_event_that_was_seen(watched: Watched) -> None:
    door = watched.door
    key = await free_task(door)
    async with watched.stream("tech_two") as first, watched.stream("lead"):
        await claim(door, "tech", key)
        await first.until("user_task.assigned")
        last = first.last_id
    await door.call("tech", "DELETE", f"/v2/user-tasks/{key}/assignee")

    async with watched.stream("tech_two", Last_Event_ID=last) as second:
        # The item moved with the task that was seen; then the task is given back.
        first_missed, _ = await second.next()
        data = await second.until("user_task.assigned")

    assert (first_missed, data["userTaskKey"]) == ("feedback.changed", key)


async def test_who_comes_from_another_process_is_to_fetch_anew(watched: Watched) -> None:
    for unknown in ("00000000-5", "nonsense"):
        async with watched.stream("tech", Last_Event_ID=unknown) as stream:
            assert await stream.next() == ("refetch", {})


async def test_a_stream_ends_when_its_login_does(watched: Watched) -> None:
    async with httpx.AsyncClient(base_url=watched.address, timeout=120) as client:
        body = {"username": "tech", "password": PASSWORD}
        csrf = (await client.post("/api/session", json=body)).json()["csrf_token"]
        async with client.stream("GET", "/api/events", headers=STREAM) as answer:
            stream = Stream(answer.aiter_lines())
            out = await client.post("/api/logout", headers={"X-CSRF-Token": csrf})

            assert out.status_code in {200, 204}, out.text
            assert await stream.next() == ("closed", {})
            assert await stream.next() == ("end", {})


async def test_when_the_listener_loses_the_database_everybody_fetches_anew(
    watched: Watched,
) -> None:
    async with watched.stream("tech") as stream:
        with watched.door.engine.connect() as connection:
            ended = connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'bihuan live' AND datname = current_database()"
                )
            )
            assert ended.scalars().all() == [True]

        assert await stream.next() == ("refetch", {})
    async with watched.stream("tech") as again:
        with Session(watched.door.engine) as session, session.begin():
            tell(session, [LiveEvent("notice", people=("tech",))])
        assert await again.next() == ("notice", {})


async def test_many_lookers_share_one_connection(watched: Watched) -> None:
    asked = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'bihuan live' AND datname = current_database()"
    )
    names = ("tech", "log", "lead", "spec")
    streams = [watched.stream(name) for name in names]
    for one in streams:
        await one.__aenter__()
    with watched.door.engine.connect() as connection:
        connected = connection.execute(asked).scalar_one()
    for one in reversed(streams):
        await one.__aexit__(None, None, None)

    assert connected == 1


async def test_who_is_too_slow_is_dropped_and_told_to_fetch_anew(door: Door) -> None:
    caller = await a_caller(door)
    live = LiveHub(door.engine)
    looker: Looker = await live.join(caller, None)
    with Session(door.engine) as session, session.begin():
        events = [LiveEvent("notice", n, people=("tech",)) for n in range(1, 1000)]
        tell(session, events)

    async with asyncio.timeout(120):
        while not looker.missed:
            await asyncio.sleep(0.02)

    assert looker.queue.get_nowait() is None
    assert looker.queue.empty()
    await live.close()


async def a_caller(door: Door) -> Caller:
    token = (await door.headers("tech"))["Authorization"].removeprefix("Bearer ")
    with Session(door.engine, expire_on_commit=False) as session:
        found = access_token.holder(session, token, door.clock.now())
        assert found is not None
        return of_person(session, found[0], token, found[1], door.clock.now())


async def test_only_who_asks_for_a_stream_gets_one(door: Door) -> None:
    answer = await door.get("tech", "/api/events")

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert (await door.client.get("/api/events", headers=STREAM)).status_code == 401


def test_what_would_be_too_long_to_tell_makes_everybody_look() -> None:
    told = LiveEvent("user_task.updated", 7, tuple(f"person{n}" for n in range(5000)))

    assert LiveEvent.from_text(told.to_text()) == LiveEvent("user_task.updated", 7, wide=True)


async def test_whoever_sees_an_item_hears_of_what_is_noted_of_it_and_nobody_else(
    watched: Watched,
) -> None:
    door = watched.door
    number = await door.receive()
    await door.task(number)
    async with watched.stream("lead") as lead, watched.stream("log") as other:
        answer = await door.post("lead", f"/api/feedback/{number}/message", {"text": "还没有人来"})
        with Session(door.engine) as session, session.begin():
            tell(session, [LiveEvent("notice", people=("log",))])

        assert answer.status_code == 202, answer.text
        assert await lead.until("feedback.changed") == {"feedbackNumber": number}
        assert await other.next() == ("notice", {})


def test_an_item_that_changed_travels_by_its_id_alone() -> None:
    told = LiveEvent("feedback.changed", item=1048576)

    assert LiveEvent.from_text(told.to_text()) == told
    assert "1048576" in told.to_text()
