"""Monthly partitions of the record tables."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models import access_record, audit_record
from models.partition import make_ahead

pytestmark = pytest.mark.integration

INSTANCE = 7 << 20


def _record(number: int, at: datetime) -> dict[str, object]:
    kind = {"kind": "TIMER_FIRED", "element": "accept", "key": INSTANCE + 1}
    return {"number": number, "at": at.isoformat(), **kind, "data": {"due": "PT2H"}}


def _place(engine: Engine, table: str) -> list[str]:
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT tableoid::regclass::text FROM {table} ORDER BY at"))  # noqa: S608
        return [row[0] for row in rows]


def test_a_record_lies_in_the_partition_of_its_month(
    session: Session, owner_engine: Engine
) -> None:
    make_ahead(session, date(2031, 1, 15), 1)
    moments = [
        datetime(2031, 1, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2031, 2, 1, tzinfo=UTC),
        datetime(2044, 1, 1, tzinfo=UTC),
    ]

    audit_record.append(session, INSTANCE, [_record(n, at) for n, at in enumerate(moments, 1)])
    session.commit()

    assert _place(owner_engine, "audit_record") == [
        "audit_record_2031_01",
        "audit_record_2031_02",
        "audit_record_default",
    ]


def test_the_application_makes_partitions_ahead_and_twice_is_once(session: Session) -> None:
    made = make_ahead(session, date(2031, 12, 31), 1)

    assert sorted(made) == [
        "access_record_2031_12",
        "access_record_2032_01",
        "audit_record_2031_12",
        "audit_record_2032_01",
    ]
    assert make_ahead(session, date(2031, 12, 1), 1) == []


def test_records_that_came_too_early_move_into_their_partition(
    session: Session, owner_engine: Engine
) -> None:
    at = datetime(2033, 5, 2, tzinfo=UTC)
    audit_record.append(session, INSTANCE, [_record(1, at)])
    access_record.append(session, at=at, actor="jiangbo", action="replay", subject="202405-001")
    session.commit()
    assert _place(owner_engine, "audit_record") == ["audit_record_default"]

    make_ahead(session, date(2033, 5, 1), 0)
    session.commit()

    assert _place(owner_engine, "audit_record") == ["audit_record_2033_05"]
    assert _place(owner_engine, "access_record") == ["access_record_2033_05"]
    assert audit_record.read(session, INSTANCE)[0]["data"] == {"due": "PT2H"}


def test_a_new_partition_is_as_closed_as_the_old_ones(session: Session) -> None:
    make_ahead(session, date(2034, 1, 1), 0)

    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("DELETE FROM audit_record_2034_01"))


def test_an_absurd_number_of_partitions_is_refused(session: Session) -> None:
    with pytest.raises(ProgrammingError, match="between 0 and 120"):
        make_ahead(session, date(2034, 1, 1), 5000)
