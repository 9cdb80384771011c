"""The columns of each kind of file, and rows read by them."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.imports import cells
from models.imports.cells import CellError
from models.imports.findings import Finding, Record, SheetError
from models.imports.sheet import Row, Sheet

# What people write above columns, and for levels and channels, in their languages.
_WORDS = Path(__file__).with_name("words.json")


@dataclass(frozen=True)
class Column:
    """A column that we know (列): how its cells are read, and whether each row needs it."""

    read: Callable[[str], Any]
    required: bool = False


def _level(cell: str) -> str | None:
    return _choice("levels", cell, "level_unknown") or None


def _channel(cell: str) -> str:
    return _choice("channels", cell, "channel_unknown")


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "customers": {
        "number": Column(cells.read_number, required=True),
        "name": Column(cells.read_text),
        "contact": Column(cells.read_contact),
        "level": Column(_level),
        "preferred_channel": Column(_channel),
        "region": Column(cells.read_text),
        "account_manager": Column(cells.read_number),
    },
    "orders": {
        "number": Column(cells.read_number, required=True),
        "customer": Column(cells.read_number),
        "contact": Column(cells.read_contact),
        "product": Column(cells.read_text, required=True),
        "amount": Column(cells.read_amount),
        "ordered_at": Column(cells.read_moment, required=True),
        "delivered_at": Column(cells.read_moment),
        "batch": Column(cells.read_number),
    },
    "batches": {
        "number": Column(cells.read_number, required=True),
        "product": Column(cells.read_text, required=True),
        "supplier": Column(cells.read_text),
        "produced_at": Column(cells.read_day),
    },
}
KINDS = tuple(COLUMNS)


def places(kind: str, header: tuple[str, ...]) -> dict[str, int]:
    """Return where our columns stand in a file; its others are nobody's business.

    Raises:
        SheetError: `column_missing` or `column_twice`, with our name of the column.
    """
    names = _headers(kind)
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = names.get(_plain(cell))
        if name in found:
            raise SheetError("column_twice", column=name)
        if name is not None:
            found[name] = place
    for name, column in COLUMNS[kind].items():
        if column.required and name not in found:
            raise SheetError("column_missing", column=name)
    return found


def read_records(
    kind: str, sheet: Sheet, found: Mapping[str, int]
) -> tuple[list[Record], list[Finding]]:
    """Return the rows whose every cell can be read, and what is wrong with the others.

    A column that the file has is the word of the file: an empty cell is None there.
    """
    records, findings = [], []
    for row in sheet.rows:
        values: dict[str, Any] = {}
        wrong = list(_read_row(COLUMNS[kind], len(sheet.header), row, found, values))
        findings += wrong
        if not wrong:
            records.append(Record(row.line, values))
    return records, findings


def _read_row(
    columns: Mapping[str, Column],
    width: int,
    row: Row,
    found: Mapping[str, int],
    values: dict[str, Any],
) -> Iterator[Finding]:
    if any(cell.strip() for cell in row.cells[width:]):
        yield Finding(row.line, "", "columns_too_many")
    for name, place in found.items():
        cell = row.cells[place].strip() if place < len(row.cells) else ""
        column = columns[name]
        if not cell:
            values[name] = None
            if column.required:
                yield Finding(row.line, name, "missing")
            continue
        try:
            values[name] = column.read(cell)
        except CellError as error:
            yield Finding(row.line, name, str(error))


def _choice(kind: str, cell: str, code: str) -> str:
    found = _choices(kind).get(_plain(cell))
    if found is None:
        raise CellError(code)
    return found


def _plain(word: str) -> str:
    """Return a word as it is compared, whatever its case, width, blanks and marks."""
    return re.sub(r"[\s_\-*:()]", "", unicodedata.normalize("NFKC", word).casefold())


@cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_WORDS.read_text(encoding="utf-8"))
    return found


@cache
def _headers(kind: str) -> dict[str, str]:
    return _by_word(_words()["headers"][kind])


@cache
def _choices(kind: str) -> dict[str, str]:
    return _by_word(_words()[kind])


def _by_word(words: Mapping[str, list[str]]) -> dict[str, str]:
    return {_plain(word): name for name, known in words.items() for word in (name, *known) if word}
