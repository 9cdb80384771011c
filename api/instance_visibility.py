"""Whose instances a person may look at: where they stand, and what they hold (实例可见范围)."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.authentication import Caller
from api.permissions import may
from api.problem import Problem
from api.relation import Relation
from api.visibility import viewer
from models.instance_visibility import InstanceViewer, visible
from models.process_instance import ProcessInstance
from models.start_request import StartRequest


def of_course(caller: Caller) -> InstanceViewer:
    """Return whose elements, sequence flows and incidents a person may see.

    Those of the items that they see; whoever draws the processes sees how all of them run.
    """
    items = None if may(caller, "element_instance.read", Relation.ANY) else viewer(caller)
    return InstanceViewer(items, may(caller, "element_instance.read", Relation.NO_ITEM))


def of_content(caller: Caller) -> InstanceViewer:
    """Return whose variables a person may see: of items, only of those that they see."""
    return InstanceViewer(viewer(caller), may(caller, "variable.read", Relation.NO_ITEM))


def sees(session: Session, seen: InstanceViewer, key: int) -> bool:
    """Say whether the instance of a key is among those that are seen."""
    own = select(col(ProcessInstance.key)).where(col(ProcessInstance.key) == key)
    return session.scalar(own.where(visible(seen, col(ProcessInstance.key)))) is not None


def visible_instance(session: Session, seen: InstanceViewer, key: int) -> ProcessInstance:
    """Return an instance that may be seen.

    Raises:
        Problem: `process_instance_not_found`, `process_instance_starting` while its start is
            owed, or `process_instance_not_yours`.
    """
    found = session.get(ProcessInstance, key)
    if found is None:
        owed = session.get(StartRequest, key)
        if owed is not None and owed.acknowledged_at is None:
            raise Problem("process_instance_starting")
        raise Problem("process_instance_not_found", key=str(key))
    if not sees(session, seen, key):
        raise Problem("process_instance_not_yours", key=str(key))
    return found
