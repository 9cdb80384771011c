"""The events of an iCalendar file, as far as a list of days needs them (RFC 5545)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_ESCAPED = re.compile(r"\\([\\;,nN])")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?")
EVENT = "VEVENT"
_REPEATS = frozenset({"RRULE", "RDATE"})


class CalendarFileError(ValueError):
    """A file of days cannot be used: why, and on which line."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code)
        self.code = code
        self.line = line


@dataclass(frozen=True)
class Event:
    """A day or days with a name; `end` is the day after the last one.

    `special` is what Apple's calendars of Chinese holidays say of a day, "" elsewhere.
    """

    start: date
    end: date | None
    summary: str
    special: str
    line: int


def events(text: str) -> Iterator[Event]:
    """Yield the events of a file in order; other components are passed over.

    Raises:
        CalendarFileError: the file is none, an event has no day, or it repeats by a rule.
    """
    inside: list[str] = []
    properties: dict[str, str] = {}
    began = 1
    for line, name, value in _calendar(text):
        if name == "BEGIN":
            inside.append(value.upper())
            if inside[-1] == EVENT:
                properties, began = {}, line
        elif name == "END":
            if inside and inside.pop() == EVENT:
                yield _event(properties, began)
        elif inside and inside[-1] == EVENT:
            # What an alarm inside the event says is not the event's.
            properties.setdefault(name, value)
    if inside:
        raise CalendarFileError("calendar_no_icalendar", began)


def _calendar(text: str) -> list[tuple[int, str, str]]:
    found = list(_properties(text))
    if not found or (found[0][1], found[0][2].upper()) != ("BEGIN", "VCALENDAR"):
        raise CalendarFileError("calendar_no_icalendar", 1)
    return found


def _properties(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, name and value of each property; folded lines are one (section 3.1)."""
    held, began = "", 1
    for line, part in enumerate(text.splitlines(), start=1):
        if part[:1] in {" ", "\t"}:
            held += part[1:]
            continue
        if held.strip():
            yield began, *_parted(held)
        held, began = part, line
    if held.strip():
        yield began, *_parted(held)


def _parted(text: str) -> tuple[str, str]:
    # A colon in a quoted parameter does not end the name.
    match = re.match(r'([^:;"]+)((?:;[^:;="]+=(?:"[^"]*"|[^:;"]*)(?:,"[^"]*")*)*):(.*)', text)
    return (match[1].upper(), match[3].strip()) if match else ("", "")


def _event(properties: dict[str, str], line: int) -> Event:
    if _REPEATS & properties.keys():
        raise CalendarFileError("calendar_repeats", line)
    start = _date(properties.get("DTSTART", ""), line)
    end = _date(properties["DTEND"], line) if "DTEND" in properties else None
    summary = _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], properties.get("SUMMARY", ""))
    special = properties.get("X-APPLE-SPECIAL-DAY", "").upper()
    return Event(start, end, summary.strip()[:100], special, line)


def _date(text: str, line: int) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise CalendarFileError("calendar_day_invalid", line)
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise CalendarFileError("calendar_day_invalid", line) from None
