"""People, departments, teams and skills through the API."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.people import Role
from api.permissions import covers
from models.person import ROLES
from tests.api.door import PASSWORD, Door

NEW: dict[str, Any] = {
    "username": "qianduo",
    "display_name": "钱多",
    "staff_number": "S0101",
    "department": "technical",
    "roles": ["engineer"],
    "password": PASSWORD,
}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def recorded(door: Door, action: str) -> list[Any]:
    asked = text(
        "SELECT actor, subject, data FROM access_record WHERE action = :action ORDER BY id"
    )
    with Session(door.engine) as session:
        return list(session.execute(asked, {"action": action}))


async def change(door: Door, who: str, path: str, body: dict[str, Any]) -> httpx.Response:
    tag = (await door.get(who, path)).headers["etag"]
    return await door.call(who, "PATCH", path, body, If_Match=tag)


async def made_skill(door: Door) -> None:
    skill = {"code": "power", "name_zh": "电源", "name_en": "Power", "categories": ["hardware"]}
    assert (await door.post("admin", "/api/skills", skill)).status_code == 201


def test_the_roles_that_the_api_takes_are_those_that_there_are() -> None:
    assert get_args(Role) == ROLES


pytestmark = pytest.mark.integration


async def test_a_new_person_can_log_in_and_is_found_and_recorded(door: Door) -> None:
    await made_skill(door)
    made = await door.post("admin", "/api/people", NEW | {"skills": ["power"]})

    assert made.status_code == 201, made.text
    assert (made.json()["skills"], made.headers["etag"]) == (["power"], '"1"')
    given = {"username": "qianduo", "password": NEW["password"]}
    assert (await door.client.post("/api/login", json=given)).status_code == 200
    found = (await door.get("spec", "/api/people", params={"q": "钱"})).json()
    assert [one["username"] for one in found["items"]] == ["qianduo"]
    [record] = recorded(door, "person_created")
    assert (record.actor, record.subject) == ("admin", "qianduo")
    assert NEW["password"] not in str(record.data)
    assert "钱多" not in str(record.data)


async def test_staff_numbers_and_skills_are_shown_to_whom_they_concern_only(door: Door) -> None:
    await made_skill(door)
    await change(door, "admin", "/api/people/tech", {"skills": ["power"]})

    async def seen(who: str) -> tuple[Any, Any]:
        answer = (await door.get(who, "/api/people/tech")).json()
        return answer["skills"], answer["staff_number"]

    whole = (["power"], (await door.get("admin", "/api/people/tech")).json()["staff_number"])
    assert whole[1]
    for who in ("admin", "tech", "tech_head", "lead"):
        assert await seen(who) == whole, who
    for who in ("tech_two", "spec", "the_head", "log"):
        assert await seen(who) == (None, None), who
    by_skill = await door.get("spec", "/api/people", params={"skill": "power", "limit": 200})
    assert by_skill.json()["total"] > 1


async def test_nobody_is_given_a_password_that_anybody_would_try_first(door: Door) -> None:
    tag = (await door.get("admin", "/api/people/spec")).headers["etag"]

    made = await door.post("admin", "/api/people", NEW | {"password": f"{NEW['username']}2026!"})
    reset = await door.call(
        "admin", "PUT", "/api/people/spec/password", {"password": "qwertyuiop12"}, If_Match=tag
    )

    assert code(made) == code(reset) == (422, "fields_invalid")
    wrong = [{"field": "password", "code": "password_guessable"}]
    assert made.json()["errors"] == reset.json()["errors"] == wrong
    assert (await door.get("admin", f"/api/people/{NEW['username']}")).status_code == 404


async def test_the_list_goes_on_behind_its_cursor(door: Door) -> None:
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await door.get("spec", "/api/people", params={"limit": 5} | after)).json()
        found += [one["username"] for one in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert found == sorted(set(found))
    assert len(found) == page["total"]


async def test_what_is_taken_or_unknown_is_refused_with_its_code(door: Door) -> None:
    assert (await door.post("admin", "/api/people", NEW)).status_code == 201
    other = NEW | {"username": "other", "staff_number": "S0102"}

    async def refused(**wrong: object) -> tuple[int, str]:
        return code(await door.post("admin", "/api/people", other | wrong))

    assert await refused(username="qianduo") == (409, "person_exists")
    assert await refused(staff_number="S0101") == (409, "staff_number_taken")
    assert await refused(department="mars") == (404, "department_not_found")
    assert await refused(skills=["magic"]) == (422, "skills_unknown")
    bad: list[dict[str, object]] = [{"roles": ["king"]}, {"roles": []}, {"username": "A b"}]
    for wrong in [*bad, dict[str, object](password="short")]:
        assert await refused(**wrong) == (422, "fields_invalid")


async def test_a_post_sent_again_with_its_key_is_answered_as_before(door: Door) -> None:
    first = await door.post("admin", "/api/people", NEW, Idempotency_Key="k1")
    again = await door.post("admin", "/api/people", NEW, Idempotency_Key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(recorded(door, "person_created")) == 1


async def test_of_two_who_change_a_person_the_second_must_look_again(door: Door) -> None:
    path = "/api/people/tech"
    tag = (await door.get("admin", path)).headers["etag"]

    first = await door.call("admin", "PATCH", path, {"display_name": "甲"}, If_Match=tag)
    second = await door.call("admin", "PATCH", path, {"display_name": "乙"}, If_Match=tag)
    blind = await door.call("admin", "PATCH", path, {"display_name": "丙"})

    assert first.status_code == 200
    assert code(second) == (412, "revision_differs")
    assert code(blind) == (428, "if_match_missing")
    assert (await door.get("admin", path)).json()["display_name"] == "甲"


async def test_a_role_holds_from_the_next_request_on(door: Door) -> None:
    assert (await door.get("spec", "/api/definition-drafts")).status_code == 403

    await change(door, "admin", "/api/people/spec", {"roles": ["process_owner"]})

    assert (await door.get("spec", "/api/definition-drafts")).status_code == 200
    [record] = recorded(door, "person_changed")
    assert record.data == {"fields": ["roles"], "roles": ["process_owner"]}


async def test_the_last_administrator_neither_leaves_nor_gives_the_role_up(door: Door) -> None:
    tag = (await door.get("admin", "/api/people/the_administrator")).headers["etag"]
    left = await door.post("admin", "/api/people/the_administrator/leave", If_Match=tag)
    assert left.status_code == 200

    own = (await door.get("admin", "/api/people/admin")).headers["etag"]
    leaving = await door.post("admin", "/api/people/admin/leave", If_Match=own)
    resigning = await change(door, "admin", "/api/people/admin", {"roles": ["staff"]})

    assert code(leaving) == code(resigning) == (409, "administrator_last")


async def test_a_reset_password_works_and_ends_what_was_logged_in(door: Door) -> None:
    old = await door.headers("spec")
    tag = (await door.get("admin", "/api/people/spec")).headers["etag"]

    reset = await door.call(
        "admin", "PUT", "/api/people/spec/password", {"password": "quite another"}, If_Match=tag
    )

    assert reset.status_code == 200, reset.text
    assert (await door.client.get("/api/me", headers=old)).status_code == 401
    for password, status in ((PASSWORD, 401), ("quite another", 200)):
        given = {"username": "spec", "password": password}
        assert (await door.client.post("/api/login", json=given)).status_code == status
    [record] = recorded(door, "password_reset")
    assert (record.actor, record.subject, record.data) == ("admin", "spec", {})


async def test_who_left_is_out_at_once_and_may_return(door: Door) -> None:
    headers = await door.headers("spec")
    tag = (await door.get("admin", "/api/people/spec")).headers["etag"]

    left = await door.post("admin", "/api/people/spec/leave", If_Match=tag)

    assert (left.status_code, left.json()) == (200, {"tasks": 0})
    assert (await door.client.get("/api/me", headers=headers)).status_code == 401
    found = (await door.get("lead", "/api/people/spec")).json()
    assert (found["active"], bool(found["left_at"])) == (False, True)
    back = await door.post("admin", "/api/people/spec/return", If_Match=left.headers["etag"])
    assert back.json()["active"]
    door.tokens.pop("spec")
    assert (await door.get("spec", "/api/me")).status_code == 200


async def test_an_api_token_makes_nobody_and_resets_no_password(door: Door) -> None:
    asked = {"name": "hr", "scope": ["person.read"]}
    made = await door.post("admin", "/api/tokens", asked)
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['token']}"}

    assert (await door.client.get("/api/people", headers=headers)).status_code == 200
    refused = await door.client.post("/api/people", json=NEW, headers=headers)

    assert code(refused) == (403, "scope_insufficient")
    assert not covers(frozenset({"person"}), "person.write")


# Departments


async def test_a_deputy_decides_only_while_the_head_is_away(door: Door) -> None:
    path = "/api/departments/technical"
    tag = (await door.get("tech_head", path)).headers["etag"]
    named = {"deputies": [{"username": "tech"}]}
    set_ = await door.call("tech_head", "PUT", f"{path}/deputies", named, If_Match=tag)
    assert set_.json()["acting_heads"] == ["tech_head"]
    assert "technical.head" not in (await door.get("tech", "/api/me")).json()["groups"]

    until = {"starts_at": "2026-09-21T00:00:00Z", "ends_at": "2026-09-25T00:00:00Z"}
    assert (await door.post("tech_head", "/api/absences", until)).status_code == 201

    assert (await door.get("spec", path)).json()["acting_heads"] == ["tech"]
    me = (await door.get("tech", "/api/me")).json()
    assert "technical.head" in me["groups"]
    assert "head" in me["roles"]
    # A deputy acts, and yet does not make deputies.
    tag = (await door.get("tech", path)).headers["etag"]
    refused = await door.call("tech", "PUT", f"{path}/deputies", named, If_Match=tag)
    assert code(refused) == (403, "department_not_yours")


async def test_heads_name_deputies_of_their_own_department_out_of_it(door: Door) -> None:
    async def named(who: str, department: str, username: str) -> httpx.Response:
        path = f"/api/departments/{department}"
        tag = (await door.get(who, path)).headers["etag"]
        body = {"deputies": [{"username": username}]}
        return await door.call(who, "PUT", f"{path}/deputies", body, If_Match=tag)

    assert code(await named("tech_head", "logistics", "log")) == (403, "department_not_yours")
    assert code(await named("tech_head", "technical", "log")) == (409, "deputy_not_member")
    assert (await named("admin", "logistics", "log")).status_code == 200
    assert [one.subject for one in recorded(door, "deputies_set")] == ["logistics"]


async def test_who_moves_to_another_department_takes_no_post_along(door: Door) -> None:
    path = "/api/departments/technical"
    tag = (await door.get("admin", path)).headers["etag"]
    named = {"deputies": [{"username": "tech", "acting_from": "2026-09-01T00:00:00Z"}]}
    await door.call("admin", "PUT", f"{path}/deputies", named, If_Match=tag)
    await change(door, "admin", path, {"head": "tech_head"})
    assert "technical.head" in (await door.get("tech", "/api/me")).json()["groups"]

    for name in ("tech", "tech_head"):
        moved = await change(door, "admin", f"/api/people/{name}", {"department": "quality"})
        assert moved.status_code == 200

    found = (await door.get("admin", path)).json()
    assert (found["head"], found["deputies"], found["acting_heads"]) == (None, [], [])
    assert "technical.head" not in (await door.get("tech", "/api/me")).json()["groups"]


async def test_of_two_who_make_the_same_person_at_once_one_is_told_so(door: Door) -> None:
    answers = await asyncio.gather(*(door.post("admin", "/api/people", NEW) for _ in range(4)))

    statuses = sorted(one.status_code for one in answers)
    assert statuses[0] == 201
    assert set(statuses[1:]) <= {409, 503}


async def test_only_somebody_with_the_role_becomes_head_of_their_department(door: Door) -> None:
    path = "/api/departments/technical"

    assert code(await change(door, "admin", path, {"head": "tech"})) == (409, "head_unfit")
    assert (await change(door, "admin", path, {"head": "tech_head"})).json()["head"] == "tech_head"


async def test_a_new_department_is_listed(door: Door) -> None:
    new = {"code": "field", "name_zh": "外勤部", "name_en": "Field"}

    assert (await door.post("admin", "/api/departments", new)).status_code == 201
    assert code(await door.post("admin", "/api/departments", new)) == (409, "department_exists")

    listed = (await door.get("spec", "/api/departments")).json()["items"]
    assert "field" in [one["code"] for one in listed]


# Teams


async def test_members_of_a_team_see_its_group_and_others_do_not(door: Door) -> None:
    new = {"code": "senior", "name_zh": "资深组", "name_en": "Senior", "members": ["tech", "log"]}

    assert (await door.post("admin", "/api/teams", new)).status_code == 201

    async def groups(who: str) -> list[str]:
        return list((await door.get(who, "/api/me")).json()["groups"])

    assert "team.senior" in await groups("tech")
    assert "team.senior" not in await groups("tech_two")
    assert (await door.get("spec", "/api/people/log")).json()["teams"] == ["senior"]
    await change(door, "admin", "/api/teams/senior", {"members": ["tech_two"]})
    assert "team.senior" not in await groups("tech")
    await change(door, "admin", "/api/teams/senior", {"active": False})
    assert "team.senior" not in await groups("tech_two")
    wrong = await door.post("admin", "/api/teams", new | {"code": "x", "members": ["nobody"]})
    assert code(wrong) == (422, "people_unknown")
