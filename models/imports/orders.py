"""Purchases from a file, each tied to a customer that is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import customer
from models.customer import Customer
from models.imports.cells import ZONE
from models.imports.findings import Record
from models.imports.known import assign, rows_by
from models.imports.tools import Intake
from models.personal_key import PersonalErasure
from models.product_batch import ProductBatch
from models.purchase_order import PurchaseOrder

_PLAIN = ("number", "product", "amount", "ordered_at", "delivered_at", "batch")


@dataclass(frozen=True)
class _Known:
    """Purchases, customers and batches that the file speaks of."""

    orders: Mapping[str, PurchaseOrder]
    numbers: Mapping[str, Customer]
    contacts: Mapping[bytes, Customer]
    batches: Mapping[str, ProductBatch]
    erased: Iterable[UUID]


@dataclass(frozen=True)
class _Match:
    """A row, its purchase, None for a new one, and whose it is."""

    record: Record
    found: PurchaseOrder | None
    customer_id: UUID


def check(intake: Intake, records: Sequence[Record]) -> list[_Match]:
    """Return the rows that can be taken, each with its customer."""
    known = _known(intake, records)
    numbers: set[str] = set()
    matches = []
    for record in records:
        buyer = _buyer(intake, record, known)
        number = record.values["number"]
        wrong = _wrong(intake, record, known)
        if number in numbers:
            wrong = "number", "duplicate"
        elif not record.values.get("customer") and not record.values.get("contact"):
            wrong = "customer", "missing"
        elif buyer is None:
            wrong = "customer", "customer_unknown"
        if wrong is not None or buyer is None:
            intake.refuse(record.line, *(wrong or ("customer", "customer_unknown")))
        else:
            numbers.add(number)
            matches.append(_Match(record, known.orders.get(number), buyer.id))
    return matches


def take(intake: Intake, matches: Sequence[_Match]) -> None:
    """Insert or update the purchases."""
    for match in matches:
        values = {name: match.record.values[name] for name in _PLAIN if name in match.record.values}
        values["customer_id"] = match.customer_id
        if match.found is None:
            intake.session.add(PurchaseOrder(**values, demo=intake.demo))
            intake.done["inserted"] += 1
        else:
            intake.done["updated" if assign(match.found, values) else "unchanged"] += 1
    intake.session.flush()


def _known(intake: Intake, records: Sequence[Record]) -> _Known:
    session = intake.session

    def of(name: str) -> Iterable[Any]:
        return (one.values.get(name) for one in records)

    numbers = rows_by(session, Customer, "number", of("customer"))
    indexes = (_index(intake, one) for one in records)
    contacts = rows_by(session, Customer, "contact_index", indexes)
    ids = [one.id for one in (*numbers.values(), *contacts.values())]
    return _Known(
        orders=rows_by(session, PurchaseOrder, "number", of("number")),
        numbers=numbers,
        contacts=contacts,
        batches=rows_by(session, ProductBatch, "number", of("batch")),
        erased=frozenset(rows_by(session, PersonalErasure, "person_id", ids)),
    )


def _index(intake: Intake, record: Record) -> bytes | None:
    contact = record.values.get("contact")
    return customer.contact_index(intake.tools.key_source, contact) if contact else None


def _buyer(intake: Intake, record: Record, known: _Known) -> Customer | None:
    """Return the customer with the number, for want of one with the contact; never one erased."""
    number = record.values.get("customer")
    if number:
        found = known.numbers.get(number)
    else:
        index = _index(intake, record)
        found = known.contacts.get(index) if index else None
    if found is None or found.id in known.erased or found.demo != intake.demo:
        return None
    return found


def _wrong(intake: Intake, record: Record, known: _Known) -> tuple[str, str] | None:
    values = record.values
    present = known.orders.get(values["number"])
    if present is not None and present.demo != intake.demo:
        return "number", "demo_differs"
    batch = values.get("batch")
    if batch and (batch not in known.batches or known.batches[batch].demo != intake.demo):
        return "batch", "batch_unknown"
    delivered = values.get("delivered_at")
    # By days, since one of the two may have come without a time.
    if delivered and _day(delivered) < _day(values["ordered_at"]):
        return "delivered_at", "before_ordered"
    return None


def _day(moment: Any) -> Any:
    return moment.astimezone(ZONE).date()
