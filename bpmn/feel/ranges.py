"""FEEL ranges: `[1..10)`, `>= 5` and the like (区间)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends; an end that is None is open for ever (区间).

    `negated` is the range of `!= x`: everything but its (equal) ends.
    """

    start: Any
    end: Any
    start_included: bool
    end_included: bool
    negated: bool = False

    @classmethod
    def comparison(cls, operator: str, operand: Any) -> "Range":
        """The range of a unary comparison such as `< 10`."""
        if operator in ("=", "!="):
            return cls(operand, operand, True, True, operator == "!=")
        if operator in (">", ">="):
            return cls(operand, None, operator == ">=", False)
        return cls(None, operand, False, operator == "<=")
