"""What the hand-coded workflow, its steps and the driver say to one another (stdlib only)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

WORKFLOW = "HandCoded"
TASK_QUEUE = "bench-hand-coded"
STEP = "hand_coded_step"
OPEN_TASK = "hand_coded_open_task"
COMPLETE_TASK = "hand_coded_complete_task"

COMPLETE = "complete"
ANSWER = "answer"


@dataclass(frozen=True)
class Start:
    """How a hand-coded item begins.

    Attributes:
        instance_key: id of the feedback item.
        variables: `feedback`, `customer`, `contact` and `description`, as intake makes them.
        limits: ISO 8601 durations by name, as a row of limits.dmn.
        solution_timer: whether a timer runs for the solution too, which the drawing has not.
    """

    instance_key: int
    variables: dict[str, Any]
    limits: dict[str, str]
    solution_timer: bool = True


@dataclass(frozen=True)
class StepRequest:
    """One step of `activities.registry`; the status is the one that the item then has."""

    instance_key: int
    job_key: int
    number: int
    job_type: str
    variables: dict[str, Any] = field(default_factory=dict)
    status: str = ""


@dataclass(frozen=True)
class TaskRequest:
    """A user task to open; `due` is a duration from now, or an instant."""

    instance_key: int
    key: int
    number: int
    element: str
    feedback_number: str
    groups: list[str]
    assignee: str | None = None
    due: str = ""
    status: str = ""


@dataclass(frozen=True)
class Completion:
    """What a person did: the task, who, and what the form held."""

    key: int
    actor: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompletionRequest:
    """A user task that is done."""

    instance_key: int
    number: int
    completion: Completion


@dataclass(frozen=True)
class Answer:
    """What a customer answers in the survey."""

    satisfaction: str
