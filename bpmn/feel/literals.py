"""`@"..."` literals: the text decides what they are (时间字面量)."""

from typing import Any

from bpmn.feel.durations import parse_duration
from bpmn.feel.moment_text import parse_date, parse_date_time, parse_time


def at_literal(text: str) -> Any:
    """A duration, date, date and time or time; None when it is none of them."""
    for read in (parse_duration, parse_date_time, parse_date, parse_time):
        value = read(text)
        if value is not None:
            return value
    return None
