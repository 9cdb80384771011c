"""Small drawings for tests: `drawing('''...''')` puts a process body into BPMN 2.0 XML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from bpmn.apply import apply, replay
from bpmn.clock import Calendar, Clock
from bpmn.commands import (
    Command,
    CompleteJob,
    CompleteUserTask,
    CreateInstance,
    FireTimers,
    ThrowError,
)
from bpmn.decide import decide
from bpmn.deployment import load
from bpmn.model import Definition
from bpmn.records import Kind, Record
from bpmn.state import State

INSTANCE = 7 << 20
START = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)

_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:bihuan="https://bihuan.dev/schema/bpmn/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">'
)


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow named by its ends."""
    inner = f"<bpmn:conditionExpression>={condition}</bpmn:conditionExpression>"
    return (
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner if condition else ''}</bpmn:sequenceFlow>"
    )


def chain(*ids: str) -> str:
    """Sequence flows through these elements."""
    return "".join(flow(a, b) for a, b in pairwise(ids))


def service(key: str, extra: str = "") -> str:
    """A service task whose job type is its id."""
    return (
        f'<bpmn:serviceTask id="{key}"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{key}" />{extra}</bpmn:extensionElements></bpmn:serviceTask>'
    )


def user(key: str, extra: str = "") -> str:
    """A user task."""
    return (
        f'<bpmn:userTask id="{key}" name="{key}"><bpmn:extensionElements><zeebe:userTask />{extra}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )


def timer(duration: str = "PT2H", kind: str = "timeDuration", attributes: str = "") -> str:
    """A timer event definition."""
    return (
        f"<bpmn:timerEventDefinition {attributes}>"
        f"<bpmn:{kind}>{duration}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def xml(body: str, *, process: str = "p", outside: str = "") -> bytes:
    """A whole file around a process body."""
    text = f'{_HEAD}{outside}<bpmn:process id="{process}" isExecutable="true">{body}</bpmn:process>'
    return f"{text}</bpmn:definitions>".encode()


def drawing(body: str, *, outside: str = "", **others: bytes) -> Definition:
    """A definition of the process `p` and further files by name (`name_bpmn=...`)."""
    files = {"p.bpmn": xml(body, outside=outside)}
    files |= {name.replace("_", "."): content for name, content in others.items()}
    return load("digest", files)


class Life:
    """One instance played in memory: commands in, records out, the state checked by replay."""

    def __init__(
        self,
        definition: Definition,
        variables: dict[str, Any] | None = None,
        *,
        calendar: Calendar | None = None,
        scale: float = 1.0,
        process: str = "p",
        begin: str = "",
    ) -> None:
        self.definition = definition
        self.calendar = calendar
        self.scale = scale
        self.now = START
        self.state = State(INSTANCE, last_key=INSTANCE)
        self.records: list[Record] = []
        self._process = process
        self._begin = begin
        self.variables = variables or {}

    def start(self) -> Life:
        """Create the instance now."""
        self.do(
            CreateInstance(
                id="start",
                definition=self.definition.digest,
                process=self._process,
                variables=self.variables,
                start=self._begin,
            )
        )
        return self

    def do(self, command: Command) -> list[Record]:
        """Carry out a command and check that replay leads to the same state."""
        clock = Clock(self.now, self.calendar, self.scale)
        found = decide(self.definition, self.state, command, clock)
        for record in found:
            apply(self.state, record)
        self.records += found
        again = replay(INSTANCE, [r.to_json() for r in self.records])
        assert again.to_json() == self.state.to_json()
        assert State.from_json(self.state.to_json()).to_json() == self.state.to_json()
        return found

    def job(self, element: str, **variables: Any) -> None:
        """Complete the job of an element."""
        key = next(j.key for j in self.state.jobs.values() if j.element == element)
        self.do(CompleteJob(id=f"job:{key}", key=key, variables=variables))

    def throw(self, key: int, code: str) -> None:
        """Let a job ask for the drawing's error path."""
        self.do(ThrowError(id=f"error:{key}", key=key, code=code))

    def task(self, element: str, actor: str = "li", **variables: Any) -> None:
        """Complete the user task of an element."""
        key = self.task_key(element)
        self.do(CompleteUserTask(id=f"task:{key}", actor=actor, key=key, variables=variables))

    def task_key(self, element: str) -> int:
        """The key of an open user task."""
        return next(t.key for t in self.state.user_tasks.values() if t.element == element)

    def wait(self, duration: timedelta) -> list[Record]:
        """Let time pass and ring the alarm once at the end."""
        self.now += duration
        return self.do(FireTimers(id=f"timers:{self.state.number}"))

    def of(self, kind: Kind) -> list[str]:
        """The elements of every record of a kind, in order."""
        return [r.element for r in self.records if r.kind is kind]

    @property
    def completed(self) -> list[str]:
        """The elements that completed, in order."""
        return self.of(Kind.ELEMENT_COMPLETED)

    def waiting(self) -> Sequence[str]:
        """The elements of the open user tasks and jobs."""
        tasks = [t.element for t in self.state.user_tasks.values()]
        return sorted(tasks + [j.element for j in self.state.jobs.values()])
