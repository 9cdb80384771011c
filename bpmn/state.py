"""The state of one process instance (流程实例): plain data, changed only by `apply`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_BITS = 20


def instance_key(key: int) -> int:
    """Return the instance that an element, task, timer or incident key belongs to."""
    return key >> KEY_BITS << KEY_BITS


@dataclass(slots=True)
class ElementInstance:
    """An element that is active.

    Attributes:
        scope: key of the instance around it, 0 for the root.
        index: which of the instances of a loop it is, from 1.
        done: how many instances of a loop have completed, of the body around them.
    """

    key: int
    element: str
    kind: str
    process: str
    scope: int
    variables: dict[str, Any] = field(default_factory=dict)
    index: int = 0
    done: int = 0


@dataclass(slots=True)
class Token:
    """A sequence flow that was taken and whose target has not begun."""

    flow: str
    target: str
    process: str
    scope: int


@dataclass(slots=True)
class Timer:
    """A timer that will fire.

    Attributes:
        due: ISO 8601 UTC; "" while it is held.
        repetitions: how many are left, -1 without end.
        duration, began: of a timer on working time, which another calendar counts anew.
        clock: what a cycle counts on, if not wall time.
        limit: the service clock that it belongs to: name, since, clock, and what else is known.
    """

    key: int
    element: str
    host: int
    due: str
    repetitions: int = 1
    interval: str = ""
    duration: str = ""
    began: str = ""
    limit: dict[str, Any] = field(default_factory=dict)
    clock: str = ""


@dataclass(slots=True)
class Job:
    """Work of a step; `retries` 0 means that it waits for an operator.

    `listener` is `event:index` for the job of a listener, "" for the element's own work.
    """

    key: int
    element: str
    host: int
    type: str
    retries: int
    attempt: int = 1
    listener: str = ""


@dataclass(slots=True)
class UserTask:
    """A task for people (用户任务).

    Attributes:
        held: the command that its listeners still look at.
        owner: who gets a delegated task back (委派).
        signs: key of the task that this one signs beside or before (加签), 0 for the task itself.
        position: before or parallel, of a signer's task.
        signers_after: who signs once this task is done.
    """

    key: int
    element: str
    host: int
    assignee: str | None = None
    held: dict[str, Any] | None = None
    owner: str | None = None
    signs: int = 0
    position: str = ""
    signers_after: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Subscription:
    """A message, signal or condition that is waited for.

    `met` tells of a condition that it held when it was last looked at: it must become false before
    it can happen again (BPMN 2.0 section 10.5.2).
    """

    key: int
    element: str
    host: int
    name: str = ""
    correlation_key: str = ""
    type: str = "message"
    met: bool = False


@dataclass(slots=True)
class Compensation:
    """Completed work that can be made undone (补偿), BPMN 2.0 section 13.5.5.

    Attributes:
        scope: key of the scope in which the activity was done.
        handler: the element that undoes it; "" for a scope whose contents are undone one by one.
        inside: key that the completed scope had, for what was done in it.
        variables: the local variables as they were.
        thrower: key of the event that has asked for it, 0 before.
        instance: key of the handler while it runs, 0 before.
    """

    key: int
    element: str
    process: str
    scope: int
    handler: str = ""
    inside: int = 0
    variables: dict[str, Any] = field(default_factory=dict)
    thrower: int = 0
    instance: int = 0


@dataclass(slots=True)
class Incident:
    """Something that an operator must mend; `phase` tells where to go on."""

    key: int
    element: str
    host: int
    code: str
    phase: str
    job: int = 0


@dataclass(slots=True)
class State:
    """All that is true of an instance after record `number`.

    Attributes:
        calendar: version of the working calendar that the instance counts with.
        phase: `new`, `active`, `completed` or `canceled`.
        start: the element that the process began with, "" for its start event without trigger.
        elements, timers, jobs, user_tasks, subscriptions, incidents: what is active, by key.
        compensations: what could be undone, by key, in the order in which it was done.
        tokens: sequence flows taken whose target has not begun, oldest first.
    """

    key: int
    definition: str = ""
    process: str = ""
    calendar: int = 0
    phase: str = "new"
    number: int = 0
    last_key: int = 0
    start: str = ""
    elements: dict[int, ElementInstance] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    timers: dict[int, Timer] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    user_tasks: dict[int, UserTask] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    compensations: dict[int, Compensation] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Tell whether the instance has completed or was canceled."""
        return self.phase in {"completed", "canceled"}

    def children(self, scope: int) -> Iterator[ElementInstance]:
        """Yield the active instances directly inside a scope, oldest first."""
        return (e for e in self.elements.values() if e.scope == scope)

    def next_due(self) -> str | None:
        """Return when the earliest timer is due."""
        return min((timer.due for timer in self.timers.values() if timer.due), default=None)

    def to_json(self) -> dict[str, Any]:
        """Return the state as a JSON object; keyed parts become lists."""
        value: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        value["tokens"] = [_plain(token) for token in self.tokens]
        for name in _KEYED:
            value[name] = [_plain(part) for part in getattr(self, name).values()]
        return value

    @staticmethod
    def from_json(value: dict[str, Any]) -> State:
        """Return the state of a JSON object."""
        # A state that an earlier version wrote may lack what has been added since.
        state = State(**{name: value[name] for name in _PLAIN if name in value})
        state.tokens = [Token(**token) for token in value["tokens"]]
        for name, part in _KEYED.items():
            setattr(state, name, {one["key"]: part(**one) for one in value.get(name, ())})
        return state


def _plain(part: Any) -> dict[str, Any]:
    """Return the fields of a part; `dataclasses.asdict` would copy every variable deeply."""
    return {name: getattr(part, name) for name in part.__slots__}


_KEYED: dict[str, Any] = {
    "elements": ElementInstance,
    "timers": Timer,
    "jobs": Job,
    "user_tasks": UserTask,
    "subscriptions": Subscription,
    "incidents": Incident,
    "compensations": Compensation,
}
_PLAIN = tuple(f.name for f in fields(State) if f.name not in _KEYED and f.name != "tokens")
