"""What a dry run tells: which elements ran, where it waits, which never can (试运行报告)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bpmn.lint.reach import reachable
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.dry_run.player import Player
    from bpmn.model import Definition, Element, Process
    from bpmn.records import Record

_ENDS = {Kind.ELEMENT_COMPLETED: "completed", Kind.ELEMENT_TERMINATED: "terminated"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One time that an element was active; `how` is active, completed or terminated."""

    element: str
    name: str
    kind: str
    process: str
    began: str
    ended: str | None = None
    how: str = "active"


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that the run waits for at its end, and until when."""

    element: str
    name: str
    kind: str
    awaits: str = ""
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An element of a process that did not run."""

    process: str
    element: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Report:
    """A dry run from its beginning to where it came to rest.

    Attributes:
        outcome: completed, waiting, incident, or stopped at the bound.
        visits: in the order in which elements began.
        flows: how often each sequence flow was taken.
        never: elements that no life of the drawing can enter.
        not_this_time: elements that could run and did not.
        undelivered: messages and signals of the script that nothing waited for.
        variables: of the process at the end.
    """

    process: str
    outcome: str
    began: str
    ended: str
    steps: int
    visits: tuple[Visit, ...]
    waits: tuple[Wait, ...]
    incidents: tuple[dict[str, str], ...]
    never: tuple[Step, ...]
    not_this_time: tuple[Step, ...]
    flows: dict[str, int]
    undelivered: tuple[str, ...]
    variables: dict[str, Any]
    records: tuple[Record, ...]

    def to_json(self, *, records: bool = False) -> dict[str, Any]:
        """Return the report as a JSON object, the records only when they are asked for."""
        value = asdict(replace(self, records=()))
        value["records"] = [record.to_json() for record in self.records] if records else []
        return value


def report(player: Player, process: str) -> Report:
    """Return what a player has come to."""
    visits = _visits(player)
    ran = {(visit.process, visit.element) for visit in visits}
    never, left = _unvisited(player.definition, process, ran)
    flows: dict[str, int] = {}
    for record in player.records:
        if record.kind is Kind.SEQUENCE_FLOW_TAKEN:
            flows[record.element] = flows.get(record.element, 0) + 1
    return Report(
        process=process,
        outcome=_outcome(player),
        began=player.records[0].at,
        ended=player.records[-1].at,
        steps=player.steps,
        visits=visits,
        waits=tuple(_waits(player)),
        incidents=tuple(
            {"element": one.element, "code": one.code} for one in player.state.incidents.values()
        ),
        never=never,
        not_this_time=left,
        flows=flows,
        undelivered=tuple(one.name for one in player.undelivered),
        variables=_variables(player),
        records=tuple(player.records),
    )


def _outcome(player: Player) -> str:
    if player.stopped:
        return "stopped"
    if player.state.ended:
        return "completed"
    return "incident" if player.state.incidents else "waiting"


def _visits(player: Player) -> tuple[Visit, ...]:
    found: dict[int, Visit] = {}
    for record in player.records:
        if record.kind is Kind.ELEMENT_ACTIVATED:
            data = record.data
            name = data.get("name", "")
            process = data["process"]
            found[record.key] = Visit(record.element, name, data["kind"], process, record.at)
        elif record.kind in _ENDS and record.key in found:
            how = _ENDS[record.kind]
            found[record.key] = replace(found[record.key], ended=record.at, how=how)
    return tuple(found.values())


def _waits(player: Player) -> Iterator[Wait]:
    state = player.state

    def wait(element: str, host: int, kind: str, awaits: str = "", due: str = "") -> Wait:
        drawn = player.definition.element(state.elements[host].process, element)
        return Wait(element, drawn.name, kind, awaits, due or None)

    for task in state.user_tasks.values():
        yield wait(task.element, task.host, "user_task")
    for job in state.jobs.values():
        yield wait(job.element, job.host, "job", job.type)
    for one in state.subscriptions.values():
        yield wait(one.element, one.host, one.type, one.name)
    for timer in state.timers.values():
        yield wait(timer.element, timer.host, "timer", due=timer.due)


def _variables(player: Player) -> dict[str, Any]:
    """Return the variables of the process, at the end as before it has ended."""
    found: dict[str, Any] = {}
    root = next((r.key for r in player.records if r.kind is Kind.ELEMENT_ACTIVATED), 0)
    for record in player.records:
        if record.kind is Kind.VARIABLES_SET and record.key == root:
            found |= record.data["variables"]
    return found


def _unvisited(
    definition: Definition, process: str, ran: set[tuple[str, str]]
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return what can never run and what only did not, of the process and those it calls."""
    never: list[Step] = []
    left: list[Step] = []
    for one in _involved(definition, process):
        can = reachable(one)
        for element in one.elements.values():
            if (one.id, element.id) not in ran:
                step = Step(one.id, element.id, element.name, element.line)
                (left if element.id in can else never).append(step)
    return tuple(never), tuple(left)


def _involved(definition: Definition, process: str) -> list[Process]:
    found: dict[str, Process] = {}
    ahead = [process]
    while ahead:
        name = ahead.pop()
        if name in found or name not in definition.processes:
            continue
        found[name] = definition.processes[name]
        ahead += [target for e in found[name].elements.values() if (target := _called(e))]
    return list(found.values())


def _called(element: Element) -> str:
    return element.call.target if element.kind == "callActivity" and element.call else ""
