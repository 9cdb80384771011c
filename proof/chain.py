"""Chains of hashes: each record is bound to all before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from proof.canonical import canonical

Row = Mapping[str, Any]

_INSTANCE = b"bihuan instance 1\0"
_RECORD = b"bihuan record 1\0"
_ACCESS = b"bihuan access 1\0"
# What comes before a record whose forerunner is gone; no chain begins like this.
NOTHING = bytes(32)


def genesis(instance_key: int) -> bytes:
    """Return what the chain of an instance begins with (链首)."""
    return sha256(_INSTANCE + canonical(instance_key)).digest()


def record_hash(previous: bytes, instance_key: int, row: Row, number: int | None = None) -> bytes:
    """Return the hash of an engine record (记录哈希).

    Args:
        previous: the hash of the record before, or the genesis.
        instance_key: the instance.
        row: number, at (as `moment` writes it), kind, element, key, data, and commitments if any.
        number: another number than the row's own, to try it out.
    """
    bound = [
        instance_key,
        row["number"] if number is None else number,
        row["at"],
        row["kind"],
        row["element"],
        row["key"],
        row["data"],
        row.get("commitments") or None,
    ]
    return sha256(_RECORD + previous + canonical(bound)).digest()


def access_genesis() -> bytes:
    """Return what the chain of the access records begins with."""
    return sha256(_ACCESS).digest()


def access_hash(previous: bytes, row: Row, number: int | None = None) -> bytes:
    """Return the hash of an access record: its number in the chain and its columns."""
    bound = [
        row["number"] if number is None else number,
        row["id"],
        row["at"],
        row["actor"],
        row["action"],
        row["subject"],
        row["data"],
    ]
    return sha256(_ACCESS + previous + canonical(bound)).digest()


def moment(at: datetime | str) -> str:
    """Return an instant as the chains write it: UTC, microseconds."""
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
