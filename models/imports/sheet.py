"""A CSV file as rows of texts, whatever program wrote it."""

import csv
import io
from dataclasses import dataclass

from models.imports.findings import SheetError

MAX_ROWS = 200_000
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",\t;|"


@dataclass(frozen=True)
class Row:
    """A row that is not empty, and the line of the file on which it begins."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A file with a header (表格)."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(content: bytes) -> Sheet:
    """Read a CSV file in UTF-8, GB18030 (with GBK and GB2312 in it) or marked UTF-16.

    Raises:
        SheetError: `encoding_unknown`, `file_empty`, `csv_malformed` with the line, or
            `too_many_rows`.
    """
    text = _decode(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    rows = _rows(text, separator)
    if not rows:
        raise SheetError("file_empty")
    if len(rows) - 1 > MAX_ROWS:
        raise SheetError("too_many_rows", limit=MAX_ROWS)
    return Sheet(rows[0].cells, tuple(rows[1:]))


def _decode(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(_UTF_16) else _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("encoding_unknown")


def _rows(text: str, separator: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, tuple(cells)))
            # A quoted cell may go over several lines: the next row begins after the last of them.
            line = reader.line_num + 1
            if len(rows) > MAX_ROWS + 1:
                break
    except csv.Error:
        raise SheetError("csv_malformed", line=line) from None
    return rows
