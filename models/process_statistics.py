"""How many instances run on which version, and where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.element_instance import ElementInstance
from models.incident import Incident
from models.process_definition import ProcessDefinition
from models.process_instance import KEY_BITS, ProcessInstance


@dataclass(frozen=True)
class InstanceCounts:
    """How many instances a version has (实例数)."""

    active: int = 0
    with_incident: int = 0
    completed: int = 0
    terminated: int = 0


@dataclass(frozen=True)
class ElementCounts:
    """How often an element is active, was completed or canceled, and what it holds (元素统计)."""

    element_id: str
    active: int
    canceled: int
    incidents: int
    completed: int


_RUNS = col(ProcessInstance.state) == "ACTIVE"


def instances(session: Session, digests: Sequence[str]) -> dict[str, InstanceCounts]:
    """Return the numbers of instances of these versions; none is left out."""
    state = col(ProcessInstance.state)
    own = col(ProcessInstance.digest)
    counted = select(
        own,
        func.count().filter(_RUNS),
        func.count().filter(_RUNS, col(ProcessInstance.has_incident)),
        func.count().filter(state == "COMPLETED"),
        func.count().filter(state == "TERMINATED"),
    )
    rows = session.execute(counted.where(own.in_(digests)).group_by(own))
    found = {row[0]: InstanceCounts(*row[1:]) for row in rows}
    return {digest: found.get(digest, InstanceCounts()) for digest in digests}


def elements(session: Session, definition: ProcessDefinition) -> list[ElementCounts]:
    """Return what the elements of running instances of a version did so far, by element.

    A called process runs inside its caller's instance, on the version that was deployed with the
    caller's: it is counted there.
    """
    own = and_(
        _RUNS,
        col(ProcessInstance.digest).in_(deployed_with(session, definition)),
        col(ElementInstance.process_id) == definition.process_id,
        # The process itself is none of its elements.
        col(ElementInstance.element_id) != definition.process_id,
    )
    element, state = col(ElementInstance.element_id), col(ElementInstance.state)
    counted = select(
        element,
        func.count().filter(state == "ACTIVE"),
        func.count().filter(state == "TERMINATED"),
        func.count().filter(state == "COMPLETED"),
    ).join(ProcessInstance, _inside())
    rows = session.execute(counted.where(own).group_by(element).order_by(element)).all()
    incidents = _incidents(session, own)
    return [ElementCounts(row[0], row[1], row[2], incidents.get(row[0], 0), row[3]) for row in rows]


def _incidents(session: Session, own: ColumnElement[bool]) -> dict[str, int]:
    element = col(ElementInstance.element_id)
    held = col(Incident.element_instance_key) == col(ElementInstance.key)
    counted = (
        select(element, func.count())
        .select_from(Incident)
        .join(ElementInstance, held)
        .join(ProcessInstance, col(ProcessInstance.key) == col(Incident.instance_key))
    )
    open_ones = col(Incident.state) == "ACTIVE"
    rows = session.execute(counted.where(open_ones, own).group_by(element))
    return {row[0]: row[1] for row in rows}


def _inside() -> ColumnElement[bool]:
    """An element's key lies in the range of its instance: the primary key finds them."""
    first, key = col(ProcessInstance.key), col(ElementInstance.key)
    return and_(key >= first, key < first + (1 << KEY_BITS))


def deployed_with(session: Session, definition: ProcessDefinition) -> Sequence[str]:
    """Return the digests of a version and of those that were deployed with it."""
    together = select(col(ProcessDefinition.digest)).where(
        col(ProcessDefinition.bundle) == definition.bundle,
        col(ProcessDefinition.deployed_at) == definition.deployed_at,
    )
    return session.scalars(together).all()
