"""`decide(definition, state, command, clock)`: which records follow from a command.

Commands in, records out (as Zeebe): no clock, no I/O, no lock. `handle` does the same on a `Run`
that goes on, so that one batch can hold several commands.
"""

from __future__ import annotations

from copy import deepcopy
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from bpmn import (
    conditions,
    listening,
    modification,
    rescheduling,
    throwing,
    triggers,
    user_tasks,
)
from bpmn.commands import (
    ActivateElements,
    AddSigner,
    AssignUserTask,
    BroadcastSignal,
    CancelInstance,
    ChangeTimers,
    Command,
    CompleteJob,
    CompleteUserTask,
    CreateInstance,
    DelegateUserTask,
    FailJob,
    FireTimers,
    ModifyInstance,
    PublishMessage,
    Rejection,
    RemoveSigner,
    ResolveIncident,
    ReturnUserTask,
    SetVariables,
    ThrowError,
    UnassignUserTask,
    UpdateUserTask,
)
from bpmn.elements.scopes import AdHocSubProcess
from bpmn.expressions import IncidentError
from bpmn.records import Kind, Record
from bpmn.run import MOVE, Run
from bpmn.user_tasks import by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bpmn.clock import Clock
    from bpmn.commands import OnUserTask
    from bpmn.model import Definition
    from bpmn.state import ElementInstance, State, UserTask


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
    if command.start:
        start = process.elements.get(command.start)
        if start is None or start.scope != process.id or start.attached_to:
            raise Rejection("element_not_found", element=command.start)
    elif process.none_start(process.id) is None:
        raise Rejection("start_event_missing", process=command.process)
    run.emit(
        Kind.INSTANCE_CREATED,
        process.id,
        run.state.key,
        definition=run.definition.digest,
        process=process.id,
        calendar=command.calendar,
        **({"start": command.start} if command.start else {}),
        **by(command),
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
        for task in list(_meant(run, change)):
            run.emit(Kind.USER_TASK_UPDATED, task.element, task.key, changes=change["changes"])
    if command.calendar:
        rescheduling.use_calendar(run, command.calendar)
    rescheduling.move(run, command.timer_changes, job=job.key)
    host = run.state.elements[job.host]
    if job.listener:
        listening.job_completed(run, host, job.listener, command.variables)
        return
    run.hand_over(host, run.element(host), command.variables)
    run.leave(host)


def _meant(run: Run, change: dict[str, Any]) -> Iterator[UserTask]:
    """Yield the open task of a key, or every one of an element."""
    key, tasks = change.get("key"), run.state.user_tasks.values()
    return (t for t in tasks if (t.key == key if key else t.element == change["element"]))


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
    if listening.denies(run, job, command.code):
        return
    try:
        throwing.throw_error(run, host, command.code, command.variables)
    except IncidentError as error:
        run.emit(Kind.JOB_FAILED, job.element, job.key, code=command.code, retries=0)
        error.job = job.key
        run.incident(host, error, "job")


@_handle.register(AssignUserTask)
@_handle.register(UnassignUserTask)
@_handle.register(UpdateUserTask)
@_handle.register(CompleteUserTask)
@_handle.register(DelegateUserTask)
@_handle.register(ReturnUserTask)
@_handle.register(AddSigner)
@_handle.register(RemoveSigner)
def _(command: OnUserTask, run: Run) -> None:
    user_tasks.take(run, command)


@_handle.register
def _(command: PublishMessage, run: Run) -> None:
    triggers.correlate(run, command)


@_handle.register
def _(command: BroadcastSignal, run: Run) -> None:
    triggers.broadcast(run, command.name, command.variables)


@_handle.register
def _(command: ActivateElements, run: Run) -> None:
    host = run.state.elements[command.key]
    try:
        asked = [
            (AdHocSubProcess.activity(run, host, str(one.get("element"))), one.get("variables"))
            for one in command.elements
        ]
    except IncidentError as error:
        raise Rejection(error.code, **error.details) from error
    for activity, variables in asked:
        if host.key in run.state.elements:
            instance = run.begin(activity, host.process, host.key)
            run.set_local(instance.key, variables or {})
            run.enter(instance)


@_handle.register
def _(command: ModifyInstance, run: Run) -> None:
    modification.modify(run, command, by(command))


@_handle.register
def _(command: ChangeTimers, run: Run) -> None:
    cause = {"cause": command.cause} if command.cause else {}
    rescheduling.move(run, command.changes, **cause, **by(command))


@_handle.register
def _(command: CancelInstance, run: Run) -> None:
    for root in list(run.state.children(0)):
        run.terminate(root)
    data = {"reason": command.reason, **by(command)}
    run.emit(Kind.INSTANCE_CANCELED, run.state.process, run.state.key, **data)


@_handle.register
def _(command: ResolveIncident, run: Run) -> None:
    incident = run.state.incidents[command.key]
    run.emit(Kind.INCIDENT_RESOLVED, incident.element, incident.key, **by(command))
    host = run.state.elements.get(incident.host)
    if incident.job in run.state.jobs:
        run.emit(Kind.JOB_RETRIED, incident.element, incident.job, retries=1)
    elif host is not None:
        _go_on(run, host, incident.phase)


def _go_on(run: Run, host: ElementInstance, phase: str) -> None:
    event, _, index = phase.partition(":")
    if index:
        listening.go_on(run, host, event, int(index))
    elif phase in {conditions.PHASE, MOVE}:
        # Tokens and conditions go on by themselves.
        run.variables_changed = True
    elif phase == "path":
        run.settle(host.key)
    elif (again := _PHASES.get(phase)) is not None:
        again(run, host)


_PHASES: Mapping[str, Callable[[Run, ElementInstance], None]] = {
    "enter": Run.enter,
    "proceed": Run.proceed,
    "leave": Run.leave,
    "depart": Run.depart,
}


@_handle.register
def _(command: SetVariables, run: Run) -> None:
    scope = command.scope or next(run.state.children(0)).key
    if command.local:
        run.set_local(scope, command.variables, **by(command))
    else:
        run.set_variables(scope, command.variables, **by(command))
