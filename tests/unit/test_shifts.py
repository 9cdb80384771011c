"""When a shift is on."""

from datetime import UTC, date, datetime
from typing import Any

from models.shift import Shift

MONDAY, TUESDAY = date(2026, 9, 21), date(2026, 9, 22)


def shift(frames: dict[str, list[list[str]]], **more: Any) -> Shift:
    return Shift(
        code="s", name_zh="班", name_en="shift", frames=frames, valid_from=date(2026, 1, 1), **more
    )


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def test_a_shift_lasts_from_its_begin_to_just_before_its_end() -> None:
    early = shift({"mon": [["08:00", "12:00"], ["13:00", "17:00"]]})

    def on(text: str) -> bool:
        return early.covers(MONDAY, shanghai(f"2026-09-21T{text}"))

    assert [on("07:59:59"), on("08:00"), on("11:59:59"), on("12:00"), on("13:00")] == [
        False,
        True,
        True,
        False,
        True,
    ]
    assert not early.covers(TUESDAY, shanghai("2026-09-22T09:00"))


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    night = shift({"mon": [["22:00", "06:00"]]})

    assert night.covers(MONDAY, shanghai("2026-09-22T05:59"))
    assert not night.covers(MONDAY, shanghai("2026-09-22T06:00"))
    assert not night.covers(TUESDAY, shanghai("2026-09-22T23:00"))


def test_a_shift_of_a_whole_day_ends_when_the_next_one_begins() -> None:
    all_day = shift({"mon": [["00:00", "00:00"]]})

    assert all_day.covers(MONDAY, shanghai("2026-09-21T00:00"))
    assert all_day.covers(MONDAY, shanghai("2026-09-21T23:59:59"))
    assert not all_day.covers(MONDAY, shanghai("2026-09-22T00:00"))


def test_a_shift_is_read_from_the_clock_of_its_own_zone() -> None:
    berlin = shift({"mon": [["08:00", "12:00"]]}, zone="Europe/Berlin")

    assert berlin.covers(MONDAY, datetime(2026, 9, 21, 6, 0, tzinfo=UTC))
    assert not berlin.covers(MONDAY, datetime(2026, 9, 21, 10, 0, tzinfo=UTC))


def test_a_shift_is_on_only_within_the_days_of_its_validity() -> None:
    frames = {"mon": [["08:00", "12:00"]]}
    ended = shift(frames, valid_until=date(2026, 9, 20))

    assert not ended.covers(MONDAY, shanghai("2026-09-21T09:00"))
    assert ended.covers(date(2026, 9, 14), shanghai("2026-09-14T09:00"))
