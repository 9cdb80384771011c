"""Commitments: what stands in a chain for a personal value."""

from __future__ import annotations

import hmac
from hashlib import sha256
from uuid import UUID

from proof.canonical import canonical

_SALT = b"bihuan commitment salt 1\0"


def commitment(secret: bytes, reference: UUID, value: str) -> bytes:
    """Return the commitment (承诺值) of a personal value, HMAC-SHA256 under a salt of its own.

    The salt comes from the data key of the person: without that key nobody can try values on it,
    and wrapping the key anew changes nothing.
    """
    salt = hmac.digest(secret, _SALT + reference.bytes, sha256)
    return hmac.digest(salt, canonical([str(reference), value]), sha256)
