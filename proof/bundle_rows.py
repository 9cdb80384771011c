"""Rows of an export, each looked at before its hash is."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from proof.canonical import canonical
from proof.chain import Row

HASH_DIGITS = 64
_HEX = frozenset(string.hexdigits.lower())
_RECORD: Mapping[str, type | tuple[type, ...]] = {
    "number": int,
    "at": str,
    "kind": str,
    "element": str,
    "key": int,
    "data": dict,
    "hash": str,
}
_ACCESS: Mapping[str, type | tuple[type, ...]] = {
    "number": int,
    "id": int,
    "at": str,
    "actor": str,
    "action": str,
    "subject": (str, type(None)),
    "data": dict,
    "hash": str,
}


def record_row(value: Any) -> Row:
    """Return a record with `instance` as an integer.

    Raises:
        ValueError, KeyError, TypeError: it is no record.
    """
    row = _checked(value, _RECORD)
    if row.get("commitments") is not None and not isinstance(row["commitments"], dict):
        raise TypeError("commitments are an object")
    return {**row, "instance": int(row["instance"])}


def access_row(value: Any) -> Row:
    """Return an access record; one that is gone has number and hash only.

    Raises:
        ValueError, KeyError, TypeError: it is no record.
    """
    if isinstance(value, dict) and "at" not in value:
        return _checked(value, {"number": int, "hash": str})
    return _checked(value, _ACCESS)


def _checked(value: Any, columns: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a row is an object")
    for name, kind in columns.items():
        if not isinstance(value[name], kind) or isinstance(value[name], bool):
            raise TypeError(f"{name} is of another type")
    if len(value["hash"]) != HASH_DIGITS or not _HEX.issuperset(value["hash"]):
        raise ValueError("a hash has 64 digits")
    # Whatever has no canonical form was never sealed.
    canonical(value)
    return value
