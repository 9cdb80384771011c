"""Batches, audit records, starts: what one command commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import audit_record, command_batch, feedback, process_instance, start_request

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
INSTANCE = 5 << 20


def _put(session: Session, command_id: str, first_number: int = 1) -> bool:
    return command_batch.put(
        session, instance_key=INSTANCE, first_number=first_number, command_id=command_id, at=NOW
    )


def test_of_two_rivals_one_wins_and_the_other_finds_what_was_committed(
    app_engine: Engine,
) -> None:
    barrier = Barrier(2)

    def attempt(name: str) -> tuple[bool, str]:
        with Session(app_engine) as session:
            barrier.wait(120)
            won = _put(session, name)
            if won:
                session.commit()
            found = command_batch.find(session, INSTANCE, 1)
            assert found is not None
            return won, found.command_id

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, ["first", "the longer second"]))

    assert sorted(won for won, _ in outcomes) == [False, True]
    assert len({winner for _, winner in outcomes}) == 1


def test_a_rolled_back_batch_leaves_its_number_free(app_engine: Engine) -> None:
    with Session(app_engine) as session:
        assert _put(session, "crashed")
        session.rollback()

    with Session(app_engine) as session:
        assert _put(session, "second")
        found = command_batch.find(session, INSTANCE, 1)
        assert found is not None
        assert found.command_id == "second"


def test_a_command_repeated_much_later_wins_no_second_batch(session: Session) -> None:
    assert _put(session, "complete")

    assert not _put(session, "complete", first_number=9)
    assert command_batch.find(session, INSTANCE, 9) is None


def test_records_come_back_in_order_exactly_as_they_were_appended(session: Session) -> None:
    data = {"variables": {"城市": "上海", "n": 1, "x": 1.5, "deep": [None, True, {"a": []}]}}
    at = "2026-11-21T09:00:00.123456+00:00"
    records = [
        {"number": n, "at": at, "kind": "VARIABLES_SET", "element": "接单", "key": n, "data": data}
        for n in range(1, 31)
    ]

    audit_record.append(session, INSTANCE, records[15:])
    audit_record.append(session, INSTANCE, records[:15])
    audit_record.append(session, INSTANCE + (1 << 20), records[:1])
    audit_record.append(session, INSTANCE, [])

    assert audit_record.read(session, INSTANCE) == records
    assert audit_record.read(session, INSTANCE, after=28) == records[28:]


def test_the_states_passed_come_from_the_records(session: Session) -> None:
    statuses = [None, "pending", None, "processing", "processing", "resolved", "processing"]
    records = [
        {
            "number": number,
            "at": (NOW + timedelta(minutes=number)).isoformat(),
            "kind": "ELEMENT_ACTIVATED",
            "element": f"e{number}",
            "key": INSTANCE + number,
            "data": {"kind": "userTask"} if status is None else {"status": status},
        }
        for number, status in enumerate(statuses, start=1)
    ]
    audit_record.append(session, INSTANCE, records)

    passed = feedback.states_passed(session, INSTANCE)

    assert [(one.number, one.status) for one in passed] == [
        (2, "pending"),
        (4, "processing"),
        (6, "resolved"),
        (7, "processing"),
    ]
    assert passed[0].at == NOW + timedelta(minutes=2)


def test_instance_keys_leave_room_for_the_keys_inside(session: Session) -> None:
    keys = [process_instance.next_key(session) for _ in range(3)]

    assert all(key % (1 << 20) == 0 for key in keys)
    assert keys == sorted(set(keys))


def test_an_instance_created_twice_is_one_and_moves_on(session: Session) -> None:
    for _ in range(2):
        process_instance.create(
            session, key=INSTANCE, digest="d" * 64, process_id="feedback", started_at=NOW
        )
    process_instance.advance(session, INSTANCE, last_number=9, state="COMPLETED", ended_at=NOW)

    found = session.get(process_instance.ProcessInstance, INSTANCE)
    assert found is not None
    assert (found.workflow_id, found.last_number) == (f"feedback-{INSTANCE}", 9)
    assert found.ended_at == NOW


def test_a_start_request_is_announced_when_and_only_when_it_is_committed(
    app_engine: Engine, database_address: str
) -> None:
    def owe(session: Session, number: int) -> None:
        key = number << 20
        start_request.add(
            session, instance_key=key, workflow_id=f"feedback-{key}", payload={}, at=NOW
        )

    with psycopg.connect(database_address, autocommit=True) as listener:
        listener.execute("LISTEN bihuan_start")
        with Session(app_engine) as session:
            owe(session, 1)
            session.rollback()
        assert list(listener.notifies(timeout=0.2)) == []

        with Session(app_engine) as session, session.begin():
            owe(session, 2)
        assert len(list(listener.notifies(timeout=120, stop_after=1))) == 1


def test_two_dispatchers_never_take_the_same_start(app_engine: Engine) -> None:
    with Session(app_engine) as session, session.begin():
        for number in range(1, 5):
            key = number << 20
            start_request.add(
                session, instance_key=key, workflow_id=f"feedback-{key}", payload={"n": 1}, at=NOW
            )

    with Session(app_engine) as one, Session(app_engine) as two:
        first = [request.instance_key for request in start_request.due(one, NOW, 3)]
        second = [request.instance_key for request in start_request.due(two, NOW, 3)]
        start_request.acknowledge(one, first, NOW)
        start_request.fail(two, second[0], "unavailable", NOW + timedelta(seconds=5))
        one.commit()
        two.commit()

    assert [key >> 20 for key in first + second] == [1, 2, 3, 4]
    with Session(app_engine) as session:
        assert start_request.due(session, NOW) == []
        later = start_request.due(session, NOW + timedelta(seconds=5))
        assert [(request.attempts, request.last_error) for request in later] == [(1, "unavailable")]
