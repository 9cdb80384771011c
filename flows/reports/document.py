"""The report as a PDF document, set by Typst with a font that comes along."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pylopdf_fonts_zh_cn
import typst

from flows.reports.wording import words
from models.measures.period import WEEK

if TYPE_CHECKING:
    from flows.reports.content import Content
    from flows.reports.table import Table

TEMPLATE = Path(__file__).with_name("report.typ")
FAMILY = "Noto Sans SC"
# Days of a month make a page of their own in the workbook, and a chart here.
_TOPICS = (
    *("summary", "by_type", "by_region", "by_product", "by_department"),
    *("top", "satisfaction", "trend", "rules"),
)
_BARS = {"by_type": (0, 2), "by_region": (0, 2), "top": (0, 1)}


def document(content: Content) -> bytes:
    """Return the bytes of the PDF (报告文件); the same content gives the same bytes."""
    made = _compile(content, "pdf")
    return made if isinstance(made, bytes) else b"".join(made)


def pages(content: Content, resolution: float = 96) -> list[bytes]:
    """Return the pages as PNG pictures, to look at."""
    found = _compile(content, "png", resolution)
    return found if isinstance(found, list) else [found]


@cache
def _fonts() -> typst.Fonts:
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )


def _compile(
    content: Content, kind: Literal["pdf", "png"], resolution: float = 96
) -> bytes | list[bytes]:
    made = datetime.combine(content.period.end, time(), UTC)
    # The data goes in beside the source: nothing in it can become markup.
    given = {"data": json.dumps(described(content), ensure_ascii=False)}
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(), root=str(TEMPLATE.parent), font_paths=_fonts(), sys_inputs=given
    )
    compiled = compiler.compile(format=kind, ppi=resolution, timestamp=made)
    assert compiled is not None  # noqa: S101 (it is, where no file was asked for)
    return compiled


def described(content: Content) -> dict[str, Any]:
    """Return what the template shows: texts as the workbook shows them, and lengths of bars."""
    said = words(content.locale)
    return {
        "title": content.title,
        "subtitle": content.subtitle,
        "language": content.locale.partition("-")[0],
        "family": FAMILY,
        "notes": said["notes"],
        "sections": [
            _section(content, table) for table in content.tables if table.topic in _TOPICS
        ],
    }


def _section(content: Content, table: Table) -> dict[str, Any]:
    said = words(content.locale)
    section: dict[str, Any] = {
        "title": said["topics"][table.topic],
        "prose": table.topic == "rules",
        "headers": list(table.headers),
        "rows": [[cell.shown for cell in row] for row in table.rows],
    }
    if table.topic in _BARS:
        section["bars"] = _bars(table, *_BARS[table.topic], said["chart"][table.topic])
    if table.topic == "summary":
        section["columns"] = _columns(content, said["chart"]["by_day"])
    if table.topic == "trend":
        section["line"] = _line(table, said["chart"]["trend"])
    return section


def _bars(table: Table, label: int, value: int, title: str) -> dict[str, Any]:
    rows = [(row[label].shown, row[value]) for row in table.rows]
    values = [float(cell.value or 0) for _, cell in rows]
    longest = max(values, default=0) or 1
    bars = [
        {"label": name, "shown": cell.shown, "part": length / longest}
        for (name, cell), length in zip(rows, values, strict=True)
    ]
    return {"title": title, "bars": bars}


def _columns(content: Content, title: str) -> dict[str, Any]:
    """Return the volume of the days; labels only where there is room for them."""
    table = content.table("by_day")
    rows = table.rows if table else ()
    values = [float(row[1].value or 0) for row in rows]
    highest = max(values, default=0) or 1
    is_week = content.period.kind == WEEK
    columns = [
        {
            "label": row[0].shown[5:] if is_week else row[0].shown[8:],
            "shown": row[1].shown,
            "part": value / highest,
        }
        for row, value in zip(rows, values, strict=True)
    ]
    return {"title": title, "columns": columns}


def _line(table: Table, title: str) -> dict[str, Any]:
    points = [
        {"label": row[0].shown, "shown": row[-1].shown, "part": row[-1].value} for row in table.rows
    ]
    return {"title": title, "points": points}
