"""A feedback item as intake stores it, for tests that begin after intake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from activities.house import House
from bpmn.commands import CreateInstance
from models import customer, feedback, feedback_number, process_definition, process_instance, vault
from models.customer import Customer
from models.feedback import Feedback

NAME, CONTACT = "王小明", "13812345678"
DESCRIPTION = "设备无法开机，已经第三次维修了还没修好"


@dataclass(frozen=True)
class Item:
    """An item's key and number, and the command that begins its process."""

    key: int
    number: str
    command: CreateInstance

    @property
    def workflow_id(self) -> str:
        """The workflow that runs it."""
        return process_instance.workflow_id(self.key)


def stored(house: House, *, at: datetime | None = None, channel: str = "web", **more: Any) -> Item:
    """Store an item in one transaction; its definition is the newest."""
    at = at or datetime.now(UTC)
    with Session(house.engine) as session, session.begin():
        definition = process_definition.latest(session, "feedback")
        assert definition is not None
        key = process_instance.next_key(session)
        references = {f: vault.reference(key, "intake", f) for f in ("name", "contact", "text")}
        person_id, _ = customer.ensure(session, Customer(id=uuid4(), created_at=at))
        texts = {"name": NAME, "contact": CONTACT, "text": DESCRIPTION}
        house.vault.store_all(session, person_id, {references[f]: t for f, t in texts.items()})
        number = feedback_number.next_number(session, at)
        item = Feedback(
            id=key,
            number=number,
            channel=channel,
            customer_id=person_id,
            name_ref=references["name"],
            contact_ref=references["contact"],
            description_ref=references["text"],
            submitted_at=at,
            received_at=at,
            **more,
        )
        feedback.create(session, item)
        variables = {
            "feedback": {"number": number, "urgency": item.urgency, "channel": channel}
            | {name: getattr(item, name) for name in ("type", "product", "region")},
            "description": {"$ref": str(references["text"])},
            "contact": {"$ref": str(references["contact"])},
            "customer": {"id": str(person_id)},
        }
        command = CreateInstance(
            id="start",
            definition=definition.digest,
            process="feedback",
            variables=variables,
            calendar=definition.calendar_version,
        )
        return Item(key, number, command)
