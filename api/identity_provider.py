"""The provider of logins, by OpenID Connect: code flow with PKCE (身份提供方)."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

import settings
from api import id_token, logout_token, provider_answers
from api.logout_token import Logout
from api.problem import Problem

_OK = 200
# Description and keys are read again after an hour; keys of which nothing is known sooner, though
# not more often than once a minute, whatever tokens somebody makes up.
_KEPT = 3600.0
_SOONEST = 60.0
# A provider that was away a moment ago is not waited for again by everybody.
_AWAY = 5.0
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class ProviderRules:
    """What the settings say of the provider (身份提供方设置).

    Attributes:
        public_url: where the browser comes back to.
        claim: names the person.
        person_field: what of ours it holds, `username` or `staff_number`.
        new_department: where unknown people are made, inactive; empty: they are refused.
        roles_claim: lists groups; empty: roles are ours.
        roles: the role that each group gives.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    scopes: tuple[str, ...] = ("openid", "profile")
    claim: str = "preferred_username"
    person_field: str = "username"
    new_department: str = ""
    roles_claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the browser back to."""
        return f"{self.public_url.rstrip('/')}/api/oidc/callback"


class RefusedError(Exception):
    """A login is refused; the text is the reason, a code."""


class IdentityProvider:
    """One provider: its description and keys, read when they are needed and kept for a while."""

    def __init__(
        self, rules: ProviderRules, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rules = rules
        self._clock = clock
        self._lock = Lock()
        self._description: Mapping[str, Any] = {}
        self._described = float("-inf")
        self._failed = float("-inf")
        self._keys = KeySet([])
        self._keyed = float("-inf")

    def login_url(self, state: str, nonce: str, verifier: str) -> str:
        """Return where to send the browser.

        Raises:
            Problem: `provider_unavailable`.
        """
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.rules.client_id,
            "redirect_uri": self.rules.redirect_uri,
            "scope": " ".join(dict.fromkeys(("openid", *self.rules.scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _with_query(self._describe()["authorization_endpoint"], asked)

    def logout_url(self) -> str | None:
        """Return where the browser ends the provider's own session, if there is such a place."""
        try:
            address = self._describe().get("end_session_endpoint")
        except Problem:
            return None
        if not isinstance(address, str) or not settings.is_guarded(address):
            return None
        asked = {
            "client_id": self.rules.client_id,
            "post_logout_redirect_uri": f"{self.rules.public_url.rstrip('/')}/",
        }
        return _with_query(address, asked)

    def claims(self, code: str, verifier: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        """Exchange a code for what the provider says of a person.

        Raises:
            RefusedError: `code_refused`, or a reason of `id_token.verified`.
            Problem: `provider_unavailable`.
        """
        token = self._exchange(code, verifier)
        expected = id_token.Expected(self.rules.issuer, self.rules.client_id, nonce, now)
        try:
            return id_token.verified(token, self._keys_of, expected)
        except id_token.IdTokenError as error:
            raise RefusedError(str(error)) from None

    def logout(self, token: str, now: datetime) -> Logout:
        """Return whose session ended at the provider, by its own token.

        Raises:
            RefusedError: a reason of `logout_token.verified`.
            Problem: `provider_unavailable`.
        """
        rules = self.rules
        try:
            return logout_token.verified(token, self._keys_of, rules.issuer, rules.client_id, now)
        except id_token.IdTokenError as error:
            raise RefusedError(str(error)) from None

    def _exchange(self, code: str, verifier: str) -> str:
        rules, described = self.rules, self._describe()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": rules.redirect_uri,
            "code_verifier": verifier,
        }
        ways = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = None
        if rules.client_secret and "client_secret_basic" in ways:
            # RFC 6749 2.3.1: both are encoded as in a form first.
            basic = (quote_plus(rules.client_id), quote_plus(rules.client_secret))
        else:
            form["client_id"] = rules.client_id
            if rules.client_secret:
                form["client_secret"] = rules.client_secret
        status, answer = provider_answers.post(described["token_endpoint"], form, basic)
        token = answer.get("id_token")
        if status != _OK or not isinstance(token, str):
            raise RefusedError("code_refused")
        return token

    def _describe(self) -> Mapping[str, Any]:
        with self._lock:
            if self._clock() - self._described > _KEPT:
                issuer = self.rules.issuer
                address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                self._description = _checked(self._get(address), issuer)
                self._described = self._clock()
            return self._description

    def _keys_of(self, of_now: bool) -> KeySet:
        address = self._describe()["jwks_uri"]
        with self._lock:
            age = self._clock() - self._keyed
            if age > _KEPT or (of_now and age > _SOONEST):
                self._keys = _key_set(self._get(address))
                self._keyed = self._clock()
            return self._keys

    def _get(self, address: str) -> Mapping[str, Any]:
        if self._clock() - self._failed < _AWAY:
            raise Problem("provider_unavailable")
        try:
            return provider_answers.get(address)
        except Problem:
            self._failed = self._clock()
            raise


def _checked(description: Mapping[str, Any], issuer: str) -> Mapping[str, Any]:
    """Refuse a description of somebody else, or of addresses that can be overheard."""
    addresses = [description.get(name) for name in _ENDPOINTS]
    if description.get("issuer") != issuer or not all(
        isinstance(one, str) and settings.is_guarded(one) for one in addresses
    ):
        raise Problem("provider_unavailable")
    return description


def _key_set(document: Mapping[str, Any]) -> KeySet:
    """Return the keys that we can use; others of the set are no reason to refuse it."""
    found = document.get("keys")
    keys = []
    for one in found if isinstance(found, list) else []:
        try:
            keys += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return KeySet(keys)


def _with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
