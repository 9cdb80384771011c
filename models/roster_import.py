"""The duty roster from a CSV file."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import roster, shift
from models.imports.cells import CellError, read_day
from models.imports.findings import Finding, SheetError
from models.imports.sheet import Row, read_sheet
from models.person import Person
from models.roster import Duty
from models.shift import Shift

_HEADERS = {
    "shift": ("shift", "班次"),
    "day": ("day", "date", "日期"),
    "person": ("person", "username", "staff_number", "人员", "用户名", "工号"),
}
MOST_ROWS = 20_000


@dataclass(frozen=True)
class RosterOutcome:
    """What an import of a roster did (排班导入): duties put on and taken off, bad cells."""

    added: int = 0
    removed: int = 0
    findings: tuple[Finding, ...] = ()


def bring_in(session: Session, content: bytes) -> RosterOutcome:
    """Make the roster of the shifts and days that a file names what the file says.

    Who had such a shift on such a day and does not stand in the file is off; other shifts and
    days stay as they are, so the same file again changes nothing. With a bad cell nothing is taken.

    Args:
        session: a transaction.
        content: columns shift, day and person, the last a username or a staff number.

    Raises:
        SheetError: the file as a whole cannot be read, or a column is missing.
    """
    sheet = read_sheet(content)
    if len(sheet.rows) > MOST_ROWS:
        raise SheetError("too_many_rows", limit=MOST_ROWS)
    reader = _Reader(session, _places(sheet.header))
    wanted = [found for row in sheet.rows if (found := reader.read(row)) is not None]
    if reader.findings:
        return RosterOutcome(findings=tuple(reader.findings))
    return _put(session, wanted)


def _places(header: tuple[str, ...]) -> Mapping[str, int]:
    cells = [cell.strip().lower() for cell in header]
    places = {
        name: cells.index(word)
        for name, words in _HEADERS.items()
        for word in words
        if word in cells
    }
    for name in _HEADERS:
        if name not in places:
            raise SheetError("column_missing", column=name)
    return places


class _Reader:
    """Reads rows as duties and collects what is wrong with them."""

    def __init__(self, session: Session, places: Mapping[str, int]) -> None:
        self._places = places
        self._shifts = {one.code: one for one in shift.every(session)}
        own = select(col(Person.username), col(Person.staff_number)).where(col(Person.active))
        people = session.execute(own).tuples().all()
        self._people = {number: name for name, number in people} | {n: n for n, _ in people}
        self.findings: list[Finding] = []

    def read(self, row: Row) -> Duty | None:
        """Return the duty of a row, None after noting what is wrong with it."""
        known = len(self.findings)
        duty_shift = self._shifts.get(self._cell(row, "shift"))
        if duty_shift is None:
            self._note(row, "shift", "shift_unknown")
        day = self._day(row, duty_shift)
        username = self._people.get(self._cell(row, "person"))
        if username is None:
            self._note(row, "person", "person_unknown")
        if len(self.findings) > known or duty_shift is None or day is None or username is None:
            return None
        return Duty(shift=duty_shift.code, day=day, username=username)

    def _day(self, row: Row, duty_shift: Shift | None) -> date | None:
        try:
            day = read_day(self._cell(row, "day"))
        except CellError:
            self._note(row, "day", "day_invalid")
            return None
        if duty_shift is not None and not duty_shift.spans(day):
            self._note(row, "day", "no_shift_on_this_day")
        return day

    def _cell(self, row: Row, name: str) -> str:
        place = self._places[name]
        return row.cells[place].strip() if place < len(row.cells) else ""

    def _note(self, row: Row, column: str, code: str) -> None:
        self.findings.append(Finding(row.line, column, code))


def _put(session: Session, wanted: list[Duty]) -> RosterOutcome:
    days: dict[tuple[str, date], set[str]] = defaultdict(set)
    for one in wanted:
        days[one.shift, one.day].add(one.username)
    added = removed = 0
    for (code, day), usernames in days.items():
        more, fewer = roster.assign(session, code, day, usernames)
        added, removed = added + more, removed + fewer
    return RosterOutcome(added, removed)
