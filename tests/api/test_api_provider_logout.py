"""A session that ends at the provider ends here (后端登出): Back-Channel Logout 1.0."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import PASSWORD, Door
from tests.api.provider_house import House, opened, refusal
from tests.api.provider_process import CLIENT_ID, ProviderProcess, answer_of, new_key
from tests.api.test_api_provider_tokens import public_key_as_secret, unsigned

pytestmark = pytest.mark.integration
EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATH = "/api/oidc/backchannel-logout"
OTHER_KEY = new_key()


@pytest.fixture
async def other(door: Door, provider: ProviderProcess) -> AsyncIterator[House]:
    """Another browser before the same service."""
    async with opened(door, provider.rules) as found:
        yield found


async def log_in(house: House, username: str = "spec") -> str:
    """Log in by the provider; return how it calls its session."""
    address = await house.begin()
    back = await house.browser.get(answer_of(address, username))
    assert back.status_code == 303, back.text
    return "sid-" + parse_qs(urlsplit(address).query)["nonce"][0]


def subject(username: str = "spec") -> str:
    """Return how the provider names somebody: people are numbered as they were made."""
    return str(["spec", "stranger", "lead"].index(username) + 1)


def claims(provider: ProviderProcess, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {
        "iss": provider.issuer,
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": f"token-{time.monotonic_ns()}",
        "events": {EVENT: {}},
    }
    return {k: v for k, v in (told | changes).items() if v is not None}


def signed(provider: ProviderProcess, key: str | None = None, **changes: Any) -> str:
    header = {"alg": "RS256", "typ": "logout+jwt"}
    return jwt.encode(header, claims(provider, **changes), RSAKey.import_key(key or provider.key))


async def tell(house: House, token: str) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=house.browser._transport, base_url=house.browser.base_url
    ) as client:
        return await client.post(PATH, data={"logout_token": token})


async def test_the_session_that_the_provider_names_ends_and_no_other(
    house: House, other: House, provider: ProviderProcess
) -> None:
    first, _second = await log_in(house), await log_in(other)

    answer = await tell(house, signed(provider, sid=first, sub=subject()))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert (await house.who(), await other.who()) == ("token_invalid", "spec")
    assert ("session_ended_by_provider", "spec", None) in house.recorded()


async def test_a_session_may_be_named_without_its_person(
    house: House, other: House, provider: ProviderProcess
) -> None:
    first, _second = await log_in(house), await log_in(other)

    answer = await tell(house, signed(provider, sid=first))

    assert answer.status_code == 200
    assert (await house.who(), await other.who()) == ("token_invalid", "spec")


async def test_without_a_session_all_of_the_person_end_but_nobody_elses(
    house: House, other: House, provider: ProviderProcess
) -> None:
    await log_in(house)
    await log_in(other, "lead")

    answer = await tell(house, signed(provider, sub=subject()))

    assert answer.status_code == 200
    assert (await house.who(), await other.who()) == ("token_invalid", "lead")


async def test_a_session_by_password_and_an_api_token_go_on(
    house: House, provider: ProviderProcess
) -> None:
    await log_in(house)
    given = {"username": "spec", "password": PASSWORD}
    bearer = (await house.browser.post("/api/login", json=given)).json()["token"]

    await tell(house, signed(provider, sub=subject()))

    head = {"Authorization": f"Bearer {bearer}"}
    assert (await house.browser.get("/api/me", headers=head)).status_code == 200


async def test_a_session_of_somebody_else_does_not_end_by_a_name_of_the_provider(
    house: House, provider: ProviderProcess
) -> None:
    sid = await log_in(house)

    wrong = await tell(house, signed(provider, sid=sid, sub=subject("lead")))

    assert wrong.status_code == 200
    assert await house.who() == "spec"


async def test_what_ends_nobodys_session_is_no_error(
    house: House, provider: ProviderProcess
) -> None:
    await house.begin()

    assert (await tell(house, signed(provider, sub="somebody"))).status_code == 200


async def test_a_token_counts_once_also_when_it_comes_many_times_at_once(
    house: House, provider: ProviderProcess
) -> None:
    sid = await log_in(house)
    token = signed(provider, sid=sid)

    answers = await asyncio.gather(*(tell(house, token) for _ in range(5)))

    codes = sorted(one.status_code for one in answers)
    assert codes == [200, 400, 400, 400, 400]
    again = next(one for one in answers if one.status_code == 400)
    assert refusal(again) == (400, "logout_refused", "token_replayed")


async def test_who_logs_in_again_afterwards_stays_in(
    house: House, provider: ProviderProcess
) -> None:
    await log_in(house)
    token = signed(provider, sub=subject(), iat=int(time.time()) - 300)
    late = await tell(house, token)

    assert late.status_code == 200
    assert await house.who() == "spec"


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("issuer_wrong", {"iss": "https://other.example.org"}),
        ("audience_wrong", {"aud": "another-client"}),
        ("audience_wrong", {"aud": [CLIENT_ID, "another-client"]}),
        ("token_not_fresh", {"iat": None}),
        ("token_not_fresh", {"iat": 1}),
        ("token_not_fresh", {"iat": 1 << 40}),
        ("token_expired", {"exp": 1}),
        ("token_unnamed", {"jti": None}),
        ("token_unnamed", {"jti": ""}),
        ("event_missing", {"events": None}),
        ("event_missing", {"events": {}}),
        ("event_missing", {"events": [EVENT]}),
        ("event_missing", {"events": {EVENT: None}}),
        ("nonce_present", {"nonce": "n"}),
        ("nonce_present", {"nonce": ""}),
        ("subject_missing", {"sub": None}),
        ("token_malformed", {"sub": 7}),
        ("token_malformed", {"sid": ["a"]}),
        ("token_malformed", {"sub": "x" * 501}),
        ("signature_invalid", {"key": OTHER_KEY}),
    ],
)
async def test_a_token_that_is_not_right_in_every_part_ends_nothing(
    house: House, provider: ProviderProcess, reason: str, changes: dict[str, Any]
) -> None:
    await log_in(house)
    told = {"sub": subject()} | changes
    if reason == "token_unnamed" and changes["jti"] == "":
        reason = "token_malformed"

    answer = await tell(house, signed(provider, **told))

    assert refusal(answer) == (400, "logout_refused", reason)
    assert answer.headers["cache-control"] == "no-store"
    assert await house.who() == "spec"
    assert ("logout_refused", None, reason) in house.recorded()


async def test_nobody_signs_with_what_is_public_or_not_at_all(
    house: House, provider: ProviderProcess
) -> None:
    await log_in(house)
    token = signed(provider, sub=subject())
    forged = [public_key_as_secret(provider, token), unsigned(token, "none"), f"{token}.x"]

    for one in (*forged, "a.b", "a.b.c", "登出", "x" * 100_000):
        answer = await tell(house, one)
        assert answer.status_code == 400, one[:200]

    assert await house.who() == "spec"


async def test_an_id_token_ends_no_session(house: House, provider: ProviderProcess) -> None:
    await log_in(house)

    plain = signed(provider, sub=subject(), events=None, nonce="n")

    assert refusal(await tell(house, plain))[1:] == ("logout_refused", "event_missing")
    assert await house.who() == "spec"


async def test_the_body_is_a_form_with_a_token(house: House) -> None:
    sent: list[dict[str, Any]] = [
        {"json": {"logout_token": "x"}},
        {"data": {}},
        {"data": {"logout_token": ""}},
    ]
    for one in sent:
        answer = await house.browser.post(PATH, **one)
        assert refusal(answer) == (400, "logout_refused", "token_malformed")


async def test_without_a_provider_there_is_no_such_route(door: Door) -> None:
    answer = await door.client.post(PATH, data={"logout_token": "x"})

    assert (answer.status_code, answer.json()["code"]) == (404, "provider_not_configured")


async def test_nothing_that_the_provider_names_is_stored_readably(
    house: House, provider: ProviderProcess
) -> None:
    sid = await log_in(house)
    await tell(house, signed(provider, sid="another", jti="a-name-of-a-token"))

    with Session(house.door.engine) as session:
        tokens = str(session.execute(text("SELECT * FROM access_token")).all())
        used = str(session.execute(text("SELECT * FROM provider_logout")).all())
    assert sid not in tokens
    assert "a-name-of-a-token" not in used


async def test_used_tokens_are_forgotten_when_nobody_would_believe_them_any_more(
    house: House, provider: ProviderProcess
) -> None:
    await house.begin()
    await tell(house, signed(provider, sub="x"))
    house.door.clock.at += timedelta(minutes=13)

    await tell(house, signed(provider, sub="x", iat=int(time.time()) + 780, exp=None))

    with Session(house.door.engine) as session:
        assert session.execute(text("SELECT count(*) FROM provider_logout")).scalar_one() == 1
