"""Notices on their way: put into inboxes, owed to addresses, sent at least once."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import psycopg
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlmodel import col
from typing_extensions import override

from activities import delivery
from channels.errors import DeliveryError
from channels.null import Null
from channels.post import Post
from models import notice, notice_delivery
from models.notice_delivery import NoticeDelivery
from settings import PROJECT

pytestmark = pytest.mark.integration

CAUSE = UUID("6c1f3c3e-4a0e-4d0a-9d5f-0f6f5f8b2c11")
DATA = {"number": "202405-001", "level": 1}
LONG_AGO = datetime(2024, 5, 1, 1, 0, tzinfo=UTC)

# A worker whose address never answers: it says that it sends, and hangs.
HANGING_WORKER = """
import asyncio, sys, time
from activities.delivery import deliver_notices
from channels.post import Post
from models.database import engine

class Hanging:
    def accepts(self, address): return True
    def send(self, address, title, body):
        print("sending", flush=True)
        time.sleep(60)

post = Post(["json://a"], schemas=["json"], driver=Hanging())
asyncio.run(deliver_notices(engine(sys.argv[1]), post, "zh-CN", stop=asyncio.Event()))
"""


CUT_THE_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)


class Failing(Null):
    """Refuses what goes to some addresses, as often as told."""

    def __init__(self, failures: Mapping[str, int]) -> None:
        super().__init__()
        self.failures = dict(failures)

    @override
    def send(self, address: str, title: str, body: str) -> None:
        if self.failures.get(address, 0) > 0:
            self.failures[address] -= 1
            raise DeliveryError("send_failed")
        super().send(address, title, body)


def _post(driver: Null, addresses: int = 1) -> Post:
    return Post([f"json://{n}" for n in range(addresses)], schemas=["json"], driver=driver)


def _owe(engine: Engine, *, addresses: int = 1, cause: UUID = CAUSE, at: datetime) -> None:
    with Session(engine) as session, session.begin():
        notice_delivery.owe(
            session, cause, code="feedback_escalated", data=DATA, at=at, addresses=addresses
        )


def _all(engine: Engine) -> list[NoticeDelivery]:
    with Session(engine, expire_on_commit=False) as session:
        order = col(NoticeDelivery.address_index), col(NoticeDelivery.id)
        return list(session.scalars(select(NoticeDelivery).order_by(*order)))


async def _run_until(engine: Engine, post: Post, reached: Callable[[], bool]) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(delivery.deliver_notices(engine, post, "zh-CN", stop=stop))
        try:
            await asyncio.to_thread(_poll, reached)
        finally:
            stop.set()


def _poll(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not reached():
        assert time.monotonic() < deadline, "never reached"
        time.sleep(0.02)


def test_a_notice_put_twice_is_one_line_in_each_inbox(app_engine: Engine) -> None:
    rows = {uuid5(CAUSE, name): name for name in ("li", "wang")}

    for _ in range(2):
        with Session(app_engine) as session, session.begin():
            notice.put(session, rows, code="reply", data=DATA, instance_key=7, at=LONG_AGO)
    with Session(app_engine) as session:
        assert [found.data for found in notice.unread(session, "li")] == [DATA]
        assert [found.instance_key for found in notice.unread(session, "wang")] == [7]
        assert notice.unread(session, "zhao") == []


def test_a_person_marks_only_own_notices_as_read(session: Session) -> None:
    rows = {uuid5(CAUSE, name): name for name in ("li", "wang")}
    notice.put(session, rows, code="reply", data=DATA, instance_key=None, at=LONG_AGO)

    notice.mark_read(session, "li", list(rows), LONG_AGO)

    assert notice.unread_count(session, "li") == 0
    assert notice.unread_count(session, "wang") == 1
    assert len(notice.inbox(session, "li")) == 1


def test_a_notice_owed_twice_is_one_delivery_an_address(app_engine: Engine) -> None:
    for _ in range(2):
        _owe(app_engine, addresses=2, at=LONG_AGO)

    assert [row.address_index for row in _all(app_engine)] == [0, 1]


def test_two_senders_never_hold_the_same_delivery(app_engine: Engine) -> None:
    _owe(app_engine, addresses=3, at=LONG_AGO)

    with Session(app_engine) as first, Session(app_engine) as second:
        ours = notice_delivery.due(first, LONG_AGO, 2)
        theirs = notice_delivery.due(second, LONG_AGO, 3)

        assert len(ours) == 2
        assert len(theirs) == 1
        assert {row.id for row in ours}.isdisjoint(row.id for row in theirs)


def test_pauses_double_up_to_an_hour_and_end_after_two_days() -> None:
    row = NoticeDelivery(id=CAUSE, code="reply", address_index=0, created_at=LONG_AGO, attempts=0)
    pauses = []
    for attempts in (0, 1, 2, 6, 7, 5000):
        row.attempts = attempts
        again = notice_delivery.next_attempt(row, LONG_AGO)
        assert again is not None
        pauses.append((again - LONG_AGO).total_seconds())

    assert pauses == [30, 60, 120, 1920, 3600, 3600]
    assert notice_delivery.next_attempt(row, LONG_AGO + timedelta(days=2)) is None


async def test_owed_notices_go_out_once_to_every_address(app_engine: Engine) -> None:
    driver = Null()
    causes = [uuid5(CAUSE, str(number)) for number in range(5)]
    for cause in causes:
        _owe(app_engine, addresses=2, cause=cause, at=LONG_AGO)

    await _run_until(
        app_engine, _post(driver, 2), lambda: all(row.sent_at for row in _all(app_engine))
    )

    assert sorted(given.address for given in driver.given) == ["json://0"] * 5 + ["json://1"] * 5
    assert driver.given[0].title == "反馈 202405-001 已升级"
    assert {row.attempts for row in _all(app_engine)} == {1}


async def test_a_failed_delivery_waits_and_is_tried_again(
    app_engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notice_delivery, "FIRST_PAUSE", timedelta(milliseconds=50))
    driver = Failing({"json://0": 2})
    _owe(app_engine, at=datetime.now(UTC))

    await _run_until(app_engine, _post(driver), lambda: _all(app_engine)[0].sent_at is not None)

    row = _all(app_engine)[0]
    assert row.attempts == 3
    assert row.last_error is None
    assert len(driver.given) == 1
    assert "send_failed" in caplog.text
    assert "json://" not in caplog.text


def test_a_failure_says_why_and_when_to_try_again(app_engine: Engine) -> None:
    now = datetime.now(UTC)
    _owe(app_engine, at=now)

    tried = delivery.deliver_next(app_engine, _post(Failing({"json://0": 1})), "zh-CN", 0)
    again = delivery.deliver_next(app_engine, _post(Null()), "zh-CN", 0)

    row = _all(app_engine)[0]
    assert (tried, again) == (True, False)
    assert (row.last_error, row.attempts, row.sent_at) == ("send_failed", 1, None)
    assert row.next_attempt_at is not None
    assert row.next_attempt_at >= now + notice_delivery.FIRST_PAUSE


async def test_a_dead_address_holds_up_no_other(app_engine: Engine) -> None:
    hanging = threading.Event()

    class Slow(Null):
        @override
        def send(self, address: str, title: str, body: str) -> None:
            if address == "json://0":
                hanging.wait(120)
            super().send(address, title, body)

    driver = Slow()
    for number in range(3):
        _owe(app_engine, addresses=2, cause=uuid5(CAUSE, str(number)), at=LONG_AGO)

    def others_are_sent() -> bool:
        done = sum(row.sent_at is not None for row in _all(app_engine))
        if done == 3:
            hanging.set()
        return done == 3

    await _run_until(app_engine, _post(driver, 2), others_are_sent)

    assert [given.address for given in driver.given[:3]] == ["json://1"] * 3


async def test_what_is_owed_to_a_removed_address_is_given_up(app_engine: Engine) -> None:
    _owe(app_engine, addresses=2, at=LONG_AGO)

    await _run_until(
        app_engine,
        _post(Null(), 1),
        lambda: [row.last_error for row in _all(app_engine)] == [None, "address_unknown"],
    )

    assert _all(app_engine)[1].next_attempt_at is None


async def test_an_idle_sender_asks_about_once_a_second(
    app_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []

    def ask(*_: object) -> bool:
        done.append("asked")
        return False

    async def wait(stop: asyncio.Event, seconds: float) -> None:
        done.append(seconds)
        if len(done) == 4:
            stop.set()

    monkeypatch.setattr(delivery, "deliver_next", ask)
    monkeypatch.setattr(delivery, "_wait", wait)

    await delivery.deliver_notices(app_engine, _post(Null()), "zh-CN", stop=asyncio.Event())

    assert done == ["asked", 1.0, "asked", 1.0]


async def test_a_connection_lost_while_sending_costs_a_repetition_and_no_notice(
    app_engine: Engine, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "DATABASE_DOWN_SECONDS", 0.05)

    class Cutting(Null):
        @override
        def send(self, address: str, title: str, body: str) -> None:
            super().send(address, title, body)
            if len(self.given) == 1:
                with psycopg.connect(database_address) as connection:
                    connection.execute(CUT_THE_OTHERS)

    driver = Cutting()
    _owe(app_engine, at=LONG_AGO)

    await _run_until(app_engine, _post(driver), lambda: len(driver.given) == 2)

    row = _all(app_engine)[0]
    assert row.sent_at is not None
    assert row.attempts == 1


async def test_a_worker_killed_while_sending_loses_nothing(
    app_engine: Engine, database_address: str
) -> None:
    _owe(app_engine, at=LONG_AGO)
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HANGING_WORKER, database_address),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"sending\n"
    worker.kill()
    await worker.wait()
    driver = Null()

    await _run_until(app_engine, _post(driver), lambda: _all(app_engine)[0].sent_at is not None)

    assert len(driver.given) == 1
