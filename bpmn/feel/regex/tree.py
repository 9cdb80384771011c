"""The tree of a pattern (正则语法树)."""

from collections.abc import Callable
from dataclasses import dataclass

Matcher = Callable[[str], bool]
"""Whether one character belongs to a set."""


class PatternError(ValueError):
    """The pattern cannot be used; the code says why (正则错误)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Characters:
    """One character of a set."""

    matcher: Matcher


@dataclass(frozen=True, slots=True)
class Anchor:
    """`^` or `$`."""

    end: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, earlier ones first."""

    options: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Group:
    """A part that is captured under a number."""

    number: int
    inside: "Tree"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part so many times over; `most` is None without an end."""

    inside: "Tree"
    least: int
    most: int | None
    greedy: bool


Tree = Characters | Anchor | Sequence | Choice | Group | Repeat
