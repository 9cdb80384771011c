"""Items as intake stores them, only that nobody owes them a process (入库)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from models import customer, feedback, process_instance
from models.customer import Customer
from models.feedback import Feedback
from models.feedback_number import next_number
from models.key_source import FileKeySource
from models.vault import Vault, reference

if TYPE_CHECKING:
    from sqlalchemy import Engine

START = "start"
DESCRIPTION = "机器无法开机，按电源键没有反应，上周刚换过电池。"
_KNOWN = ("number", "type", "urgency", "channel", "product", "region", "order_number")


@dataclass(frozen=True)
class StoredItem:
    """A feedback item in the database, with the variables that its process begins with."""

    key: int
    number: str
    customer_id: UUID
    variables: dict[str, Any]


class Intake:
    """Receives items of customers who never wrote before (接收)."""

    def __init__(self, engine: Engine, keys: FileKeySource) -> None:
        self._engine = engine
        self._keys = keys
        self._vault = Vault(keys)

    def receive(self) -> StoredItem:
        """Store one item with its customer, personal texts and number in one transaction."""
        at = datetime.now(UTC)
        with Session(self._engine) as session, session.begin():
            key = process_instance.next_key(session)
            contact = f"138{key >> 20:08d}"
            texts = {"name": "张三", "contact": contact, "description": DESCRIPTION}
            refs = {name: reference(key, START, name) for name in texts}
            wanted = Customer(
                id=uuid4(),
                contact_index=customer.contact_index(self._keys, contact),
                name_ref=refs["name"],
                contact_ref=refs["contact"],
                created_at=at,
            )
            known, _ = customer.ensure(session, wanted)
            self._vault.store_all(session, known, {refs[name]: texts[name] for name in texts})
            item = _item(key, known, refs, at)
            # Last, since the month's row stays locked until the end.
            item.number = next_number(session, at)
            feedback.create(session, item)
            return StoredItem(key, item.number, known, _variables(item, refs))

    def keep(self, item: StoredItem, **texts: str) -> dict[str, dict[str, str]]:
        """Store what a form held about the customer and return what travels."""
        refs = {name: uuid4() for name in texts}
        with Session(self._engine) as session, session.begin():
            stored = {refs[name]: text for name, text in texts.items()}
            self._vault.store_all(session, item.customer_id, stored)
        return {name: {"$ref": str(ref)} for name, ref in refs.items()}


def _item(key: int, customer_id: UUID, refs: dict[str, UUID], at: datetime) -> Feedback:
    return Feedback(
        id=key,
        number="",
        type="repair",
        channel="web",
        product="X200",
        customer_id=customer_id,
        name_ref=refs["name"],
        contact_ref=refs["contact"],
        description_ref=refs["description"],
        submitted_at=at,
        received_at=at,
    )


def _variables(item: Feedback, refs: dict[str, UUID]) -> dict[str, Any]:
    return {
        "feedback": {name: getattr(item, name) for name in _KNOWN}
        | {"customer_level": None, "category": None},
        "description": {"$ref": str(refs["description"])},
        "contact": {"$ref": str(refs["contact"])},
        "customer": {"id": str(item.customer_id)},
    }
