"""A logout token of OpenID Connect, checked before anybody is logged out (登出令牌).

OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import KeySet

from api import id_token
from api.id_token import IdTokenError

EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Other tokens of the provider are not for this; many providers name no type.
_TYPES = frozenset({None, "JWT", "logout+jwt"})
_LONGEST = 500


@dataclass(frozen=True)
class Logout:
    """Whose session ended at the provider (登出事件).

    Attributes:
        subject, session: of the provider; one of them may be missing.
        token: names the token, which counts once.
    """

    subject: str | None
    session: str | None
    token: str
    issued_at: datetime


def verified(
    token: str, keys: Callable[[bool], KeySet], issuer: str, client_id: str, now: datetime
) -> Logout:
    """Return what a logout token tells.

    Raises:
        IdTokenError: a reason of `id_token.verified`, `type_wrong`, `event_missing`,
            `nonce_present` or `token_unnamed`.
    """
    header, claims = id_token.signed(token, keys)
    if header.get("typ") not in _TYPES:
        raise IdTokenError("type_wrong")
    id_token.check_parties(claims, issuer, client_id)
    id_token.check_times(claims, now, expires="exp" in claims)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise IdTokenError("event_missing")
    # With a nonce it might be an ID token that somebody got hold of.
    if "nonce" in claims:
        raise IdTokenError("nonce_present")
    told = Logout(
        subject=_text(claims, "sub"),
        session=_text(claims, "sid"),
        token=_text(claims, "jti") or "",
        issued_at=datetime.fromtimestamp(float(claims["iat"]), UTC),
    )
    if told.subject is None and told.session is None:
        raise IdTokenError("subject_missing")
    if not told.token:
        raise IdTokenError("token_unnamed")
    return told


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise IdTokenError("token_malformed")
    return value
