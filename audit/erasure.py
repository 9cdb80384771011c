"""The erasure of a customer: one transaction after which nobody reads anything about them."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models import access_record, erasure, erasure_ledger, legal_hold, report
from models.customer import Customer
from models.erasure import Erasure
from models.erasure_ledger import Entry
from models.measures import figure
from models.personal_columns import DROPPED, EMPTIED, clear_columns
from models.personal_key import PersonalErasure
from models.vault import mark_erased

# What was sealed is taken away too; its commitment stays, which the records are checked against.
_UNSEAL = text(
    r"UPDATE personal_value SET ciphertext = '\x' WHERE person_id = :person AND ciphertext <> '\x'"
)


class CustomerUnknownError(LookupError):
    """There is no such customer."""


class CustomerHeldError(Exception):
    """Legal holds forbid the erasure (法律保全); says which."""

    def __init__(self, holds: Sequence[UUID]) -> None:
        super().__init__(f"{len(holds)} holds")
        self.holds = holds


def begin(session: Session, wanted: Erasure) -> Erasure:
    """Erase a customer (删除), or return the erasure that they have already.

    Whoever commits this has a mark that no new key gets past, no key, and no readable column; what
    is left to be done on disks is noted in the row.

    Raises:
        CustomerUnknownError: there is nobody to erase.
        CustomerHeldError: somebody has placed a legal hold.
    """
    legal_hold.guard(session)
    person = wanted.person_id
    # Before the keys are locked, as intake does, so that neither waits for the other for ever.
    if session.get(Customer, person, with_for_update=True) is None:
        raise CustomerUnknownError
    if (known := erasure.find(session, person)) is not None:
        return known
    if held := legal_hold.holds(session, person_id=person):
        raise CustomerHeldError([one.id for one in held])
    return _erase(session, wanted)


def apply_ledger(session: Session, folder: Path) -> list[UUID]:
    """Erase everybody whom the ledger names and the database does not know as erased (恢复核对).

    A restored database gets here before anything opens; holds of its time do not bring back
    who was erased after it.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    entries = {one.person_id: one for one in erasure_ledger.read(folder)}
    marked = select(col(PersonalErasure.person_id)).where(
        col(PersonalErasure.person_id).in_(entries)
    )
    noted = select(col(Erasure.person_id)).where(col(Erasure.person_id).in_(entries))
    known = set(session.scalars(marked)) & set(session.scalars(noted))
    returned = [one for person, one in entries.items() if person not in known]
    for one in returned:
        _erase(session, _erasure(one))
    return [one.person_id for one in returned]


def _erasure(entry: Entry) -> Erasure:
    return Erasure(
        person_id=entry.person_id,
        ground=entry.ground,
        request=entry.request,
        asked_by=entry.asked_by,
        begun_at=entry.at,
        counts={},
    )


def _erase(session: Session, wanted: Erasure) -> Erasure:
    mark_erased(session, wanted.person_id)
    wanted.counts = _empty(session, wanted.person_id)
    erasure.put(session, wanted)
    access_record.append(
        session,
        at=wanted.begun_at,
        actor=wanted.asked_by,
        action="customer.erase",
        subject=str(wanted.person_id),
        data={"ground": wanted.ground, "request": wanted.request, "counts": wanted.counts},
    )
    return session.get_one(Erasure, wanted.person_id)


def _empty(session: Session, person: UUID) -> dict[str, int]:
    """Empty what is readable, drop what goes as a whole; return how many rows of each table."""
    # A count or a report under way has read them already, and would write them down afterwards.
    figure.lock(session)
    report.alone(session)
    readable = clear_columns()
    statements = {
        table: f"DELETE FROM {table} WHERE {whose}"  # noqa: S608 (declared names)
        for table, whose in DROPPED.items()
    } | {
        table: f"UPDATE {table} SET {', '.join(f'{name} = NULL' for name in readable[table])}"  # noqa: S608 (as above)
        f" WHERE {whose}"
        for table, whose in EMPTIED.items()
    }
    connection = session.connection()
    counts = {
        table: connection.execute(text(statement), {"person": person}).rowcount
        for table, statement in statements.items()
    }
    counts["personal_value"] = connection.execute(_UNSEAL, {"person": person}).rowcount
    return counts
