"""Holidays out of CSV and iCalendar files."""

from __future__ import annotations

from datetime import date

import pytest

from migrations.seeds import calendar
from models.calendar_file import read_csv, read_icalendar
from models.calendar_version import ListedDay
from models.icalendar import CalendarFileError

EVENT = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:{start}\n{rest}END:VEVENT\n"


def ics(*events: str) -> bytes:
    return ("BEGIN:VCALENDAR\nVERSION:2.0\n" + "".join(events) + "END:VCALENDAR\n").encode()


def event(start: str, *rest: str) -> str:
    return EVENT.format(start=start, rest="".join(f"{line}\n" for line in rest))


def test_a_csv_file_says_which_days_are_free_and_which_are_worked() -> None:
    text = "day,working,name\n2027-10-01,0,国庆节\n2027-10-09,1,国庆节\n2027-10-02,休,\n"

    assert read_csv(text.encode()) == {
        date(2027, 10, 1): ListedDay(False, "国庆节"),
        date(2027, 10, 9): ListedDay(True, "国庆节"),
        date(2027, 10, 2): ListedDay(False, ""),
    }


def test_a_csv_file_of_a_chinese_spreadsheet_is_read_too() -> None:
    text = "name,working,day\r\n春节,休,2027-02-06\r\n"

    assert read_csv(text.encode("gb18030")) == {date(2027, 2, 6): ListedDay(False, "春节")}


def test_the_bundled_list_is_such_a_file() -> None:
    content = calendar._DAYS.read_bytes()

    assert read_csv(content) == calendar.listed_days()


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "calendar_columns_missing", 1),
        ("day,name\n2027-10-01,x\n", "calendar_columns_missing", 1),
        ("day,working\n", "calendar_empty", 1),
        ("day,working\n2027-10-01,0\n2027-13-01,0\n", "calendar_day_invalid", 3),
        ("day,working\n2027-10-01,perhaps\n", "calendar_working_unknown", 2),
        ("day,working\n2027-10-01,0\n2027-10-01,1\n", "calendar_day_twice", 3),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(CalendarFileError) as refused:
        read_csv(text.encode())

    assert (refused.value.code, refused.value.line) == (code, line)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(CalendarFileError, match="calendar_encoding_unknown"):
        read_csv(b"\xff\xff\xff")


def test_an_event_over_several_days_frees_each_of_them_but_not_the_day_of_its_end() -> None:
    found = read_icalendar(ics(event("20271001", "DTEND;VALUE=DATE:20271004", "SUMMARY:国庆节")))

    assert found == {date(2027, 10, n): ListedDay(False, "国庆节") for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("lines", "working"),
    [
        (("SUMMARY:国庆节（班）",), True),
        (("SUMMARY:国庆节 补班",), True),
        (("SUMMARY:国庆节（休）",), False),
        (("SUMMARY:国庆节", "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"), True),
        (("SUMMARY:调班", "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY"), False),
        (('SUMMARY;LANGUAGE=zh;X-NOTE="a:b":夜班',), True),
    ],
)
def test_a_make_up_day_is_told_from_a_holiday(lines: tuple[str, ...], *, working: bool) -> None:
    [found] = read_icalendar(ics(event("20271009", *lines))).values()

    assert found.working is working


def test_folded_lines_escapes_alarms_and_other_components_are_understood() -> None:
    alarm = "BEGIN:VALARM\nDTSTART:20200101\nSUMMARY:响\nEND:VALARM"
    folded = event("20271001T000000Z", "SUMMARY:国庆\n 节\\, 第一天", alarm)
    zone = "BEGIN:VTIMEZONE\nTZID:Asia/Shanghai\nDTSTART:19700101T000000\nEND:VTIMEZONE\n"

    assert read_icalendar(ics(zone, folded)) == {
        date(2027, 10, 1): ListedDay(False, "国庆节, 第一天")
    }


def test_of_two_events_on_a_day_the_make_up_day_counts() -> None:
    both = [event("20271009", "SUMMARY:国庆节（班）"), event("20271009", "SUMMARY:重阳")]

    for order in (both, both[::-1]):
        [found] = read_icalendar(ics(*order)).values()
        assert found.working


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "calendar_no_icalendar"),
        (b"<html></html>", "calendar_no_icalendar"),
        (ics(), "calendar_empty"),
        (ics(event("tomorrow")), "calendar_day_invalid"),
        (ics(event("20270230")), "calendar_day_invalid"),
        (ics(event("20271001", "RRULE:FREQ=YEARLY")), "calendar_repeats"),
        (ics(event("20270101", "DTEND:20990101")), "calendar_too_many_days"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20271001\n", "calendar_no_icalendar"),
    ],
)
def test_a_file_that_would_mislead_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(CalendarFileError) as refused:
        read_icalendar(content)

    assert refused.value.code == code
