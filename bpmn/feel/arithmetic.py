"""What `+ - * / **` mean for each pair of kinds (算术)."""

from collections.abc import Callable
from decimal import Decimal, DecimalException, Overflow
from typing import Any

from bpmn.feel.civil import MONTHS_PER_YEAR, YEAR_LIMIT, month_length
from bpmn.feel.decimals import CONTEXT
from bpmn.feel.durations import DaysTimeDuration, YearsMonthsDuration
from bpmn.feel.moments import DAY_NANOS, Date, DateTime, Time

_Operation = Callable[[Any, Any], Any]
_Table = dict[tuple[str, type, type], _Operation]
_BIGGEST_POWER = 1_000_000
_LONGEST_DURATION = 10**33


def operate(operator: str, left: Any, right: Any) -> Any:
    """The result of an operator; None when it is undefined for the values."""
    operation = _OPERATIONS.get((operator, type(left), type(right)))
    if operation is None:
        return None
    try:
        return operation(left, right)
    except (DecimalException, OverflowError, ValueError):
        return None


def negate(value: Any) -> Any:
    """`-value`, None for what has no negative."""
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(-value.nanos)
    return YearsMonthsDuration(-value.months) if isinstance(value, YearsMonthsDuration) else None


def _power(left: Decimal, right: Decimal) -> Decimal:
    if abs(right) > _BIGGEST_POWER:
        raise Overflow
    return CONTEXT.power(left, right)


def add_months(day: Date, months: int) -> Date | None:
    """The same day so many months on, or the last one of a shorter month."""
    year, month = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + months, MONTHS_PER_YEAR)
    if abs(year) > YEAR_LIMIT:
        return None
    return Date(year, month + 1, min(day.day, month_length(year, month + 1)))


def _shift_date(day: Date, length: DaysTimeDuration) -> Date | None:
    moved = Date.at((day.days * DAY_NANOS + length.nanos) // DAY_NANOS)
    return moved if abs(moved.year) <= YEAR_LIMIT else None


def _shift_moment(moment: DateTime, length: DaysTimeDuration) -> DateTime | None:
    moved = DateTime.at(moment.wall + length.nanos, moment.time.zone)
    return moved if abs(moved.date.year) <= YEAR_LIMIT else None


def _shift_time(clock: Time, length: DaysTimeDuration) -> Time:
    return Time((clock.nanos + length.nanos) % DAY_NANOS, clock.zone)


def _shift_months(value: Date | DateTime, length: YearsMonthsDuration) -> Date | DateTime | None:
    if isinstance(value, Date):
        return add_months(value, length.months)
    day = add_months(value.date, length.months)
    return None if day is None else DateTime(day, value.time)


def _between(left: DateTime | Time, right: DateTime | Time) -> DaysTimeDuration | None:
    if (left.offset is None) != (right.offset is None):
        return None
    return DaysTimeDuration(left.instant - right.instant)


def midnight(day: Date) -> DateTime:
    """The date as a date and time in UTC, as DMN 1.3 section 10.3.2.3.6 has it."""
    return DateTime(day, Time(0, 0))


def _scale(nanos: int, factor: Decimal, *, divide: bool) -> int:
    operation = CONTEXT.divide if divide else CONTEXT.multiply
    scaled = int(operation(Decimal(nanos), factor))
    if abs(scaled) > _LONGEST_DURATION:
        raise OverflowError
    return scaled


_OPERATIONS: _Table = {
    ("+", Decimal, Decimal): CONTEXT.add,
    ("-", Decimal, Decimal): CONTEXT.subtract,
    ("*", Decimal, Decimal): CONTEXT.multiply,
    ("/", Decimal, Decimal): CONTEXT.divide,
    ("**", Decimal, Decimal): _power,
    ("+", str, str): lambda left, right: left + right,
    ("-", Date, Date): lambda left, right: DaysTimeDuration((left.days - right.days) * DAY_NANOS),
    ("-", DateTime, DateTime): _between,
    ("-", DateTime, Date): lambda left, right: _between(left, midnight(right)),
    ("-", Date, DateTime): lambda left, right: _between(midnight(left), right),
    ("-", Time, Time): _between,
}


def _shifts(moment: type, length: type, shift: _Operation) -> _Table:
    return {
        ("+", moment, length): shift,
        ("+", length, moment): lambda left, right: shift(right, left),
        ("-", moment, length): lambda left, right: shift(left, negate(right)),
    }


_OPERATIONS |= _shifts(Date, DaysTimeDuration, _shift_date)
_OPERATIONS |= _shifts(DateTime, DaysTimeDuration, _shift_moment)
_OPERATIONS |= _shifts(Time, DaysTimeDuration, _shift_time)
_OPERATIONS |= _shifts(Date, YearsMonthsDuration, _shift_months)
_OPERATIONS |= _shifts(DateTime, YearsMonthsDuration, _shift_months)


def _lengths(make: Callable[[int], Any], count: Callable[[Any], int], length: type) -> _Table:
    def ratio(left: Any, right: Any) -> Decimal:
        return CONTEXT.divide(Decimal(count(left)), Decimal(count(right)))

    def times(left: Any, right: Decimal) -> Any:
        return make(_scale(count(left), right, divide=False))

    return {
        ("+", length, length): lambda left, right: make(count(left) + count(right)),
        ("-", length, length): lambda left, right: make(count(left) - count(right)),
        ("*", length, Decimal): times,
        ("*", Decimal, length): lambda left, right: times(right, left),
        ("/", length, Decimal): lambda left, right: make(_scale(count(left), right, divide=True)),
        ("/", length, length): ratio,
    }


_OPERATIONS |= _lengths(DaysTimeDuration, lambda value: value.nanos, DaysTimeDuration)
_OPERATIONS |= _lengths(YearsMonthsDuration, lambda value: value.months, YearsMonthsDuration)
