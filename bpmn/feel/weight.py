"""How much a value holds, all its parts counted, also those it holds several times (值的大小)."""

from collections.abc import Iterable
from typing import Any

NODES_PER_STEP = 8
"""Building, comparing or handing on so many parts of a value costs a step."""

CHARACTERS_PER_NODE = 16

LARGEST = 100_000
"""Parts that the value of an expression may have, about a megabyte of JSON."""


def weight(value: Any, limit: int) -> int:
    """The number of parts, or any number above the limit as soon as there are more.

    A list that stands twice in another counts twice: written out, it would.
    """
    count, waiting = 0, [value]
    while waiting and count <= limit:
        one = waiting.pop()
        if isinstance(one, str):
            count += len(one) // CHARACTERS_PER_NODE
            continue
        count += len(one)
        parts: Iterable[Any] = one.values() if isinstance(one, dict) else one
        waiting += [part for part in parts if isinstance(part, list | dict | str)]
    return count


def is_heavy(value: Any) -> bool:
    """Whether the value has parts or a length at all."""
    return isinstance(value, list | dict | str)
