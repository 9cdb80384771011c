"""What an evaluation answers: a value and warnings, never an exception (求值结果)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """One thing FEEL could not do and answered null for (警告).

    `data` names types, functions and variables; it never holds values, which may be personal.
    """

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The value of an expression, the warnings met on the way and the steps it took (结果)."""

    value: Any
    warnings: tuple[FeelWarning, ...] = ()
    steps: int = 0


class FeelSyntaxError(ValueError):
    """The text is not FEEL: a code and the position of the offending character (语法错误)."""

    def __init__(self, position: int, code: str) -> None:
        super().__init__(f"{code} at {position}")
        self.position = position
        self.code = code


class BudgetExceededError(Exception):
    """The evaluation took more steps, or went deeper, than it was allowed (超出预算)."""
