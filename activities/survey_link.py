"""The signed link to a survey: `<public url>/survey/<token>` (评价链接)."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

_PURPOSE = b"bihuan survey link 1"
_ID_BYTES = 16
_TIME_BYTES = 8
_SIGNED_BYTES = _ID_BYTES + _TIME_BYTES
_TOKEN_BYTES = _SIGNED_BYTES + 32
# Four characters hold three bytes; no padding is left over.
_TOKEN_LENGTH = 75


class LinkInvalidError(ValueError):
    """The token is not one of ours."""


class LinkExpiredError(ValueError):
    """The token is ours and its time is over."""


def sign(survey_id: UUID, expires_at: datetime, key: bytes) -> str:
    """Return the token of a survey: id, expiry and their HMAC-SHA256, base64url without padding.

    Raises:
        ValueError: there is no key.
    """
    body = survey_id.bytes + int(expires_at.timestamp()).to_bytes(_TIME_BYTES, "big")
    return _encode(body + _mac(body, key))


def verify(token: str, key: bytes, now: datetime) -> UUID:
    """Return the survey that a token opens.

    Raises:
        LinkInvalidError: the token is not ours, or was changed.
        LinkExpiredError: it is too late.
    """
    if len(token) != _TOKEN_LENGTH or not token.isascii():
        raise LinkInvalidError
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise LinkInvalidError from None
    body, mac = raw[:_SIGNED_BYTES], raw[_SIGNED_BYTES:]
    # One text for each token: base64 leaves bits of the last character unused.
    if len(raw) != _TOKEN_BYTES or _encode(raw) != token:
        raise LinkInvalidError
    if not hmac.compare_digest(mac, _mac(body, key)):
        raise LinkInvalidError
    if int.from_bytes(body[_ID_BYTES:], "big") <= now.astimezone(UTC).timestamp():
        raise LinkExpiredError
    return UUID(bytes=body[:_ID_BYTES])


def address(public_url: str, token: str) -> str:
    """Return the address that a customer opens."""
    return f"{public_url.rstrip('/')}/survey/{token}"


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _mac(body: bytes, key: bytes) -> bytes:
    if not key:
        raise ValueError("links are signed with a key")
    return hmac.digest(key, _PURPOSE + body, "sha256")
