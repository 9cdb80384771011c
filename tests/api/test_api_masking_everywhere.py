"""A person's data is told in every place there is; no table and no answer then has it in clear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from activities.survey_link import sign
from api.app import create_app
from models.live_event import CHANNEL
from models.person import ROLES
from models.survey import Survey
from tests.api.door import LINK_KEY, Door
from tests.api.filing import PNG, Filing
from tests.api.route_walk import Door as Way
from tests.api.route_walk import doors
from tests.api.test_api_masking import LOOKS, MAIL, NAME, NOT_WALKED, PHONE, PLANTED, TOLD, path_of

pytestmark = pytest.mark.integration
PLAN = f"检查后更换电源，2小时内完成。{TOLD}"


async def told(filing: Filing) -> str:
    """Tell it at the intake, with a file; return the number."""
    client = filing.door.client
    token = (await client.post("/api/feedback-uploads")).json()["token"]
    sent = await client.post(
        "/api/feedback-uploads/files",
        files={"file": (f"{MAIL}.png", PNG)},
        headers={"Upload-Token": token},
    )
    assert sent.status_code == 201, sent.text
    return await filing.door.receive(
        customer_name=NAME,
        contact=PHONE,
        description=TOLD,
        product=f"X200 {PHONE}",
        region=f"华东 {MAIL}",
        upload_token=token,
    )


async def handled(door: Door, number: str) -> dict[str, int]:
    """Tell it with all that people write on the way; return what each was answered."""
    await door.complete(number, "tech")
    task = f"/v2/user-tasks/{(await door.task(number))['userTaskKey']}"
    item = f"/api/feedback/{number}"
    due = (await door.get("spec", item)).json()["due_at"]
    everybody = {"recipients": ["the_management", "the_product_manager"], "note": TOLD}
    acts: list[tuple[str, str, str, dict[str, Any]]] = [
        ("tech", "POST", f"{item}/progress", {"note": TOLD}),
        ("spec", "POST", f"{item}/message", {"text": TOLD}),
        ("spec", "POST", f"{item}/reveal", {"field": "contact", "reason": TOLD}),
        ("lead", "POST", f"{item}/clocks/pause", {"reason": "waiting_for_parts", "note": TOLD}),
        ("lead", "POST", f"{item}/clocks/resume", {}),
        ("tech", "POST", f"{item}/extension", {"reason": TOLD, "new_due_at": later(due)}),
        ("tech", "PUT", f"{task}/draft", {"variables": {"plan": PLAN}}),
        ("tech", "POST", f"{task}/copies", everybody),
        ("tech", "POST", f"{task}/delegation", {"assignee": "tech_two", "reason": TOLD}),
        ("tech_two", "POST", f"{task}/return", {"note": TOLD}),
        ("lead", "POST", f"{task}/reassignment", {"assignee": "tech_two", "reason": TOLD}),
    ]
    answers = {
        path: (await door.call(who, how, path, body)).status_code for who, how, path, body in acts
    }
    finish = {"variables": {"plan": PLAN, "reply": f"已更换电源。{TOLD}", "estimated_hours": 2}}
    done = await door.post("tech_two", f"{task}/completion", finish)
    return answers | {"completion": done.status_code}


def later(due: str) -> str:
    """Return a moment a little after another one."""
    return (datetime.fromisoformat(due) + timedelta(hours=1)).isoformat()


async def rated(door: Door) -> httpx.Response:
    """Answer the survey with a comment that tells it."""
    door.clock.at += timedelta(hours=24)
    with Session(door.engine) as session:
        keys = session.scalars(text("SELECT id FROM feedback")).all()
    for key in keys:
        door.instances.ring(int(key))
    with Session(door.engine) as session:
        found = session.query(Survey).one()
    path = f"/survey/{sign(found.id, found.expires_at, LINK_KEY)}"
    return await door.client.post(path, json={"score": "dissatisfied", "comment": TOLD})


def in_clear(door: Door) -> Iterator[tuple[str, str]]:
    """Yield every table that holds some of it, and what."""
    with door.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            # Partitions are read through their parents only.
            if not connection.scalar(
                text("SELECT has_table_privilege(:t, 'SELECT')"), {"t": table}
            ):
                continue
            rows = connection.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t"))  # noqa: S608
            held = "\n".join(rows)
            yield from ((table, one) for one in PLANTED if one in held)


async def test_no_table_and_no_live_event_holds_it_in_clear(filing: Filing) -> None:
    address = filing.door.engine.url.set(drivername="postgresql")
    url = address.render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")

        number = await told(filing)
        answers = await handled(filing.door, number)
        score = await rated(filing.door)

        events = [one.payload for one in listener.notifies(timeout=1)]
    assert {code for code in answers.values() if code >= 300} == set(), str(answers)
    assert score.status_code == 200, score.text
    assert list(in_clear(filing.door)) == []
    assert events
    assert not [one for one in events if any(planted in one for planted in PLANTED)]


async def test_no_role_reads_it_anywhere_once_everybody_has_written_it(filing: Filing) -> None:
    door = filing.door
    number = await told(filing)
    await handled(door, number)
    await rated(door)
    parts = await parts_of(filing, number)
    answered = set()

    for way in walked():
        for role in ROLES:
            answer = await door.call(f"the_{role}", way.method, path_of(way.template, parts), {})
            clear = [one for one in PLANTED if one in answer.text]
            assert clear == [], (role, way)
            if answer.status_code == 200 and has_something(answer):
                answered.add(way.template)
    # It would prove nothing if everything had been refused or empty.
    assert {
        "/api/notices",
        "/api/access-records/search",
        "/api/feedback/{number}",
        "/api/feedback/{number}/progress",
        "/api/feedback/{number}/attachments",
        "/api/feedback/{number}/records",
        "/v2/user-tasks/search",
        "/v2/variables/search",
    } <= answered


def walked() -> list[Way]:
    """Return the ways in that only look, but for the file itself and what never ends."""
    return [
        way
        for way in doors(create_app())
        if way.template not in NOT_WALKED
        and "events" not in way.template
        and "stream" not in way.template
        and (way.method == "GET" or LOOKS.search(way.template))
        and "attachment.read" not in way.actions
    ]


async def parts_of(filing: Filing, number: str) -> dict[str, str]:
    item = (await filing.door.get("spec", f"/api/feedback/{number}")).json()
    with Session(filing.door.engine) as session:
        task = session.scalars(text("SELECT max(key) FROM user_task")).one()
        session.execute(text("UPDATE customer SET account_manager = 'the_account_manager'"))
        session.commit()
    return {
        "number": number,
        "customer_id": item["customer"]["id"],
        "attachment_id": (await filing.listed("spec", number))[0]["id"],
        "instance": item["process_instance_key"],
        "task": str(task),
    }


def has_something(answer: httpx.Response) -> bool:
    """Say whether an answer holds at least one thing."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return bool(answer.content)
    return bool(found["items"]) if isinstance(found, dict) and "items" in found else bool(found)
