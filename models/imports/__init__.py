"""Customers, orders and batches from CSV files (导入)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import access_record
from models.imports import batches, customers, orders
from models.imports.columns import COLUMNS, KINDS, places, read_records
from models.imports.findings import Finding, Outcome, Record, RejectedError, SheetError
from models.imports.sheet import read_sheet
from models.imports.tools import Intake, Tools

# Two imports at once would each insert what the other is about to.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('bihuan_imports'))")

__all__ = [
    "COLUMNS",
    "KINDS",
    "Finding",
    "Intake",
    "Outcome",
    "Record",
    "RejectedError",
    "SheetError",
    "Tools",
    "bring_in",
    "take_records",
]


def bring_in(
    session: Session,
    tools: Tools,
    kind: str,
    content: bytes,
    *,
    at: datetime,
    actor: str,
    strict: bool = False,
) -> Outcome:
    """Take the good rows of a CSV file, in the transaction of the session.

    The same file again changes nothing; a changed row updates what it is about, and an empty cell
    clears. A column that the file lacks stays as it is. What was done is recorded, in numbers.

    Raises:
        SheetError: the file as a whole cannot be read.
        RejectedError: `strict`, and some row is bad: the caller rolls back, nothing is taken.
    """
    sheet = read_sheet(content)
    found = places(kind, sheet.header)
    records, findings = read_records(kind, sheet, found)
    session.execute(_ALONE)
    intake = Intake(session, tools, at, findings=findings)
    outcome = take_records(
        intake, kind, records, strict=strict, ignored=_ignored(sheet.header, found)
    )
    access_record.append(session, at=at, actor=actor, action="import", data=outcome.counts())
    return outcome


def take_records(
    intake: Intake,
    kind: str,
    records: Sequence[Record],
    *,
    strict: bool = False,
    ignored: int = 0,
) -> Outcome:
    """Check records against what is known and take the good ones; `bring_in` without a file."""
    match kind:
        case "customers":
            found = customers.check(intake, records)
            _check_strict(intake, kind, strict=strict)
            customers.take(intake, found)
        case "orders":
            bought = orders.check(intake, records)
            _check_strict(intake, kind, strict=strict)
            orders.take(intake, bought)
        case _:
            made = batches.check(intake, records)
            _check_strict(intake, kind, strict=strict)
            batches.take(intake, made)
    return _outcome(intake, kind, ignored)


def _check_strict(intake: Intake, kind: str, *, strict: bool) -> None:
    if strict and intake.findings:
        raise RejectedError(_outcome(intake, kind, 0))


def _outcome(intake: Intake, kind: str, ignored: int) -> Outcome:
    return Outcome(
        kind,
        **intake.done,
        findings=tuple(sorted(intake.findings, key=lambda one: (one.line, one.column))),
        ignored_columns=ignored,
    )


def _ignored(header: Sequence[str], found: dict[str, int]) -> int:
    known = set(found.values())
    return sum(1 for place, cell in enumerate(header) if cell.strip() and place not in known)
