"""A stream of events goes on with the rights that its reader has by now, or ends."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.orm import Session

from api import live_events
from api.authentication import of_person
from api.live_hub import LiveHub, Looker
from models import access_token
from models.live_event import LiveEvent, tell
from models.person import Person
from tests.api import test_api_live_events
from tests.api.door import Door
from tests.api.test_api_live_events import Watched, claim, free_task

pytestmark = pytest.mark.integration
watched = test_api_live_events.watched


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logins are looked at five times a second."""
    monkeypatch.setattr(live_events, "RECHECK", 0.2)


def change(door: Door, column: str, value: str, username: str) -> None:
    with door.engine.begin() as connection:
        changed = f"UPDATE person SET {column} = %s WHERE username = %s"  # noqa: S608 (ours)
        connection.exec_driver_sql(changed, (value, username))


async def test_whoever_audits_no_longer_hears_of_no_more_tasks_of_others(watched: Watched) -> None:
    door = watched.door
    async with watched.stream("audit") as stream:
        before = await free_task(door)
        told = await stream.until("user_task.created")
        change(door, "roles", "{engineer}", "audit")
        change(door, "department", "quality", "audit")
        [looker] = watched.app.state.live_hub._lookers
        async with asyncio.timeout(20):
            while "auditor" in looker.caller.roles:
                await asyncio.sleep(0.01)

        key = await free_task(door)
        await claim(door, "tech", key)
        with Session(door.engine) as session, session.begin():
            tell(session, [LiveEvent("notice", people=("audit",))])
        await stream.until("notice")

    tasks = {data.get("userTaskKey") for kind, data in stream.seen if kind.startswith("user_task")}
    assert told["userTaskKey"] == before
    assert key not in tasks


@pytest.mark.parametrize(("column", "value"), [("active", "false"), ("roles", "{}")])
async def test_the_stream_of_whoever_left_or_may_nothing_any_more_ends(
    watched: Watched, column: str, value: str
) -> None:
    async with watched.stream("tech") as stream:
        change(watched.door, column, value, "tech")

        assert await stream.next() == ("closed", {})
        assert await stream.next() == ("end", {})


async def test_the_stream_of_a_token_that_was_ended_ends(watched: Watched) -> None:
    async with watched.stream("tech") as stream:
        admin = await watched.door.call("admin", "DELETE", "/api/people/tech/logins")

        assert admin.status_code in {200, 204}, admin.text
        assert "closed" in {(await stream.next())[0] for _ in range(2)}


async def test_what_waits_to_be_read_is_held_against_the_rights_of_now(door: Door) -> None:
    key = int(await free_task(door))
    token = (await door.headers("lead"))["Authorization"].removeprefix("Bearer ")
    live = LiveHub(door.engine)
    tasks, _ = live._rows([LiveEvent("user_task.updated", task=key)])
    with Session(door.engine) as session:
        found = access_token.holder(session, token, door.means.now())
        assert found is not None
        looker = Looker(of_person(session, found[0], token, found[1], door.means.now()))
        live._lookers.append(looker)
        live._tell(LiveEvent("user_task.updated", task=key), tasks[key], None)
        nobody = Person.model_validate(found[0].model_dump() | {"roles": ["auditor"]})
        nobody.roles, nobody.department = ["engineer"], "quality"
        looker.caller = of_person(session, nobody, token, found[1], door.means.now())
    told = looker.queue.get_nowait()
    assert told is not None

    frames = "".join(live_events._drained(live, looker, told))

    assert str(key) not in frames
