"""The clocks of service levels as drawn: reminders, breaches, extensions, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bpmn.clock import to_text
from bpmn.records import Kind
from tests.unit.feedback_life import (
    MORNING,
    TIMERS,
    Life,
    dates,
    happens_after,
    processing,
    rungs,
)

HOUR = timedelta(hours=1)


def test_the_owner_is_reminded_at_half_and_at_80_percent_and_the_head_told_at_the_due_time() -> (
    None
):
    life = processing()

    assert happens_after(life, 36 * HOUR, "solution_due")
    assert happens_after(life, 21.6 * HOUR, "solution_due")
    assert happens_after(life, 14.4 * HOUR, "solution_overdue")
    life.wait(days=5)
    assert (life.notices.count("solution_due"), life.notices.count("solution_overdue")) == (2, 1)


def test_whoever_is_to_accept_is_reminded_at_half_and_at_80_percent() -> None:
    life = Life().begin()

    assert happens_after(life, HOUR, "acceptance_due")
    assert happens_after(life, timedelta(minutes=36), "acceptance_due")
    assert not rungs(life)
    life.wait(minutes=24)
    assert rungs(life) == ["technical.head"]
    life.wait(days=1)
    assert life.notices.count("acceptance_due") == 2


def test_nobody_is_reminded_to_accept_what_is_accepted() -> None:
    life = processing()

    life.wait(hours=12)

    assert "acceptance_due" not in life.notices


def test_the_first_response_has_its_own_clock_with_reminders_and_a_breach() -> None:
    life = processing()

    assert happens_after(life, 12 * HOUR, "response_due")
    assert happens_after(life, 7.2 * HOUR, "response_due")
    assert happens_after(life, 4.8 * HOUR, "response_overdue")
    assert "solution_overdue" not in life.notices


def test_the_owner_is_reminded_of_progress_at_half_and_at_80_percent_of_each_interval() -> None:
    life = processing()

    assert happens_after(life, 12 * HOUR, "progress_nearing")
    assert happens_after(life, 7.2 * HOUR, "progress_nearing")
    life.publish("progress_recorded", progress_entry={"code": "tested"})
    assert happens_after(life, 12 * HOUR, "progress_nearing")
    assert happens_after(life, 7.2 * HOUR, "progress_nearing")
    assert happens_after(life, 4.8 * HOUR, "progress_due")
    life.wait(days=30)
    assert (life.notices.count("progress_nearing"), life.notices.count("progress_due")) == (4, 1)


def test_silence_climbs_rung_by_rung_each_once_and_an_entry_ends_the_climb() -> None:
    life = processing(urgency="critical")

    assert happens_after(life, 2 * HOUR, "progress_due")
    for _ in range(3):
        assert happens_after(life, 2 * HOUR, "progress_missed")
    life.wait(days=2)

    assert told(life) == ["owner head", "head duty_manager", "management"]
    life.publish("progress_recorded", progress_entry={"code": "tested"})
    life.wait(hours=4)
    assert told(life) == ["owner head", "head duty_manager", "management", "owner head"]


def told(life: Life) -> list[str]:
    """Whom the ladder of progress told, rung by rung."""
    found = [
        r.data["result"]
        for r in life.records
        if r.kind is Kind.DECISION_EVALUATED and r.element == "next_rung"
    ]
    return [one for one in found if one]


def test_a_progress_entry_does_not_set_the_clock_of_the_solution_back() -> None:
    life = processing()
    for _ in range(71):
        life.wait(hours=1)
        life.publish("progress_recorded", progress_entry={"code": "tested"})

    assert "progress_due" not in life.notices
    assert happens_after(life, HOUR, "solution_overdue")


def extended(days: int) -> dict[str, Any]:
    """What the extension answers: the new dates, and the timers moved to them."""
    lasts = timedelta(days=3 + days)
    shares = {"solution_half": 0.5, "solution_nearing": 0.8, "solution_overdue": 1}
    moved = [
        {"element": element, "due": to_text(MORNING + lasts * share)}
        for element, share in shares.items()
    ]
    return dates(MORNING + timedelta(days=days)) | {TIMERS: moved}


def test_the_service_level_follows_an_approved_extension() -> None:
    life = processing({"extension.apply": extended(1)})
    life.publish("extension_requested", extension={"until": "2026-09-25"})
    life.complete("approve_extension", decision="approved")

    assert happens_after(life, 48 * HOUR, "solution_due")
    assert happens_after(life, 28.8 * HOUR, "solution_due")
    assert happens_after(life, 19.2 * HOUR, "solution_overdue")


def test_an_extension_after_the_reminders_moves_the_head_s_alarm_and_reminds_nobody_again() -> None:
    life = processing({"extension.apply": extended(2)})
    life.wait(hours=71)
    life.publish("extension_requested", extension={"until": "2026-09-26"})
    life.complete("approve_extension", decision="approved")

    life.wait(hours=2)

    assert "solution_overdue" not in life.notices
    life.wait(hours=47)
    assert life.notices.count("solution_overdue") == 1
    assert life.notices.count("solution_due") == 2
