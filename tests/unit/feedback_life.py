"""A feedback item's life in the pure engine: the bundled diagrams, the real calendar, no server."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from activities.step import StepError
from bpmn import deployment
from bpmn.apply import apply
from bpmn.clock import Clock, to_text
from bpmn.commands import (
    Command,
    CompleteJob,
    CompleteUserTask,
    CreateInstance,
    FireTimers,
    PublishMessage,
    ThrowError,
)
from bpmn.decide import decide
from bpmn.model import Definition
from bpmn.records import Kind, Record
from bpmn.state import State
from models.calendar_source import chinese_days
from models.working_calendar import WorkingCalendar

DIAGRAMS = Path(__file__).resolve().parents[2] / "bpmn" / "diagrams"
KEY = 7 << 20
NUMBER = "202609-001"
# Monday, 21 September 2026, 10:00 in Shanghai.
MORNING = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
_OFFICE = ((time(9), time(12)), (time(13), time(18)))


def resources() -> dict[str, bytes]:
    """Return the files that are deployed."""
    kinds = {".bpmn", ".dmn", ".form"}
    return {p.name: p.read_bytes() for p in sorted(DIAGRAMS.iterdir()) if p.suffix in kinds}


@cache
def definition() -> Definition:
    """Return the bundled definition, checked as at deployment."""
    return deployment.check("d" * 64, resources())


@cache
def calendar() -> WorkingCalendar:
    """Return the Chinese calendar of 2026."""
    weekdays = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _OFFICE)
    days = {day: listed.working for day, listed in chinese_days([2026]).items()}
    return WorkingCalendar(1, "Asia/Shanghai", weekdays, days)


def item(**changes: Any) -> dict[str, Any]:
    """Return the variable `feedback` as intake sets it."""
    given = {
        "number": NUMBER,
        "type": "repair",
        "urgency": "normal",
        "channel": "web",
        "product": None,
        "region": None,
        "order_number": None,
        "customer_level": None,
    }
    return given | changes


def dates(start: datetime) -> dict[str, str]:
    """Return when an item is due and its customer to be answered, as `activities.due` does."""
    return {
        "due_at": to_text(start + timedelta(hours=72)),
        "solution_since": to_text(start),
        "response_due": to_text(start + timedelta(hours=24)),
    }


TIMERS = "$timers"


# What the steps answer, as in `activities`, and under `TIMERS` how they move timers; a test gives
# other answers where it needs them.
ANSWERS: dict[str, Any] = {
    "feedback.receive": {},
    "feedback.classify": {"classification": {"type": "repair", "category": "fault", "share": 1.0}},
    "feedback.assign": lambda life: (
        {"assignment": {"assignee": None, "others": []}} | dates(life.now)
    ),
    "feedback.notify": {},
    "feedback.acknowledge": {},
    "feedback.check": {},
    "feedback.reopen": lambda life: dates(life.now),
    "survey.remind": {},
    "followup.begin": lambda life: {"followup_due": to_text(life.now + timedelta(hours=48))},
    "followup.escalate": {},
    "followup.record": {},
    "feedback.escalate": {},
    "feedback.contact": {},
    "feedback.clocks": {},
    "feedback.accept": {},
    "feedback.reply": {},
    "survey.send": {},
    "survey.record": {},
    "feedback.close": {},
    "collaboration.assign": {"collaboration": {"assignee": None}},
    "collaboration.remind": {},
    "collaboration.escalate": {},
    "extension.check": {
        "extension": {"within_limit": True, "until": "2026-09-25", "reason": {"$ref": "r"}}
    },
    "extension.apply": {},
    "extension.refuse": {},
    "extension.lapse": {},
}


class Life:
    """One item: commands in, records kept, every job answered at once."""

    def __init__(
        self,
        *,
        at: datetime = MORNING,
        answers: dict[str, Any] | None = None,
        drawn: Definition | None = None,
    ) -> None:
        self.drawn = drawn or definition()
        self.state = State(KEY, last_key=KEY)
        self.records: list[Record] = []
        # Each command with the records that came of it, as they are committed.
        self.batches: list[tuple[Command, list[Record]]] = []
        self.jobs: list[str] = []
        self.notices: list[str] = []
        self.now = at
        self._answers = ANSWERS | (answers or {})
        self._ids = count(1)

    def begin(self, **changes: Any) -> Life:
        """Receive the item."""
        variables = {
            "feedback": item(**changes),
            "description": {"$ref": "description"},
            "contact": {"$ref": "contact"},
            "customer": {"id": "customer"},
        }
        self.do(
            CreateInstance(
                id=self._id(), definition="d" * 64, process="feedback", variables=variables
            )
        )
        return self

    def do(self, command: Command) -> None:
        """Carry out a command and then every job that waits."""
        clock = Clock(self.now, calendar())
        found = decide(self.drawn, self.state, command, clock)
        for record in found:
            apply(self.state, record)
        self.records += found
        self.batches.append((command, found))
        assert not self.state.incidents, [i.code for i in self.state.incidents.values()]
        if (job := next(iter(self.state.jobs.values()), None)) is not None:
            self.jobs.append(job.type)
            host = self.state.elements[job.host]
            drawn = self.drawn.element(host.process, job.element).task
            self.notices += [drawn.headers["notice"]] if drawn and drawn.headers else []
            answer = self._answers[job.type]
            answer = answer(self) if callable(answer) else answer
            self.do(self._answered(job.key, answer))

    def _answered(self, key: int, answer: Any) -> Command:
        """Return what a step says: its variables, or the BPMN error that it throws."""
        if isinstance(answer, StepError):
            return ThrowError(id=self._id(), key=key, code=answer.code, variables=answer.variables)
        variables = {name: value for name, value in answer.items() if name != TIMERS}
        changes = answer.get(TIMERS, [])
        return CompleteJob(id=self._id(), key=key, variables=variables, timer_changes=changes)

    def complete(self, element: str, actor: str = "li.si", **variables: Any) -> None:
        """Complete the open task of an element."""
        self.do(
            CompleteUserTask(
                id=self._id(), actor=actor, key=self.task(element).key, variables=variables
            )
        )

    def publish(self, name: str, number: str = NUMBER, **variables: Any) -> None:
        """Send a message to the item."""
        self.do(
            PublishMessage(id=self._id(), name=name, correlation_key=number, variables=variables)
        )

    def wait(self, **span: float) -> None:
        """Let time pass and ring the alarm as the workflow does, whenever a timer is due."""
        until = self.now + timedelta(**span)
        while (due := self.state.next_due()) is not None and datetime.fromisoformat(due) <= until:
            self.now = datetime.fromisoformat(due)
            self.do(FireTimers(id=self._id()))
        self.now = until
        self.do(FireTimers(id=self._id()))

    def accept_and_process(self) -> None:
        """Do what people do on the smooth way, up to the reply."""
        self.complete("accept")
        self.complete("process", plan={"$ref": "plan"}, reply={"$ref": "reply"})

    def task(self, element: str) -> Any:
        """Return the open task of an element."""
        return next(t for t in self.state.user_tasks.values() if t.element == element)

    def created(self, element: str) -> dict[str, Any]:
        """Return what the record says with which a task was created."""
        kind = Kind.USER_TASK_CREATED
        return next(r.data for r in self.records if r.kind is kind and r.element == element)

    def due(self, element: str) -> datetime:
        """Return when the timer of an element is due, from its TIMER_CREATED record."""
        found = [
            r.data["due"]
            for r in self.records
            if r.kind is Kind.TIMER_CREATED and r.element == element
        ]
        return datetime.fromisoformat(found[-1])

    @property
    def open(self) -> list[str]:
        """Return the elements whose tasks are open."""
        return [task.element for task in self.state.user_tasks.values()]

    @property
    def statuses(self) -> list[str]:
        """Return the statuses that the drawing asked for, repetitions left out."""
        asked = (r.data.get("status") for r in self.records if r.kind is Kind.ELEMENT_ACTIVATED)
        return list(dict.fromkeys(status for status in asked if status))

    @property
    def reached(self) -> list[str]:
        """Return the elements that began, in order."""
        return [r.element for r in self.records if r.kind is Kind.ELEMENT_ACTIVATED]

    def variable(self, name: str) -> Any:
        """Return what a variable of the process was set to last."""
        root = next(r.key for r in self.records if r.kind is Kind.ELEMENT_ACTIVATED)
        found = [
            r.data["variables"][name]
            for r in self.records
            if r.kind is Kind.VARIABLES_SET and r.key == root and name in r.data["variables"]
        ]
        return found[-1] if found else None

    def _id(self) -> str:
        return f"c{next(self._ids)}"


def processing(answers: dict[str, Any] | None = None, **changes: Any) -> Life:
    """Return an item that somebody processes."""
    life = Life(answers=answers).begin(**changes)
    life.complete("accept")
    return life


def rungs(life: Life) -> list[str]:
    """Return the rungs of the ladder that were told."""
    return [
        r.data["result"]["group"]
        for r in life.records
        if r.kind is Kind.DECISION_EVALUATED and r.element == "rung" and r.data["result"]
    ]


def happens_after(life: Life, span: timedelta, notice: str) -> bool:
    """Tell whether a notice goes out after exactly this time, and not a second before."""
    before = life.notices.count(notice)
    life.wait(seconds=(span - timedelta(seconds=1)).total_seconds())
    early = life.notices.count(notice)
    life.wait(seconds=1)
    return (early, life.notices.count(notice)) == (before, before + 1)
