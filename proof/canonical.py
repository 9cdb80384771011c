"""One sequence of bytes for each JSON value, whatever way it has gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

Json = Any
_Put = Callable[[bytes], None]


def canonical(value: Json) -> bytes:
    """Return the canonical form (规范形式) of a JSON value: typed, length-prefixed, keys sorted.

    Numbers that are equal have the same bytes: a database gives 1e22 back as an integer and
    forgets the sign of zero.

    Raises:
        ValueError: a number is not finite, or a text holds half a character.
        TypeError: the value is no JSON.
    """
    pieces: list[bytes] = []
    _write(value, pieces.append)
    return b"".join(pieces)


def _write(value: Json, put: _Put) -> None:
    writer = _WRITERS.get(type(value))
    if writer is None:
        raise TypeError(f"{type(value).__name__} is no JSON")
    writer(value, put)


def _text(value: str, put: _Put) -> None:
    content = value.encode()
    put(b"s%d:" % len(content))
    put(content)


def _integer(value: int, put: _Put) -> None:
    _number(str(value), put)


def _float(value: float, put: _Put) -> None:
    if not isfinite(value):
        raise ValueError("a number must be finite")
    # The shortest text that means this number, which is what travels and is stored.
    digits = f"{Decimal(repr(value)):f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    _number("0" if digits == "-0" else digits, put)


def _number(digits: str, put: _Put) -> None:
    put(b"d%d:%s" % (len(digits), digits.encode()))


def _truth(value: bool, put: _Put) -> None:
    put(b"t" if value else b"f")


def _nothing(_: None, put: _Put) -> None:
    put(b"n")


def _list(value: list[Json], put: _Put) -> None:
    put(b"l%d:" % len(value))
    for one in value:
        _write(one, put)


def _map(value: Mapping[str, Json], put: _Put) -> None:
    put(b"m%d:" % len(value))
    for key in sorted(value):
        _text(key, put)
        _write(value[key], put)


_WRITERS: Mapping[type, Callable[[Any, _Put], None]] = {
    str: _text,
    int: _integer,
    float: _float,
    bool: _truth,
    type(None): _nothing,
    list: _list,
    dict: _map,
}
