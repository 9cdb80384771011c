"""Customers with texts and something readable, for the tests of erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from audit.erasure import begin
from models.customer import Customer, contact_index
from models.erasure import Erasure
from models.key_folder import KeyFolder
from models.vault import Vault

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """A customer and where what they told lies."""

    id: UUID
    reference: UUID
    text: str
    contact: str


def key_folder(folder: Path) -> KeyFolder:
    """Return the keys of a folder, made at the first call."""
    path = folder / "epoch.key"
    if not any(folder.glob("epoch*.key")):
        path.write_bytes(bytes(range(32)))
    return KeyFolder(folder)


def tell(engine: Engine, keys: KeyFolder, text: str, *, region: str | None = None) -> Told:
    """Store a customer with a text."""
    told = Told(uuid4(), uuid4(), text, f"{uuid4().hex}@example.com")
    with Session(engine) as session, session.begin():
        index = contact_index(keys, told.contact)
        session.add(Customer(id=told.id, contact_index=index, region=region, created_at=NOW))
        Vault(keys).store(session, told.id, told.reference, text)
    return told


def read(engine: Engine, vault: Vault, told: Told) -> str | None:
    """Return what somebody told, as a vault reveals it."""
    with Session(engine) as session:
        return vault.reveal(session, told.reference)


def erase(engine: Engine, person: UUID) -> Erasure:
    """Begin the erasure of a customer, and return it."""
    wanted = Erasure(
        person_id=person, ground="consent_withdrawn", asked_by="admin", begun_at=NOW, counts={}
    )
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return begin(session, wanted)
