"""An instance after one of its records, as auditors see it (回放视图)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel

from bpmn.replayed import Replayed


class ActiveElement(BaseModel):
    """An element that is active; `scope` is the key of the one around it, "0" for the process."""

    key: str
    element: str
    kind: str
    process: str
    scope: str
    index: int


class TokenView(BaseModel):
    """A sequence flow that was taken and whose target has not begun (令牌)."""

    flow: str
    target: str
    process: str
    scope: str


class EndedElement(BaseModel):
    """How often an element was done, and how often it ended before."""

    process: str
    element: str
    completed: int
    terminated: int


class TakenFlowView(BaseModel):
    """How often a sequence flow was taken."""

    process: str
    flow: str
    times: int


class ScopeVariables(BaseModel):
    """Variables that live at one element; those of the process at the process itself."""

    scope: str
    element: str
    values: dict[str, Any]


class TaskThen(BaseModel):
    """A task that was open; `owner` gets a delegated one back."""

    key: str
    element: str
    assignee: str | None
    owner: str | None
    signs: str | None


class TimerThen(BaseModel):
    """A timer that ran; `due` is empty while it is held."""

    key: str
    element: str
    due: AwareDatetime | None
    clock: str | None


class IncidentThen(BaseModel):
    """What an operator had to mend."""

    key: str
    element: str
    code: str


class WaitingThen(BaseModel):
    """A message, signal or condition that was waited for, or a step that had not answered."""

    key: str
    element: str
    kind: str
    name: str


class StateThen(BaseModel):
    """All that was true after a record, personal texts masked (回放状态)."""

    phase: str
    status: str
    calendar: int
    elements: list[ActiveElement]
    tokens: list[TokenView]
    ended: list[EndedElement]
    flows: list[TakenFlowView]
    variables: list[ScopeVariables]
    tasks: list[TaskThen]
    timers: list[TimerThen]
    incidents: list[IncidentThen]
    waiting: list[WaitingThen]


def variables_of(replayed: Replayed) -> dict[str, dict[str, Any]]:
    """Return the variables by the key of the element where they live; empty scopes are none."""
    elements = replayed.state.elements.values()
    return {str(one.key): one.variables for one in elements if one.variables}


def state_then(replayed: Replayed, variables: Mapping[str, dict[str, Any]]) -> StateThen:
    """Return a view of a step; `variables` are those of `variables_of` as they may be seen."""
    state = replayed.state
    return StateThen(
        phase=state.phase,
        status=replayed.status,
        calendar=state.calendar,
        elements=list(_elements(replayed)),
        tokens=[
            TokenView(flow=one.flow, target=one.target, process=one.process, scope=str(one.scope))
            for one in state.tokens
        ],
        ended=list(_ended(replayed)),
        flows=[
            TakenFlowView(process=process, flow=flow, times=times)
            for process, taken in replayed.flows.items()
            for flow, times in taken.items()
        ],
        variables=[
            ScopeVariables(scope=key, element=state.elements[int(key)].element, values=values)
            for key, values in variables.items()
        ],
        tasks=list(_tasks(replayed)),
        timers=list(_timers(replayed)),
        incidents=[
            IncidentThen(key=str(one.key), element=one.element, code=one.code)
            for one in state.incidents.values()
        ],
        waiting=list(_waiting(replayed)),
    )


def _elements(replayed: Replayed) -> Iterator[ActiveElement]:
    for one in replayed.state.elements.values():
        yield ActiveElement(
            key=str(one.key),
            element=one.element,
            kind=one.kind,
            process=one.process,
            scope=str(one.scope),
            index=one.index,
        )


def _ended(replayed: Replayed) -> Iterator[EndedElement]:
    done, gone = replayed.completed, replayed.terminated
    for process in dict.fromkeys((*done, *gone)):
        completed, terminated = done.get(process, {}), gone.get(process, {})
        for element in dict.fromkeys((*completed, *terminated)):
            yield EndedElement(
                process=process,
                element=element,
                completed=completed.get(element, 0),
                terminated=terminated.get(element, 0),
            )


def _tasks(replayed: Replayed) -> Iterator[TaskThen]:
    for one in replayed.state.user_tasks.values():
        yield TaskThen(
            key=str(one.key),
            element=one.element,
            assignee=one.assignee,
            owner=one.owner,
            signs=str(one.signs) if one.signs else None,
        )


def _timers(replayed: Replayed) -> Iterator[TimerThen]:
    for one in replayed.state.timers.values():
        # A held timer is due at no moment.
        values = {"due": one.due or None, "clock": one.limit.get("name")}
        yield TimerThen.model_validate({"key": str(one.key), "element": one.element, **values})


def _waiting(replayed: Replayed) -> Iterator[WaitingThen]:
    for one in replayed.state.subscriptions.values():
        yield WaitingThen(key=str(one.key), element=one.element, kind=one.type, name=one.name)
    for job in replayed.state.jobs.values():
        yield WaitingThen(key=str(job.key), element=job.element, kind="job", name=job.type)
