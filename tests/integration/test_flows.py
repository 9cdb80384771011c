"""The flows under a real Prefect server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

import flows.__main__ as entry
from channels.null import Null
from flows import daily as daily_module
from flows import failure
from flows.daily import count_period, daily, periods_to_count
from flows.partitions import partitions
from models import feedback
from models.department import Department
from models.feedback import Feedback
from models.measures import aggregation, staleness
from models.measures.figure import Figure
from models.measures.period import Period, day_of
from models.notice import Notice
from models.notice_delivery import NoticeDelivery
from models.person import Person
from settings import PROJECT
from tests.integration.prefect_calls import call, deployment
from tests.whole_day import begin_in_a_whole_day

pytestmark = pytest.mark.integration

YESTERDAY = date(2024, 5, 6)
RUN = UUID("0f0c4a52-7a0b-4d92-8f3c-0d2f6b1a9e55")


class DatabaseUrls(Protocol):
    """What the `database` fixture offers."""

    owner_url: str
    app_url: str


@pytest.fixture
def administrator(app_engine: Engine) -> str:
    """Somebody who must know when a flow fails, among others who need not."""
    with Session(app_engine) as session, session.begin():
        session.add(Department(code="testing", name_zh="测试部", name_en="Testing"))
        session.flush()
        for number, (name, role) in enumerate([("chen", "administrator"), ("li", "specialist")]):
            session.add(
                Person(
                    username=name,
                    display_name=name,
                    staff_number=str(number),
                    department="testing",
                    roles=[role],
                    password_hash="",
                )
            )
    return "chen"


def _receive(engine: Engine, at: datetime, number: int = 1) -> None:
    item = Feedback(
        id=number << 20,
        number=f"202405-{number:03}",
        channel="phone",
        submitted_at=at,
        received_at=at,
    )
    with Session(engine) as session, session.begin():
        feedback.create(session, item)


def _volumes(engine: Engine) -> dict[date, int]:
    of_all = col(Figure.measure) == "volume", col(Figure.dimension) == "total"
    of_days = col(Figure.period) == "day", col(Figure.department) == ""
    with Session(engine) as session:
        rows = session.scalars(select(Figure).where(*of_all, *of_days).order_by(col(Figure.start)))
        return {row.start: int(row.value) for row in rows}


def _told(engine: Engine) -> tuple[list[tuple[str, str]], int]:
    with Session(engine) as session:
        inboxes = [(row.recipient, row.code) for row in session.scalars(select(Notice))]
        return inboxes, len(session.scalars(select(NoticeDelivery)).all())


@pytest.mark.usefixtures("prefect_server", "settings_of_flows")
def test_a_run_counts_yesterday_and_all_days_since_the_first_item(app_engine: Engine) -> None:
    _receive(app_engine, datetime(2024, 5, 4, 8, tzinfo=UTC))
    _receive(app_engine, datetime(2024, 5, 6, 15, 59, tzinfo=UTC), 2)
    _receive(app_engine, datetime(2024, 5, 6, 16, 0, tzinfo=UTC), 3)

    made = daily(yesterday=YESTERDAY, again=0)

    days = ["2024-05-04", "2024-05-05", "2024-05-06"]
    assert list(made) == [*days, "2024-W18", "2024-W19", "2024-05"]
    assert list(_volumes(app_engine).values()) == [1, 0, 1]


@pytest.mark.usefixtures("prefect_server", "settings_of_flows")
def test_a_later_run_counts_the_three_days_before_once_more(app_engine: Engine) -> None:
    daily(yesterday=YESTERDAY - timedelta(days=1))
    late = datetime(2024, 5, 3, 8, tzinfo=UTC)
    _receive(app_engine, late)

    made = daily(yesterday=YESTERDAY)

    days = ["2024-05-03", "2024-05-04", "2024-05-05", "2024-05-06"]
    assert list(made) == [*days, "2024-W18", "2024-W19", "2024-05"]
    assert _volumes(app_engine)[day_of(late)] == 1


@pytest.mark.usefixtures("prefect_server", "settings_of_flows")
def test_a_day_that_fails_once_is_tried_again_and_nobody_is_told(
    app_engine: Engine, administrator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = aggregation.aggregate
    failures = [RuntimeError()]

    def fail_once(session: Session, period: Period) -> list[Figure]:
        figures = count(session, period)
        if failures:
            raise failures.pop()
        return figures

    monkeypatch.setattr(aggregation, "aggregate", fail_once)
    impatient = count_period.with_options(retry_delay_seconds=0)
    monkeypatch.setattr(daily_module, "count_period", impatient)

    made = daily(yesterday=YESTERDAY, again=0)

    assert administrator
    assert list(made) == ["2024-05-06", "2024-W19", "2024-05"]
    assert _told(app_engine) == ([], 0)


@pytest.mark.usefixtures("prefect_server", "settings_of_flows")
def test_a_failed_run_tells_the_administrators_and_the_addresses(
    app_engine: Engine, administrator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[date]:
        raise RuntimeError

    monkeypatch.setattr(staleness, "days_to_count", fail)
    impatient = periods_to_count.with_options(retry_delay_seconds=0)
    monkeypatch.setattr(daily_module, "periods_to_count", impatient)

    with pytest.raises(RuntimeError):
        daily(yesterday=YESTERDAY)

    assert _told(app_engine) == ([(administrator, "flow_failed")], 2)


def test_a_failure_told_twice_is_one_notice(app_engine: Engine, administrator: str) -> None:
    for _ in range(2):
        with Session(app_engine) as session, session.begin():
            at = datetime(2024, 5, 6, tzinfo=UTC)
            failure.record_failure(session, RUN, {"flow": "bihuan-daily"}, at=at, addresses=2)

    assert _told(app_engine) == ([(administrator, "flow_failed")], 2)


@pytest.mark.usefixtures("prefect_server", "settings_of_flows")
def test_without_a_database_the_addresses_are_written_to_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/nothing"
    driver = Null()
    monkeypatch.setenv("BIHUAN_DATABASE_URL", nobody)
    monkeypatch.setattr(failure, "AppriseDriver", lambda: driver)
    impatient = periods_to_count.with_options(retries=0)
    monkeypatch.setattr(daily_module, "periods_to_count", impatient)

    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        daily(yesterday=YESTERDAY)

    assert [given.title for given in driver.given] == ["定时任务 bihuan-daily 失败"] * 2


@pytest.mark.usefixtures("prefect_server", "settings_of_flows")
@pytest.mark.parametrize("as_owner", [True, False])
def test_partitions_are_made_ahead_by_either_role(
    database: DatabaseUrls,
    owner_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    as_owner: bool,
) -> None:
    monkeypatch.setenv("BIHUAN_OWNER_DATABASE_URL", database.owner_url if as_owner else "")

    made = partitions(months=12)

    assert made
    with owner_engine.connect() as connection:
        assert all(connection.scalar(text("SELECT to_regclass(:n)"), {"n": n}) for n in made)
    assert partitions(months=12) == []


@pytest.fixture
def serving(
    prefect_server: str, database: DatabaseUrls, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that serves the flows."""
    environment = {
        **os.environ,
        "BIHUAN_DATABASE_URL": database.app_url,
        "BIHUAN_PREFECT_API_URL": prefect_server,
        "PREFECT_HOME": str(tmp_path),
    }
    process = subprocess.Popen([sys.executable, "-m", "flows"], cwd=PROJECT, env=environment)
    yield process
    process.kill()
    process.wait()


@pytest.mark.timeout(600)
def test_the_served_flow_has_its_schedule_and_really_runs(
    prefect_server: str, serving: subprocess.Popen[bytes], app_engine: Engine
) -> None:
    begin_in_a_whole_day()
    url = prefect_server
    deadline = time.monotonic() + 500
    while (found := deployment(url, "bihuan-daily/daily")) is None or not found["last_polled"]:
        assert serving.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.3)
    schedule = found["schedules"][0]["schedule"]
    assert (schedule["cron"], schedule["timezone"]) == ("30 0 * * *", "Asia/Shanghai")
    assert deployment(url, "bihuan-partitions/daily") is not None
    yesterday = day_of(datetime.now(UTC)) - timedelta(days=1)

    asked = {"name": "by hand", "idempotency_key": "by hand"}
    run = call("POST", f"{url}/deployments/{found['id']}/create_flow_run", asked)
    while (state := call("GET", f"{url}/flow_runs/{run['id']}")["state"]["type"]) != "COMPLETED":
        assert state in {"SCHEDULED", "PENDING", "RUNNING"}
        assert time.monotonic() < deadline
        time.sleep(0.3)

    assert _volumes(app_engine)[yesterday] == 0

    serving.send_signal(signal.SIGTERM)
    assert serving.wait(120) == 0


def test_without_a_server_the_door_ends_so_that_it_is_started_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIHUAN_PREFECT_API_URL", "")
    assert entry.main() == 1

    monkeypatch.setenv("BIHUAN_PREFECT_API_URL", "http://127.0.0.1:1/api")
    monkeypatch.setattr(entry, "WAIT_SECONDS", 0.1)
    assert entry.main() == 1

    assert capsys.readouterr().err.splitlines() == [
        "BIHUAN_PREFECT_API_URL is not set",
        "the Prefect server does not answer",
    ]
