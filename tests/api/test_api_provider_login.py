"""Logging in by OpenID Connect, at a real provider over HTTP."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text
from sqlalchemy.orm import Session

from api import provider_answers
from api.app import create_app
from api.identity_provider import IdentityProvider, ProviderRules
from stack.ports import Ports
from tests.api.door import Door
from tests.api.provider_process import (
    CLIENT_ID,
    PUBLIC_URL,
    ProviderProcess,
    answer_of,
    new_key,
)

pytestmark = pytest.mark.integration
Change = Callable[[dict[str, Any]], None]
OTHER_KEY = new_key()


@pytest.fixture(scope="module")
def provider(ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    with ProviderProcess(ports.choose("provider"), tmp_path_factory.mktemp("provider")) as running:
        yield running


@dataclass
class House:
    """Our service with a provider of logins, and a browser in front of it."""

    door: Door
    browser: httpx.AsyncClient
    identity: IdentityProvider

    async def begin(self, return_to: str = "/inbox") -> str:
        """Set out to the provider; return where the browser is sent."""
        # Tokens say when they were made.
        self.door.clock.at = datetime.now(UTC)
        answer = await self.browser.get("/api/oidc/login", params={"return_to": return_to})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def log_in(self, username: str = "spec", **headers: str) -> httpx.Response:
        """Go there and back."""
        back = answer_of(await self.begin(), username)
        return await self.browser.get(back, headers=headers)

    async def who(self) -> Any:
        """Return who the browser is, or the code of the problem."""
        answer = await self.browser.get("/api/me")
        return answer.json().get("username", answer.json().get("code"))

    def recorded(self) -> list[tuple[str, str | None, Any]]:
        """Return what was recorded of logins."""
        asked = "SELECT action, subject, data ->> 'reason' AS reason FROM access_record ORDER BY id"
        with Session(self.door.engine) as session:
            return [(r.action, r.subject, r.reason) for r in session.execute(text(asked))]


@pytest.fixture
async def house(door: Door, provider: ProviderProcess) -> AsyncIterator[House]:
    async with opened(door, provider.rules) as one:
        yield one


class opened:  # noqa: N801 (used like a function)
    """A house for other rules than usual."""

    def __init__(
        self, door: Door, rules: ProviderRules, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._identity = IdentityProvider(rules, clock=clock)
        logins = replace(door.means.logins, public_url=PUBLIC_URL)
        means = replace(door.means, provider=self._identity, logins=logins)
        transport = httpx.ASGITransport(app=create_app(means))
        self._browser = httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)
        self._door = door

    async def __aenter__(self) -> House:
        return House(self._door, self._browser, self._identity)

    async def __aexit__(self, *_: object) -> None:
        await self._browser.aclose()


def refusal(answer: httpx.Response) -> tuple[int, str, Any]:
    return answer.status_code, answer.json()["code"], answer.json().get("reason")


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

    async with httpx.AsyncClient() as client:
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


# Tokens that nobody should believe.


@dataclass
class Forged:
    """Makes other ID tokens of the one that the provider sent."""

    provider: ProviderProcess

    def signed(self, token: str, change: Change, key: str | None = None, **header: Any) -> str:
        """Sign changed claims, by the provider's own key unless another is given."""
        told, claims = parts(token)
        change(claims)
        signer = RSAKey.import_key(key or self.provider.key)
        return jwt.encode(told | header, claims, signer)


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head, body, _ = token.split(".")
    found = [json.loads(base64.urlsafe_b64decode(one + "===")) for one in (head, body)]
    return found[0], found[1]


def encoded(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(token: str, algorithm: str) -> str:
    head, claims = parts(token)
    return f"{encoded(head | {'alg': algorithm})}.{encoded(claims)}."


def public_key_as_secret(provider: ProviderProcess, token: str) -> str:
    head, claims = parts(token)
    secret = RSAKey.import_key(provider.key).as_pem(private=False)
    text = f"{encoded(head | {'alg': 'HS256'})}.{encoded(claims)}"
    signature = hmac.digest(secret, text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def other_claims_under_the_same_signature(token: str) -> str:
    head, _, signature = token.split(".")
    claims = parts(token)[1] | {"preferred_username": "lead"}
    return f"{head}.{encoded(claims)}.{signature}"


def moved(name: str, seconds: int) -> Change:
    def change(claims: dict[str, Any]) -> None:
        claims[name] = int(time.time()) + seconds

    return change


def without(name: str) -> Change:
    return lambda claims: claims.pop(name) and None


CHANGED: Mapping[str, tuple[Change, str]] = {
    "another nonce": (lambda c: c.update(nonce="made-up"), "nonce_wrong"),
    "no nonce": (without("nonce"), "nonce_wrong"),
    "another issuer": (lambda c: c.update(iss="https://other.example.org"), "issuer_wrong"),
    "another client": (lambda c: c.update(aud="other-client"), "audience_wrong"),
    "no audience": (without("aud"), "audience_wrong"),
    "several clients, none named": (
        lambda c: c.update(aud=[CLIENT_ID, "other-client"]),
        "audience_wrong",
    ),
    "several clients, another named": (
        lambda c: c.update(aud=[CLIENT_ID, "other-client"], azp="other-client"),
        "audience_wrong",
    ),
    "expired": (moved("exp", -120), "token_expired"),
    "without end": (without("exp"), "token_expired"),
    "of the future": (moved("iat", 300), "token_not_fresh"),
    "not yet": (moved("nbf", 300), "token_not_fresh"),
    "of yesterday": (moved("iat", -86_400), "token_not_fresh"),
    "of nobody": (without("sub"), "subject_missing"),
}


async def through(
    house: House, monkeypatch: pytest.MonkeyPatch, forge: Callable[[str], str]
) -> httpx.Response:
    """Log in, the provider's ID token being replaced on its way to us."""
    real = provider_answers.post

    def post(*args: Any) -> tuple[int, Mapping[str, Any]]:
        status, answer = real(*args)
        return status, {**answer, "id_token": forge(answer["id_token"])}

    monkeypatch.setattr(provider_answers, "post", post)
    return await house.log_in("spec")


async def test_a_token_that_says_the_wrong_thing_is_not_believed(
    house: House, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, (change, reason) in CHANGED.items():
        forge = partial(Forged(provider).signed, change=change)
        with monkeypatch.context() as patched:
            answer = await through(house, patched, forge)

        assert refusal(answer) == (403, "login_refused", reason), name
        assert await house.who() == "token_missing"
        assert house.recorded()[-1] == ("login_refused", None, reason)


async def test_a_token_that_the_provider_did_not_sign_is_not_believed(
    house: House, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_other = partial(Forged(provider).signed, change=lambda _: None, key=OTHER_KEY)
    ways: Mapping[str, tuple[Callable[[str], str], str]] = {
        "none": (partial(unsigned, algorithm="none"), "algorithm_refused"),
        "None": (partial(unsigned, algorithm="None"), "algorithm_refused"),
        "RS256 without a signature": (partial(unsigned, algorithm="RS256"), "signature_invalid"),
        "public key as a secret": (partial(public_key_as_secret, provider), "algorithm_refused"),
        "another key of the same name": (by_other, "signature_invalid"),
        "another key of its own name": (partial(by_other, kid="other"), "key_unknown"),
        "other claims": (other_claims_under_the_same_signature, "signature_invalid"),
        "no token": (lambda _: "nonsense", "token_malformed"),
    }
    for name, (forge, reason) in ways.items():
        with monkeypatch.context() as patched:
            answer = await through(house, patched, forge)

        assert refusal(answer) == (403, "login_refused", reason), name
        assert await house.who() == "token_missing"


async def test_clocks_may_differ_by_a_little(
    house: House, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(claims: dict[str, Any]) -> None:
        moved("exp", -30)(claims)
        moved("iat", 30)(claims)

    answer = await through(house, monkeypatch, lambda token: Forged(provider).signed(token, change))

    assert answer.status_code == 303


async def test_one_of_several_audiences_is_believed_if_the_token_was_made_for_us(
    house: House, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(claims: dict[str, Any]) -> None:
        claims.update(aud=[CLIENT_ID, "other-client"], azp=CLIENT_ID)

    answer = await through(house, monkeypatch, lambda token: Forged(provider).signed(token, change))

    assert answer.status_code == 303


# The provider's keys and its absence.


async def test_a_new_key_of_the_provider_is_found_and_strange_ones_do_not_make_us_ask_for_ever(
    door: Door, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    asked: list[str] = []
    real = provider_answers.get

    def get(address: str) -> Mapping[str, Any]:
        asked.append(address)
        return real(address)

    monkeypatch.setattr(provider_answers, "get", get)
    async with opened(door, provider.rules, clock=lambda: now) as house:
        assert (await house.log_in()).status_code == 303
        provider.end()
        provider.key = new_key()
        provider.begin()
        now += 61
        assert (await house.log_in()).status_code == 303
        assert [one.rpartition("/")[2] for one in asked].count("jwks.json") == 2

        forged = Forged(provider)
        with monkeypatch.context() as patched:
            for _ in range(3):
                answer = await through(
                    house,
                    patched,
                    lambda token: forged.signed(token, lambda _: None, OTHER_KEY, kid="strange"),
                )
                assert refusal(answer)[2] == "key_unknown"
        assert [one.rpartition("/")[2] for one in asked].count("jwks.json") == 2


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


async def test_an_address_that_nobody_proved_names_nobody(
    door: Door, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with door.engine.begin() as connection:
        changed = "UPDATE person SET staff_number = 'a@example.org' WHERE username = 'tech'"
        connection.exec_driver_sql(changed)
    rules = replace(provider.rules, claim="email", person_field="staff_number")
    outcomes = []
    for proven in (False, True):
        told = {"email": "a@example.org", "email_verified": proven}
        async with opened(door, rules) as house:
            with monkeypatch.context() as patched:
                answer = await through(
                    house,
                    patched,
                    lambda token, told=told: Forged(provider).signed(  # type: ignore[misc]
                        token, lambda claims: claims.update(told)
                    ),
                )
            outcomes.append(answer.status_code)

    assert outcomes == [403, 303]


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
