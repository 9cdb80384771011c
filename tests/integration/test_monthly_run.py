"""The monthly report's run: killed, repeated, fired by its schedule, filled in for old months."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from flows import periodic
from flows.__main__ import main
from flows.reports import making
from models import report
from models.measures.figure import Figure
from models.measures.period import Period, day_of
from models.notice import Notice
from models.report import Report
from settings import PROJECT
from stack import prefect
from stack.ports import Ports
from stack.postgres import PREFECT, Cluster
from tests.integration.prefect_calls import call, deployment
from tests.integration.report_items import MAY, fill_two_months, hire_readers

pytestmark = pytest.mark.integration


class DatabaseUrls(Protocol):
    """What the `database` fixture offers."""

    owner_url: str
    app_url: str


@pytest.fixture
def readers(app_engine: Engine) -> None:
    """Those who get reports, and one who does not."""
    hire_readers(app_engine)


KILLED = """
import os, signal, sys
from models.measures import aggregation
from models import report
count, keep, left = aggregation.aggregate, report.keep, [int(sys.argv[1])]

def die(call):
    def called(*given, **more):
        done = call(*given, **more)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return called

aggregation.aggregate, report.keep = die(count), die(keep)
from datetime import date
from flows import periodic
from flows.reports import making, sending
from models.measures.period import Period
may = Period("month", date(2024, 5, 1))
if not sending.was_sent(may):
    periodic.count_window.fn(may)
    sending.send(may, making.make(may))
"""


def _rows(engine: Engine) -> tuple[set[tuple[Any, ...]], set[str], list[str]]:
    with Session(engine) as session:
        figures = {tuple(one.model_dump().values()) for one in session.scalars(select(Figure))}
        reports = {one.digest for one in session.scalars(select(Report))}
        return figures, reports, sorted(n.recipient for n in session.scalars(select(Notice)))


@pytest.mark.usefixtures("settings_of_flows", "readers")
def test_a_monthly_run_killed_anywhere_and_run_again_gives_the_same_rows(
    app_engine: Engine,
) -> None:
    fill_two_months(app_engine, 60)

    def run(calls: int) -> int:
        words_ = [sys.executable, "-c", KILLED, str(calls)]
        return subprocess.run(words_, cwd=PROJECT, check=False).returncode

    # In the middle of the days, and of the files.
    assert [run(10), run(36)] == [-signal.SIGKILL] * 2
    assert _rows(app_engine)[2] == []
    assert run(1000) == 0
    after_kills = _rows(app_engine)

    with Session(app_engine) as session, session.begin():
        session.execute(delete(Figure))
    periodic.count_window.fn(MAY)
    making.make(MAY)

    assert _rows(app_engine) == after_kills
    assert len(after_kills[1]) == 6
    assert after_kills[2] == ["boss", "qian", "zhao"]


@pytest.mark.usefixtures("settings_of_flows")
def test_old_months_are_filled_in_from_the_command_line(
    app_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    fill_two_months(app_engine, 30)
    window = ["--from", "2024-04-20", "--to", "2024-05-31"]

    assert main(["backfill", *window, "--reports"]) == 0

    told = capsys.readouterr().out.splitlines()
    assert "2024-05-31" in {line.split()[0] for line in told}
    assert "2024-05 6 files" in told
    with Session(app_engine) as session:
        kept = session.scalars(select(Report)).all()
        assert session.scalars(select(Notice)).all() == []
    assert {row.start for row in kept if row.period == "month"} == {
        date(2024, 4, 1),
        date(2024, 5, 1),
    }
    assert main(["backfill", "--from", "2999-01-01", "--to", "2999-01-02"]) == 2


@pytest.fixture
def scheduling(tmp_path: Path, ports: Ports, postgres: Cluster) -> Iterator[str]:
    """The address of a Prefect server as the stack starts it; that of the harness never fires."""
    port = ports.choose("test")
    home = tmp_path / "prefect"
    home.mkdir()
    database = postgres.url(PREFECT, "prefect", driver="asyncpg")
    environment = {**os.environ, **prefect.server_environment(home, port, database)}
    process = subprocess.Popen(prefect.server_command(port), cwd=PROJECT, env=environment)
    yield prefect.api_url(port)
    process.terminate()
    process.wait()


@pytest.fixture
def served(
    scheduling: str, database: DatabaseUrls, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The door of the flows as the supervisor starts it."""
    environment = {
        **os.environ,
        "BIHUAN_DATABASE_URL": database.app_url,
        "BIHUAN_PREFECT_API_URL": scheduling,
        "PREFECT_HOME": str(tmp_path),
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
    }
    process = subprocess.Popen([sys.executable, "-m", "flows"], cwd=PROJECT, env=environment)
    yield process
    process.kill()
    process.wait()


def _wait_until_served(url: str, name: str, process: subprocess.Popen[bytes]) -> Any:
    deadline = time.monotonic() + 400
    while (found := deployment(url, name)) is None or not found["last_polled"]:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return found


def _wait_for_runs(url: str, served_as: str, count: int) -> None:
    ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}
    wanted = {"deployments": {"id": {"any_": [served_as]}}, "flow_runs": ended}
    deadline = time.monotonic() + 600
    states: list[str] = []
    while states.count("COMPLETED") < count:
        assert time.monotonic() < deadline, states
        time.sleep(1)
        runs = call("POST", f"{url}/flow_runs/filter", wanted)
        assert all(run["auto_scheduled"] for run in runs)
        states = [run["state"]["type"] for run in runs]
        assert set(states) <= {"COMPLETED"}


@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("readers")
def test_a_schedule_fires_and_only_its_first_success_sends(
    scheduling: str, served: subprocess.Popen[bytes], app_engine: Engine
) -> None:
    found = _wait_until_served(scheduling, "bihuan-monthly/monthly", served)
    schedule = found["schedules"][0]["schedule"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 6 1-5 * *", "Asia/Shanghai")

    soon = {"schedule": {"interval": 15, "anchor_date": "2024-01-01T00:00:00Z"}, "active": True}
    call("POST", f"{scheduling}/deployments/{found['id']}/schedules", [soon])
    _wait_for_runs(scheduling, found["id"], 2)

    last_month = Period.holding("month", day_of(datetime.now(UTC))).previous
    with Session(app_engine) as session:
        assert report.was_sent(session, last_month)
        assert [one.recipient for one in session.scalars(select(Notice))] == ["boss"]

    served.send_signal(signal.SIGTERM)
    assert served.wait(120) == 0
