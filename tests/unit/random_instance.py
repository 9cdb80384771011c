"""One instance under random commands, with everything checked after each of them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from random import Random

from bpmn.apply import apply
from bpmn.clock import Clock
from bpmn.commands import Command, CreateInstance, Rejection
from bpmn.decide import decide
from bpmn.model import Definition
from bpmn.records import Kind, Record
from bpmn.state import State
from tests.drawings import INSTANCE, START
from tests.unit.random_commands import command, delay, wanted

MADE = {
    Kind.ELEMENT_ACTIVATED,
    Kind.TIMER_CREATED,
    Kind.JOB_CREATED,
    Kind.USER_TASK_CREATED,
    Kind.MESSAGE_SUBSCRIBED,
    Kind.SIGNAL_SUBSCRIBED,
    Kind.CONDITION_SUBSCRIBED,
    Kind.COMPENSATION_SUBSCRIBED,
    Kind.INCIDENT_CREATED,
}
HOSTED = ("timers", "jobs", "user_tasks", "subscriptions", "incidents")
HOLDING = {
    *("process", "subProcess", "transaction", "eventSubProcess", "callActivity"),
    *("multiInstance", "standardLoop"),
}
# What a batch of commands may record at the most: the engine counts elements.
MAX_RECORDS = 20_000


class Instance:
    """Plays commands and asserts what must hold after each."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.state = State(INSTANCE, last_key=INSTANCE)
        # What the records alone lead to, as they come back from a table.
        self.replayed = State(INSTANCE, last_key=INSTANCE)
        self.records: list[Record] = []
        self.now: datetime = START
        self.rejected: Counter[str] = Counter()
        self._tokens: Counter[tuple[str, int]] = Counter()
        self._made: set[int] = set()
        self._gone: set[int] = set()

    def start(self) -> None:
        self.do(
            CreateInstance(
                id="start",
                definition=self.definition.digest,
                process="p",
                variables={"n": 1, "b": False, "k": "k"},
            )
        )

    def do(self, asked: Command, after: timedelta = timedelta(0)) -> None:
        """Carry out a command, on the state and on a copy that was saved and restored."""
        self.now += after
        before = json.dumps(self.state.to_json())
        restored = State.from_json(json.loads(before))
        try:
            found = decide(self.definition, self.state, asked, Clock(self.now, None, 1.0))
        except Rejection as refusal:
            self.rejected[refusal.code] += 1
            assert json.dumps(self.state.to_json()) == before
            return
        assert json.dumps(self.state.to_json()) == before, "decide changed the state it was given"
        again = decide(self.definition, restored, asked, Clock(self.now, None, 1.0))
        assert again == found, "a restored state leads elsewhere"
        for record in found:
            self._count(record)
            apply(self.state, record)
            apply(self.replayed, Record.from_json(json.loads(json.dumps(record.to_json()))))
        self.records += found
        assert len(found) < MAX_RECORDS
        self.check()

    def _count(self, record: Record) -> None:
        data = record.data
        if record.kind is Kind.SEQUENCE_FLOW_TAKEN:
            self._tokens[(record.element, data["scope"])] += 1
        if record.kind is Kind.TOKEN_DISCARDED:
            self._take_away(record.element, data["scope"])
        if record.kind is Kind.ELEMENT_ACTIVATED:
            for flow in data.get("flows", ()):
                self._take_away(flow, data["scope"])
        if record.kind in MADE:
            assert record.key not in self._made, f"key used twice: {record}"
            self._made.add(record.key)
        if record.kind in {Kind.ELEMENT_COMPLETED, Kind.ELEMENT_TERMINATED}:
            assert record.key in self._made, f"ended without beginning: {record}"
            assert record.key not in self._gone, f"ended twice: {record}"
            self._gone.add(record.key)

    def _take_away(self, flow: str, scope: int) -> None:
        self._tokens[(flow, scope)] -= 1
        assert self._tokens[(flow, scope)] >= 0, f"a token too many was taken from {flow}"

    def check(self) -> None:
        """What must hold at rest."""
        state = self.state
        assert self.replayed.to_json() == state.to_json()
        assert Counter((token.flow, token.scope) for token in state.tokens) == +self._tokens
        for element in state.elements.values():
            assert element.scope == 0 or element.scope in state.elements, element
        for token in state.tokens:
            assert token.scope in state.elements, token
        for name in HOSTED:
            for one in getattr(state, name).values():
                assert one.host in state.elements, (name, one)
        if state.ended:
            left = [name for name in (*HOSTED, "elements", "tokens") if getattr(state, name)]
            assert left == [], f"left over at the end: {left}"
        elif state.phase == "active":
            self._check_waits()

    def _check_waits(self) -> None:
        """No element is active without something that it waits for."""
        state = self.state
        inside = {e.scope for e in state.elements.values()} | {t.scope for t in state.tokens}
        for group in (state.jobs, state.user_tasks, state.incidents):
            inside |= {one.host for one in group.values()}
        listening = self._listening()
        for element in state.elements.values():
            if element.key in inside or element.kind == "adHocSubProcess":
                continue
            assert element.kind not in HOLDING, f"nothing inside {element}"
            assert element.key in listening, f"{element} waits for nothing"

    def _listening(self) -> set[int]:
        """The elements with a trigger of their own; that of a boundary is none."""
        timers = [(one.host, one.element) for one in self.state.timers.values()]
        waiting = [(one.host, one.element) for one in self.state.subscriptions.values()]
        found: set[int] = set()
        for host, event in timers + waiting:
            process = self.state.elements[host].process
            if self.definition.element(process, event).attached_to is None:
                found.add(host)
        return found


def play(instance: Instance, random: Random, number: int) -> None:
    """Send that many random commands, as long as the instance lives."""
    instance.start()
    for _ in range(number):
        if instance.state.ended:
            return
        chosen = command(random, instance.state)
        if chosen is not None:
            instance.do(chosen, delay(random))


def finish(instance: Instance, random: Random, number: int) -> bool:
    """Do all that is asked for, up to that many times; tell whether nothing is left to do."""
    for _ in range(number):
        chosen = wanted(random, instance.state)
        if chosen is None:
            return True
        instance.do(chosen, timedelta(hours=3))
    return False
