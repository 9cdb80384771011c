"""Every limit of requirements 21 to 28 over National Day 2026, to the second.

The 1st to the 7th of October 2026 are free, Saturday the 10th is worked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities import tightest
from bpmn import deployment
from bpmn.clock import Clock, to_text
from bpmn.commands import FireTimers
from bpmn.model import Definition
from bpmn.records import Kind
from models.service_clock import ACCEPTANCE, RESPONSE, SOLUTION
from tests.unit.feedback_life import Life, calendar, dates, resources

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = timedelta(seconds=1)
# Wednesday, the last working day before the holidays, one hour before the office closes.
EVE = datetime(2026, 9, 30, 17, 0, tzinfo=SHANGHAI).astimezone(UTC)
QUALITY = {"classification": {"type": "complaint", "category": "quality"}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def assigned(clock: str, **limits: str) -> Any:
    """What assignment answers: the tightest limits, here all of a rule on one clock."""

    def answer(life: Life) -> dict[str, Any]:
        level = life.variable("service_level")
        rules = [rule | limits | {"clock": clock} for rule in level["candidates"]]
        now = Clock(life.now, calendar())
        starts = dict.fromkeys((ACCEPTANCE, RESPONSE, SOLUTION), life.now)
        chosen = tightest.choose(level | {"candidates": rules}, now, starts)
        due = now.after(life.now, chosen["solution"], clock)
        response = now.after(life.now, chosen["first_response"], clock)
        told = dates(life.now) | {"due_at": to_text(due), "response_due": to_text(response)}
        return {"assignment": {"assignee": "li.si"}, "service_level": chosen} | told

    return answer


def begun(clock: str = "wall", *, urgency: str = "normal", **limits: str) -> Life:
    return Life(at=EVE, answers={"feedback.assign": assigned(clock, **limits)}).begin(
        urgency=urgency
    )


def fires(life: Life, element: str, due: datetime) -> bool:
    """Tell whether a timer fires at this very second, once, whatever the alarm does."""
    before = fired(life, element)
    life.wait(seconds=(due.astimezone(UTC) - SECOND - life.now).total_seconds())
    early = fired(life, element)
    life.wait(seconds=1)
    for n in range(2):
        life.do(FireTimers(id=f"again {n} {life.now}"))
    return (early, fired(life, element)) == (before, before + 1)


def fired(life: Life, element: str) -> int:
    kinds = [(r.kind, r.element) for r in life.records]
    return kinds.count((Kind.TIMER_FIRED, element))


@pytest.mark.parametrize(
    ("clock", "half", "most", "due"),
    [
        ("wall", "09-30T18:00:00", "09-30T18:36:00", "09-30T19:00:00"),
        # An hour is left of the day, the other one is worked after the holidays.
        ("working", "09-30T18:00:00", "10-08T09:36:00", "10-08T10:00:00"),
    ],
)
def test_acceptance_is_due_after_two_hours_on_either_clock(
    clock: str, half: str, most: str, due: str
) -> None:
    life = begun(clock)

    assert fires(life, "acceptance_half", at(half))
    assert fires(life, "acceptance_nearing", at(most))
    assert fires(life, "accept_overdue", at(due))


def test_the_ladder_goes_on_through_the_holidays_as_the_wall_clock_does() -> None:
    life = begun()

    assert fires(life, "accept_overdue", at("09-30T19:00:00"))
    assert fires(life, "rung_silent", at("09-30T21:00:00"))
    assert fires(life, "rung_silent", at("09-30T23:00:00"))


def test_an_urgent_quality_complaint_is_due_within_two_hours_though_all_are_on_holiday() -> None:
    answers = {"feedback.classify": QUALITY, "feedback.assign": assigned("wall")}
    life = Life(at=EVE + timedelta(days=2), answers=answers).begin(urgency="urgent")

    assert life.created("accept")["candidate_groups"] == ["quality.head"]
    assert fires(life, "accept_overdue", at("10-02T19:00:00"))


@pytest.mark.parametrize(
    ("clock", "urgency", "limits", "half", "due"),
    [
        ("wall", "normal", {}, "10-02T05:00:00", "10-03T17:00:00"),
        ("wall", "urgent", {}, "10-01T05:00:00", "10-01T17:00:00"),
        # Two working days: the 8th and the 9th. Half of sixteen hours is over on the 8th.
        ("working", "normal", {"solution": "P2D"}, "10-08T17:00:00", "10-09T17:00:00"),
        # The third working day is the make-up Saturday.
        ("working", "normal", {"solution": "P3D"}, "10-09T12:00:00", "10-10T17:00:00"),
    ],
)
def test_the_solution_is_due_by_its_clock_over_the_holidays(
    clock: str, urgency: str, limits: dict[str, str], half: str, due: str
) -> None:
    life = begun(clock, urgency=urgency, **limits)
    life.complete("accept")

    assert fires(life, "solution_half", at(half))
    assert fires(life, "solution_overdue", at(due))
    assert fired(life, "solution_nearing") == 1


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        ("wall", "10-01T17:00:00"),
        # One hour on the 30th, eight each on the 8th and 9th, seven on the make-up Saturday.
        ("working", "10-10T17:00:00"),
    ],
)
def test_the_first_response_is_due_by_its_clock_over_the_holidays(clock: str, due: str) -> None:
    life = begun(clock, first_response="PT24H")
    life.complete("accept")

    assert fires(life, "response_overdue", at(due))


@pytest.mark.parametrize(("urgency", "hours"), [("normal", 24), ("urgent", 4), ("critical", 2)])
def test_progress_is_due_through_the_holidays_first_the_owner_then_the_head_is_told(
    urgency: str, hours: int
) -> None:
    life = begun(urgency=urgency)
    life.complete("accept")

    assert fires(life, "progress_half", EVE + timedelta(hours=hours / 2))
    assert fires(life, "progress_nearing", EVE + timedelta(hours=hours * 0.8))
    assert fires(life, "progress_missed", EVE + timedelta(hours=hours))
    for rung in (2, 3, 4, 5):
        assert fires(life, "still_missed", EVE + timedelta(hours=rung * hours))
    life.publish("progress_recorded")
    noted = life.now
    assert fires(life, "progress_missed", noted + timedelta(hours=hours))


def on_working_time(table: str, cell: str) -> Definition:
    """The bundled definition with one clock column on working time."""
    files = resources()
    before = f'id="{cell}"><text>"wall"'.encode()
    assert before in files[table]
    files[table] = files[table].replace(before, f'id="{cell}"><text>"working"'.encode())
    return deployment.check("w" * 64, files)


def test_progress_on_working_time_waits_for_the_end_of_the_holidays() -> None:
    drawn = on_working_time("service_level.dmn", "progress_interval_normal_out_2")
    life = Life(at=EVE, answers={"feedback.assign": assigned("wall")}, drawn=drawn).begin()
    life.complete("accept")

    # One hour on the 30th, eight each on the 8th and 9th, seven on the make-up Saturday.
    assert fires(life, "progress_half", at("10-09T12:00:00"))
    assert fires(life, "progress_nearing", at("10-10T11:12:00"))
    assert fires(life, "progress_missed", at("10-10T17:00:00"))
    assert fires(life, "still_missed", at("10-14T17:00:00"))


def test_the_second_followup_on_working_time_waits_for_the_end_of_the_holidays() -> None:
    drawn = on_working_time("limits.dmn", "limits_default_out_8")
    life = Life(at=EVE - timedelta(hours=24), drawn=drawn).begin()
    life.accept_and_process()
    life.wait(hours=24)
    life.publish("survey_answered", satisfaction="dissatisfied")

    # 48 hours of work: one on the 30th, three days up to the make-up Saturday, 23 in the next week.
    assert fires(life, "followup_half", at("10-10T17:00:00"))
    assert fires(life, "followup_nearing", at("10-13T15:24:00"))
    assert fires(life, "followup_overdue", at("10-14T17:00:00"))


def test_a_request_for_more_time_lapses_on_the_make_up_saturday() -> None:
    life = begun()
    life.complete("accept")
    life.publish("extension_requested", extension={"until": "2026-10-04"})

    assert fires(life, "undecided", at("10-10T17:00:00"))
    assert "extension.lapse" in life.jobs


def test_the_second_followup_is_due_after_48_hours_through_the_holidays() -> None:
    life = begun()
    life.accept_and_process()
    life.wait(hours=24)
    life.publish("survey_answered", satisfaction="dissatisfied")
    start = life.now

    assert fires(life, "followup_half", start + timedelta(hours=24))
    assert fires(life, "followup_nearing", start + timedelta(hours=38.4))
    assert fires(life, "followup_overdue", start + timedelta(hours=48))
