"""Reports: workbook and document of the same figures, kept, and sent to those they are for."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from channels import wording
from flows import counting
from flows.reports import making, sending
from flows.reports.wording import words
from models.feedback import Feedback
from models.measures.figure import Figure
from models.measures.period import day_of
from models.notice import Notice
from models.notice_delivery import NoticeDelivery
from models.report import Report
from tests.integration.report_items import MAY, fill_two_months, hire_readers

pytestmark = pytest.mark.integration

Rows = list[tuple[Any, ...]]


@pytest.fixture
def readers(app_engine: Engine) -> None:
    """Those who get reports, and one who does not."""
    hire_readers(app_engine)


def made(engine: Engine, department: str = "") -> dict[str, bytes]:
    """Count May and make its reports; return the files of one department by kind."""
    counting.count_window(date(2024, 4, 1), date(2024, 5, 31))
    making.make(MAY)
    with Session(engine) as session:
        rows = session.scalars(select(Report)).all()
        return {row.kind: row.content or b"" for row in rows if row.department == department}


def sheets(content: bytes) -> dict[str, Rows]:
    book = openpyxl.load_workbook(BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def text(content: bytes) -> str:
    pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return re.sub(r"\s+", "", "".join(pages))


def shown(cell: Any, form: str) -> str:
    """Return a cell as Excel shows it."""
    if isinstance(cell, str):
        return re.sub(r"\s+", "", cell)
    if cell is None:
        return "—"
    return {"0.0%": f"{cell:.1%}", "#,##0.0": f"{cell:.1f}"}.get(form, str(cell))


@pytest.mark.usefixtures("settings_of_flows")
def test_the_numbers_of_the_document_are_those_of_the_workbook(app_engine: Engine) -> None:
    fill_two_months(app_engine)

    files = made(app_engine)

    told = text(files["pdf"])
    topics = words("zh-CN")["topics"]
    book = openpyxl.load_workbook(BytesIO(files["xlsx"]))
    for topic in ("summary", "trend", "by_type", "by_region", "by_product", "by_department", "top"):
        sheet = book[topics[topic]]
        first = 6 if topic == "summary" else 2
        for row in sheet.iter_rows(min_row=first):
            line = "".join(shown(cell.value, str(cell.number_format)) for cell in row)
            assert line in told, (topic, line)
    for _, number in ((row[0].value, row[1].value) for row in book[topics["by_day"]].iter_rows(2)):
        assert str(number) in told


@pytest.mark.usefixtures("settings_of_flows")
def test_the_workbook_holds_numbers_rules_and_the_items_behind_them(app_engine: Engine) -> None:
    fill_two_months(app_engine)

    files = made(app_engine)

    found = sheets(files["xlsx"])
    topics = words("zh-CN")["topics"]
    summary = {row[0]: row[1:] for row in found[topics["summary"]][5:]}
    assert list(found) == list(topics.values())[:1] + [
        topics[one]
        for one in (
            *("trend", "by_day", "by_type", "by_region", "by_product", "by_department"),
            *("top", "satisfaction", "rules", "items"),
        )
    ]
    with Session(app_engine) as session:
        rows = session.scalars(select(Figure)).all()
    totals = {
        row.measure: row
        for row in rows
        if (row.period, row.start, row.department, row.dimension)
        == ("month", MAY.start, "", "total")
    }
    names = {name: one["name"] for name, one in words("zh-CN")["measures"].items()}
    assert summary["反馈量"][0] == totals["volume"].value
    assert summary["按时率"][0] == pytest.approx(float(totals["on_time_rate"].value), abs=6e-4)
    assert summary["平均处理时长（小时）"][0] == pytest.approx(
        float(totals["handling_time"].value) / 3600, abs=0.051
    )
    items = found[topics["items"]][1:]
    for name, row in totals.items():
        behind = [float(one[3]) for one in items if one[0] == names[name]]
        assert len(behind) == row.items, name
    assert sum(one[3] for one in items if one[0] == names["problems"]) == totals["problems"].value
    # A text that looks like a formula is a text.
    assert "=1+1" in {row[0] for row in found[topics["by_product"]]}
    assert all(row[2] for row in found[topics["rules"]])


@pytest.mark.usefixtures("settings_of_flows")
def test_a_report_of_a_department_holds_nothing_of_the_others(app_engine: Engine) -> None:
    fill_two_months(app_engine)

    files = made(app_engine, "technical")

    found = sheets(files["xlsx"])
    topics = words("zh-CN")["topics"]
    assert topics["by_department"] not in found
    assert {row[8] for row in found[topics["items"]][1:]} == {"technical"}
    with Session(app_engine) as session:
        rows = session.scalars(select(Feedback)).all()
    own = [
        row
        for row in rows
        if row.department == "technical" and day_of(row.received_at) >= MAY.start
    ]
    assert found[topics["summary"]][5][1] == len(own)


@pytest.mark.usefixtures("settings_of_flows")
def test_reports_made_again_are_the_same_files(app_engine: Engine) -> None:
    fill_two_months(app_engine, 40)

    first = made(app_engine)
    again = made(app_engine)

    assert first == again
    with Session(app_engine) as session:
        kept = session.scalars(select(Report)).all()
    # The house and two departments, two files each.
    assert len(kept) == 6
    assert {(row.size, row.digest) for row in kept if row.department == ""} == {
        (len(one or b""), row.digest)
        for row in kept
        for one in (row.content,)
        if row.department == ""
    }


@pytest.mark.usefixtures("settings_of_flows")
def test_an_empty_month_makes_a_report_that_says_so(app_engine: Engine) -> None:
    files = made(app_engine)

    assert words("zh-CN")["notes"]["nothing"] in text(files["pdf"])
    assert sheets(files["xlsx"])["概览"][5][1] == 0


@pytest.mark.usefixtures("settings_of_flows", "readers")
def test_a_report_goes_once_to_management_and_to_the_heads_of_the_departments(
    app_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_PUBLIC_URL", "https://bihuan.example")
    fill_two_months(app_engine, 40)
    counting.count_period(MAY)
    files = making.make(MAY)

    sent = [sending.send(MAY, files), sending.send(MAY, files)]

    assert sent == [True, False]
    with Session(app_engine) as session:
        told = {one.recipient: one.data for one in session.scalars(select(Notice))}
        owed = session.scalars(select(NoticeDelivery)).all()
    assert {who: data["department"] for who, data in told.items()} == {
        "boss": "",
        "zhao": "technical",
        "qian": "logistics",
    }
    assert {(one.code, one.address_index) for one in owed} == {(sending.CODE, 0), (sending.CODE, 1)}
    message = wording.render("report_ready", owed[0].data, "zh-CN", strict=True)
    assert message.title == "客户反馈分析月报 2024-05 已生成"
    assert f"https://bihuan.example/api/reports/{files[''][-1]}" in message.body
