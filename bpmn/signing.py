"""Signers (加签, 减签): people who sign a user task beside the one who does it.

The element goes on when the task and every signature are done. What signers say is gathered in the
local variable `signatures`, a list of `{"assignee", "by", "variables"}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn.records import Kind

if TYPE_CHECKING:
    from bpmn.run import Run
    from bpmn.state import UserTask
    from bpmn.task_commands import AddSigner, CompleteUserTask, RemoveSigner

SIGNATURES = "signatures"


def add(run: Run, command: AddSigner, by: dict[str, Any]) -> None:
    """Ask for a signature now, or note who signs when the task is done."""
    task = run.state.user_tasks[command.key]
    if command.position == "after":
        data = {"assignee": command.assignee, "position": command.position}
        run.emit(Kind.USER_TASK_SIGNER_ADDED, task.element, task.key, **data, **by)
    else:
        _ask(run, task, command.assignee, command.position, by)


def _ask(run: Run, task: UserTask, assignee: str, position: str, by: dict[str, Any]) -> None:
    host = run.state.elements[task.host]
    data = run.element(host).user_task
    form = run.scope(host.key).text(data.form) if data else None
    run.emit(
        Kind.USER_TASK_CREATED,
        task.element,
        run.new_key(),
        host=task.host,
        name=run.element(host).name,
        process=host.process,
        assignee=assignee,
        priority=50,
        signs=task.key,
        position=position,
        **({"form": form} if form else {}),
        **by,
    )


def remove(run: Run, command: RemoveSigner, by: dict[str, Any]) -> None:
    """Do without a signature that is not given yet; the element may have waited for it alone."""
    found = command.find(run.state)
    if found is None:
        # Not asked yet, but for when the task is done.
        task = run.state.user_tasks[command.key]
        run.emit(
            Kind.USER_TASK_SIGNER_REMOVED, task.element, task.key, assignee=command.assignee, **by
        )
        return
    run.emit(Kind.USER_TASK_CANCELED, found.element, found.key, **by)
    go_on(run, found.host)


def completed(run: Run, task: UserTask, command: CompleteUserTask, by: dict[str, Any]) -> None:
    """Take in a signature, or ask those who sign after the task."""
    if task.signs:
        host = run.state.elements[task.host]
        own = {"assignee": task.assignee, "variables": command.variables, **by}
        run.set_local(host.key, {SIGNATURES: [*host.variables.get(SIGNATURES, []), own]})
    for assignee in task.signers_after:
        _ask(run, task, assignee, "after", by)
    go_on(run, task.host)


def go_on(run: Run, host: int) -> None:
    """Leave the element when the task and every signature are done."""
    if not any(task.host == host for task in run.state.user_tasks.values()):
        run.leave(run.state.elements[host])
