"""FEEL ranges: `[1..10)`, `>= 5` and the like (区间)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends; an end that is None is open for ever (区间).

    `operator` is that of a unary comparison: `(< 10)` and `(null..10)` hold the same values and
    are not the same range. With `!=` the range holds everything but its (equal) ends.
    """

    start: Any
    end: Any
    start_included: bool
    end_included: bool
    operator: str = ""

    @property
    def negated(self) -> bool:
        """Whether it is the range of `!= x`."""
        return self.operator == "!="

    @classmethod
    def comparison(cls, operator: str, operand: Any) -> "Range":
        """The range of a unary comparison such as `< 10`."""
        if operator in ("=", "!="):
            return cls(operand, operand, True, True, operator)
        if operator in (">", ">="):
            return cls(operand, None, operator == ">=", False, operator)
        return cls(None, operand, False, operator == "<=", operator)
