"""Logging in by OpenID Connect, at a real provider over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door
from tests.api.provider_house import House, opened, refusal
from tests.api.provider_process import (
    PUBLIC_URL,
    ProviderProcess,
    answer_of,
)

pytestmark = pytest.mark.integration


async def test_a_person_logs_in_at_the_provider_and_comes_back_with_a_session(
    house: House,
) -> None:
    answer = await house.log_in("spec")

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert await house.who() == "spec"
    assert ("login", "spec", None) in house.recorded()
    listed = (await house.browser.get("/api/sessions")).json()["items"]
    assert [(one["kind"], one["via"]) for one in listed] == [("cookie", "provider")]
    assert (await house.browser.get("/api/login")).json()["provider"] == "/api/oidc/login"


async def test_what_is_asked_of_the_provider_is_bound_to_this_login(house: House) -> None:
    one, other = (
        parse_qs(urlsplit(await house.begin()).query),
        parse_qs(urlsplit(await house.begin()).query),
    )

    assert one["response_type"] == ["code"]
    assert one["code_challenge_method"] == ["S256"]
    assert one["redirect_uri"] == [f"{PUBLIC_URL}/api/oidc/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name][0]) >= 43
        assert one[name] != other[name]
    with Session(house.door.engine) as session:
        stored = str(session.execute(text("SELECT * FROM provider_login")).all())
    assert one["state"][0] not in stored


async def test_logging_out_leads_to_the_end_of_the_providers_session(house: House) -> None:
    await house.log_in()
    told = (await house.browser.get("/api/session")).json()

    answer = await house.browser.post("/api/logout", headers={"X-CSRF-Token": told["csrf_token"]})
    assert answer.status_code == 204
    assert await house.who() == "token_missing"

    async with httpx.AsyncClient(timeout=60) as client:
        there = await client.get(told["logout_url"])
    assert there.is_redirect
    assert there.headers["location"].startswith(f"{PUBLIC_URL}/")


async def test_an_answer_counts_once(house: House) -> None:
    back = answer_of(await house.begin(), "spec")

    assert (await house.browser.get(back)).status_code == 303
    again = await house.browser.get(back)

    assert refusal(again) == (400, "login_state_invalid", None)
    assert ("login_refused", None, "state_invalid") in house.recorded()


async def test_a_code_that_was_used_is_refused_by_the_provider(house: House) -> None:
    back = answer_of(await house.begin(), "spec")
    await house.browser.get(back)
    used = parse_qs(urlsplit(back).query)["code"][0]

    state = parse_qs(urlsplit(await house.begin()).query)["state"][0]
    answer = await house.browser.get("/api/oidc/callback", params={"code": used, "state": state})

    assert refusal(answer) == (403, "login_refused", "code_refused")


async def test_a_stolen_code_is_worth_nothing_without_its_verifier(house: House) -> None:
    stolen = parse_qs(urlsplit(answer_of(await house.begin(), "lead")).query)["code"][0]

    state = parse_qs(urlsplit(await house.begin()).query)["state"][0]
    answer = await house.browser.get("/api/oidc/callback", params={"code": stolen, "state": state})

    assert refusal(answer) == (403, "login_refused", "code_refused")
    assert await house.who() == "token_missing"


async def test_a_made_up_state_is_refused(house: House) -> None:
    back = answer_of(await house.begin(), "spec")
    code = parse_qs(urlsplit(back).query)["code"][0]

    for state in ("", "made-up"):
        params = {"code": code, "state": state}
        answer = await house.browser.get("/api/oidc/callback", params=params)

        assert refusal(answer) == (400, "login_state_invalid", None)


async def test_nobody_is_logged_in_by_the_answer_to_another_browsers_login(
    house: House, door: Door, provider: ProviderProcess
) -> None:
    back = answer_of(await house.begin(), "lead")

    async with opened(door, provider.rules) as victim:
        await victim.begin()
        answer = await victim.browser.get(back)

        assert refusal(answer) == (400, "login_state_invalid", None)
        assert await victim.who() == "token_missing"


async def test_whoever_takes_too_long_begins_anew(house: House) -> None:
    back = answer_of(await house.begin(), "spec")
    house.door.clock.at += timedelta(minutes=10)

    answer = await house.browser.get(back)

    assert refusal(answer) == (400, "login_state_invalid", None)


async def test_an_answer_that_names_another_provider_is_refused(house: House) -> None:
    back = answer_of(await house.begin(), "spec")

    answer = await house.browser.get(f"{back}&iss=https://other.example.org")

    assert refusal(answer) == (403, "login_refused", "issuer_wrong")


async def test_a_login_that_the_provider_denies_is_refused(house: House) -> None:
    state = parse_qs(urlsplit(await house.begin()).query)["state"][0]

    params = {"state": state, "error": "access_denied"}
    answer = await house.browser.get("/api/oidc/callback", params=params)

    assert refusal(answer) == (403, "login_refused", "provider_denied")


async def test_a_browser_is_shown_a_page_and_no_problem(house: House) -> None:
    answer = await house.log_in("stranger", accept="text/html,*/*")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?error=login_refused&reason=person_unknown"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", "evil"]
)
async def test_nobody_is_sent_on_to_another_site(house: House, wanted: str) -> None:
    back = answer_of(await house.begin(wanted), "spec")

    assert (await house.browser.get(back)).headers["location"] == "/"


async def test_without_the_provider_passwords_still_work_and_the_browser_is_told(
    door: Door, provider: ProviderProcess
) -> None:
    nowhere = replace(provider.rules, issuer="http://127.0.0.1:9/o")
    async with opened(door, nowhere) as house:
        answer = await house.browser.get("/api/oidc/login")

        assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
        assert answer.headers["retry-after"] == "5"
        door.tokens.clear()
        assert (await door.get("spec", "/api/me")).status_code == 200


async def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    door: Door, provider: ProviderProcess
) -> None:
    async with opened(door, replace(provider.rules, issuer=f"{provider.issuer}/")) as house:
        answer = await house.browser.get("/api/oidc/login")

    assert answer.json()["code"] == "provider_unavailable"


async def test_without_a_provider_there_is_no_such_login(door: Door) -> None:
    for path in ("/api/oidc/login", "/api/oidc/callback"):
        answer = await door.client.get(path)

        assert (answer.status_code, answer.json()["code"]) == (404, "provider_not_configured")


# Who of ours it is.


async def test_somebody_unknown_is_refused(house: House) -> None:
    assert refusal(await house.log_in("stranger")) == (403, "login_refused", "person_unknown")


async def test_somebody_unknown_is_made_without_a_way_in_where_the_settings_say_so(
    door: Door, provider: ProviderProcess
) -> None:
    async with opened(door, replace(provider.rules, new_department="service")) as house:
        for _ in range(2):
            answer = await house.log_in("stranger")

            assert refusal(answer) == (403, "login_refused", "person_inactive")
        assert [one[0] for one in house.recorded()].count("person_created_inactive") == 1
    with Session(door.engine) as session:
        asked = "SELECT department, active, roles FROM person WHERE username = 'stranger'"
        made = session.execute(text(asked)).one()
    assert (made.department, made.active, list(made.roles)) == ("service", False, [])


async def test_somebody_who_left_is_refused(house: House) -> None:
    with house.door.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET active = false WHERE username = 'spec'")

    assert refusal(await house.log_in("spec")) == (403, "login_refused", "person_inactive")


async def test_people_may_be_known_by_their_staff_number(
    door: Door, provider: ProviderProcess
) -> None:
    with door.engine.begin() as connection:
        changed = "UPDATE person SET staff_number = 'stranger' WHERE username = 'tech'"
        connection.exec_driver_sql(changed)
    async with opened(door, replace(provider.rules, person_field="staff_number")) as house:
        assert (await house.log_in("stranger")).status_code == 303
        assert await house.who() == "tech"


async def test_roles_come_from_the_groups_of_the_provider_where_the_settings_say_so(
    door: Door, provider: ProviderProcess
) -> None:
    roles = {"crm-leads": "team_lead", "crm-agents": "specialist"}
    mapped = replace(provider.rules, roles_claim="groups", roles=roles)
    with door.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET roles = '{auditor}' WHERE username = 'lead'")
    async with opened(door, mapped) as house:
        assert (await house.log_in("lead")).status_code == 303
        assert (await house.browser.get("/api/me")).json()["roles"] == ["team_lead"]
        assert ("roles_from_provider", "lead", None) in house.recorded()
    async with opened(door, replace(mapped, roles={"other-group": "head"})) as house:
        assert refusal(await house.log_in("lead"))[2] == "role_missing"


async def test_nothing_of_a_login_stands_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    back = answer_of(await house.begin(), "spec")
    caplog.set_level("DEBUG", logger="api")
    await house.browser.get(back)
    await house.browser.get(back)

    code = parse_qs(urlsplit(back).query)["code"][0]
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("api")]
    assert code not in str(ours)
