"""What workflows and activities say to one another: names, requests, results (stdlib only)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

TASK_QUEUE = "bihuan"
WORKFLOW = "Process"
ADVANCE = "advance"
PERFORM = "perform"

COMMAND = "command"
STATE = "state"

# What became of a command, beside the codes of its refusals: no answer in time; no such workflow.
BUSY = "instance_busy"
GONE = "process_instance_gone"


@dataclass(frozen=True)
class Start:
    """How a workflow begins: with a command, or after continue-as-new with the state so far.

    Attributes:
        instance_key: the process instance.
        command: JSON of `bpmn.commands.CreateInstance`, None when continued.
        state: JSON of `bpmn.state.State`, None at first.
        answered: ids of the latest commands that were carried out before.
        history_budget: events after which the workflow continues as new.
    """

    instance_key: int
    command: dict[str, Any] | None = None
    state: dict[str, Any] | None = None
    answered: list[str] = field(default_factory=list)
    history_budget: int = 4000


@dataclass(frozen=True)
class AdvanceRequest:
    """One command for the engine, with the state that the workflow has."""

    state: dict[str, Any]
    command: dict[str, Any]
    now: str


@dataclass(frozen=True)
class AdvanceResult:
    """The committed batch: of this command, or of an earlier one that had won (`command_id`).

    Attributes:
        command_id: the command whose records these are.
        records: JSON of `bpmn.records.Record`, in order.
        rejection: `{"code": ..., **data}` when the state forbids the command.
    """

    command_id: str
    records: list[dict[str, Any]] = field(default_factory=list)
    rejection: dict[str, Any] | None = None


@dataclass(frozen=True)
class PerformRequest:
    """A step as a normal activity: what is slow, leaves the house or has failed in its batch."""

    instance_key: int
    definition: str
    calendar: int
    job_key: int
    job_type: str
    process: str
    element: str
    variables: dict[str, Any]


@dataclass(frozen=True)
class PerformResult:
    """What a step brought: variables, or the code of a BPMN error that it throws."""

    variables: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    task_changes: list[dict[str, Any]] = field(default_factory=list)
    timer_changes: list[dict[str, Any]] = field(default_factory=list)
    calendar: int = 0
