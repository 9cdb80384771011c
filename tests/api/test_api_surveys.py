"""Customers rate us by a signed link."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from activities.survey_link import sign
from api.survey_answers import tell, untold
from models import survey
from models.survey import Survey
from tests.api.door import LINK_KEY, PHONE, Door

pytestmark = pytest.mark.integration
SHOWN = {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"}


async def asked(door: Door) -> str:
    """Return the path of a survey that a customer can answer."""
    number = await door.receive()
    await door.complete(number, "tech")
    await door.complete(number, "tech", plan="更换电源", reply="已更换电源。", estimated_hours=2)
    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    door.clock.at += timedelta(hours=24)
    door.instances.ring(int(item["process_instance_key"]))
    with Session(door.engine) as session:
        found = session.query(Survey).one()
    return f"/survey/{sign(found.id, found.expires_at, LINK_KEY)}"


def scores(door: Door) -> list[str | None]:
    with Session(door.engine) as session:
        return list(session.execute(text("SELECT score FROM survey")).scalars())


async def test_looking_at_the_page_consumes_nothing(door: Door) -> None:
    path = await asked(door)

    chinese = await door.client.get(path)
    english = await door.client.get(path, headers=SHOWN)

    assert chinese.status_code == english.status_code == 200
    assert "非常满意" in chinese.text
    assert "Very satisfied" in english.text
    assert "<script" not in chinese.text
    assert "default-src 'none'" in chinese.headers["content-security-policy"]
    assert chinese.headers["cache-control"] == "no-store"
    assert scores(door) == [None]


async def test_the_page_shows_our_reply_so_that_the_customer_knows_what_to_rate(
    door: Door,
) -> None:
    path = await asked(door)

    page = await door.client.get(path)

    assert "我们的答复" in page.text
    assert "已更换电源。" in page.text


async def test_staff_can_hand_the_link_on_for_a_reason_and_the_look_is_recorded(
    door: Door,
) -> None:
    path = await asked(door)
    [number] = [row["number"] for row in (await door.get("spec", "/api/feedback")).json()["items"]]

    wanted = {"field": "survey_link", "reason": "客户来电索取评价链接"}
    told = await door.post("spec", f"/api/feedback/{number}/reveal", wanted)

    assert told.status_code == 200
    assert told.json()["value"].endswith(path)
    with Session(door.engine) as session:
        looks = text("SELECT count(*) FROM access_record WHERE action = 'reveal'")
        assert session.execute(looks).scalar_one() == 1


async def test_a_form_is_answered_with_a_page_once(door: Door) -> None:
    path = await asked(door)
    given = {"score": "dissatisfied", "comment": f"太慢了，打 {PHONE} 找我"}

    first = await door.client.post(path, data=given)
    second = await door.client.post(path, data=given)
    look = await door.client.get(path)

    assert first.status_code == 200
    assert "谢谢" in first.text
    assert second.status_code == look.status_code == 409
    assert "已经评价过" in second.text
    assert scores(door) == ["dissatisfied"]
    shown = (await door.get("spec", "/api/feedback/202609-001")).json()
    assert shown["surveys"][0]["comment"] == "太慢了，打 138****5678 找我"
    assert shown["status"] == "second_followup"
    with Session(door.engine) as session:
        records = session.execute(text("SELECT data::text FROM audit_record")).scalars()
        assert PHONE not in "".join(records)


async def test_json_is_answered_with_json(door: Door) -> None:
    path = await asked(door)

    wrong = await door.client.post(path, json={"score": "great", "colour": 1})
    broken = await door.client.post(
        path, content=b"{", headers={"content-type": "application/json"}
    )
    good = await door.client.post(path, json={"score": "satisfied"})
    again = await door.client.post(path, json={"score": "satisfied"})

    assert (wrong.status_code, wrong.json()["code"]) == (422, "fields_invalid")
    assert {one["field"] for one in wrong.json()["errors"]} == {"score", "colour"}
    assert (broken.status_code, broken.json()["code"]) == (400, "body_malformed")
    assert good.json() == {"status": "answered"}
    assert (again.status_code, again.json()["code"]) == (409, "survey_answered")


async def test_a_form_without_a_choice_is_shown_again(door: Door) -> None:
    path = await asked(door)

    answer = await door.client.post(path, data={"comment": "x"}, headers=SHOWN)

    assert answer.status_code == 422
    assert "Please choose one rating" in answer.text
    assert scores(door) == [None]


async def test_a_forged_link_opens_nothing(door: Door) -> None:
    path = await asked(door)
    forged = f"/survey/{sign(uuid4(), door.clock.at + timedelta(days=1), b'x' * 32)}"
    unknown = f"/survey/{sign(uuid4(), door.clock.at + timedelta(days=1), LINK_KEY)}"
    changed = path[:-2] + ("AA" if not path.endswith("AA") else "BB")

    for bad in (forged, unknown, changed, "/survey/x"):
        page = await door.client.get(bad)
        answer = await door.client.post(bad, json={"score": "satisfied"})
        assert page.status_code == 404
        assert (answer.status_code, answer.json()["code"]) == (404, "survey_not_found")
    assert scores(door) == [None]


async def test_a_link_ends(door: Door) -> None:
    path = await asked(door)
    door.clock.at += timedelta(days=38)

    page = await door.client.get(path)
    answer = await door.client.post(path, json={"score": "satisfied"})

    assert page.status_code == 410
    assert (answer.status_code, answer.json()["code"]) == (410, "survey_expired")
    assert scores(door) == [None]


async def test_an_answer_reaches_its_process_after_an_outage(door: Door) -> None:
    path = await asked(door)
    door.instances.away = True

    answer = await door.client.post(path, json={"score": "satisfied"})
    assert answer.status_code == 200
    door.instances.away = False
    with Session(door.engine) as session:
        [owed] = untold(session, door.means)
    assert await tell(door.means, owed)

    with Session(door.engine) as session:
        assert untold(session, door.means) == []
    shown = (await door.get("spec", "/api/feedback/202609-001")).json()
    assert shown["status"] == "closed"


async def test_an_answer_that_nobody_waits_for_is_kept_all_the_same(door: Door) -> None:
    number = await door.receive()
    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    ends = door.clock.at + timedelta(days=1)
    with Session(door.engine) as session, session.begin():
        key = int(item["process_instance_key"])
        one = Survey(id=uuid4(), feedback_id=key, round=1, expires_at=ends)
        token = sign(one.id, ends, LINK_KEY)
        survey.create(session, one)

    answer = await door.client.post(f"/survey/{token}", json={"score": "neutral"})

    assert answer.status_code == 200
    assert scores(door) == ["neutral"]
