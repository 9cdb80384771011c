"""Who heads, who is on duty, who is away, who can what: as the tables say at an instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from models import absence, candidate_group, department, deputy, person, roster, skill, team
from models.absence import Absence
from models.deputy import Deputy
from models.shift import Shift
from models.skill import Skill
from models.team import Team
from tests.staffed_house import PEOPLE, moment, new_person

pytestmark = pytest.mark.integration
NOW = moment("2026-09-21T10:00")
DAY = timedelta(days=1)


@pytest.fixture
def staffed(session: Session) -> Session:
    session.add_all(new_person(*one) for one in PEOPLE)
    session.flush()
    return session


def away(
    session: Session,
    username: str,
    delegate: str | None = None,
    since: datetime = NOW,
    until: datetime = NOW + 5 * DAY,
) -> Absence:
    found = Absence(
        id=uuid4(),
        username=username,
        starts_at=since,
        ends_at=until,
        delegate=delegate,
        created_by=username,
        created_at=NOW,
    )
    session.add(found)
    session.flush()
    return found


def groups(session: Session, username: str, at: datetime = NOW) -> list[str]:
    found = person.find(session, username)
    assert found is not None
    return candidate_group.of_person(session, found, at)


def appoint(session: Session, *usernames: str, **declared: datetime) -> None:
    deputy.replace(
        session,
        "technical",
        [Deputy(department="technical", username=name, **declared) for name in usernames],
    )


# Absence


def test_an_absence_lasts_from_its_begin_to_just_before_its_end(staffed: Session) -> None:
    away(staffed, "ann", "bob", NOW, NOW + DAY)

    def on(at: datetime) -> dict[str, str | None]:
        return absence.absent(staffed, ["ann", "bob"], at)

    assert on(NOW - timedelta(microseconds=1)) == {}
    assert on(NOW) == {"ann": "bob"}
    assert on(NOW + DAY - timedelta(microseconds=1)) == {"ann": "bob"}
    assert on(NOW + DAY) == {}


def test_a_canceled_absence_does_not_count(staffed: Session) -> None:
    away(staffed, "ann").canceled_at = NOW

    assert absence.absent(staffed, ["ann"], NOW) == {}


def test_a_delegate_who_has_left_stands_in_for_nobody(staffed: Session) -> None:
    away(staffed, "ann", "bob")
    person.find(staffed, "bob").active = False  # type: ignore[union-attr]

    assert absence.absent(staffed, ["ann"], NOW) == {"ann": None}


def test_a_circle_of_delegates_ends_with_nobody(staffed: Session) -> None:
    for name, delegate in (("ann", "bob"), ("bob", "cyd"), ("cyd", "ann")):
        away(staffed, name, delegate)

    assert absence.absent(staffed, ["ann"], NOW) == {"ann": None}
    assert not absence.stands_in(staffed, "bob", "ann", NOW)


# Heads and deputies


def test_a_deputy_counts_as_head_only_while_the_head_is_away(staffed: Session) -> None:
    appoint(staffed, "ann")
    away(staffed, "tom", None, NOW, NOW + DAY)

    assert department.acting_heads(staffed, "technical", NOW - DAY) == ["tom"]
    assert department.acting_heads(staffed, "technical", NOW) == ["ann"]
    assert "technical.head" in groups(staffed, "ann")
    assert "technical.head" in groups(staffed, "tom")
    assert "technical.head" not in groups(staffed, "ann", NOW + DAY)
    found = person.find(staffed, "ann")
    assert found is not None
    assert candidate_group.roles(staffed, found, NOW) == ["engineer", "head"]
    assert candidate_group.roles(staffed, found, NOW + DAY) == ["engineer"]


def test_a_deputy_declared_acting_decides_beside_the_head_for_that_time(staffed: Session) -> None:
    appoint(staffed, "ann", acting_from=NOW, acting_until=NOW + DAY)

    assert department.acting_heads(staffed, "technical", NOW) == ["tom", "ann"]
    assert "technical.head" in groups(staffed, "ann")
    assert department.acting_heads(staffed, "technical", NOW + DAY) == ["tom"]


def test_where_head_and_deputies_are_away_the_head_is_asked_all_the_same(staffed: Session) -> None:
    appoint(staffed, "ann")
    away(staffed, "tom")
    away(staffed, "ann")

    assert department.acting_heads(staffed, "technical", NOW) == ["tom"]
    assert "technical.head" not in groups(staffed, "ann")


def test_the_members_of_a_group_are_those_whose_groups_name_it(staffed: Session) -> None:
    appoint(staffed, "ann")
    away(staffed, "tom", "bob")
    staffed.add(Team(code="field", name_zh="外勤", name_en="Field"))
    staffed.flush()
    team.replace_members(staffed, "field", ["bob", "dan"])
    everybody = [name for name, _, _ in PEOPLE]

    for group in ("technical", "technical.head", "team.field", "role.engineer", "role.head"):
        members = {one.username for one in candidate_group.members(staffed, group, NOW)}
        assert members == {name for name in everybody if group in groups(staffed, name)}, group


def test_those_who_are_away_are_not_told_unless_all_are(staffed: Session) -> None:
    away(staffed, "ann")
    assert candidate_group.on_hand(staffed, "role.engineer", NOW) == ["bob", "cyd"]

    away(staffed, "bob")
    away(staffed, "cyd")
    assert candidate_group.on_hand(staffed, "role.engineer", NOW) == ["ann", "bob", "cyd"]


# Duty


def test_the_roster_says_who_is_on_shift_and_who_manages_the_duty_now(staffed: Session) -> None:
    frames = {"mon": [["22:00", "06:00"]]}
    staffed.add(
        Shift(code="night", name_zh="夜班", name_en="Night", frames=frames, valid_from=NOW.date())
    )
    staffed.flush()
    roster.assign(staffed, "night", date(2026, 9, 21), ["eve"])
    night, later = moment("2026-09-22T05:00"), moment("2026-09-22T06:00")

    assert roster.on_shift(staffed, ["dan", "eve"], night) == {"eve"}
    assert roster.on_shift(staffed, ["dan", "eve"], later) == set()
    assert candidate_group.on_hand(staffed, "role.duty_manager", night) == ["eve"]
    assert candidate_group.on_hand(staffed, "role.duty_manager", later) == ["dan", "eve"]
    away(staffed, "eve")
    assert candidate_group.on_hand(staffed, "role.duty_manager", night) == ["dan"]


# Skills


def test_skills_are_found_by_person_and_by_category_of_feedback(staffed: Session) -> None:
    staffed.add(Skill(code="power", name_zh="电源", name_en="Power", categories=["hardware"]))
    staffed.flush()
    skill.replace(staffed, "ann", ["power", "power"])

    assert skill.of_people(staffed, ["ann", "bob"]) == {"ann": {"power"}, "bob": set()}
    assert skill.for_category(staffed, "hardware") == {"power"}
    assert skill.for_category(staffed, None) == set()
