"""Commands (命令): what people, timers, finished work and messages ask of an instance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from bpmn.command import MAX_DEPTH, Command, Rejection, is_deeper
from bpmn.rescheduling import ChangeTimers
from bpmn.task_commands import (
    AddSigner,
    AssignUserTask,
    CompleteUserTask,
    DelegateUserTask,
    OnUserTask,
    RemoveSigner,
    ReturnUserTask,
    UnassignUserTask,
    UpdateUserTask,
)

if TYPE_CHECKING:
    from bpmn.state import State, Subscription

__all__ = [
    "ActivateElements",
    "AddSigner",
    "AssignUserTask",
    "BroadcastSignal",
    "CancelInstance",
    "ChangeTimers",
    "Command",
    "CompleteJob",
    "CompleteUserTask",
    "CreateInstance",
    "DelegateUserTask",
    "FailJob",
    "FireTimers",
    "ModifyInstance",
    "OnUserTask",
    "PublishMessage",
    "Rejection",
    "RemoveSigner",
    "ResolveIncident",
    "ReturnUserTask",
    "SetVariables",
    "ThrowError",
    "UnassignUserTask",
    "UpdateUserTask",
    "from_json",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInstance(Command):
    """Begin: the process of the definition, the first variables, the calendar's version.

    `start` is the element to begin with, such as the start event that a message or timer has
    triggered; "" is the start event without trigger.
    """

    kind: ClassVar[str] = "create_instance"
    definition: str
    process: str
    variables: dict[str, Any] = field(default_factory=dict)
    calendar: int = 1
    start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FireTimers(Command):
    """The alarm rang: fire every timer that is due."""

    kind: ClassVar[str] = "fire_timers"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteJob(Command):
    """A step has finished.

    Attributes:
        task_changes: `{"element" | "key", "changes"}` for open user tasks.
        timer_changes: for running timers, as in `ChangeTimers`.
        calendar: the working calendar to count with from now on, 0 for the one it has.
    """

    kind: ClassVar[str] = "complete_job"
    key: int
    variables: dict[str, Any] = field(default_factory=dict)
    task_changes: list[dict[str, Any]] = field(default_factory=list)
    timer_changes: list[dict[str, Any]] = field(default_factory=list)
    calendar: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailJob(Command):
    """A step has failed after its retries: `code` is a word, never a message."""

    kind: ClassVar[str] = "fail_job"
    key: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowError(Command):
    """A step asks for the drawing's error path (BPMN error)."""

    kind: ClassVar[str] = "throw_error"
    key: int
    code: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyInstance(Command):
    """Begin elements and end others out of their turn, as sending back does (驳回).

    Attributes:
        activate: `{"element", "variables", "scope"}`; `scope` is the key of the instance to begin
            it in, 0 where only one can be meant.
        terminate: keys of element instances.
        discard: `{"flow", "scope"}`: tokens that wait, such as at a join, and go with the rest.
        reason: a code, or the reference to a text.
        status: what the item is in from then on, where the elements that begin do not say it.
        expected_number: the record that must be the last one, 0 for any.
    """

    kind: ClassVar[str] = "modify_instance"
    activate: list[dict[str, Any]] = field(default_factory=list)
    terminate: list[int] = field(default_factory=list)
    discard: list[dict[str, Any]] = field(default_factory=list)
    reason: Any = ""
    status: str = ""
    expected_number: int = 0

    @override
    def check(self, state: State) -> None:
        """Refuse what is no longer as the caller knows it."""
        if state.ended:
            raise Rejection("process_instance_ended")
        if self.expected_number and state.number != self.expected_number:
            raise Rejection("process_instance_moved_on")
        for one in self.activate:
            if not isinstance(one.get("scope", 0), int):
                raise Rejection("command_malformed")
        for key in self.terminate:
            if key not in state.elements or state.elements[key].scope == 0:
                raise Rejection("element_instance_not_active", key=str(key))
        waiting = {(token.flow, token.scope) for token in state.tokens}
        if any((one.get("flow"), one.get("scope")) not in waiting for one in self.discard):
            raise Rejection("token_not_waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishMessage(Command):
    """Deliver a message to this instance, or to exactly one of its subscriptions."""

    kind: ClassVar[str] = "publish_message"
    name: str
    correlation_key: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    subscription: int = 0

    def subscription_in(self, state: State) -> Subscription | None:
        """Return the first subscription that waits for the message."""
        waiting = (s for s in state.subscriptions.values() if s.type == "message")
        return next((s for s in waiting if self._meets(s)), None)

    def _meets(self, waiting: Subscription) -> bool:
        if self.subscription:
            return waiting.key == self.subscription
        return waiting.name == self.name and waiting.correlation_key in {"", self.correlation_key}

    @override
    def check(self, state: State) -> None:
        """Refuse a message that nothing waits for."""
        if self.subscription_in(state) is None:
            raise Rejection("message_not_awaited", name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSignal(Command):
    """Deliver a signal to everything in this instance that waits for it."""

    kind: ClassVar[str] = "broadcast_signal"
    name: str
    variables: dict[str, Any] = field(default_factory=dict)

    @override
    def check(self, state: State) -> None:
        """Refuse a signal that nothing waits for."""
        waiting = {s.name for s in state.subscriptions.values() if s.type == "signal"}
        if self.name not in waiting:
            raise Rejection("signal_not_awaited", name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateElements(Command):
    """Begin elements of an ad-hoc sub-process; each is `{"element", "variables"}`."""

    kind: ClassVar[str] = "activate_elements"
    key: int
    elements: list[dict[str, Any]]

    @override
    def check(self, state: State) -> None:
        """Refuse what is no active ad-hoc sub-process, or waits for a listener or an operator."""
        host = state.elements.get(self.key)
        if host is None or host.kind != "adHocSubProcess":
            raise Rejection("element_instance_not_active", key=str(self.key))
        held = {job.host for job in state.jobs.values()}
        held |= {incident.host for incident in state.incidents.values()}
        if self.key in held:
            raise Rejection("element_instance_waiting", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelInstance(Command):
    """End the instance now; `reason` is a code."""

    kind: ClassVar[str] = "cancel_instance"
    reason: str = ""

    @override
    def check(self, state: State) -> None:
        """Refuse what has ended."""
        if state.ended:
            raise Rejection("process_instance_ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveIncident(Command):
    """Try again what an incident stopped."""

    kind: ClassVar[str] = "resolve_incident"
    key: int

    @override
    def check(self, state: State) -> None:
        """Refuse an incident that is not open."""
        if self.key not in state.incidents:
            raise Rejection("incident_not_active", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariables(Command):
    """Change variables of an element instance (0: of the process instance)."""

    kind: ClassVar[str] = "set_variables"
    scope: int = 0
    variables: dict[str, Any] = field(default_factory=dict)
    local: bool = False

    @override
    def check(self, state: State) -> None:
        """Refuse a scope that is not active."""
        if state.ended or (self.scope and self.scope not in state.elements):
            raise Rejection("element_instance_not_active", key=str(self.scope))


_COMMANDS: dict[str, type[Command]] = {
    command.kind: command
    for command in (
        CreateInstance,
        FireTimers,
        CompleteJob,
        FailJob,
        ThrowError,
        AssignUserTask,
        UnassignUserTask,
        UpdateUserTask,
        CompleteUserTask,
        DelegateUserTask,
        ReturnUserTask,
        AddSigner,
        RemoveSigner,
        ModifyInstance,
        ChangeTimers,
        PublishMessage,
        BroadcastSignal,
        ActivateElements,
        CancelInstance,
        ResolveIncident,
        SetVariables,
    )
}


def from_json(value: dict[str, Any]) -> Command:
    """Return the command of a JSON object with `kind`.

    Raises:
        Rejection: `command_unknown`, `command_malformed` or `variables_too_deep`.
    """
    if is_deeper(value, MAX_DEPTH):
        raise Rejection("variables_too_deep", limit=MAX_DEPTH)
    arguments = dict(value)
    command = _COMMANDS.get(str(arguments.pop("kind", "")))
    if command is None:
        raise Rejection("command_unknown")
    try:
        return command(**arguments)
    except TypeError as error:
        raise Rejection("command_malformed") from error
