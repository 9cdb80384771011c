"""The drawing as frozen data: what the interpreter knows of a process (流程定义)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpmn.dmn import DecisionModel


@dataclass(frozen=True, slots=True)
class SequenceFlow:
    """A sequence flow (顺序流), BPMN 2.0 section 8.4.13; `condition` is FEEL without `=`."""

    id: str
    source: str
    target: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a message event waits for: its name and correlation key, both FEEL or plain text."""

    name: str
    correlation_key: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """The service clock that a timer belongs to (时限); each text is FEEL when it begins with `=`.

    Attributes:
        name: which clock, as `acceptance` or `solution`.
        mark: the share of the time after which the timer fires, "" for the limit itself.
        since: when the clock began, "" for when the timer does.
        rule: what the limit follows from.
    """

    name: str
    mark: str = ""
    since: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer definition: `kind` is duration, date or cycle.

    `clock` is wall or working, or FEEL for one of them.
    """

    kind: str
    expression: str
    clock: str = "wall"
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What an event reacts to or brings: `kind` is one of `EVENT_KINDS`.

    Attributes:
        code: of an error or escalation; an event without one catches every code.
        message, timer: what is waited for.
        signal: its name, FEEL when it begins with `=`.
        condition: FEEL of a conditional event.
        link: what joins a throwing link event to its catching one.
        activity: the activity that a compensation event means, None for all of its scope.
    """

    kind: str
    code: str | None = None
    message: Message | None = None
    timer: Timer | None = None
    signal: str | None = None
    condition: str | None = None
    link: str | None = None
    activity: str | None = None


@dataclass(frozen=True, slots=True)
class VariableMapping:
    """One input or output mapping of `zeebe:ioMapping`."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """`zeebe:taskDefinition` and its headers: which step does the work."""

    type: str
    retries: str = "3"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserTaskDefinition:
    """What a user task asks of people; texts are FEEL when they begin with `=`.

    Attributes:
        owner: whether the item is theirs who have the task (`bihuan:owner`).
    """

    form: str | None = None
    assignee: str | None = None
    candidate_groups: str | None = None
    candidate_users: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    owner: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What an element calls: a decision, a process or a script and where the answer goes.

    `binding` and `version_tag` say which version, as `bindingType` and `versionTag` of `zeebe:`.
    """

    target: str
    result: str | None = None
    propagate_parent: bool = True
    propagate_child: bool = True
    binding: str = ""
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Once for each element of a list (多实例), BPMN 2.0 section 13.3.7; expressions are FEEL.

    `cardinality` gives a number of instances where there is no list.
    """

    input_collection: str | None = None
    cardinality: str | None = None
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    sequential: bool = False
    completion_condition: str | None = None


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """Again while a condition holds (标准循环), BPMN 2.0 section 13.3.6."""

    condition: str | None = None
    test_before: bool = False
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class AdHoc:
    """What an ad-hoc sub-process (即席子流程) begins and when it is done; expressions are FEEL."""

    active_elements: str | None = None
    completion_condition: str | None = None
    cancel_remaining: bool = True


@dataclass(frozen=True, slots=True)
class Listener:
    """A step that an element waits for when `event` happens to it (监听器).

    `event` is start or end of an element; creating, assigning, updating or completing of a user
    task.
    """

    event: str
    task: TaskDefinition


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node of the drawing; `scope` is the id of the process or sub-process around it."""

    id: str
    kind: str
    name: str
    scope: str
    line: int
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default: str | None = None
    event: EventDefinition | None = None
    attached_to: str | None = None
    interrupting: bool = True
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    task: TaskDefinition | None = None
    user_task: UserTaskDefinition | None = None
    call: Call | None = None
    multi_instance: MultiInstance | None = None
    loop: StandardLoop | None = None
    ad_hoc: AdHoc | None = None
    listeners: tuple[Listener, ...] = ()
    for_compensation: bool = False
    status: str | None = None

    @property
    def event_kind(self) -> str:
        """Return what kind of event it is, `none` without a definition."""
        return self.event.kind if self.event else "none"

    def listening(self, event: str) -> tuple[Listener, ...]:
        """Return the listeners of one event, in the drawing's order."""
        # Asked for every element that begins or ends, and most have none.
        if not self.listeners:
            return ()
        return tuple(listener for listener in self.listeners if listener.event == event)


@dataclass(frozen=True)
class Process:
    """An executable process with every element in it, sub-processes' elements included.

    `handlers` names the compensation handler of each activity that has one.
    """

    id: str
    name: str
    elements: Mapping[str, Element]
    flows: Mapping[str, SequenceFlow]
    boundaries: Mapping[str, tuple[Element, ...]]
    event_sub_processes: Mapping[str, tuple[Element, ...]]
    starts: Mapping[str, tuple[Element, ...]]
    handlers: Mapping[str, str] = field(default_factory=dict)
    version_tag: str = ""

    def none_start(self, scope: str) -> Element | None:
        """Return the start event without trigger of a process or sub-process."""
        return next((e for e in self.starts.get(scope, ()) if e.event is None), None)


@dataclass(frozen=True)
class Definition:
    """Drawings and decisions deployed together, named by their digest (流程定义包).

    `decisions` names the model of each decision; `models` are all of them by file, those that
    hold no decision and are only imported included. `places` names the file of each process;
    `own` are the processes that were deployed together, without those that are linked.
    """

    digest: str
    processes: Mapping[str, Process]
    decisions: Mapping[str, DecisionModel] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    models: Mapping[str, DecisionModel] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def element(self, process: str, element: str) -> Element:
        """Return an element of one of the processes."""
        return self.processes[process].elements[element]
