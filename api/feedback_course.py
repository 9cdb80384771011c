"""`GET /api/feedback/{number}/course`: where an item stands on its drawings (流程位置)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import Row, case, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.linking import linked_processes
from api.answers import example, for_staff
from api.authentication import Caller
from api.element_instance_view import BODIES, open_incident
from api.feedback import Number
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.readable_item import readable_item
from models import element_instance, process_definition
from models.element_instance import ElementInstance
from models.process_definition import ProcessDefinition
from models.process_instance import ProcessInstance

router = APIRouter(prefix="/api/feedback", tags=["feedback"])


class ElementCourse(BaseModel):
    """How often an element was reached, and what became of it (元素进度)."""

    element_id: str
    active: int
    completed: int
    canceled: int
    incidents: int


class DrawingCourse(BaseModel):
    """A drawing with what the item has done on it so far (流程图)."""

    process_id: str
    name: str
    version: int
    xml: str
    active: bool
    elements: list[ElementCourse]
    flows: list[str]


class Course(BaseModel):
    """The item's own process first, then those that it called, in the order of their beginning."""

    items: list[DrawingCourse]


_EXAMPLE = {
    "items": [
        {
            "process_id": "feedback",
            "name": "客户反馈闭环",
            "version": 1,
            "xml": "<definitions/>",
            "active": True,
            "elements": [
                {
                    "element_id": "accept",
                    "active": 1,
                    "completed": 0,
                    "canceled": 0,
                    "incidents": 0,
                }
            ],
            "flows": ["received_to_receive"],
        }
    ]
}
_TAKEN = text(
    "SELECT data->>'process', element FROM audit_record"
    " WHERE instance_key = :key AND kind = 'SEQUENCE_FLOW_TAKEN'"
    " GROUP BY data->>'process', element ORDER BY min(number)"
)


@router.get(
    "/{number}/course",
    operation_id="get_feedback_course",
    responses={
        **for_staff(
            "fields_invalid",
            "feedback_not_found",
            "feedback_not_yours",
            "process_instance_starting",
        ),
        **example(200, _EXAMPLE),
    },
)
def get_feedback_course(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("feedback.read"))],
    means: MeansHere,
) -> Course:
    """Return the drawings that the item runs on, and how far it has come on each."""
    with Session(means.engine) as session:
        item = readable_item(session, caller, number)
        instance = session.get(ProcessInstance, item.id)
        if instance is None:
            raise Problem("process_instance_starting")
        own = process_definition.find(session, instance.digest)
        files = process_definition.load_resources(session, instance.digest)
        elements = _elements(session, item.id)
        flows = _flows(session, item.id)
        drawn = {} if own is None else _drawn(session, own, files)
    entered = [instance.process_id, *(one for one in elements if one != instance.process_id)]
    return Course(
        items=[
            _drawing(*drawn[one], elements.get(one, ()), flows.get(one, []))
            for one in entered
            if one in drawn
        ]
    )


def _drawn(
    session: Session, own: ProcessDefinition, files: Mapping[str, bytes]
) -> dict[str, tuple[ProcessDefinition, bytes]]:
    """Return the processes that an instance may run, each with its drawing."""
    called = {one.process_id: (one, files[name]) for one, name in linked_processes(session, files)}
    together = [*process_definition.of_bundle(session, own.bundle), own]
    return called | {one.process_id: (one, files.get(one.resource_name, b"")) for one in together}


def _elements(session: Session, key: int) -> dict[str, list[Row[Any]]]:
    state, run = col(ElementInstance.state), col(ElementInstance.kind).not_in(BODIES)
    process, element = col(ElementInstance.process_id), col(ElementInstance.element_id)
    counts = [
        func.count(case((run & (state == wanted), 1)))
        for wanted in ("ACTIVE", "COMPLETED", "TERMINATED")
    ]
    rows = session.execute(
        select(process, element, *counts, func.count(open_incident()))
        .where(element_instance.of_instance(key), col(ElementInstance.scope_key) != 0)
        .group_by(process, element)
        .order_by(func.min(col(ElementInstance.key)))
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _flows(session: Session, key: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for process, element in session.execute(_TAKEN, {"key": key}):
        found.setdefault(process, []).append(element)
    return found


def _drawing(
    drawn: ProcessDefinition,
    drawing: bytes,
    rows: Iterable[Row[Any]],
    flows: list[str],
) -> DrawingCourse:
    elements = [
        ElementCourse(element_id=name, active=active, completed=done, canceled=gone, incidents=held)
        for _, name, active, done, gone, held in rows
        # The process itself is none of its elements.
        if name != drawn.process_id
    ]
    return DrawingCourse(
        process_id=drawn.process_id,
        name=drawn.name,
        version=drawn.version,
        xml=drawing.decode(errors="replace"),
        active=any(one.active for one in elements),
        elements=elements,
        flows=flows,
    )
