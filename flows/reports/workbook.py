"""The report as a workbook: a sheet a topic, numbers as numbers."""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import xlsxwriter  # type: ignore[import-untyped]

from flows.reports.table import Kind
from flows.reports.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

    from flows.reports.content import Content
    from flows.reports.table import Cell, Table

FONT = "Microsoft YaHei"
NARROWEST, WIDEST = 10, 80
_FORMATS = {Kind.TEXT: "@", Kind.COUNT: "#,##0", Kind.SHARE: "0.0%", Kind.HOURS: "#,##0.0"}
# Texts are data of people, and a text that begins with "=" must stay one.
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook(content: Content, items: Table) -> bytes:
    """Return the bytes of the workbook (工作簿); the same content gives the same bytes."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **_SAFE}) as book:
        # The file says when its period ended, so that making it again changes nothing.
        made = datetime.combine(content.period.end, time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": content.title, "created": made})
        sheets = _Sheets(book, content)
        for table in (*content.tables, items):
            sheets.add(table)
    return buffer.getvalue()


class _Sheets:
    """Adds sheets that look alike."""

    def __init__(self, book: xlsxwriter.Workbook, content: Content) -> None:
        self._book = book
        self._content = content
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        self._title = book.add_format(base | {"font_size": 14, "bold": True})
        self._note = book.add_format(base | {"font_color": "#595959"})
        self._header = book.add_format(
            base | {"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "text_wrap": True}
        )
        self._wrapped = book.add_format(base | {"text_wrap": True, "valign": "top"})
        self._cells = {
            kind: book.add_format(base | {"num_format": code}) for kind, code in _FORMATS.items()
        }

    def add(self, table: Table) -> None:
        """Add the sheet of one table, its header frozen."""
        sheet = self._book.add_worksheet(words(self._content.locale)["topics"][table.topic])
        top = self._head(sheet) if table.topic == "summary" else 0
        sheet.write_row(top, 0, table.headers, self._header)
        sheet.freeze_panes(top + 1, 1)
        is_prose = table.topic == "rules"
        for number, row in enumerate(table.rows, top + 1):
            for column, cell in enumerate(row):
                self._write(sheet, number, column, cell, self._wrapped if is_prose else None)
        for column, header in enumerate(table.headers):
            cells = (row[column].shown for row in table.rows)
            sheet.set_column(column, column, _width([header, *cells]))
        if table.rows:
            sheet.autofilter(top, 0, top + len(table.rows), len(table.headers) - 1)
        _print_setup(sheet, top)

    def _head(self, sheet: Worksheet) -> int:
        notes = words(self._content.locale)["notes"]
        sheet.write_string(0, 0, self._content.title, self._title)
        sheet.write_string(1, 0, self._content.subtitle, self._note)
        sheet.write_string(2, 0, f"{notes['source']} {notes['privacy']}", self._note)
        return 4

    def _write(
        self, sheet: Worksheet, row: int, column: int, cell: Cell, own: Format | None
    ) -> None:
        form = own or self._cells[cell.kind]
        if cell.value is None:
            sheet.write_blank(row, column, None, form)
        elif isinstance(cell.value, str):
            sheet.write_string(row, column, cell.value, form)
        else:
            sheet.write_number(row, column, cell.value, form)


def _print_setup(sheet: Worksheet, top: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _width(texts: Iterable[str]) -> float:
    """Return the width of a column; a Chinese character takes two places."""
    longest = max(sum(2 if east_asian_width(c) in "WF" else 1 for c in one) for one in texts)
    return min(max(longest + 3, NARROWEST), WIDEST)
