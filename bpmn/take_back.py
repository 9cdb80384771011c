"""What was completed is taken back before anybody went on from there (撤回、拿回)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpmn import story
from bpmn.elements import LOOP_BODIES
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpmn.model import Definition
    from bpmn.state import State
    from bpmn.story import ElementRun, Story

# What follows from a completion by itself: routing, decisions, and tasks nobody has touched.
_FOLLOWS = frozenset(
    {
        *(Kind.ELEMENT_ACTIVATED, Kind.ELEMENT_COMPLETED, Kind.SEQUENCE_FLOW_TAKEN),
        *(Kind.VARIABLES_SET, Kind.DECISION_EVALUATED, Kind.COMPENSATION_SUBSCRIBED),
        *(Kind.TIMER_CREATED, Kind.TIMER_CANCELED, Kind.JOB_CREATED, Kind.JOB_COMPLETED),
        *(Kind.USER_TASK_CREATED, Kind.USER_TASK_ASSIGNED, Kind.USER_TASK_UPDATED),
        *(Kind.MESSAGE_SUBSCRIBED, Kind.MESSAGE_UNSUBSCRIBED, Kind.SIGNAL_SUBSCRIBED),
        *(Kind.SIGNAL_UNSUBSCRIBED, Kind.CONDITION_SUBSCRIBED, Kind.CONDITION_UNMET),
        Kind.CONDITION_UNSUBSCRIBED,
    }
)
# Steps that look at something and change nothing.
LOOKS_ONLY = frozenset({"feedback.check"})


class TooLateError(Exception):
    """It cannot be taken back any more; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What taking back means, as `ModifyInstance` takes it."""

    element: str
    scope: int
    terminate: tuple[int, ...]
    discard: tuple[dict[str, Any], ...]
    status: str
    statuses: tuple[str, ...]


def plan(
    definition: Definition, state: State, records: Sequence[Mapping[str, Any]], task: int
) -> TakeBack:
    """Return how a completed user task is taken back.

    Raises:
        TooLateError: `task_open`, `work_done`, `task_touched`, `branch_joined` or `loop`.
    """
    told = story.read(records)
    done = _index(records, task, Kind.USER_TASK_COMPLETED)
    created = records[_index(records, task, Kind.USER_TASK_CREATED)]
    run = told.runs[created["data"]["host"]]
    if created["data"].get("signs") or run.key not in told.completed:
        raise TooLateError("task_open")
    since = records[done + 1 :]
    _check_untouched(since, str(records[done]["data"].get("by")))
    taken = {(r["element"], r["data"]["scope"]) for r in since if r["kind"] == _FLOW}
    _check_unjoined(since, taken)
    scope = _scope(state, told, run)
    begun = story.statuses_begun(
        definition.processes[run.process], run.element, state.elements[scope].element
    )
    status = "" if begun else run.status
    new = {r["key"] for r in since if r["kind"] == Kind.ELEMENT_ACTIVATED}
    return TakeBack(
        run.element,
        scope,
        tuple(e.key for e in state.elements.values() if e.key in new and e.scope not in new),
        tuple(
            {"flow": t.flow, "scope": t.scope}
            for t in state.tokens
            if (t.flow, t.scope) in taken and t.scope not in new
        ),
        "" if status == told.status else status,
        tuple(begun or filter(None, [status])),
    )


_FLOW = Kind.SEQUENCE_FLOW_TAKEN


def _index(records: Sequence[Mapping[str, Any]], key: int, kind: Kind) -> int:
    return next(n for n, r in enumerate(records) if r["key"] == key and r["kind"] == kind)


def _check_untouched(since: Sequence[Mapping[str, Any]], by: str) -> None:
    jobs = {r["key"]: r["data"]["type"] for r in since if r["kind"] == Kind.JOB_CREATED}
    for record in since:
        if record["data"].get("by") not in {None, by}:
            raise TooLateError("task_touched")
        if record["kind"] not in _FOLLOWS:
            raise TooLateError("work_done")
        if record["kind"] == Kind.JOB_COMPLETED and jobs.get(record["key"]) not in LOOKS_ONLY:
            raise TooLateError("work_done")
    if set(jobs.values()) - LOOKS_ONLY:
        raise TooLateError("work_done")


def _check_unjoined(since: Sequence[Mapping[str, Any]], taken: set[tuple[str, int]]) -> None:
    """Refuse where a branch from before has been joined: it would be waited for in vain."""
    for record in since:
        if record["kind"] == Kind.ELEMENT_ACTIVATED:
            used = {(flow, record["data"]["scope"]) for flow in record["data"].get("flows", ())}
            if used - taken:
                raise TooLateError("branch_joined")


def _scope(state: State, told: Story, run: ElementRun) -> int:
    """Return the nearest scope around a run that is still active."""
    scope = run.scope
    while scope not in state.elements:
        if told.runs[scope].kind not in {"subProcess", "transaction"}:
            raise TooLateError("loop")
        scope = told.runs[scope].scope
    if state.elements[scope].kind in LOOP_BODIES and run.kind not in LOOP_BODIES:
        raise TooLateError("loop")
    return scope
