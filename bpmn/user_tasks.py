"""What people do to user tasks (用户任务), and the task listeners that look at it first."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from bpmn import signing
from bpmn.commands import (
    AddSigner,
    AssignUserTask,
    CompleteUserTask,
    DelegateUserTask,
    OnUserTask,
    Rejection,
    RemoveSigner,
    ReturnUserTask,
    UnassignUserTask,
    UpdateUserTask,
)
from bpmn.records import Kind

if TYPE_CHECKING:
    from bpmn.commands import Command
    from bpmn.run import Run

EVENTS: dict[str, str] = {
    AssignUserTask.kind: "assigning",
    DelegateUserTask.kind: "assigning",
    ReturnUserTask.kind: "assigning",
    UnassignUserTask.kind: "assigning",
    UpdateUserTask.kind: "updating",
    CompleteUserTask.kind: "completing",
}


def by(command: Command) -> dict[str, Any]:
    """Return who asked, and why, as records hold it."""
    who = {"by": command.actor} if command.actor else {}
    why = command.reason if isinstance(command, OnUserTask) else None
    return who if why is None else {**who, "reason": why}


def take(run: Run, command: OnUserTask) -> None:
    """Carry out what is asked of a task, at once or when its listeners agree."""
    event = EVENTS.get(command.kind, "")
    if not event:
        # No listener is asked, and a signer is removed also when the task itself is gone.
        carry_out(command, run)
        return
    task = run.state.user_tasks[command.key]
    host = run.state.elements[task.host]
    if run.element(host).listening(event):
        run.emit(Kind.USER_TASK_HELD, task.element, task.key, command=command.to_json())
        run.listen(host, event)
    else:
        carry_out(command, run)


@singledispatch
def carry_out(command: OnUserTask, _run: Run) -> None:
    """Record what is asked of a task and what follows from it."""
    raise Rejection("command_unknown", kind=command.kind)


@carry_out.register(AssignUserTask)
def _(command: AssignUserTask, run: Run) -> None:
    _assign(run, command, command.assignee)


@carry_out.register(UnassignUserTask)
def _(command: UnassignUserTask, run: Run) -> None:
    _assign(run, command, None)


def _assign(run: Run, command: OnUserTask, assignee: str | None) -> None:
    task = run.state.user_tasks[command.key]
    if task.assignee != assignee or task.held:
        data = {"assignee": assignee, "before": task.assignee}
        run.emit(Kind.USER_TASK_ASSIGNED, task.element, task.key, **data, **by(command))


@carry_out.register(UpdateUserTask)
def _(command: UpdateUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    run.emit(Kind.USER_TASK_UPDATED, task.element, task.key, changes=command.changes, **by(command))


@carry_out.register(CompleteUserTask)
def _(command: CompleteUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    host = run.state.elements[task.host]
    element = run.element(host)
    data: dict[str, Any] = {"variables": command.variables, "assignee": task.assignee}
    run.emit(Kind.USER_TASK_COMPLETED, task.element, task.key, **data, **by(command))
    if not task.signs:
        # Output mappings may ask who did it: `=task.completedBy`.
        about = {"key": str(task.key), "assignee": task.assignee, "completedBy": command.actor}
        own = {"task": about} if element.outputs else {}
        run.hand_over(host, element, command.variables | own)
    signing.completed(run, task, command, by(command))


@carry_out.register(DelegateUserTask)
def _(command: DelegateUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    data = {"assignee": command.assignee, "owner": task.assignee}
    run.emit(Kind.USER_TASK_DELEGATED, task.element, task.key, **data, **by(command))


@carry_out.register(ReturnUserTask)
def _(command: ReturnUserTask, run: Run) -> None:
    task = run.state.user_tasks[command.key]
    data = {"assignee": task.owner, "before": task.assignee, "variables": command.variables}
    run.emit(Kind.USER_TASK_RETURNED, task.element, task.key, **data, **by(command))
    run.set_local(task.host, command.variables)


@carry_out.register(AddSigner)
def _(command: AddSigner, run: Run) -> None:
    signing.add(run, command, by(command))


@carry_out.register(RemoveSigner)
def _(command: RemoveSigner, run: Run) -> None:
    signing.remove(run, command, by(command))
