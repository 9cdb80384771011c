"""Batches from a file."""

from collections.abc import Sequence

from models.imports.findings import Record
from models.imports.known import assign, rows_by
from models.imports.tools import Intake
from models.product_batch import ProductBatch

_Match = tuple[Record, ProductBatch | None]


def check(intake: Intake, records: Sequence[Record]) -> list[_Match]:
    """Return the rows that can be taken, each with its batch, None for a new one."""
    numbers = (one.values["number"] for one in records)
    known = rows_by(intake.session, ProductBatch, "number", numbers)
    seen: set[str] = set()
    matches: list[_Match] = []
    for record in records:
        number = record.values["number"]
        found = known.get(number)
        if number in seen:
            intake.refuse(record.line, "number", "duplicate")
        elif found is not None and found.demo != intake.demo:
            intake.refuse(record.line, "number", "demo_differs")
        else:
            seen.add(number)
            matches.append((record, found))
    return matches


def take(intake: Intake, matches: Sequence[_Match]) -> None:
    """Insert or update the batches."""
    for record, found in matches:
        if found is None:
            intake.session.add(ProductBatch(**record.values, demo=intake.demo))
            intake.done["inserted"] += 1
        else:
            intake.done["updated" if assign(found, record.values) else "unchanged"] += 1
    intake.session.flush()
