"""What a provider of logins says of a person, and what is not believed of it."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from api import provider_answers
from tests.api.door import Door
from tests.api.provider_house import House, opened, refusal
from tests.api.provider_process import (
    CLIENT_ID,
    ProviderProcess,
    new_key,
)

pytestmark = pytest.mark.integration
Change = Callable[[dict[str, Any]], None]
OTHER_KEY = new_key()


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
