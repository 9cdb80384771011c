"""The bad rows of a file, to be mended and brought in again."""

import csv
import io
from collections.abc import Iterable

from models.imports.findings import Finding
from models.imports.sheet import read_sheet

# Our own columns come last: a mended file is read with them as columns that nobody asked for.
_OURS = ("import_line", "import_errors")


def rejected_rows(content: bytes, findings: Iterable[Finding]) -> bytes:
    """Return the rows that findings name as a CSV file, each with its line and what is wrong.

    It holds what the rows hold, so it is as private as the file itself.
    """
    wrong: dict[int, list[str]] = {}
    for one in findings:
        wrong.setdefault(one.line, []).append(f"{one.column}:{one.code}")
    sheet = read_sheet(content)
    width = max(len(sheet.header), *(len(row.cells) for row in sheet.rows))
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*_filled(sheet.header, width), *_OURS])
    for row in sheet.rows:
        if row.line in wrong:
            writer.writerow([*_filled(row.cells, width), row.line, " ".join(wrong[row.line])])
    # Spreadsheets take it for UTF-8 only if it says so.
    return file.getvalue().encode("utf-8-sig")


def _filled(cells: tuple[str, ...], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]
