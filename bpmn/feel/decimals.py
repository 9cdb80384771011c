"""FEEL numbers: decimals of 34 digits (数值)."""

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
"""IEEE 754 decimal128, as DMN 1.3 section 10.3.2.3.1 asks; errors are trapped and become null."""

LONGEST = 400
"""A number whose exponent is larger than this is written with an exponent."""


def decimal_from(value: float) -> Decimal:
    """A Python number as FEEL sees it; floats by their shortest text."""
    if isinstance(value, int):
        return CONTEXT.create_decimal(value)
    return CONTEXT.create_decimal(repr(value))


def is_integral(value: Decimal) -> bool:
    """Whether the number has no fraction, `5.00` being integral."""
    return value == value.to_integral_value()


def decimal_text(value: Decimal) -> str:
    """The number as FEEL writes it: no exponent, no trailing zeros after the point."""
    if value == 0:
        return "0"
    exponent = value.adjusted()
    if abs(exponent) > LONGEST:
        return str(value.normalize(CONTEXT))
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
