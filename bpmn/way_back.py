"""Where a task can be sent back to (驳回): what was done before, and what ends on the way.

What is begun anew leads on as the drawing says. So whatever runs downstream of it in the same
scope ends, and a place whose way on has been joined with another branch's is none: that branch
would be waited for in vain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpmn import story
from bpmn.elements import LOOP_BODIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpmn.model import Definition, Element, Process
    from bpmn.state import ElementInstance, State
    from bpmn.story import ElementRun, Story, Work

ACTIVITIES = frozenset(
    {
        *("userTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask"),
        *("manualTask", "task", "callActivity", "subProcess", "transaction"),
    }
)

# A scope that is opened again without its start event.
_OPENED = frozenset({"subProcess", "transaction"})


@dataclass(frozen=True, slots=True)
class Target:
    """A place to send back to (驳回目标).

    Attributes:
        number, done_at: the record that completed it last, and when.
        scope: the instance to begin it in.
        terminate, discard: what ends, as `ModifyInstance` takes it.
        status: what the item is to be in, where no element that begins says so.
        statuses: every status that the item gets, in order.
        work: the jobs done since it was last begun.
    """

    element: str
    name: str
    kind: str
    number: int
    done_at: str
    scope: int
    terminate: tuple[int, ...]
    discard: tuple[dict[str, Any], ...]
    status: str
    statuses: tuple[str, ...]
    work: tuple[Work, ...]


def targets(
    definition: Definition, state: State, records: Sequence[Mapping[str, Any]], host: int
) -> list[Target]:
    """Return where the user task of an element instance can be sent back to, newest first."""
    told = story.read(records)
    found: list[Target] = []
    # What was called can also go back to what its caller has done.
    for around in _levels(state, host):
        process = definition.processes[around[0].process]
        look = _Look(process, state, told, around)
        for element in process.elements.values():
            done = told.newest(process.id, element.id)
            if done and element.kind in ACTIVITIES and element.id != around[0].element:
                found += look.targets(element, done)
    return sorted(found, key=lambda target: target.number, reverse=True)


def _levels(state: State, key: int) -> Iterator[list[ElementInstance]]:
    """Yield an instance with those around it in its process, then the same of each caller."""
    around: list[ElementInstance] = []
    while (instance := state.elements.get(key)) is not None:
        around.append(instance)
        if instance.kind == "process":
            yield around
            around = []
        key = instance.scope


class _Look:
    """Looks back from one task."""

    def __init__(
        self, process: Process, state: State, told: Story, around: list[ElementInstance]
    ) -> None:
        self._process = process
        self._state = state
        self._told = told
        self._around = around

    def targets(self, element: Element, done: ElementRun) -> Iterator[Target]:
        """Yield what sending back to an element means, nothing where it cannot be."""
        common, top = self._common(element)
        if common is None or common.key != self._outside(done, top):
            return
        branch = next(one for one in self._around if one.scope == common.key)
        ahead = self._ahead(top.id)
        if branch.element not in ahead or self._joined(ahead, common.key, done.number):
            return
        begun = story.statuses_begun(self._process, element.id, common.element)
        status = "" if begun else done.status
        yield Target(
            element.id,
            element.name,
            element.kind,
            *self._told.completed[done.key],
            common.key,
            tuple(e.key for e in self._state.children(common.key) if e.element in ahead),
            tuple(self._waiting(ahead, common.key)),
            "" if status == self._told.status else status,
            tuple(begun or filter(None, [status])),
            tuple(work for work in self._told.work if work.number > done.number),
        )

    def _common(self, element: Element) -> tuple[ElementInstance | None, Element]:
        """Return the scope around task and element, and what of the latter lies directly in it."""
        held = {one.element: one for one in self._around[1:] if one.kind not in LOOP_BODIES}
        while element.scope not in held:
            around = self._process.elements[element.scope]
            if around.multi_instance or around.loop or around.kind not in _OPENED:
                return None, element
            element = around
        return held[element.scope], element

    def _outside(self, done: ElementRun, top: Element) -> int:
        """Return the scope in which what was done has run."""
        run = done
        while run.element != top.id or self._told.runs[run.scope].kind in LOOP_BODIES:
            run = self._told.runs[run.scope]
        return run.scope

    def _ahead(self, element: str) -> set[str]:
        """Return the elements that a token comes to from here in the same scope."""
        seen: set[str] = set()
        ahead = [element]
        while ahead:
            if (one := ahead.pop()) in seen:
                continue
            seen.add(one)
            flows = self._process.elements[one].outgoing
            ahead += [self._process.flows[flow].target for flow in flows]
            ahead += [e.id for e in self._process.elements.values() if e.attached_to == one]
        return seen

    def _joined(self, ahead: set[str], scope: int, since: int) -> bool:
        """Tell whether a branch from elsewhere has been joined since."""
        for run in self._told.runs.values():
            if run.scope != scope or run.number <= since or run.element not in ahead:
                continue
            if run.kind == "parallelGateway" and self._from_elsewhere(run.element, ahead):
                return True
        return False

    def _from_elsewhere(self, gateway: str, ahead: set[str]) -> bool:
        flows = self._process.flows.values()
        return any(flow.target == gateway and flow.source not in ahead for flow in flows)

    def _waiting(self, ahead: set[str], scope: int) -> Iterator[dict[str, Any]]:
        for token in self._state.tokens:
            if token.scope == scope and self._process.flows[token.flow].source in ahead:
                yield {"flow": token.flow, "scope": scope}
