"""What a step is given and what it may answer (步骤)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bpmn.clock import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from activities.house import House
    from bpmn.clock import Clock


class StepError(Exception):
    """The step throws a BPMN error: the drawing says where it goes."""

    def __init__(self, code: str, **variables: Any) -> None:
        super().__init__(code)
        self.code = code
        self.variables = variables


class LeavesHouseError(Exception):
    """The step needs the outside world: it is done again as a normal activity."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a step, inside the transaction of its records.

    Attributes:
        session: the transaction; whatever the step writes commits with it, exactly once.
        house: what every step may use.
        instance_key: the process instance, which is also the id of the feedback item.
        job_key: the same at every repetition: the idempotency key for peers outside.
        variables: what the element sees, input mappings included.
        headers: `zeebe:taskHeaders` of the element.
        clock: the instant of the command, the instance's calendar and time scale.
        outside: whether this is a normal activity, which may leave the house.
    """

    session: Session
    house: House
    instance_key: int
    job_key: int
    element: str
    variables: Mapping[str, Any]
    headers: Mapping[str, str]
    clock: Clock
    outside: bool = False
    task_changes: list[dict[str, Any]] = field(default_factory=list)
    timer_changes: list[dict[str, Any]] = field(default_factory=list)
    calendars: list[int] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """Return the instant of the command."""
        return self.clock.now

    def change_tasks(self, element: str, **changes: Any) -> None:
        """Change the open user tasks of an element once the step is done.

        Args:
            element: id of the user task in the drawing.
            changes: `candidate_groups`, `candidate_users`, `priority`, `due_date`,
                `follow_up_date`, as in the record USER_TASK_UPDATED.
        """
        self.task_changes.append({"element": element, "changes": changes})

    def change_task(self, key: int, **changes: Any) -> None:
        """Change one open user task once the step is done; `changes` as in `change_tasks`."""
        self.task_changes.append({"key": key, "changes": changes})

    def move_timer(self, key: int, due: datetime | None, cause: str) -> None:
        """Move a running timer once the step is done, or hold it where `due` is None."""
        text = to_text(due) if due is not None else ""
        self.timer_changes.append({"key": key, "due": text, "cause": cause})

    def move_held_timer(self, key: int, until: datetime, cause: str) -> None:
        """Tell of a timer that stays held what it is due at, as if it ran on from its hold."""
        self.timer_changes.append({"key": key, "due": "", "until": to_text(until), "cause": cause})

    def cancel_timer(self, key: int) -> None:
        """Call off a running timer once the step is done."""
        self.timer_changes.append({"key": key, "cancel": True})

    def use_calendar(self, version: int) -> Clock:
        """Have the instance count with another working calendar; return the clock that does."""
        self.calendars.append(version)
        return replace(self.clock, calendar=self.house.calendar(version))

    @property
    def calendar(self) -> int:
        """Return the calendar that the instance is to go on with, 0 for the one it has."""
        return self.calendars[-1] if self.calendars else 0

    def leave_house(self) -> None:
        """Ask to be done outside the batch, where waiting harms nobody."""
        if not self.outside:
            raise LeavesHouseError


Handler = Callable[[Step], "dict[str, Any]"]
