"""`bihuan admin` on a stack that runs: files brought in, demo data loaded and removed."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.e2e.running_stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

PHONE = "13812345678"
ITEMS = 15


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    home = tmp_path_factory.mktemp("admin") / "home"
    made = RunningStack(home, "postgres temporal migrations worker api")
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="module")
def rows(stack: RunningStack) -> Iterator[Engine]:
    opened = stack.rows()
    yield opened
    opened.dispose()


def count(rows: Engine, what: str) -> int:
    with rows.connect() as connection:
        counted = text(f"SELECT count(*) FROM {what}")  # noqa: S608 - constant
        return int(connection.execute(counted).scalar_one())


def test_a_file_is_brought_in_and_its_bad_rows_come_back_to_be_mended(
    stack: RunningStack, rows: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "客户.csv"
    file.write_bytes(f"客户编号,姓名,手机\nC1,张三,{PHONE}\nC2,李四,12\n".encode("gb18030"))

    refused = stack.command("admin", "import", "customers", str(file), "--strict")
    after_refusal = count(rows, "customer")
    taken = stack.command("admin", "import", "customers", str(file))

    assert refused.returncode == 1
    assert "line 3: contact: phone_invalid" in refused.stdout
    assert "nothing was taken" in refused.stderr
    assert after_refusal == 0
    assert taken.returncode == 0, taken.stderr
    assert "inserted=1 updated=0 unchanged=0 rejected=1" in taken.stdout
    report = file.with_name("客户.rejected.csv")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    report.write_text(report.read_text("utf-8-sig").replace(",12,", ",13900000000,"), "utf-8")
    mended = stack.command("admin", "import", "customers", str(report))
    assert "inserted=1" in mended.stdout
    for shown in (refused, taken, mended):
        assert "张三" not in shown.stdout + shown.stderr
        assert PHONE not in shown.stdout + shown.stderr
    assert count(rows, "customer WHERE number IS NOT NULL") == 2


def test_a_file_that_cannot_be_read_says_why(stack: RunningStack, tmp_path: Path) -> None:
    headless = tmp_path / "orders.csv"
    headless.write_text("SO-1,C1\n")

    done = stack.command("admin", "import", "orders", str(headless))
    absent = stack.command("admin", "import", "orders", str(tmp_path / "absent.csv"))

    assert (done.returncode, absent.returncode) == (1, 1)
    assert "column_missing, column number" in done.stderr
    assert "cannot be read" in absent.stderr


def test_demo_data_is_loaded_and_one_command_removes_it_with_what_runs(
    stack: RunningStack, rows: Engine
) -> None:
    loaded = stack.command("admin", "demo-data", "load", "--items", str(ITEMS))
    again = stack.command("admin", "demo-data", "load", "--items", str(ITEMS))

    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    assert again.returncode == 0, again.stdout + again.stderr
    assert "customers: 0 new" in again.stdout
    assert count(rows, "feedback WHERE demo") == ITEMS
    assert count(rows, "feedback WHERE order_number IS NOT NULL") > 0
    deadline = time.monotonic() + 240
    while count(rows, "user_task WHERE state = 'CREATED'") < ITEMS:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    records = count(rows, "audit_record")

    removed = stack.command("admin", "demo-data", "remove", "--keep-people")

    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert f"cancelling {ITEMS} demo items that run" in removed.stdout
    assert f"removed: feedback {ITEMS}" in removed.stdout
    for table in ("feedback", "purchase_order", "batch", "user_task", "process_instance"):
        assert count(rows, table) == 0, table
    assert count(rows, "customer WHERE demo") == 0
    assert count(rows, "audit_record") >= records
    assert count(rows, "person WHERE demo") > 20


def test_the_people_go_last(stack: RunningStack, rows: Engine) -> None:
    removed = stack.command("admin", "demo-data", "remove")

    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert count(rows, "person") == 0
    assert "BIHUAN_DEMO_PEOPLE=false" in removed.stdout


def test_where_nothing_runs_the_commands_say_so(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "home", "postgres")

    done = stack.command("admin", "demo-data", "load")

    assert done.returncode == 1
    assert "./bihuan up" in done.stderr


def test_old_days_are_counted_and_their_reports_made(stack: RunningStack, rows: Engine) -> None:
    window = ("--from", "2026-01-01", "--to", "2026-01-31")

    done = stack.command("admin", "backfill", *window, "--reports")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "2026-01 2 files"
    assert count(rows, "figure WHERE period = 'day' AND measure = 'volume'") == 31
    assert stack.command("admin", "backfill", "--from", "soon", "--to", "later").returncode == 2
