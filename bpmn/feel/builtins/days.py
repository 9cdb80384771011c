"""Functions that place a day in its year, month and week (日历函数)."""

from decimal import Decimal

from bpmn.feel.builtins.moments import date_of
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.civil import days_from_civil, month_length
from bpmn.feel.moments import Date, DateTime

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_THURSDAY = 4


@builtin("day of year(date: date)", "day of year(date: date and time)")
def day_of_year(value: Date | DateTime) -> Decimal:
    """1 on the first of January."""
    day = date_of(value)
    return Decimal(day.days - days_from_civil(day.year, 1, 1) + 1)


@builtin("day of week(date: date)", "day of week(date: date and time)")
def day_of_week(value: Date | DateTime) -> str:
    """The English name of the weekday, as the standard has it."""
    return WEEKDAYS[date_of(value).weekday - 1]


@builtin("month of year(date: date)", "month of year(date: date and time)")
def month_of_year(value: Date | DateTime) -> str:
    """The English name of the month, as the standard has it."""
    return MONTHS[date_of(value).month - 1]


@builtin("week of year(date: date)", "week of year(date: date and time)")
def week_of_year(value: Date | DateTime) -> Decimal:
    """The week by ISO 8601: the first one holds the year's first Thursday."""
    day = date_of(value)
    thursday = Date.at(day.days - day.weekday + _THURSDAY)
    return Decimal((thursday.days - days_from_civil(thursday.year, 1, 1)) // 7 + 1)


@builtin("last day of month(date: date)", "last day of month(date: date and time)")
def last_day_of_month(value: Date | DateTime) -> Date:
    """The last day of the month."""
    day = date_of(value)
    return Date(day.year, day.month, month_length(day.year, day.month))
