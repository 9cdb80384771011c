"""Customers from a file: found by number or contact, personal texts into the vault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from models import customer
from models.customer import Customer
from models.imports.findings import Record
from models.imports.known import assign, rows_by
from models.imports.tools import Intake
from models.person import Person
from models.personal_key import PersonalErasure

_PERSONAL = ("name", "contact")
_PLAIN = ("number", "level", "preferred_channel", "region", "account_manager")
_MANAGER = "account_manager"


@dataclass(frozen=True)
class _Known:
    """Customers by number and by contact, people, and who was erased."""

    numbers: Mapping[str, Customer]
    contacts: Mapping[bytes, Customer]
    people: Mapping[str, Person]
    erased: Iterable[UUID]


@dataclass(frozen=True)
class _Match:
    """A row, the customer that it is about, None for somebody new, and the contact's index."""

    record: Record
    found: Customer | None
    index: bytes | None


def check(intake: Intake, records: Sequence[Record]) -> list[_Match]:
    """Return the rows that can be taken, each with its customer."""
    known = _known(intake, records)
    numbers: set[str] = set()
    contacts: set[bytes] = set()
    matches = []
    for record in records:
        index = _index(intake, record)
        found = known.numbers.get(record.values["number"])
        if found is None and index is not None:
            found = known.contacts.get(index)
        match = _Match(record, found, index)
        wrong = _wrong(intake, match, known) or _twice(match, numbers, contacts)
        if wrong:
            intake.refuse(record.line, *wrong)
        else:
            numbers.add(record.values["number"])
            contacts |= {index} if index else set()
            matches.append(match)
    return matches


def take(intake: Intake, matches: Sequence[_Match]) -> None:
    """Insert or update the customers; one that says the same as before is left alone."""
    texts = _present_texts(intake, matches)
    for match in matches:
        if match.found is None:
            _insert(intake, match)
        else:
            _update(intake, match, match.found, texts)
    intake.session.flush()


def _known(intake: Intake, records: Sequence[Record]) -> _Known:
    session = intake.session
    numbers = rows_by(session, Customer, "number", (one.values["number"] for one in records))
    indexes = (_index(intake, one) for one in records)
    contacts = rows_by(session, Customer, "contact_index", indexes)
    people = rows_by(session, Person, "username", (one.values.get(_MANAGER) for one in records))
    ids = [one.id for one in (*numbers.values(), *contacts.values())]
    erased = rows_by(session, PersonalErasure, "person_id", ids)
    return _Known(numbers, contacts, people, frozenset(erased))


def _index(intake: Intake, record: Record) -> bytes | None:
    contact = record.values.get("contact")
    return customer.contact_index(intake.tools.key_source, contact) if contact else None


def _wrong(intake: Intake, match: _Match, known: _Known) -> tuple[str, str] | None:
    found, values = match.found, match.record.values
    manager = values.get(_MANAGER)
    if manager and not _manages(known.people.get(manager)):
        return _MANAGER, "account_manager_unknown"
    holder = known.contacts.get(match.index) if match.index else None
    if found is not None and found.number not in {None, values["number"]}:
        return "contact", "contact_taken"
    if holder is not None and found is not None and holder.id != found.id:
        return "contact", "contact_taken"
    if found is None:
        return None
    if found.id in known.erased:
        return "number", "customer_erased"
    return None if found.demo == intake.demo else ("number", "demo_differs")


def _manages(person: Person | None) -> bool:
    return person is not None and person.active and _MANAGER in person.roles


def _twice(match: _Match, numbers: set[str], contacts: set[bytes]) -> tuple[str, str] | None:
    if match.record.values["number"] in numbers:
        return "number", "duplicate"
    if match.index is not None and match.index in contacts:
        return "contact", "duplicate"
    return None


def _present_texts(intake: Intake, matches: Sequence[_Match]) -> dict[UUID, str | None]:
    found = [match.found for match in matches if match.found is not None]
    references = [ref for one in found for ref in (one.name_ref, one.contact_ref) if ref]
    return intake.tools.vault.reveal_all(intake.session, references)


def _insert(intake: Intake, match: _Match) -> None:
    values = match.record.values
    fresh = Customer(id=uuid4(), created_at=intake.at, demo=intake.demo)
    assign(fresh, _plain(values))
    fresh.contact_index = match.index
    texts = {name: values[name] for name in _PERSONAL if values.get(name)}
    _store(intake, fresh, texts)
    intake.session.add(fresh)
    intake.done["inserted"] += 1


def _update(
    intake: Intake, match: _Match, found: Customer, present: Mapping[UUID, str | None]
) -> None:
    values = match.record.values
    changed = assign(found, _plain(values))
    fresh: dict[str, str] = {}
    for name in _PERSONAL:
        if name not in values:
            continue
        reference = getattr(found, f"{name}_ref")
        if values[name] == (present.get(reference) if reference else None):
            continue
        changed = True
        if values[name] is None:
            setattr(found, f"{name}_ref", None)
        else:
            fresh[name] = values[name]
    if "contact" in values:
        changed |= assign(found, {"contact_index": match.index})
    _store(intake, found, fresh)
    intake.done["updated" if changed else "unchanged"] += 1


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in _PLAIN if name in values}


def _store(intake: Intake, one: Customer, texts: Mapping[str, str]) -> None:
    """Store texts under new references: an item keeps the name and contact it came with."""
    references = {name: uuid4() for name in texts}
    stored = {references[name]: text for name, text in texts.items()}
    intake.tools.vault.store_all(intake.session, one.id, stored)
    for name, reference in references.items():
        setattr(one, f"{name}_ref", reference)
