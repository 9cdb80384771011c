"""Functions of numbers (数值函数)."""

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.decimals import CONTEXT, is_integral
from bpmn.feel.durations import DaysTimeDuration, YearsMonthsDuration

_WHOLE = Decimal(0)
_SCALES = range(-6111, 6177)


def _rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    places = int(scale)
    if places not in _SCALES:
        return None
    if places + number.adjusted() + 1 >= CONTEXT.prec:
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding, CONTEXT)


@builtin("decimal(n: number, scale: number)")
def decimal(number: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to so many places, halves to even."""
    return _rounded(number, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number)", "floor(n: number, scale: number)")
def floor(number: Decimal, scale: Decimal = _WHOLE) -> Decimal | None:
    """Rounded down."""
    return _rounded(number, scale, ROUND_FLOOR)


@builtin("ceiling(n: number)", "ceiling(n: number, scale: number)")
def ceiling(number: Decimal, scale: Decimal = _WHOLE) -> Decimal | None:
    """Rounded up."""
    return _rounded(number, scale, ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(number: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded away from zero."""
    return _rounded(number, scale, ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(number: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded towards zero."""
    return _rounded(number, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(number: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves away from zero."""
    return _rounded(number, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(number: Decimal, scale: Decimal) -> Decimal | None:
    """Rounded to the nearest, halves towards zero."""
    return _rounded(number, scale, ROUND_HALF_DOWN)


@builtin("abs(n: number)", "abs(n: days and time duration)", "abs(n: years and months duration)")
def absolute(value: Any) -> Any:
    """The value without its sign."""
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(abs(value.nanos))
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(abs(value.months))
    return CONTEXT.abs(value)


@builtin("modulo(dividend: number, divisor: number)")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """What remains after division, with the sign of the divisor."""
    quotient = CONTEXT.divide(dividend, divisor).to_integral_value(ROUND_FLOOR)
    return CONTEXT.subtract(dividend, CONTEXT.multiply(divisor, quotient))


@builtin("sqrt(number: number)")
def square_root(number: Decimal) -> Decimal:
    """The square root, null below zero."""
    return CONTEXT.sqrt(number)


@builtin("log(number: number)")
def logarithm(number: Decimal) -> Decimal | None:
    """The natural logarithm, null at and below zero."""
    return CONTEXT.ln(number) if number > 0 else None


@builtin("exp(number: number)")
def exponential(number: Decimal) -> Decimal:
    """Euler's number to a power."""
    return CONTEXT.exp(number)


@builtin("odd(number: number)")
def odd(number: Decimal) -> bool | None:
    """Whether an integral number is odd."""
    return number % 2 != 0 if is_integral(number) else None


@builtin("even(number: number)")
def even(number: Decimal) -> bool | None:
    """Whether an integral number is even."""
    return number % 2 == 0 if is_integral(number) else None
