"""How far an instance has come: its elements counted, the sequence flows taken (流程进度)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Row, Select, case, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.element_instance_view import BODIES, open_incident
from api.instance_visibility import of_course, visible_instance
from api.keys import PathKey
from api.means import MeansHere
from api.paging import Shape
from api.process_instances import Reader
from api.user_task_view import TENANT
from models import element_instance, process_definition
from models.element_instance import ElementInstance

router = APIRouter(prefix="/v2/process-instances", tags=["process instances"])


class ElementFigures(Shape):
    """How often an element was reached, and what became of it."""

    element_id: str
    active: int
    canceled: int
    incidents: int
    completed: int


class InstanceFigures(Shape):
    """The elements of an instance, those that were reached."""

    items: list[ElementFigures]


class TakenFlow(Shape):
    """A sequence flow that was taken, once however often."""

    sequence_flow_id: str
    process_instance_key: str
    process_definition_key: str
    process_definition_id: str
    element_id: str
    tenant_id: str = TENANT


class TakenFlows(Shape):
    """The sequence flows of an instance, in the order in which they were first taken."""

    items: list[TakenFlow]


_ERRORS = (
    "request_invalid",
    "process_instance_not_found",
    "process_instance_not_yours",
    "process_instance_starting",
)
_FIGURES = {"elementId": "accept", "active": 1, "canceled": 0, "incidents": 0, "completed": 0}
_FLOW = {
    "sequenceFlowId": "1048576_to_accept",
    "processInstanceKey": "1048576",
    "processDefinitionKey": "2097152",
    "processDefinitionId": "feedback",
    "elementId": "to_accept",
    "tenantId": TENANT,
}
_TAKEN = text(
    "SELECT element FROM audit_record WHERE instance_key = :key AND kind = 'SEQUENCE_FLOW_TAKEN'"
    " GROUP BY element ORDER BY min(number)"
)


@router.get(
    "/{key}/statistics/element-instances",
    operation_id="get_process_instance_statistics",
    responses={**for_staff(*_ERRORS), **example(200, {"items": [_FIGURES]})},
)
def get_process_instance_statistics(
    key: PathKey, caller: Reader, means: MeansHere
) -> InstanceFigures:
    """Count the elements of an instance; the bodies around loops are none."""
    with Session(means.engine) as session:
        visible_instance(session, of_course(caller), key)
        rows = session.execute(_counted(key)).all()
    return InstanceFigures(items=[_figures(row) for row in rows])


@router.get(
    "/{key}/sequence-flows",
    operation_id="get_process_instance_sequence_flows",
    responses={**for_staff(*_ERRORS), **example(200, {"items": [_FLOW]})},
)
def get_process_instance_sequence_flows(
    key: PathKey, caller: Reader, means: MeansHere
) -> TakenFlows:
    """Return the sequence flows that the instance has taken so far."""
    with Session(means.engine) as session:
        instance = visible_instance(session, of_course(caller), key)
        definition = process_definition.find(session, instance.digest)
        common = {
            "process_instance_key": str(key),
            "process_definition_key": str(definition.key) if definition else "0",
            "process_definition_id": instance.process_id,
        }
        taken = session.execute(_TAKEN, {"key": key}).scalars().all()
    items = [TakenFlow(sequence_flow_id=f"{key}_{one}", element_id=one, **common) for one in taken]
    return TakenFlows(items=items)


def _counted(key: int) -> Select[Any]:
    state, run = col(ElementInstance.state), col(ElementInstance.kind).not_in(BODIES)
    counts = [
        func.count(case((run & (state == wanted), 1)))
        for wanted in ("ACTIVE", "TERMINATED", "COMPLETED")
    ]
    reached = (
        select(col(ElementInstance.element_id), *counts, func.count(open_incident()))
        .where(element_instance.of_instance(key), col(ElementInstance.scope_key) != 0)
        .group_by(col(ElementInstance.element_id))
    )
    return reached.order_by(func.min(col(ElementInstance.key)))


def _figures(row: Row[Any]) -> ElementFigures:
    element, active, canceled, completed, incidents = row
    return ElementFigures(
        element_id=element,
        active=active,
        canceled=canceled,
        incidents=incidents,
        completed=completed,
    )
