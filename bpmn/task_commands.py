"""What people ask of user tasks: assign, claim, change, complete, delegate, have others sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from bpmn.command import Command, Rejection

if TYPE_CHECKING:
    from bpmn.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class OnUserTask(Command):
    """What is asked of one user task; while its listeners look at something, nothing else is.

    Attributes:
        reason: the reference to a text, as the record tells it; None without one.
    """

    key: int
    reason: Any = None

    @override
    def check(self, state: State) -> None:
        if self.key not in state.user_tasks:
            raise Rejection("user_task_not_active", key=str(self.key))
        if state.user_tasks[self.key].held:
            raise Rejection("user_task_busy", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignUserTask(OnUserTask):
    """Give a task to somebody; without `allow_override` only when nobody has it (claim, 接单)."""

    kind: ClassVar[str] = "assign_user_task"
    assignee: str
    allow_override: bool = True

    @override
    def check(self, state: State) -> None:
        """Refuse a task that is gone or, for a claim, somebody else's."""
        OnUserTask.check(self, state)
        holder = state.user_tasks[self.key].assignee
        if holder and holder != self.assignee and not self.allow_override:
            raise Rejection("user_task_already_assigned", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignUserTask(OnUserTask):
    """Give a task back to its candidates; with `expected_assignee` only if that person has it."""

    kind: ClassVar[str] = "unassign_user_task"
    expected_assignee: str | None = None

    @override
    def check(self, state: State) -> None:
        """Refuse a task that is gone or has changed hands."""
        OnUserTask.check(self, state)
        holder = state.user_tasks[self.key].assignee
        if self.expected_assignee is not None and holder != self.expected_assignee:
            raise Rejection("user_task_not_yours", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUserTask(OnUserTask):
    """Change due date, follow-up date, priority or candidates."""

    kind: ClassVar[str] = "update_user_task"
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteUserTask(OnUserTask):
    """Finish a task; with `expected_assignee` only if that person still has it."""

    kind: ClassVar[str] = "complete_user_task"
    variables: dict[str, Any] = field(default_factory=dict)
    expected_assignee: str | None = None

    @override
    def check(self, state: State) -> None:
        """Refuse a task that is gone or has changed hands."""
        OnUserTask.check(self, state)
        if state.user_tasks[self.key].owner is not None:
            raise Rejection("user_task_delegated", key=str(self.key))
        if any(t.signs == self.key and t.position == "before" for t in state.user_tasks.values()):
            raise Rejection("signature_missing", key=str(self.key))
        holder = state.user_tasks[self.key].assignee
        if self.expected_assignee is not None and holder != self.expected_assignee:
            raise Rejection("user_task_not_yours", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateUserTask(OnUserTask):
    """Have somebody else do a task, who gives it back when done (委派)."""

    kind: ClassVar[str] = "delegate_user_task"
    assignee: str

    @override
    def check(self, state: State) -> None:
        """Refuse a task that nobody has, that is delegated already, or given to its own holder."""
        OnUserTask.check(self, state)
        task = state.user_tasks[self.key]
        if task.assignee is None:
            raise Rejection("user_task_not_assigned", key=str(self.key))
        if task.owner is not None:
            raise Rejection("user_task_delegated", key=str(self.key))
        if task.assignee == self.assignee:
            raise Rejection("user_task_already_assigned", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnUserTask(OnUserTask):
    """Give a delegated task back to its owner, with what was found out."""

    kind: ClassVar[str] = "return_user_task"
    variables: dict[str, Any] = field(default_factory=dict)

    @override
    def check(self, state: State) -> None:
        """Refuse a task that was not delegated."""
        OnUserTask.check(self, state)
        if state.user_tasks[self.key].owner is None:
            raise Rejection("user_task_not_delegated", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSigner(OnUserTask):
    """Have somebody sign as well (加签): `before` or `after` the task is done, or in `parallel`."""

    kind: ClassVar[str] = "add_signer"
    assignee: str
    position: str = "parallel"

    @override
    def check(self, state: State) -> None:
        """Refuse a position that is none, a signer's own task, and who signs already."""
        OnUserTask.check(self, state)
        task = state.user_tasks[self.key]
        if self.position not in {"before", "after", "parallel"}:
            raise Rejection("command_malformed")
        if task.signs:
            raise Rejection("user_task_is_signature", key=str(self.key))
        if self.assignee in {task.assignee, *task.signers_after, *signers(state, self.key)}:
            raise Rejection("signer_already_there", key=str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSigner(OnUserTask):
    """Do without somebody's signature (减签)."""

    kind: ClassVar[str] = "remove_signer"
    assignee: str

    @override
    def check(self, state: State) -> None:
        """Refuse somebody who is not to sign."""
        OnUserTask.check(self, state)
        task = state.user_tasks[self.key]
        if self.assignee not in {*task.signers_after, *signers(state, self.key)}:
            raise Rejection("signer_not_found", key=str(self.key))


def signers(state: State, key: int) -> dict[str | None, int]:
    """Return the open tasks of those who sign a task now, by who has them."""
    return {t.assignee: t.key for t in state.user_tasks.values() if t.signs == key}
