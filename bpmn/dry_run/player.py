"""One instance played in memory from wait to wait, its clock jumping ahead (试运行)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpmn.clock import Clock, parse_instant
from bpmn.commands import (
    ActivateElements,
    BroadcastSignal,
    Command,
    CompleteJob,
    CompleteUserTask,
    CreateInstance,
    FailJob,
    FireTimers,
    PublishMessage,
    Rejection,
    ThrowError,
)
from bpmn.decide import handle
from bpmn.run import Run
from bpmn.state import KEY_BITS, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from bpmn.clock import Calendar
    from bpmn.dry_run.script import Delivery, Outcome, Script
    from bpmn.model import Definition
    from bpmn.records import Record
    from bpmn.state import Subscription

# What a run may come to in all, beside its steps: a loop in a drawing makes many in one step.
MAX_RECORDS = 20_000


@dataclass(frozen=True, slots=True)
class _Planned:
    """What comes next: a command, or only the hour of a delivery that nothing waits for yet."""

    due: datetime
    order: int
    command: Command | None
    delivery: Delivery | None = None


class Player:
    """A definition, a script, and what has happened so far.

    Attributes:
        state, records, now: as they are after the last step.
        steps: how many commands were given.
        stopped: whether the bound was reached before everything came to rest.
        undelivered: messages and signals of the script that nothing has waited for.
    """

    def __init__(self, definition: Definition, script: Script, calendar: Calendar | None) -> None:
        self.definition = definition
        self.script = script
        self.calendar = calendar
        self.now = script.at
        self.state = State(1 << KEY_BITS, last_key=1 << KEY_BITS)
        self.records: list[Record] = []
        self.steps = 0
        self.stopped = False
        self.undelivered: list[Delivery] = list(script.deliveries)
        self._planned: dict[int, _Planned] = {}
        self._seen: set[int] = set()
        self._visits: Counter[str] = Counter()

    def play(self, process: str) -> None:
        """Begin the process and go on until nothing can move any more.

        Raises:
            Rejection: the process does not exist or cannot begin like that.
        """
        begin = CreateInstance(
            id="start",
            definition=self.definition.digest,
            process=process,
            variables=dict(self.script.variables),
            start=self.script.start,
        )
        self._do(begin)
        while not self.state.ended and (planned := self._next()) is not None:
            if self.steps >= self.script.max_steps or len(self.records) >= MAX_RECORDS:
                self.stopped = True
                return
            self.now = max(self.now, planned.due)
            if planned.command:
                self._do(planned.command)

    def _do(self, command: Command) -> None:
        run = Run(self.definition, self.state, self._clock())
        self.steps += 1
        try:
            handle(run, command)
        except Rejection:
            if self.steps == 1:
                raise
        self.records += run.records

    def _clock(self) -> Clock:
        return Clock(self.now, self.calendar)

    def _next(self) -> _Planned | None:
        """Return what comes first: finished work, then messages, then timers."""
        self._plan_work()
        open_keys = {*self.state.jobs, *self.state.user_tasks, *self.state.elements}
        self._planned = {key: one for key, one in self._planned.items() if key in open_keys}
        candidates = [*self._planned.values(), *self._deliveries(), *self._alarm()]
        first = min(candidates, key=lambda one: (one.due, one.order), default=None)
        if first is None:
            return None
        self._planned = {key: one for key, one in self._planned.items() if one is not first}
        if first.command and first.delivery:
            self.undelivered.remove(first.delivery)
        return first

    def _plan_work(self) -> None:
        """Look up once for each open task what becomes of it, and when."""
        for task in self.state.user_tasks.values():
            if task.key not in self._seen and not task.held:
                self._plan(task.key, task.element, _complete_task)
        for job in self.state.jobs.values():
            if job.key in self._seen or job.retries <= 0:
                continue
            if job.listener:
                self._listener(job.key)
            else:
                self._plan(job.key, job.element, _finish_job)
        for instance in self.state.elements.values():
            if instance.kind == "adHocSubProcess" and instance.key not in self._seen:
                self._plan(instance.key, instance.element, _activate)

    def _plan(
        self, key: int, element: str, answer: Callable[[int, Outcome], Command | None]
    ) -> None:
        outcome = self.script.outcome(element, self._visits[element])
        self._seen.add(key)
        self._visits[element] += 1
        made = answer(key, outcome)
        if made is not None and not outcome.waits:
            due = self._clock().after(self.now, outcome.after)
            self._planned[key] = _Planned(due, 0, made)

    def _listener(self, key: int) -> None:
        self._seen.add(key)
        self._planned[key] = _Planned(self.now, 0, CompleteJob(id=f"job:{key}", key=key))

    def _deliveries(self) -> Iterator[_Planned]:
        """Yield what of the script's messages and signals is awaited, or will be due."""
        for one in self.undelivered:
            due = self._clock().after(self.script.at, one.after)
            if due > self.now:
                yield _Planned(due, 1, None, one)
            elif waiting := self._waiting_for(one):
                yield _Planned(self.now, 1, _sent(one, waiting), one)

    def _waiting_for(self, delivery: Delivery) -> Subscription | None:
        """Return the first subscription that a delivery meets; one without key meets any key."""
        for waiting in self.state.subscriptions.values():
            same = (waiting.type, waiting.name) == (delivery.kind, delivery.name)
            keys = {"", waiting.correlation_key or delivery.correlation_key}
            if same and delivery.correlation_key in keys and delivery.at in {"", waiting.element}:
                return waiting
        return None

    def _alarm(self) -> Iterator[_Planned]:
        if due := self.state.next_due():
            yield _Planned(parse_instant(due), 2, FireTimers(id=f"timers:{self.state.number}"))


def _finish_job(key: int, outcome: Outcome) -> Command:
    variables = dict(outcome.variables)
    if outcome.error:
        return ThrowError(id=f"error:{key}", key=key, code=outcome.error, variables=variables)
    if outcome.failure:
        return FailJob(id=f"fail:{key}", key=key, code=outcome.failure)
    return CompleteJob(id=f"job:{key}", key=key, variables=variables)


def _activate(key: int, outcome: Outcome) -> Command | None:
    elements = [{"element": one, "variables": {}} for one in outcome.activate]
    return ActivateElements(id=f"begin:{key}", key=key, elements=elements) if elements else None


def _complete_task(key: int, outcome: Outcome) -> Command:
    return CompleteUserTask(id=f"task:{key}", key=key, variables=dict(outcome.variables))


def _sent(delivery: Delivery, waiting: Subscription) -> Command:
    name, variables = delivery.name, dict(delivery.variables)
    if delivery.kind == "signal":
        return BroadcastSignal(id=f"signal:{waiting.key}", name=name, variables=variables)
    return PublishMessage(
        id=f"message:{waiting.key}",
        name=name,
        correlation_key=waiting.correlation_key,
        variables=variables,
        subscription=waiting.key,
    )
