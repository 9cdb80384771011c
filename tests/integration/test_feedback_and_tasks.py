"""Items, tasks, incidents and definitions as people look for them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from models import feedback, incident, process_definition, user_task
from models.feedback import Feedback
from models.feedback_search import FeedbackFilter
from models.feedback_search import search as search_feedback
from models.incident import Incident
from models.user_task import UserTask
from models.user_task_search import UserTaskFilter, may_see
from models.user_task_search import search as search_tasks

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _item(serial: int, **changed: object) -> Feedback:
    item = Feedback(
        id=serial << 20,
        number=f"202611-{serial:03d}",
        channel="web",
        submitted_at=NOW,
        received_at=NOW + timedelta(minutes=serial),
    )
    for name, value in changed.items():
        setattr(item, name, value)
    return item


def _task(key: int, **changed: object) -> UserTask:
    task = UserTask(
        key=key,
        instance_key=1 << 20,
        process_id="feedback",
        definition_digest="d" * 64,
        element_id="accept",
        element_instance_key=key - 1,
        name="接单",
        created_at=NOW + timedelta(minutes=key),
    )
    for name, value in changed.items():
        setattr(task, name, value)
    return task


def test_an_item_is_found_by_its_number_and_its_key(session: Session) -> None:
    feedback.create(session, _item(7, collaborators=["quality"], description_ref=uuid4()))

    found = feedback.by_number(session, "202611-007")

    assert found is not None
    assert found is feedback.find(session, 7 << 20)
    assert found.collaborators == ["quality"]
    assert (found.status, found.urgency) == ("pending", "normal")
    assert feedback.by_number(session, "202611-008") is None


def test_items_are_listed_newest_first_in_pages_with_their_total(session: Session) -> None:
    for serial in range(1, 6):
        feedback.create(session, _item(serial))

    first, total = search_feedback(session, FeedbackFilter(), limit=2)
    second, _ = search_feedback(session, FeedbackFilter(), limit=2, offset=2)

    assert total == 5
    assert [one.number[-1] for one in [*first, *second]] == ["5", "4", "3", "2"]


@pytest.mark.parametrize(
    ("wanted", "serials"),
    [
        (FeedbackFilter(statuses=["processing", "resolved"]), {2}),
        (FeedbackFilter(urgency="critical"), {3}),
        (FeedbackFilter(department="quality"), {2, 3}),
        (FeedbackFilter(escalated=True), {1}),
        (FeedbackFilter(escalated=False, assignee="linmei"), {2}),
        (FeedbackFilter(received_from=NOW + timedelta(minutes=2)), {2, 3}),
        (FeedbackFilter(received_before=NOW + timedelta(minutes=2)), {1}),
        (FeedbackFilter(statuses=[]), set()),
    ],
)
def test_a_filter_finds_what_it_says(
    session: Session, wanted: FeedbackFilter, serials: set[int]
) -> None:
    feedback.create(session, _item(1, escalation_level=1))
    feedback.create(session, _item(2, status="processing", department="quality", assignee="linmei"))
    feedback.create(session, _item(3, urgency="critical", collaborators=["quality"]))

    found, total = search_feedback(session, wanted)

    assert {one.id >> 20 for one in found} == serials
    assert total == len(serials)


def test_tasks_are_visible_to_owner_candidates_and_groups_and_the_rule_agrees(
    session: Session,
) -> None:
    tasks = [
        _task(2, assignee="linmei", candidate_groups=["technical"]),
        _task(4, candidate_users=["linmei"]),
        _task(6, candidate_groups=["service", "technical.head"]),
        _task(8, candidate_groups=["technical"]),
        _task(10),
    ]
    user_task.create(session, tasks)
    who = ("linmei", ["service", "role.specialist"])

    found, total = search_tasks(session, UserTaskFilter(visible_to=who))

    assert [one.key for one in found] == [2, 4, 6]
    assert total == 3
    assert [one.key for one in tasks if may_see(one, *who)] == [2, 4, 6]


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (UserTaskFilter(assigned=True), [2]),
        (UserTaskFilter(assigned=False, state="CREATED"), [4]),
        (UserTaskFilter(candidate_groups=["quality", "service"]), [4, 6]),
        (UserTaskFilter(feedback_number="202611-001"), [6]),
        (UserTaskFilter(due_before=NOW), [4]),
        (UserTaskFilter(key=4), [4]),
    ],
)
def test_a_task_filter_finds_what_it_says(
    session: Session, wanted: UserTaskFilter, keys: list[int]
) -> None:
    user_task.create(
        session,
        [
            _task(2, assignee="linmei"),
            _task(4, candidate_groups=["service"], due_date=NOW - timedelta(hours=1)),
            _task(
                6,
                candidate_groups=["quality"],
                state="COMPLETED",
                feedback_number="202611-001",
                due_date=NOW,
            ),
        ],
    )

    found, _ = search_tasks(session, wanted)

    assert [one.key for one in found] == keys


def test_tasks_are_sorted_by_what_is_asked_and_by_nothing_else(session: Session) -> None:
    user_task.create(
        session,
        [_task(2, priority=10), _task(4, priority=90), _task(6, priority=50, due_date=NOW)],
    )

    def order(*sort: tuple[str, bool]) -> list[int]:
        return [one.key for one in search_tasks(session, UserTaskFilter(), sort=sort)[0]]

    assert order(("priority", True)) == [4, 6, 2]
    assert order(("due_date", False)) == [6, 2, 4]
    with pytest.raises(ValueError, match="sort"):
        order(("password_hash", False))


def test_every_change_of_a_task_moves_its_revision(session: Session) -> None:
    user_task.create(session, [_task(2), _task(4)])

    user_task.change(session, 2, assignee="linmei")
    user_task.end(session, [2, 4], "CANCELED", NOW)

    one, two = user_task.find(session, 2), user_task.find(session, 4)
    assert one is not None
    assert two is not None
    assert (one.revision, two.revision) == (3, 2)
    assert (one.assignee, one.state, one.completed_at) == ("linmei", "CANCELED", NOW)


def test_an_incident_is_active_until_it_is_resolved(session: Session) -> None:
    made = Incident(
        key=9,
        instance_key=1 << 20,
        element_id="reply",
        element_instance_key=8,
        code="step_failed",
        data={"attempts": 3},
        created_at=NOW,
    )
    incident.create(session, made)
    assert [one.key for one in incident.active(session, 1 << 20)] == [9]
    assert incident.active(session, 2 << 20) == []

    incident.resolve(session, 9, NOW)

    assert incident.active(session) == []


def test_a_definition_deployed_twice_is_one_and_a_changed_one_is_the_next_version(
    session: Session,
) -> None:
    def deploy(files: dict[str, bytes], process_id: str = "recall") -> tuple[int, str]:
        stored = process_definition.store(
            session,
            files,
            process_id=process_id,
            calendar_version=1,
            deployed_at=NOW,
            deployed_by="songyi",
        )
        return stored.version, stored.digest

    first = {"recall.bpmn": b"<a/>", "limits.dmn": b"\x00\xff"}
    one = deploy(first)
    again = deploy(first)
    two = deploy({**first, "limits.dmn": b"changed"})
    other = deploy(first, "inspection")

    assert one == again
    assert (one[0], two[0], other[0]) == (1, 2, 1)
    assert process_definition.load_resources(session, one[1]) == first
    latest = process_definition.latest(session, "recall")
    assert latest is not None
    assert latest.digest == two[1]
    assert process_definition.latest(session, "unknown") is None


def test_a_withdrawn_version_is_not_the_latest(session: Session) -> None:
    stored = process_definition.store(
        session,
        {"recall.bpmn": b"<a/>"},
        process_id="recall",
        calendar_version=1,
        deployed_at=NOW,
        deployed_by="songyi",
    )

    stored.active = False

    assert process_definition.latest(session, "recall") is None
    assert process_definition.find(session, stored.digest) is stored
