"""What begins instances of a process, and the beginning itself (定义级启动)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn.clock import Clock, TimerError, parse_cycle, parse_instant
from bpmn.commands import CreateInstance
from bpmn.deployment import DeploymentError
from bpmn.expressions import IncidentError, Scope
from models import definition_start, process_instance, start_request
from models.definition_start import CONDITIONAL, MESSAGE, SIGNAL, TIMER, DefinitionStart, start_slot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from bpmn.model import Element, EventDefinition, Process, Timer
    from models.process_definition import ProcessDefinition

START = "start"


def register(session: Session, stored: ProcessDefinition, process: Process) -> None:
    """Let the start events of a stored version take the place of an earlier version's.

    What is registered already stays as it is: its timers go on counting. A date that an earlier
    version waited for is not waited for twice.

    Args:
        session: the transaction that deploys.
        stored: the newest version of its process.
        process: the process that its drawing holds.

    Raises:
        DeploymentError: `timer_invalid`, `message_name_missing` and the like.
    """
    before = {one.element_id: one for one in definition_start.of_process(session, process.id)}
    starts = [one for one in process.starts.get(process.id, ()) if one.event is not None]
    if not before and not starts:
        return
    if before and all(one.digest == stored.digest for one in before.values()):
        return
    rows = []
    for element in starts:
        row = _row(stored, process, element)
        if row is not None:
            rows.append(_with_its_date(row, before.get(element.id)))
    definition_start.replace(session, process.id, rows)


def begin(
    session: Session,
    start: DefinitionStart,
    variables: Mapping[str, Any],
    at: datetime,
    *,
    key: int | None = None,
) -> int:
    """Owe an instance that begins at a start event; return its key."""
    instance_key = process_instance.next_key(session) if key is None else key
    command = CreateInstance(
        id=START,
        definition=start.digest,
        process=start.process_id,
        variables=dict(variables),
        calendar=start.calendar_version,
        start=start.element_id,
    )
    start_request.add(
        session,
        instance_key=instance_key,
        workflow_id=process_instance.workflow_id(instance_key),
        payload=command.to_json(),
        at=at,
    )
    return instance_key


def _row(stored: ProcessDefinition, process: Process, element: Element) -> DefinitionStart | None:
    scope = Scope({}, stored.deployed_at)
    try:
        found = _trigger(element.event, scope) if element.event else None
    except IncidentError as error:
        raise _refused(element, error.code) from None
    except TimerError as error:
        raise _refused(element, "timer_invalid", str(error)) from None
    if found is None:
        return None
    name = found.get("name", "")
    return DefinitionStart(
        process_id=process.id,
        element_id=element.id,
        digest=stored.digest,
        calendar_version=stored.calendar_version,
        registered_at=stored.deployed_at,
        slot=start_slot(found["kind"], name),
        **found,
    )


def _trigger(event: EventDefinition, scope: Scope) -> dict[str, Any] | None:
    if event.timer:
        text = scope.required(event.timer.expression, "timer_missing")
        repetitions = _checked(event.timer, text, scope.now)
        return {
            "kind": TIMER,
            "timer": event.timer.kind,
            "clock": event.timer.clock,
            "expression": text,
            "repetitions": repetitions,
            "armed": False,
        }
    if event.message:
        name = scope.required(event.message.name, "message_name_missing")
        return {"kind": MESSAGE, "name": name}
    if event.signal:
        name = scope.required(event.signal, "signal_name_missing")
        return {"kind": SIGNAL, "name": name}
    if event.condition:
        return {"kind": CONDITIONAL, "expression": event.condition}
    return None


def _checked(timer: Timer, text: str, now: datetime) -> int:
    """Return how often a timer fires; anything but a timer is refused."""
    if timer.kind == "date":
        parse_instant(text)
    elif timer.kind == "duration":
        Clock(now).after(now, text)
    else:
        repetitions, interval = parse_cycle(text)
        Clock(now).next_repetition(now, interval, timer.clock)
        return repetitions
    return 1


def _with_its_date(row: DefinitionStart, before: DefinitionStart | None) -> DefinitionStart:
    same = before is not None and (before.timer, before.expression) == ("date", row.expression)
    if before is not None and same:
        row.armed, row.due_at, row.repetitions = before.armed, before.due_at, before.repetitions
    return row


def _refused(element: Element, code: str, found: str = "") -> DeploymentError:
    problem = {"resource": "", "code": code, "element": element.id, "line": element.line}
    return DeploymentError([{**problem, "found": found}])
