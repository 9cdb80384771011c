"""Where a name and a correlation key meet: one number for look-ups and for the lock."""

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.orm import Session

_BYTES = 8
# `unnest` keeps the order of the array, so that two transactions never wait for each other.
_LOCK = text("SELECT pg_advisory_xact_lock(one) FROM unnest(CAST(:slots AS bigint[])) AS one")


def slot(*parts: str) -> int:
    """Return a signed 64-bit hash of texts of any length (槽位).

    Two different lists may share one, so whoever looks up by it compares the texts as well.
    """
    encoded = [part.encode() for part in parts]
    joined = b"".join(len(part).to_bytes(_BYTES) + part for part in encoded)
    return int.from_bytes(sha256(joined).digest()[:_BYTES], signed=True)


def lock(session: Session, slots: Iterable[int]) -> None:
    """Hold these slots until the transaction ends: publishing and subscribing meet here."""
    if wanted := sorted(set(slots)):
        session.execute(_LOCK, {"slots": wanted})
