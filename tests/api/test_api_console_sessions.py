"""Sessions of the console: a cookie, a token against forgery, and their ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.authentication import of_person, still_holds
from models import access_token
from tests.api.browser import at, browser, log_in
from tests.api.door import PASSWORD, Door

pytestmark = pytest.mark.integration
WRITES = ("POST", "/api/logout")


def recorded(door: Door) -> list[tuple[str, str, str | None]]:
    asked = "SELECT actor, action, subject FROM access_record ORDER BY id"
    with Session(door.engine) as session:
        return [(row.actor, row.action, row.subject) for row in session.execute(text(asked))]


async def who(client: httpx.AsyncClient) -> Any:
    answer = await client.get("/api/me")
    return answer.json().get("username", answer.json().get("code"))


async def test_the_console_gets_a_cookie_that_scripts_and_other_sites_cannot_use(
    door: Door,
) -> None:
    async with browser(door) as client:
        answer = await log_in(client, "spec")

        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("bihuan=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie
        assert "token" not in {key for key in answer.json() if key != "csrf_token"}
        assert client.cookies["bihuan"] not in answer.text
        assert await who(client) == "spec"


async def test_over_https_the_cookie_is_held_to_https_and_to_this_host(door: Door) -> None:
    secure = at(door, "https://feedback.example.org")
    async with browser(door, secure, "https://feedback.example.org") as client:
        answer = await log_in(client, "spec")

        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-bihuan=")
        assert "Secure" in cookie
        assert "Path=/;" in cookie
        assert "Domain" not in cookie
        assert await who(client) == "spec"


async def test_a_session_is_stored_hashed(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")

        with Session(door.engine) as session:
            stored = str(session.execute(text("SELECT * FROM access_token")).all())
        assert client.cookies["bihuan"] not in stored
        assert client.headers["X-CSRF-Token"] not in stored


async def test_what_changes_something_needs_the_token_of_its_session(door: Door) -> None:
    async with browser(door) as client, browser(door) as other:
        await log_in(client, "spec")
        foreign = (await log_in(other, "spec")).json()["csrf_token"]

        for wrong in ("", "guess", foreign):
            client.headers["X-CSRF-Token"] = wrong
            answer = await client.request(*WRITES)

            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_invalid")
        assert await who(client) == "spec"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_page_of_another_origin_neither_writes_nor_logs_in(door: Door, site: str) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        client.headers["Sec-Fetch-Site"] = site

        written = await client.request(*WRITES)
        given = {"username": "tech", "password": PASSWORD}
        logged_in = await client.post("/api/session", json=given)

        assert written.json()["code"] == logged_in.json()["code"] == "csrf_token_invalid"
        assert await who(client) == "spec"


async def test_a_login_is_taken_from_json_only_so_that_no_form_of_another_site_can_send_one(
    door: Door,
) -> None:
    async with browser(door) as client:
        body = f'{{"username": "spec", "password": "{PASSWORD}"}}'
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            answer = await client.post("/api/session", content=body, headers={"Content-Type": kind})

            assert answer.status_code == 422, kind
        assert "bihuan" not in client.cookies


async def test_a_bearer_needs_no_such_token_even_beside_a_cookie(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        del client.headers["X-CSRF-Token"]

        answer = await client.request(*WRITES, headers=await door.headers("tech"))

        assert answer.status_code == 204
        assert await who(client) == "spec"


async def test_a_cookie_is_no_bearer_token_and_a_bearer_token_no_cookie(door: Door) -> None:
    async with browser(door) as client, browser(door) as other:
        await log_in(client, "spec")
        as_bearer = {"Authorization": f"Bearer {client.cookies['bihuan']}"}
        bearer = (await door.headers("spec"))["Authorization"].removeprefix("Bearer ")

        assert (await other.get("/api/me", headers=as_bearer)).status_code == 401
        as_cookie = {"Cookie": f"bihuan={bearer}"}
        assert (await other.get("/api/me", headers=as_cookie)).status_code == 401


async def test_a_page_that_is_loaded_anew_asks_for_its_token(door: Door) -> None:
    async with browser(door) as client:
        given = (await log_in(client, "spec")).json()

        told = (await client.get("/api/session")).json()

        assert told["csrf_token"] == given["csrf_token"]
        assert told["expires_at"] == given["expires_at"]
        assert told["logout_url"] is None
        bearer = await door.get("spec", "/api/session")
        assert bearer.json()["csrf_token"] is None


async def test_a_logout_ends_the_session_and_takes_the_cookie_away(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        kept = client.cookies["bihuan"]

        answer = await client.post("/api/logout")

        assert answer.status_code == 204
        assert "bihuan" not in client.cookies
        again = await client.get("/api/me", headers={"Cookie": f"bihuan={kept}"})
        assert again.json()["code"] == "token_invalid"
        assert ("spec", "logout", "spec") in recorded(door)


async def test_a_session_ends_when_it_is_left_alone_and_in_any_case_in_the_evening(
    door: Door,
) -> None:
    async with browser(door) as left, browser(door) as used:
        await log_in(left, "spec")
        await log_in(used, "spec")
        for _ in range(3):
            door.clock.at += timedelta(minutes=45)
            assert await who(used) == "spec"
        assert await who(left) == "token_invalid"

        for _ in range(12):
            door.clock.at += timedelta(minutes=45)
            assert await who(used) == "spec"
        door.clock.at += timedelta(minutes=45)
        assert await who(used) == "token_invalid"


async def test_looking_twice_within_a_minute_writes_once(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")

        async def used_at() -> Any:
            assert await who(client) == "spec"
            with Session(door.engine) as session:
                return session.scalar(text("SELECT last_used_at FROM access_token"))

        first = await used_at()
        assert await used_at() == first
        door.clock.at += timedelta(minutes=1)
        later = await used_at()
        assert later - first >= timedelta(minutes=1)
        assert await used_at() == later


async def test_a_new_login_in_the_same_browser_ends_the_one_before(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        before = client.cookies["bihuan"]
        await log_in(client, "tech")

        assert client.cookies["bihuan"] != before
        stolen = await door.client.get("/api/me", headers={"Cookie": f"bihuan={before}"})
        assert stolen.json()["code"] == "token_invalid"


async def test_people_see_where_they_are_logged_in_and_end_what_they_do_not_know(
    door: Door,
) -> None:
    async with browser(door) as here, browser(door) as there:
        await log_in(here, "spec")
        await log_in(there, "spec")
        await door.headers("spec")
        await door.headers("tech")

        listed = (await here.get("/api/sessions")).json()["items"]
        assert [one["kind"] for one in listed].count("cookie") == 2
        assert [one["kind"] for one in listed].count("bearer") == 1
        [mine] = [one["id"] for one in listed if one["current"]]
        others = (await there.get("/api/sessions")).json()["items"]
        [its] = [one["id"] for one in others if one["current"]]
        assert its != mine

        assert (await here.delete(f"/api/sessions/{its}")).status_code == 204
        assert await who(there) == "token_invalid"
        again = await here.delete(f"/api/sessions/{its}")
        assert again.json()["code"] == "session_not_found"
        assert (await here.delete("/api/sessions")).json() == {"ended": 1}
        assert await who(here) == "spec"
        everything = await here.delete("/api/sessions", params={"keep_this": "false"})
        assert everything.json() == {"ended": 1}
        assert await who(here) == "token_invalid"
        assert (await door.get("tech", "/api/me")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        [listed] = (await client.get("/api/sessions")).json()["items"]

        answer = await door.call("tech", "DELETE", f"/api/sessions/{listed['id']}")

        assert answer.json()["code"] == "session_not_found"
        assert await who(client) == "spec"


async def test_an_administrator_ends_the_logins_of_somebody_who_is_told(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        await door.headers("spec")

        listed = (await door.get("admin", "/api/people/spec/logins")).json()["items"]
        [cookie] = [one for one in listed if one["kind"] == "cookie"]
        one = await door.call("admin", "DELETE", f"/api/people/spec/logins/{cookie['id']}")
        assert one.status_code == 204
        assert await who(client) == "token_invalid"
        rest = await door.call("admin", "DELETE", "/api/people/spec/logins")
        assert rest.json() == {"ended": 1}

        assert (await door.get("spec", "/api/me")).status_code == 401
        door.tokens.clear()
        told = (await door.get("spec", "/api/notices")).json()["items"]
        assert [one["code"] for one in told] == ["logins_ended", "logins_ended"]
        assert ("admin", "session_revoked", "spec") in recorded(door)
        assert ("admin", "logins_revoked", "spec") in recorded(door)
        unknown = await door.get("admin", "/api/people/nobody/logins")
        assert unknown.json()["code"] == "person_unknown"


async def test_an_answer_that_goes_on_for_hours_can_ask_whether_its_reader_is_still_there(
    door: Door,
) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        holder = await door.headers("spec")
        with Session(door.engine) as session:
            token = holder["Authorization"].removeprefix("Bearer ")
            found = access_token.holder(session, token, door.clock.at)
            assert found is not None
            caller = of_person(session, found[0], token, found[1], door.clock.at)

        assert still_holds(door.means, caller)
        await client.delete("/api/sessions")
        assert not still_holds(door.means, caller)


async def test_people_are_told_how_they_may_log_in(door: Door) -> None:
    answer = await door.client.get("/api/login")

    assert answer.json() == {"password": True, "provider": None, "session": False}


async def test_a_page_learns_whether_its_session_still_holds(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        before = await client.get("/api/login")
        await client.post("/api/logout")
        after = await client.get("/api/login")

    assert (before.json()["session"], after.json()["session"]) == (True, False)
