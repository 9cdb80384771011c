"""FEEL values: from JSON and Python, back to them, and the names of their kinds (值).

None, bool, Decimal, str, list and dict stand for themselves; dates, times and durations have
classes of their own because FEEL knows nanoseconds, years beyond 9999 and zones by name.
"""

import datetime as python
from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import Any

from bpmn.feel.callables import Function, Overloads
from bpmn.feel.decimals import CONTEXT, decimal_from, decimal_text, is_integral
from bpmn.feel.durations import HOUR, MINUTE, NANOS, DaysTimeDuration, YearsMonthsDuration
from bpmn.feel.moments import Date, DateTime, Time
from bpmn.feel.python_moments import to_python_moment, zone_of
from bpmn.feel.ranges import Range

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysTimeDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    Range: "range",
    Function: "function",
    Overloads: "function",
}
_JSON_EXPONENT = 300
TEMPORAL = (Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration)


def kind(value: Any) -> str:
    """The name of the value's type, `null` for None."""
    return _KINDS[type(value)]


def _moment(value: python.datetime) -> DateTime:
    return DateTime(Date(value.year, value.month, value.day), _clock(value.timetz(), value))


def _clock(value: python.time, moment: python.datetime | None = None) -> Time:
    seconds = value.hour * HOUR + value.minute * MINUTE + value.second
    return Time(seconds * NANOS + value.microsecond * 1000, zone_of(moment or value))


_FROM: dict[type, Callable[[Any], Any]] = {
    int: decimal_from,
    float: lambda value: decimal_from(value) if isfinite(value) else None,
    Decimal: CONTEXT.create_decimal,
    list: lambda value: [from_json(item) for item in value],
    tuple: lambda value: [from_json(item) for item in value],
    dict: lambda value: {str(name): from_json(item) for name, item in value.items()},
    python.datetime: _moment,
    python.date: lambda value: Date(value.year, value.month, value.day),
    python.time: _clock,
    python.timedelta: DaysTimeDuration.of,
}


def from_json(value: Any) -> Any:
    """The FEEL value for a JSON or Python value; FEEL values pass unchanged.

    Raises:
        TypeError: the value is of no kind FEEL knows.
    """
    convert = _FROM.get(type(value))
    if convert is not None:
        return convert(value)
    if type(value) not in _KINDS:
        message = f"no FEEL value: {type(value).__name__}"
        raise TypeError(message)
    return value


def to_json(value: Any) -> Any:
    """The JSON value: integral numbers as int, others as float, moments as ISO 8601 text.

    Numbers beyond 1e300, which float cannot hold, become text too.
    """
    if isinstance(value, Decimal):
        return _json_number(value)
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, TEMPORAL):
        return value.iso()
    return _other_json(value)


def _json_number(value: Decimal) -> int | float | str:
    if abs(value.adjusted()) > _JSON_EXPONENT:
        return decimal_text(value)
    return int(value) if is_integral(value) else float(value)


def _other_json(value: Any) -> Any:
    if isinstance(value, python.date | python.time | python.timedelta):
        return from_json(value).iso()
    if isinstance(value, Range):
        return _range_json(value)
    return None if isinstance(value, Function | Overloads) else value


def _range_json(value: Range) -> dict[str, Any]:
    return {
        "start": to_json(value.start),
        "end": to_json(value.end),
        "start included": value.start_included,
        "end included": value.end_included,
    }


def to_python(value: Any) -> Any:
    """The value with Python's own moments and durations wherever they carry it exactly."""
    if isinstance(value, TEMPORAL):
        return to_python_moment(value)
    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {name: to_python(item) for name, item in value.items()}
    return value
