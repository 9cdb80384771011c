"""What people ask of user tasks: assign, claim, change, complete, delegate, have others sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from bpmn.command import Command, Rejection

if TYPE_CHECKING:
    from bpmn.state import State, UserTask


@dataclass(frozen=True, slots=True, kw_only=True)
class OnUserTask(Command):
    """What is asked of one user task; while its listeners look at something, nothing else is.

    Attributes:
        reason: the reference to a text, as the record tells it; None without one.
        expected_number: the record that must be the last one, 0 for any.
    """

    key: int
    reason: Any = None
    expected_number: int = 0

    @override
    def check(self, state: State) -> None:
        if self.key not in state.user_tasks:
            raise Rejection("user_task_not_active", key=str(self.key))
        if state.user_tasks[self.key].held:
            raise Rejection("user_task_busy", key=str(self.key))
        if self.expected_number and state.number != self.expected_number:
            raise Rejection("process_instance_moved_on")


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
    """Do without somebody's signature (减签), also when the task itself is done.

    Attributes:
        assignee: who need not sign.
        signature: key of the signature, for one that nobody has; 0 where `assignee` says it.
    """

    kind: ClassVar[str] = "remove_signer"
    assignee: str = ""
    signature: int = 0

    @override
    def check(self, state: State) -> None:
        """Refuse a task that waits for no signature, and who is not to sign or just signs."""
        open_ = signatures(state, self.key)
        if self.key in state.user_tasks or not open_:
            OnUserTask.check(self, state)
        task, found = state.user_tasks.get(self.key), self.find(state)
        if found is None and (task is None or self.assignee not in task.signers_after):
            raise Rejection("signer_not_found", key=str(self.key))
        if found is not None and found.held:
            raise Rejection("user_task_busy", key=str(found.key))

    def find(self, state: State) -> UserTask | None:
        """Return the open signature that is meant."""
        for one in signatures(state, self.key):
            if one.key == self.signature or (not self.signature and one.assignee == self.assignee):
                return one
        return None


def signatures(state: State, key: int) -> list[UserTask]:
    """Return the open signatures of a task, oldest first."""
    return [task for task in state.user_tasks.values() if task.signs == key]


def signers(state: State, key: int) -> list[str | None]:
    """Return who is asked to sign a task now."""
    return [task.assignee for task in signatures(state, key)]
