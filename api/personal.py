"""Texts on their way into the vault before anything else happens (个人数据)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from api.means import Means
from models import feedback
from models.vault import PersonErasedError, reference

_NAMESPACE = UUID("3a1d8e0e-8a5a-5c3e-9e2b-5f4b0f6f7c11")


def person_of(session: Session, instance_key: int) -> UUID:
    """Return whose texts an instance holds: the customer, or the instance for want of one."""
    item = feedback.find(session, instance_key)
    if item is not None and item.customer_id is not None:
        return item.customer_id
    return uuid5(_NAMESPACE, str(instance_key))


def keep(
    session: Session, means: Means, instance_key: int, command_id: str, texts: Mapping[str, str]
) -> dict[str, str]:
    """Store texts by field and return their references, the same ones for a repetition.

    A person erased meanwhile keeps nothing: an empty reference is normal input for a process.
    """
    references = {name: reference(instance_key, command_id, name) for name in texts}
    person_id = person_of(session, instance_key)
    stored = {references[name]: text for name, text in texts.items()}
    try:
        with session.begin_nested():
            means.vault.store_all(session, person_id, stored)
    except PersonErasedError:
        pass
    return {name: str(found) for name, found in references.items()}
