"""The recorded commands decided again by today's engine (重新决策)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from audit.answered import answer
from audit.unlike import unlike
from bpmn import commands
from bpmn.apply import apply
from bpmn.clock import Calendar, Clock
from bpmn.decide import handle
from bpmn.records import Record
from bpmn.run import Run
from bpmn.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.history import Batch
    from bpmn.model import Definition


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A record where today's engine would decide otherwise; the rest of its batch is not told.

    Attributes:
        n: the record.
        command: id of the command that was decided.
        path: where in the record they differ, "" where the one or the other is not there.
        recorded, now: the kinds of record, or None.
        recorded_value, now_value: what stands at the path.
        error: why the engine did not decide at all, "" when it did.
    """

    n: int
    command: str
    path: str = ""
    recorded: str | None = None
    now: str | None = None
    recorded_value: Any = None
    now_value: Any = None
    error: str = ""


@dataclass(slots=True)
class Redecision:
    """What came of deciding again; `unknown` are commands that no history tells."""

    commands: int = 0
    records: int = 0
    unknown: list[str] = field(default_factory=list)
    findings: list[Otherwise] = field(default_factory=list)


@dataclass(frozen=True)
class Redecider:
    """Decides under the definition and the calendar of then.

    Attributes:
        definition: by digest.
        calendar: by version.
        scale: factor on every duration, as the instance had.
    """

    definition: Callable[[str], Definition]
    calendar: Callable[[int], Calendar]
    scale: float = 1.0

    def redecide(self, key: int, batches: Sequence[Batch]) -> Redecision:
        """Decide every command of an instance again.

        Each begins with the state that the records before it led to, whatever came of the last.

        Args:
            key: the instance.
            batches: all of them from the first record on, as `audit.history.batches` returns them.
        """
        state, found = State(key, last_key=key), Redecision()
        for batch in batches:
            records = [Record.from_json(row) for row in batch.records]
            if "kind" in batch.command:
                found.commands += 1
                found.records += len(records)
                found.findings += self._decided(state, batch.command, records)
            else:
                found.unknown.append(batch.command["id"])
            for record in records:
                apply(state, record)
        return found

    def _decided(
        self, state: State, asked: dict[str, Any], records: list[Record]
    ) -> list[Otherwise]:
        identity, number = asked["id"], records[0].number
        try:
            now = self._again(state, commands.from_json(asked), records)
        except commands.Rejection as rejection:
            return [Otherwise(number, identity, recorded=records[0].kind, error=rejection.code)]
        except Exception as error:  # noqa: BLE001 (whatever stops the engine is the finding)
            kind = type(error).__name__
            return [Otherwise(number, identity, recorded=records[0].kind, error=kind)]
        return _first_difference(identity, records, now)

    def _again(
        self, state: State, command: commands.Command, records: list[Record]
    ) -> list[Record]:
        created = command if isinstance(command, commands.CreateInstance) else None
        definition = self.definition(created.definition if created else state.definition)
        calendar = self.calendar(getattr(command, "calendar", 0) or state.calendar)
        clock = Clock(datetime.fromisoformat(records[0].at), calendar, self.scale)
        run = Run(definition, State.from_json(state.to_json()), clock)
        handle(run, command)
        while len(run.records) < len(records):
            step = answer(run.state, records[len(run.records) :])
            if step is None:
                break
            if isinstance(step, commands.CompleteJob) and step.calendar:
                run.clock = replace(run.clock, calendar=self.calendar(step.calendar))
            handle(run, step)
        return run.records


def _first_difference(command: str, recorded: list[Record], now: list[Record]) -> list[Otherwise]:
    number = recorded[0].number
    for n, (one, other) in enumerate(zip_longest(recorded, now), number):
        if one is None or other is None:
            kinds = (one.kind.value if one else None, other.kind.value if other else None)
            return [Otherwise(n, command, "", *kinds)]
        for path, before, after in unlike(one.to_json(), other.to_json()):
            return [Otherwise(n, command, path, one.kind, other.kind, before, after)]
    return []
