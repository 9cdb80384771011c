"""Messages and signals meet those who wait for them (发布与关联), as in Zeebe.

A message reaches each process once: one waiting subscription of it, or else a new instance by its
message start event, one at a time for each correlation key. What waits for nobody yet is buffered
for its time to live. Publishing and subscribing hold the slot of name and correlation key, so that
nothing is lost and nothing delivered twice, whichever comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.definition_starts import begin
from models import definition_start, delivery, message_start_lock, publication, slot
from models.definition_start import MESSAGE, SIGNAL
from models.event_subscription import message_slot
from models.process_instance import next_key
from models.publication import Publication, Wanted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from models.definition_start import DefinitionStart
    from models.message_start_lock import MessageStartLock


class MessageIdTakenError(Exception):
    """A message with this name, correlation key and id is buffered already."""


def publish(session: Session, wanted: Wanted, at: datetime) -> int:
    """Publish a message and match it; return its key.

    Raises:
        MessageIdTakenError: its id is taken.
    """
    hold(session, wanted.name, wanted.correlation_key)
    key = publication.put(session, wanted, at, matched=True)
    if key is None:
        raise MessageIdTakenError
    match(session, session.get_one(Publication, key), at)
    return key


def publish_later(session: Session, wanted: Wanted, at: datetime) -> None:
    """Publish a message whose matching the dispatcher does once this has committed.

    A batch holds no slot while its steps run: two batches might wait for each other. The same
    cause or id again is no second message.
    """
    publication.put(session, wanted, at, matched=False)
    delivery.wake(session)


def broadcast(session: Session, wanted: Wanted, at: datetime, *, thrower: int = 0) -> int:
    """Owe a signal to every instance that listens, and start what it starts; return its key.

    Args:
        session: the transaction that the signal belongs to.
        wanted: the signal.
        at: when.
        thrower: the instance whose drawing threw it; the engine has served its own listeners.
    """
    key = publication.put(session, wanted, at, matched=True)
    if key is None:
        raise MessageIdTakenError
    delivery.to_listeners(session, session.get_one(Publication, key), thrower)
    for start in definition_start.begun_by(session, SIGNAL, wanted.name):
        begin(session, start, wanted.variables, at)
    delivery.wake(session)
    return key


def match_unmatched(session: Session, key: int, at: datetime) -> None:
    """Match a message that a batch has published, unless another dispatcher has done it."""
    asked = session.get(Publication, key)
    if asked is None:
        return
    hold(session, asked.name, asked.correlation_key)
    found = publication.take_unmatched(session, key)
    if found is not None:
        session.flush()
        match(session, found, at)


def match_again(session: Session, key: int, recipient: str, at: datetime) -> None:
    """Take back a delivery that found nobody, and look for somebody else of the same process."""
    found = session.get(Publication, key)
    if found is None:
        return
    hold(session, found.name, found.correlation_key)
    if delivery.withdraw(session, key, recipient) and found.type == MESSAGE:
        match(session, found, at, only=recipient)


def match(session: Session, found: Publication, at: datetime, *, only: str | None = None) -> None:
    """Owe a message to those who wait, and start what it starts; the caller holds its slots."""
    delivery.to_waiting(session, found.key, at, only=only)
    had = delivery.recipients(session, found.key)
    for start in definition_start.begun_by(session, MESSAGE, found.name):
        if start.process_id not in had and only in {None, start.process_id}:
            _start(session, start, found, at)
    delivery.wake(session)


def start_next(
    session: Session, ended: MessageStartLock, at: datetime, *, current: int = 0
) -> None:
    """Start the next instance of a key whose instance has ended, or give the key back.

    Args:
        session: holds the slots of all messages that start the process.
        ended: the row of the key, locked.
        at: when.
        current: the message in hand, which need not be buffered.
    """
    starts = {
        one.name: one
        for one in definition_start.of_process(session, ended.process_id)
        if one.kind == MESSAGE
    }
    key, process_id = ended.correlation_key, ended.process_id
    slots = [message_slot(name, key) for name in starts]
    waiting = publication.oldest(session, slots, process_id, at, current=current)
    if waiting is None or waiting.name not in starts:
        session.delete(ended)
    else:
        ended.instance_key = begin(session, starts[waiting.name], waiting.variables, at)
        ended.released_at = None
        delivery.note_started(session, waiting.key, process_id, ended.instance_key, at)
    session.flush()


def hold(session: Session, name: str, correlation_key: str) -> None:
    """Hold the slot of a message, and of the others that start the same processes."""
    names = {name, *definition_start.names_beside(session, MESSAGE, name)}
    slot.lock(session, (message_slot(one, correlation_key) for one in names))


def _start(session: Session, start: DefinitionStart, found: Publication, at: datetime) -> None:
    key = found.correlation_key
    instance_key = next_key(session)
    if key:
        ended = message_start_lock.find_released(session, start.process_id, key)
        if ended is not None:
            start_next(session, ended, at, current=found.key)
            return
        if not message_start_lock.acquire(session, start.process_id, key, instance_key):
            return
    begin(session, start, found.variables, at, key=instance_key)
    delivery.note_started(session, found.key, start.process_id, instance_key, at)
