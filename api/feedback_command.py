"""A request about an item that becomes one message to its process (单据请求)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.answers import example
from api.authentication import Caller
from api.commands import deliver, was_done
from api.feedback_view import visible_item
from api.idempotency import Answer, carry_out, in_transaction, once
from api.means import Means
from bpmn.commands import PublishMessage
from models.feedback import Feedback

COMMAND_CODES = (
    "body_malformed",
    "idempotency_key_invalid",
    "fields_invalid",
    "body_too_large",
    "idempotency_key_reused",
    "feedback_not_found",
    "feedback_not_yours",
    "message_not_awaited",
    "process_instance_ended",
    "process_instance_starting",
    "instance_busy",
)
ACCEPTED = example(202, {"number": "202405-001", "status": "processing"})
# Looks at the item, in a transaction, and makes the message with this identity.
Make = Callable[[Session, Feedback, str], PublishMessage]


class Asked(BaseModel):
    """What was asked for is on its way (已提交)."""

    number: str
    status: str


@dataclass(frozen=True)
class ItemRequest:
    """Who asks what of which item: a verb, and the body with the key of idempotency."""

    verb: str
    number: str
    caller: Caller
    means: Means
    key: str | None
    body: BaseModel | None = None

    async def send(self, make: Make) -> Response:
        """Send the message to the item's process, once; answer with the item's state then.

        Raises:
            Problem: `feedback_not_found`, what `make` raises, and what the instance refuses.
        """
        handle = once(
            self.means, self.caller.username, f"{self.verb} {self.number}", self.key, self.body
        )

        def prepare(session: Session) -> tuple[int, PublishMessage | None]:
            item = self._item(session)
            identity = handle.command_id()
            if handle.key and was_done(session, item.id, identity):
                return item.id, None
            return item.id, make(session, item, identity)

        def look(session: Session) -> Answer:
            item = self._item(session)
            return Answer(202, {"number": item.number, "status": item.status})

        async def work() -> Answer:
            instance_key, message = await in_transaction(self.means, prepare)
            if message is not None:
                await deliver(self.means, instance_key, message)
            return await in_transaction(self.means, look)

        return (await carry_out(self.means, handle, work)).response()

    def _item(self, session: Session) -> Feedback:
        return visible_item(session, self.caller, self.number)


def message_to(
    name: str, item: Feedback, identity: str, caller: Caller, **variables: object
) -> PublishMessage:
    """Return the message that an item's process waits for."""
    return PublishMessage(
        id=identity,
        actor=caller.username,
        name=name,
        correlation_key=item.number,
        variables=variables,
    )
