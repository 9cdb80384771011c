"""Listeners (监听器): steps that an element waits for before it begins, ends or lets people act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn import user_tasks
from bpmn.commands import OnUserTask, from_json
from bpmn.elements.tasks import UserTask
from bpmn.expressions import IncidentError
from bpmn.records import Kind

if TYPE_CHECKING:
    from bpmn.run import Run
    from bpmn.state import ElementInstance, Job
    from bpmn.state import UserTask as Task


def job_completed(
    run: Run, host: ElementInstance, listener: str, variables: dict[str, Any]
) -> None:
    """Take in what a listener brought and go on with the next one, or with what they held up."""
    event, _, index = listener.partition(":")
    if event == "end":
        run.set_variables(host.scope or host.key, variables)
    else:
        run.set_local(host.key, variables)
    go_on(run, host, event, int(index) + 1)


def go_on(run: Run, host: ElementInstance, event: str, index: int) -> None:
    """Begin a listener, or do what was held up when there is none left."""
    if run.listen(host, event, index):
        return
    if event == "start":
        run.proceed(host)
    elif event == "end":
        run.depart(host)
    elif event == "creating":
        _create(run, host)
    elif (task := _held(run, host)) is not None:
        command = from_json(task.held or {})
        if isinstance(command, OnUserTask):
            user_tasks.carry_out(command, run)


def _create(run: Run, host: ElementInstance) -> None:
    try:
        UserTask.create(run, run.element(host), host)
    except IncidentError as error:
        run.incident(host, error, "creating:" + str(len(run.element(host).listening("creating"))))


def _held(run: Run, host: ElementInstance) -> Task | None:
    tasks = run.state.user_tasks.values()
    return next((task for task in tasks if task.host == host.key and task.held), None)


def denies(run: Run, job: Job, code: str) -> bool:
    """Take a BPMN error of a task listener as its refusal; tell whether it was one."""
    host = run.state.elements[job.host]
    task = _held(run, host) if job.listener else None
    if task is None:
        return False
    run.emit(Kind.JOB_COMPLETED, job.element, job.key, variables={})
    run.emit(Kind.USER_TASK_DENIED, task.element, task.key, code=code)
    return True
