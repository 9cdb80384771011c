"""The status of a feedback item."""

from datetime import UTC, datetime

import pytest

from models import feedback
from models.feedback import STATUSES, Feedback, IllegalTransitionError, advance_status

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def item(status: str = "pending") -> Feedback:
    return Feedback(
        id=1 << 20,
        number="202611-001",
        channel="web",
        submitted_at=NOW,
        received_at=NOW,
        status=status,
    )


def test_an_item_goes_from_receipt_to_the_archive() -> None:
    one = item()

    for target in ("processing", "resolved", "closed", "archived"):
        assert advance_status(one, target, NOW)

    assert one.status == "archived"
    assert one.closed_at == NOW
    assert one.reopened == 0


def test_a_dissatisfied_customer_leads_to_the_second_followup_and_back_to_processing() -> None:
    one = item("resolved")

    advance_status(one, "second_followup", NOW)
    advance_status(one, "processing", NOW)

    assert one.status == "processing"
    assert one.reopened == 1


def test_reopening_a_closed_item_takes_its_closing_time_away() -> None:
    one = item("resolved")
    advance_status(one, "closed", NOW)

    advance_status(one, "processing", NOW)

    assert one.closed_at is None
    assert one.reopened == 1


def test_a_status_named_twice_changes_nothing() -> None:
    one = item("processing")

    assert not advance_status(one, "processing", NOW)
    assert one.reopened == 0


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("pending", "archived"),
        ("archived", "processing"),
        ("withdrawn", "closed"),
        ("closed", "open"),
    ],
)
def test_an_illegal_step_is_refused_and_changes_nothing(source: str, target: str) -> None:
    one = item(source)

    with pytest.raises(IllegalTransitionError, match=f"{source} -> {target}"):
        advance_status(one, target, NOW)

    assert one.status == source


def test_what_targets_tells_is_exactly_what_advance_status_allows() -> None:
    for source in STATUSES:
        for target in STATUSES:
            one = item(source)
            try:
                moved = advance_status(one, target, NOW)
            except IllegalTransitionError:
                moved = False
            assert moved == (target in feedback.targets(source))


def test_every_status_can_be_reached_from_receipt() -> None:
    reached, fresh = {"pending"}, ["pending"]
    while fresh:
        following = [s for s in feedback.targets(fresh.pop()) if s not in reached]
        reached.update(following)
        fresh += following

    assert reached == set(STATUSES)
