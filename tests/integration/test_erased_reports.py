"""Reports that name what the erased have told are emptied at once, and made anew without it."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from flows import counting, erasures
from flows.reports import making
from models import feedback, report
from models.feedback import Feedback
from models.measures.period import Period
from models.report import Report
from tests.integration.erasable import Told, erase, key_folder, tell
from tests.integration.report_items import hire_readers

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("settings_of_flows")]
APRIL, MAY, JUNE = (Period("month", date(2024, month, 1)) for month in (4, 5, 6))
PLANTED = ("青石街八号", "自制水泵")


def item(engine: Engine, told: Told, number: int, at: datetime, *values: str) -> None:
    """An item that was closed ten days after it was received."""
    region, product = values
    with Session(engine) as session, session.begin():
        row = Feedback(
            id=number << 20,
            number=f"{at:%Y%m}-{number:03d}",
            channel="web",
            department="technical",
            customer_id=told.id,
            submitted_at=at,
            received_at=at,
            due_at=at + timedelta(days=3),
            replied_at=at + timedelta(days=2),
            closed_at=at + timedelta(days=10),
            outcome="satisfied",
            product=product,
            region=region,
        )
        feedback.create(session, row)


def kept(engine: Engine) -> list[Report]:
    with Session(engine) as session:
        return list(session.scalars(select(Report).order_by(text("start, department, kind"))))


def said(one: Report) -> str:
    """All words of a file, however it is packed."""
    content = BytesIO(one.content or b"")
    if one.kind == report.DOCUMENT:
        return "".join(page.extract_text() for page in PdfReader(content).pages)
    sheets = openpyxl.load_workbook(content)
    cells = (cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
    return " ".join(str(cell) for cell in cells if cell is not None)


@pytest.fixture
def reported(app_engine: Engine, tmp_path: Path) -> Told:
    """Reports of three months; one customer has told something in May, another in every month."""
    hire_readers(app_engine)
    keys = key_folder(tmp_path)
    one, other = tell(app_engine, keys, "a"), tell(app_engine, keys, "b")
    item(app_engine, one, 1, datetime(2024, 5, 6, 2, tzinfo=UTC), *PLANTED)
    for month in (4, 5, 6):
        at = datetime(2024, month, 7, 2, tzinfo=UTC)
        item(app_engine, other, month, at, "华东", "X200")
    counting.count_window(date(2024, 4, 1), date(2024, 6, 30))
    for period in (APRIL, MAY, JUNE):
        making.make(period)
    return one


def naming(engine: Engine) -> set[date]:
    """The months with a report that says something of what was planted."""
    with_words = (one for one in kept(engine) if one.content)
    return {one.start for one in with_words if any(word in said(one) for word in PLANTED)}


def test_only_reports_of_that_time_are_emptied_and_a_night_makes_them_anew(
    app_engine: Engine, reported: Told
) -> None:
    before = {one.id: one for one in kept(app_engine)}
    assert naming(app_engine) == {MAY.start}

    erased = erase(app_engine, reported.id)
    emptied = [one for one in kept(app_engine) if one.content is None]
    with Session(app_engine) as session:
        shown = {one.id for one in report.listed(session)}
    again = erasures.make_reports_anew()

    assert {one.start for one in emptied} == {MAY.start}
    assert erased.counts["report"] == len(emptied) == 4
    assert shown == set(before) - {one.id for one in emptied}
    assert (again, erasures.make_reports_anew()) == (1, 0)
    assert naming(app_engine) == set()
    with Session(app_engine) as session:
        for one in emptied:
            found = report.find(session, one.id)
            assert found is not None
            assert (found.start, found.kind, found.department) == (
                one.start,
                one.kind,
                one.department,
            )
            assert found.content
            assert "X200" in said(found)
    for one in kept(app_engine):
        if one.start != MAY.start:
            assert one.content == before[one.id].content


def test_a_report_that_is_being_made_meanwhile_is_emptied_too(
    app_engine: Engine, reported: Told
) -> None:
    with Session(app_engine) as making_one, making_one.begin():
        report.begin(making_one)
        at = datetime(2026, 11, 20, tzinfo=UTC)
        erasing = threading.Thread(target=erase, args=(app_engine, reported.id))
        erasing.start()
        _wait_for_a_lock(app_engine)
        report.keep(making_one, MAY, "pdf", b"late", department="", at=at)
    erasing.join(30)

    assert not erasing.is_alive()
    assert b"late" not in {one.content for one in kept(app_engine)}


def _wait_for_a_lock(engine: Engine) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'report'::regclass"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(200):
            if connection.scalar(waiting):
                return
            connection.execute(text("SELECT pg_sleep(0.05)"))
    raise AssertionError
