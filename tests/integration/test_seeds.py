"""What every start fills in."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from migrations.seeds import SEEDS, Plan, demo_organisation
from models import calendar_version, department, deputy, keyword, person, roster, skill, team
from models.calendar_version import CalendarVersion, ListedDay
from models.person import Person
from models.shift import Shift

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def _sow(engine: Engine, logins: Path | None = None) -> None:
    for seed in SEEDS:
        with Session(engine) as session, session.begin():
            seed(session, Plan(NOW, logins))


def _hashes(session: Session) -> dict[str, str]:
    return {one.username: one.password_hash for one in session.scalars(select(Person))}


def _password(logins: Path, username: str) -> str:
    lines = (line.split() for line in logins.read_text().splitlines())
    return next(password for name, password, _ in lines if name == username)


def test_a_fresh_database_has_calendar_departments_and_keywords_but_no_people(
    session: Session,
) -> None:
    assert calendar_version.latest(session) == 1
    assert len(department.every(session)) == 8
    assert "无法开机" in {word.word for word in keyword.library(session)}
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_stored_calendar_knows_the_national_day_week_and_its_make_up_day(
    session: Session,
) -> None:
    calendar = calendar_version.load(session, 1)

    assert not any(calendar.is_working_day(date(2026, 10, day)) for day in range(1, 8))
    assert calendar.is_working_day(date(2026, 10, 10))
    assert calendar.frames_on(date(2026, 10, 10))[0] == (time(9), time(12))
    start = datetime(2026, 9, 30, 16, 20, tzinfo=SHANGHAI)
    assert calendar.add_working_days(start, 3) == datetime(2026, 10, 10, 16, 20, tzinfo=SHANGHAI)
    with pytest.raises(LookupError):
        calendar_version.load(session, 99)


def test_an_import_is_a_new_version_and_the_old_one_stays(session: Session) -> None:
    head = session.get_one(CalendarVersion, 1)
    calendar_version.store(
        session,
        2,
        zone=head.zone,
        frames=head.frames,
        days={date(2026, 10, 8): ListedDay(False, "临时放假")},
        note="test",
        imported_at=NOW,
    )

    assert calendar_version.latest(session) == 2
    assert not calendar_version.load(session, 2).is_working_day(date(2026, 10, 8))
    assert calendar_version.load(session, 1).is_working_day(date(2026, 10, 8))
    with pytest.raises(IntegrityError):
        calendar_version.store(
            session, 2, zone=head.zone, frames=head.frames, days={}, note="", imported_at=NOW
        )


def test_demo_people_can_log_in_with_the_passwords_in_the_file(
    owner_engine: Engine, session: Session, tmp_path: Path
) -> None:
    logins = tmp_path / "demo-logins.txt"

    _sow(owner_engine, logins)

    found = person.authenticate(session, "zhaolei", _password(logins, "zhaolei"))
    assert found is not None
    assert found.demo
    assert department.head_of(session, "technical") == "zhaolei"
    assert [one.username for one in person.in_group(session, "technical.head")] == ["zhaolei"]
    assert {one.username for one in person.in_group(session, "role.process_owner")} == {
        "songyi",
        "tianmin",
    }
    assert person.authenticate(session, "zhaolei", "wrong") is None
    assert person.authenticate(session, "nobody", "wrong") is None


def test_sowing_again_adds_nothing_and_takes_over_changed_passwords_only(
    owner_engine: Engine, session: Session, tmp_path: Path
) -> None:
    logins = tmp_path / "demo-logins.txt"
    _sow(owner_engine, logins)
    hashes = _hashes(session)
    session.rollback()
    old = _password(logins, "linmei")
    logins.write_text(logins.read_text().replace(old, "a-new-password"))

    _sow(owner_engine, logins)

    again = _hashes(session)
    assert {name for name in hashes if hashes[name] != again[name]} == {"linmei"}
    assert set(hashes) == set(again)
    assert person.authenticate(session, "linmei", "a-new-password") is not None
    assert person.authenticate(session, "linmei", old) is None


def test_sowing_again_leaves_the_keyword_library_to_its_reviewers(
    owner_engine: Engine, session: Session
) -> None:
    word = session.scalars(select(keyword.Keyword).filter_by(word="无法开机")).one()
    word.active = False
    session.commit()

    _sow(owner_engine)

    assert "无法开机" not in {one.word for one in keyword.library(session)}


def test_somebody_who_left_cannot_log_in(
    owner_engine: Engine, session: Session, tmp_path: Path
) -> None:
    logins = tmp_path / "demo-logins.txt"
    _sow(owner_engine, logins)
    session.get_one(Person, "linmei").active = False
    session.flush()

    assert person.authenticate(session, "linmei", _password(logins, "linmei")) is None
    assert "linmei" not in {one.username for one in person.in_group(session, "service")}


def test_demo_people_are_organised_and_somebody_is_on_duty_at_any_hour(
    owner_engine: Engine, session: Session, tmp_path: Path
) -> None:
    _sow(owner_engine, tmp_path / "demo-logins.txt")

    for hours in range(0, 7 * 24, 5):
        at = NOW + timedelta(hours=hours)
        for pair in (("chenxiao", "linmei"), ("wangqiang", "liyang"), ("gaofeng",)):
            assert len(roster.on_shift(session, pair, at)) == 1, (pair, at)
    assert [one.username for one in deputy.of_department(session, "technical")] == ["liyang"]
    assert team.members(session, ["field"]) == {"field": ["luoyong", "wangqiang"]}
    assert skill.for_category(session, "quality") == {"inspection"}


def test_sowing_again_plans_further_days_and_leaves_those_that_were_planned(
    owner_engine: Engine, session: Session, tmp_path: Path
) -> None:
    logins = tmp_path / "demo-logins.txt"
    _sow(owner_engine, logins)
    tomorrow = NOW.date() + timedelta(days=1)
    roster.assign(session, "service_day", tomorrow, ["zhouning"])
    session.commit()

    with Session(owner_engine) as owner, owner.begin():
        demo_organisation.seed(owner, Plan(NOW + timedelta(days=3), logins))

    def on(day: date) -> set[str]:
        return {one.username for one in roster.between(session, day, day, shift="service_day")}

    assert on(tomorrow) == {"zhouning"}
    assert "gaofeng" in on(NOW.date() + timedelta(days=34))
    assert on(NOW.date() + timedelta(days=35)) == set()


def test_without_demo_people_nothing_is_organised(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Shift)) == 0
