"""An ID token of OpenID Connect, checked before anybody believes it (身份令牌)."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

# Signatures by a private key of the provider only: with `none` or a shared secret anybody who has
# the public key could sign.
ALGORITHMS = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
)
_KINDS = frozenset({"RSA", "EC"})
# How far the clocks of the provider and ours may differ, and how old a fresh token may be.
SKEW = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
_LONGEST = 20_000


class IdTokenError(Exception):
    """A token is not believed; the text is the reason, a code."""


@dataclass(frozen=True)
class Expected:
    """What a token has to say (期望值)."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


def verified(token: str, keys: Callable[[bool], KeySet], expected: Expected) -> Mapping[str, Any]:
    """Return the claims of a token.

    Args:
        token: as the provider sent it.
        keys: the provider's keys; True asks for those of this moment, since it may have new ones.
        expected: what the token has to say.

    Raises:
        IdTokenError: `token_malformed`, `algorithm_refused`, `key_unknown`, `signature_invalid`,
            `issuer_wrong`, `audience_wrong`, `token_expired`, `token_not_fresh`, `nonce_wrong` or
            `subject_missing`.
    """
    claims = signed(token, keys)[1]
    check_parties(claims, expected.issuer, expected.client_id)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise IdTokenError("subject_missing")
    check_times(claims, expected.now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(), expected.nonce.encode()
    ):
        raise IdTokenError("nonce_wrong")
    return claims


def signed(
    token: str, keys: Callable[[bool], KeySet]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return header and claims of a token that a key of the provider has signed.

    Raises:
        IdTokenError: `token_malformed`, `algorithm_refused`, `key_unknown` or `signature_invalid`.
    """
    header = _header(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise IdTokenError("algorithm_refused")
    chosen = _fitting(keys(False), header) or _fitting(keys(True), header)
    if not chosen:
        raise IdTokenError("key_unknown")
    return header, _decoded(token, chosen, algorithm)


def _header(token: str) -> dict[str, Any]:
    first, *others = token.split(".")
    if len(others) != 2 or len(token) > _LONGEST:  # noqa: PLR2004 (the compact form has 3 parts)
        raise IdTokenError("token_malformed")
    try:
        header = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError):
        raise IdTokenError("token_malformed") from None
    if not isinstance(header, dict):
        raise IdTokenError("token_malformed")
    return header


def _fitting(keys: KeySet, header: Mapping[str, Any]) -> list[Key]:
    """Return the keys that may have signed; which of these follows from `kid`, if it is given."""
    kid = header.get("kid")
    return [
        key
        for key in keys.keys
        if key.key_type in _KINDS
        and key.get("use", "sig") == "sig"
        and key.get("alg", header["alg"]) == header["alg"]
        and kid in (None, key.kid)
    ]


def _decoded(token: str, keys: Sequence[Key], algorithm: str) -> Mapping[str, Any]:
    for key in keys:
        try:
            return jwt.decode(token, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError):
            continue
    raise IdTokenError("signature_invalid")


def check_parties(claims: Mapping[str, Any], issuer: str, client_id: str) -> None:
    """Refuse a token of somebody else, or for somebody else.

    Raises:
        IdTokenError: `issuer_wrong` or `audience_wrong`.
    """
    if claims.get("iss") != issuer:
        raise IdTokenError("issuer_wrong")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    # OpenID Connect Core 3.1.3.7: with several audiences it says for which of them it was made.
    party = claims.get("azp", None if len(audiences) > 1 else client_id)
    if client_id not in audiences or party != client_id:
        raise IdTokenError("audience_wrong")


def check_times(claims: Mapping[str, Any], now: datetime, *, expires: bool = True) -> None:
    """Refuse a token of another time; one that need not expire is held to when it was made.

    Raises:
        IdTokenError: `token_expired` or `token_not_fresh`.
    """
    at, skew = now.timestamp(), SKEW.total_seconds()
    ends, issued = _number(claims, "exp"), _number(claims, "iat")
    if expires and (ends is None or ends + skew <= at):
        raise IdTokenError("token_expired")
    begins = _number(claims, "nbf")
    if issued is None or issued > at + skew or (begins is not None and begins > at + skew):
        raise IdTokenError("token_not_fresh")
    if issued + OLDEST.total_seconds() + skew < at:
        raise IdTokenError("token_not_fresh")


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value is not None else None
