"""What a step of ours had answered, told by the records that its answer left (步骤的回答).

Steps are not done again when a decision is: they read tables that have changed since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn.commands import Command, CompleteJob, ThrowError
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpmn.records import Record
    from bpmn.state import Job, State


def answer(state: State, rest: Sequence[Record]) -> Command | None:
    """Return what a step answered, None where the next record is not the work of one.

    Args:
        state: before the records.
        rest: the records of the batch from here on.
    """
    first = rest[0]
    identity = f"job:{first.key}"
    job = state.jobs.get(first.key)
    if first.kind is Kind.JOB_COMPLETED and job is not None:
        if len(rest) > 1 and rest[1].kind is Kind.USER_TASK_DENIED:
            return ThrowError(id=identity, key=job.key, code=rest[1].data["code"])
        return _completed(state, job, rest)
    if first.kind is Kind.JOB_FAILED and job is not None:
        return ThrowError(id=identity, key=job.key, code=first.data["code"])
    if first.kind is Kind.ERROR_THROWN:
        return _thrown(state, rest)
    return None


def _completed(state: State, job: Job, rest: Sequence[Record]) -> CompleteJob:
    """Return the answer with its changes, whose records follow at once."""
    tasks: list[dict[str, Any]] = []
    timers: list[dict[str, Any]] = []
    calendar = 0
    for record in _about(state, job, rest[1:]):
        if record.kind is Kind.USER_TASK_UPDATED:
            tasks.append({"key": record.key, "changes": record.data["changes"]})
        elif record.kind is Kind.CALENDAR_CHANGED:
            calendar = record.data["calendar"]
        elif record.kind is Kind.TIMER_CANCELED:
            timers.append({"key": record.key, "cancel": True})
        elif record.data.get("job") == job.key:
            told = {name: record.data.get(name, "") for name in ("due", "cause", "until")}
            timers.append({"key": record.key, **told})
    return CompleteJob(
        id=f"job:{job.key}",
        key=job.key,
        variables=rest[0].data["variables"],
        task_changes=tasks,
        timer_changes=timers,
        calendar=calendar,
    )


def _about(state: State, job: Job, rest: Sequence[Record]) -> Iterator[Record]:
    """Yield the records that a step's answer leaves beside its variables."""
    changes = (Kind.USER_TASK_UPDATED, Kind.CALENDAR_CHANGED, Kind.TIMER_RESCHEDULED)
    for record in rest:
        if record.kind is Kind.TIMER_CANCELED:
            timer = state.timers.get(record.key)
            if timer is None or timer.host == job.host:
                # The element's own: it ends with the element.
                return
        elif record.kind not in changes or _held(state, record):
            return
        yield record


def _held(state: State, record: Record) -> bool:
    """Tell whether a change of a task is what somebody asked and listeners have let pass."""
    task = state.user_tasks.get(record.key)
    return record.kind is Kind.USER_TASK_UPDATED and task is not None and task.held is not None


def _thrown(state: State, rest: Sequence[Record]) -> ThrowError | None:
    """Return the error of a step; one that the drawing throws by itself has no job."""
    thrown = rest[0]
    job = next((one for one in state.jobs.values() if one.host == thrown.key), None)
    if job is None:
        return None
    code, catcher = thrown.data["code"], thrown.data["catcher"]
    variables = _handed_over(rest, catcher)
    return ThrowError(id=f"job:{job.key}", key=job.key, code=code, variables=variables)


def _handed_over(rest: Sequence[Record], catcher: str) -> dict[str, Any]:
    """Return the variables that the catching event was given."""
    found: dict[str, Any] = {}
    caught = 0
    for record in rest:
        if caught and record.kind is not Kind.VARIABLES_SET:
            break
        if caught:
            found |= record.data["variables"]
            if record.key == caught:
                # Set at the event itself: what follows are its output mappings.
                break
        elif record.kind is Kind.ELEMENT_ACTIVATED and record.element == catcher:
            caught = record.key
    return found
