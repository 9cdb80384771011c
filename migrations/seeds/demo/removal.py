"""The removal of everything that is marked as demo, and of nothing else."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnExpressionArgument, Select, Table, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from models import access_record, legal_hold
from models.customer import Customer
from models.department import Department
from models.feedback import Feedback
from models.person import Person
from models.personal_value import PersonalValue
from models.process_instance import ProcessInstance
from models.product_batch import ProductBatch
from models.purchase_order import PurchaseOrder
from models.shift import Shift
from models.skill import Skill
from models.start_request import StartRequest
from models.tables import APPEND_ONLY, metadata
from models.team import Team
from models.user_task import UserTask
from models.vault import Vault


class HeldError(Exception):
    """Demo items or customers are under legal hold; how many holds there are."""


class PeopleInUseError(Exception):
    """Demo people still look after real customers or have tasks of real items."""


def running_items(session: Session) -> Sequence[tuple[int, str]]:
    """Return key and number of the demo items whose process runs or is about to."""
    runs = select(col(ProcessInstance.key)).where(
        col(ProcessInstance.key) == col(Feedback.id), col(ProcessInstance.state) == "ACTIVE"
    )
    owed = select(col(StartRequest.instance_key)).where(
        col(StartRequest.instance_key) == col(Feedback.id),
        col(StartRequest.acknowledged_at).is_(None),
    )
    found = select(col(Feedback.id), col(Feedback.number)).where(
        col(Feedback.demo), runs.exists() | owed.exists()
    )
    return [(row.id, row.number) for row in session.execute(found)]


def remove(
    session: Session, vault: Vault, at: datetime, *, actor: str, people: bool
) -> dict[str, int]:
    """Delete what is marked as demo as the owner of the database; say how much of what.

    Records are only ever added to: those of the items stay, their texts cannot be read any more.

    Raises:
        HeldError: a legal hold is on some of it.
        PeopleInUseError: `people` are to go as well, but real work depends on them.
    """
    legal_hold.guard(session)
    if held := _held(session):
        raise HeldError(held)
    removed = {
        "feedback": _remove_items(session),
        "purchase_order": _delete(session, PurchaseOrder, col(PurchaseOrder.demo)),
        "customer": _remove_customers(session, vault),
        "batch": _delete(session, ProductBatch, col(ProductBatch.demo)),
    }
    if people:
        removed["person"] = _remove_people(session)
    access_record.append(session, at=at, actor=actor, action="remove_demo_data", data=removed)
    return removed


def _held(session: Session) -> int:
    items = select(func.count()).where(
        col(Feedback.demo), col(Feedback.id).in_(legal_hold.held_items())
    )
    customers = select(func.count()).where(
        col(Customer.demo), col(Customer.id).in_(legal_hold.held_customers())
    )
    return (session.scalar(items) or 0) + (session.scalar(customers) or 0)


def _remove_items(session: Session) -> int:
    mine = select(col(Feedback.id)).where(col(Feedback.demo))
    for table, column in _belonging_to_items():
        session.execute(delete(table).where(column.in_(mine)))
    _delete(session, ProcessInstance, col(ProcessInstance.key).in_(mine))
    return _delete(session, Feedback, col(Feedback.demo))


def _belonging_to_items() -> Iterator[tuple[Table, Column[Any]]]:
    """Yield the tables with rows of an item, those that refer to others first."""
    for table in reversed(metadata.sorted_tables):
        if table.name in APPEND_ONLY:
            continue
        for column in table.columns:
            refers = any(key.target_fullname == "feedback.id" for key in column.foreign_keys)
            if refers or column.name in {"instance_key", "feedback_id"}:
                yield table, column


def _remove_customers(session: Session, vault: Vault) -> int:
    own = session.scalars(select(col(Customer.id)).where(col(Customer.demo))).all()
    for customer_id in own:
        vault.erase(session, customer_id)
    _delete(session, PersonalValue, col(PersonalValue.person_id).in_(own))
    return _delete(session, Customer, col(Customer.demo))


def _remove_people(session: Session) -> int:
    demo = select(col(Person.username)).where(col(Person.demo))
    tasks = select(func.count()).where(
        col(UserTask.assignee).in_(demo), col(UserTask.state) == "CREATED"
    )
    customers = select(func.count()).where(col(Customer.account_manager).in_(demo))
    if session.scalar(tasks) or session.scalar(customers):
        raise PeopleInUseError
    vacated = update(Department).where(col(Department.head).in_(demo)).values(head=None)
    session.execute(vacated)
    _let_go(session, "person.username", demo)
    for model in (Shift, Team, Skill):
        _let_go(
            session, f"{model.__tablename__}.code", select(col(model.code)).where(col(model.demo))
        )
        _delete(session, model, col(model.demo))
    return _delete(session, Person, col(Person.demo))


def _let_go(session: Session, target: str, gone: Select[tuple[str]]) -> None:
    """Delete what cannot be without the rows that go, and have the rest refer to none."""
    for table in reversed(metadata.sorted_tables):
        for column in table.columns:
            if not any(key.target_fullname == target for key in column.foreign_keys):
                continue
            own = column.in_(gone)
            session.execute(
                update(table).where(own).values({column.name: None})
                if column.nullable
                else delete(table).where(own)
            )


def _delete(session: Session, model: type[SQLModel], which: ColumnExpressionArgument[bool]) -> int:
    return session.connection().execute(delete(model).where(which)).rowcount
