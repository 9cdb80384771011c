"""What a legal hold is about, and where its reasons are kept (保全对象)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from api.means import Means
from api.personal import person_of
from api.problem import Problem
from models import customer, feedback
from models.legal_hold import LegalHold
from models.personal_key import PersonalErasure
from models.process_instance import ProcessInstance
from models.vault import PersonErasedError, reference

_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Subject:
    """An item or another instance, or a customer; `name` is how records call it."""

    name: str
    instance_key: int | None = None
    customer_id: UUID | None = None

    @classmethod
    def of(cls, session: Session, hold: LegalHold) -> Subject:
        """Return what a hold is about."""
        if hold.instance_key is None:
            return cls(str(hold.customer_id), customer_id=hold.customer_id)
        item = feedback.find(session, hold.instance_key)
        name = item.number if item else str(hold.instance_key)
        return cls(name, instance_key=hold.instance_key)


def find_subject(session: Session, kind: str, named: str) -> Subject:
    """Return the item of a number or instance key, or the customer of an id.

    Raises:
        Problem: there is none, or the customer was erased: nothing is left to hold.
    """
    if kind == "customer":
        return _customer(session, named)
    item = feedback.by_number(session, named)
    if item is not None:
        return Subject(item.number, instance_key=item.id)
    if not named.isdecimal():
        raise Problem("feedback_not_found")
    key = min(int(named), _LARGEST)
    if session.get(ProcessInstance, key) is None:
        raise Problem("process_instance_not_found")
    known = feedback.find(session, key)
    return Subject(known.number if known else named, instance_key=key)


def keep_reason(session: Session, means: Means, subject: Subject, cause: str, text: str) -> UUID:
    """Store a reason with the texts of the customer, whom it may name; return its reference.

    Of a customer erased meanwhile nothing is kept.
    """
    key = subject.instance_key or 0
    person_id = subject.customer_id or person_of(session, key)
    kept = reference(key, cause, "reason")
    with contextlib.suppress(PersonErasedError), session.begin_nested():
        means.vault.store(session, person_id, kept, text)
    return kept


def _customer(session: Session, named: str) -> Subject:
    try:
        customer_id = UUID(named)
    except ValueError:
        raise Problem("customer_not_found") from None
    if session.get(PersonalErasure, customer_id) is not None:
        raise Problem("customer_erased")
    if customer.find(session, customer_id) is None:
        raise Problem("customer_not_found")
    return Subject(str(customer_id), customer_id=customer_id)
