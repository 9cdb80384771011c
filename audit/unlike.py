"""Where two JSON values are not the same (差异)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# In the place of what is not there: null is there.
_ABSENT = object()


def unlike(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the path and both values wherever two values differ; what is not there is None.

    Numbers are the same when they are equal, since PostgreSQL gives 1e22 back as an integer.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys(), key=str):
            inner = f"{path}.{name}" if path else str(name)
            yield from unlike(one.get(name, _ABSENT), other.get(name, _ABSENT), inner)
    elif isinstance(one, list) and isinstance(other, list):
        for place in range(max(len(one), len(other))):
            yield from unlike(_at(one, place), _at(other, place), f"{path}[{place}]")
    elif not _same(one, other):
        yield path, _told(one, other), _told(other, one)


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else _ABSENT


def _told(value: Any, beside: Any) -> Any:
    if value is None and beside is _ABSENT:
        return "null"
    return None if value is _ABSENT else value


def _same(one: Any, other: Any) -> bool:
    # True is equal to 1 in Python, and not in JSON.
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
