"""Invented customers, batches and orders, their days counted back from today."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy.orm import Session

from models.imports import Intake, Outcome, Record, RejectedError, Tools, take_records
from models.imports.cells import ZONE

# As the tables refer to one another.
KINDS = ("customers", "batches", "orders")
_OPENS = timedelta(hours=9)
_MINUTES_OPEN = 12 * 60


class DemoDataError(Exception):
    """The data does not fit what is there; the text is a code."""


def load(session: Session, tools: Tools, now: datetime) -> list[Outcome]:
    """Insert what is missing, all marked as demo; what is there gets its days anew.

    Raises:
        DemoDataError: people that the data names are missing, or real rows have its numbers.
    """
    return [_load(session, tools, kind, now) for kind in KINDS]


def _load(session: Session, tools: Tools, kind: str, now: datetime) -> Outcome:
    records = [
        Record(line, _READERS[kind](row, now)) for line, row in enumerate(_rows(kind), start=2)
    ]
    intake = Intake(session, tools, now, demo=True)
    try:
        return take_records(intake, kind, records, strict=True)
    except RejectedError as error:
        raise DemoDataError(error.outcome.findings[0].code) from None


def _rows(kind: str) -> Iterator[dict[str, str]]:
    path = Path(__file__).with_name(f"{kind}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _customer(row: Mapping[str, str], _: datetime) -> dict[str, Any]:
    return {name: value or None for name, value in row.items()}


def _batch(row: Mapping[str, str], now: datetime) -> dict[str, Any]:
    produced = now.astimezone(ZONE) - timedelta(days=int(row["produced_days_ago"]))
    return {
        "number": row["number"],
        "product": row["product"],
        "supplier": row["supplier"],
        "produced_at": produced.date(),
    }


def _order(row: Mapping[str, str], now: datetime) -> dict[str, Any]:
    ordered = _office_hours(now - timedelta(days=int(row["ordered_days_ago"])), row["number"])
    days = row["delivered_after_days"]
    return {
        "number": row["number"],
        "customer": row["customer"],
        "product": row["product"],
        "amount": Decimal(row["amount"]),
        "ordered_at": ordered,
        "delivered_at": ordered + timedelta(days=int(days)) if days else None,
        "batch": row["batch"] or None,
    }


def _office_hours(moment: datetime, salt: str) -> datetime:
    """Return some time of the day of a moment, the same one for the same salt."""
    midnight = moment.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + _OPENS + timedelta(minutes=crc32(salt.encode()) % _MINUTES_OPEN)


_READERS: Mapping[str, Callable[[Mapping[str, str], datetime], dict[str, Any]]] = {
    "customers": _customer,
    "batches": _batch,
    "orders": _order,
}
