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
class Timer:
    """A timer definition: `kind` is duration, date or cycle; `clock` is wall or working."""

    kind: str
    expression: str
    clock: str = "wall"


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What an event reacts to or brings: `kind` is one of `EVENT_KINDS`."""

    kind: str
    code: str | None = None
    message: Message | None = None
    timer: Timer | None = None


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
    """What a user task asks of people; texts are FEEL when they begin with `=`."""

    form: str | None = None
    assignee: str | None = None
    candidate_groups: str | None = None
    candidate_users: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What an element calls: a decision, a process or a script and where the answer goes."""

    target: str
    result: str | None = None
    propagate_parent: bool = True
    propagate_child: bool = True


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Once for each element of a list (多实例), BPMN 2.0 section 13.3.7; expressions are FEEL."""

    input_collection: str
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    sequential: bool = False
    completion_condition: str | None = None


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
    status: str | None = None


@dataclass(frozen=True)
class Process:
    """An executable process with every element in it, sub-processes' elements included."""

    id: str
    name: str
    elements: Mapping[str, Element]
    flows: Mapping[str, SequenceFlow]
    boundaries: Mapping[str, tuple[Element, ...]]
    event_sub_processes: Mapping[str, tuple[Element, ...]]
    starts: Mapping[str, tuple[Element, ...]]

    def none_start(self, scope: str) -> Element | None:
        """Return the start event without trigger of a process or sub-process."""
        return next((e for e in self.starts.get(scope, ()) if e.event is None), None)


@dataclass(frozen=True)
class Definition:
    """Drawings and decisions deployed together, named by their digest (流程定义包)."""

    digest: str
    processes: Mapping[str, Process]
    decisions: Mapping[str, DecisionModel] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def element(self, process: str, element: str) -> Element:
        """Return an element of one of the processes."""
        return self.processes[process].elements[element]
