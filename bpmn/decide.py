"""`decide(definition, state, command, clock)`: which records follow from a command.

Commands in, records out (as Zeebe): no clock, no I/O, no lock. `handle` does the same on a `Run`
that goes on, so that one batch can hold several commands.
"""

from __future__ import annotations

from copy import deepcopy
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from bpmn import throwing, triggers
from bpmn.commands import (
    AssignUserTask,
    CancelInstance,
    Command,
    CompleteJob,
    CompleteUserTask,
    CreateInstance,
    FailJob,
    FireTimers,
    PublishMessage,
    Rejection,
    ResolveIncident,
    SetVariables,
    ThrowError,
    UnassignUserTask,
    UpdateUserTask,
)
from bpmn.expressions import IncidentError
from bpmn.records import Kind, Record
from bpmn.run import Run

if TYPE_CHECKING:
    from bpmn.clock import Clock
    from bpmn.model import Definition
    from bpmn.state import State


def decide(definition: Definition, state: State, command: Command, clock: Clock) -> list[Record]:
    """Return the records that a command leads to; the given state stays as it is.

    Raises:
        Rejection: the state forbids the command.
    """
    run = Run(definition, deepcopy(state), clock)
    handle(run, command)
    return run.records


def handle(run: Run, command: Command) -> None:
    """Carry out a command up to the next wait.

    Raises:
        Rejection: the state forbids the command; nothing was recorded.
    """
    command.check(run.state)
    _handle(command, run)
    run.move()


@singledispatch
def _handle(command: Command, _run: Run) -> None:
    raise Rejection("command_unknown", kind=command.kind)


@_handle.register
def _(command: CreateInstance, run: Run) -> None:
    if run.state.phase != "new":
        return
    process = run.definition.processes.get(command.process)
    if process is None:
        raise Rejection("process_definition_not_found", process=command.process)
    run.emit(
        Kind.INSTANCE_CREATED,
        process.id,
        run.state.key,
        definition=run.definition.digest,
        process=process.id,
        calendar=command.calendar,
        **_by(command),
    )
    root = run.begin(process.elements[process.id], process.id, 0)
    run.set_local(root.key, command.variables)
    run.enter(root)


@_handle.register
def _(_: FireTimers, run: Run) -> None:
    triggers.fire_due(run)


@_handle.register
def _(command: CompleteJob, run: Run) -> None:
    job = run.state.jobs.get(command.key)
    if job is None:
        return
    run.emit(Kind.JOB_COMPLETED, job.element, job.key, variables=command.variables)
    for change in command.task_changes:
        for task in [t for t in run.state.user_tasks.values() if t.element == change["element"]]:
            run.emit(Kind.USER_TASK_UPDATED, task.element, task.key, changes=change["changes"])
    host = run.state.elements[job.host]
    run.hand_over(host, run.element(host), command.variables)
    run.leave(host)


@_handle.register
def _(command: FailJob, run: Run) -> None:
    job = run.state.jobs.get(command.key)
    if job is None:
        return
    run.emit(Kind.JOB_FAILED, job.element, job.key, code=command.code, retries=0)
    error = IncidentError("job_no_retries", job=job.key, error=command.code)
    run.incident(run.state.elements[job.host], error, "job")


@_handle.register
def _(command: ThrowError, run: Run) -> None:
    job = run.state.jobs.get(command.key)
    if job is None:
        return
    host = run.state.elements[job.host]
    try:
        throwing.throw_error(run, host, command.code, command.variables)
    except IncidentError as error:
        run.emit(Kind.JOB_FAILED, job.element, job.key, code=command.code, retries=0)
        error.job = job.key
        run.incident(host, error, "job")


@_handle.register
def _(command: AssignUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    if task.assignee != command.assignee:
        data = {"assignee": command.assignee, "before": task.assignee}
        run.emit(Kind.USER_TASK_ASSIGNED, task.element, task.key, **data, **_by(command))


@_handle.register
def _(command: UnassignUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    if task.assignee is not None:
        data = {"assignee": None, "before": task.assignee}
        run.emit(Kind.USER_TASK_ASSIGNED, task.element, task.key, **data, **_by(command))


@_handle.register
def _(command: UpdateUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    run.emit(
        Kind.USER_TASK_UPDATED, task.element, task.key, changes=command.changes, **_by(command)
    )


@_handle.register
def _(command: CompleteUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    host = run.state.elements[task.host]
    element = run.element(host)
    data: dict[str, Any] = {"variables": command.variables, "assignee": task.assignee}
    run.emit(Kind.USER_TASK_COMPLETED, task.element, task.key, **data, **_by(command))
    # Output mappings may ask who did it: `=task.completedBy`.
    about = {"key": str(task.key), "assignee": task.assignee, "completedBy": command.actor}
    run.hand_over(host, element, command.variables | ({"task": about} if element.outputs else {}))
    run.leave(host)


@_handle.register
def _(command: PublishMessage, run: Run) -> None:
    triggers.correlate(run, command.name, command.correlation_key, command.variables)


@_handle.register
def _(command: CancelInstance, run: Run) -> None:
    for root in list(run.state.children(0)):
        run.terminate(root)
    data = {"reason": command.reason, **_by(command)}
    run.emit(Kind.INSTANCE_CANCELED, run.state.process, run.state.key, **data)


@_handle.register
def _(command: ResolveIncident, run: Run) -> None:
    incident = run.state.incidents[command.key]
    run.emit(Kind.INCIDENT_RESOLVED, incident.element, incident.key, **_by(command))
    host = run.state.elements.get(incident.host)
    if incident.job in run.state.jobs:
        run.emit(Kind.JOB_RETRIED, incident.element, incident.job, retries=1)
    elif host is None:
        return
    elif incident.phase == "enter":
        run.enter(host)
    elif incident.phase == "leave":
        run.leave(host)


@_handle.register
def _(command: SetVariables, run: Run) -> None:
    scope = command.scope or next(run.state.children(0)).key
    if command.local:
        run.set_local(scope, command.variables)
    else:
        run.set_variables(scope, command.variables)


def _by(command: Command) -> dict[str, Any]:
    return {"by": command.actor} if command.actor else {}
