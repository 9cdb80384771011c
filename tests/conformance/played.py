"""One instance of a model, played without Temporal: every task is completed at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bpmn.apply import apply
from bpmn.clock import Clock
from bpmn.commands import Command, CompleteJob, CompleteUserTask, CreateInstance, PublishMessage
from bpmn.decide import decide
from bpmn.model import Definition, Process
from bpmn.records import Kind, Record
from bpmn.state import State

INSTANCE = 7 << 20
NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
MAX_COMMANDS = 500


class Played:
    """The records of an instance after its tasks are done; `stopped` when the bound was reached."""

    def __init__(self, definition: Definition, process: str) -> None:
        self.definition = definition
        self.state = State(INSTANCE, last_key=INSTANCE)
        self.records: list[Record] = []
        self.stopped = False
        self._do(CreateInstance(id="start", definition=definition.digest, process=process))
        for _ in range(MAX_COMMANDS):
            command = next(self._work(), None)
            if command is None:
                return
            self._do(command)
        self.stopped = True

    def _do(self, command: Command) -> None:
        found = decide(self.definition, self.state, command, Clock(NOW, None, 1.0))
        for record in found:
            apply(self.state, record)
        self.records += found

    def _work(self) -> Iterator[Command]:
        """The oldest task or job; then the message of a receive task, which is a task as well."""
        for task in self.state.user_tasks.values():
            yield CompleteUserTask(id=f"task:{task.key}", key=task.key)
        for job in self.state.jobs.values():
            if job.retries > 0:
                yield CompleteJob(id=f"job:{job.key}", key=job.key)
        for waited in self.state.subscriptions.values():
            host = self.state.elements.get(waited.host)
            if host is not None and host.kind == "receiveTask" and host.element == waited.element:
                yield PublishMessage(
                    id=f"message:{waited.key}",
                    name=waited.name,
                    correlation_key=waited.correlation_key,
                )

    @property
    def executed(self) -> set[str]:
        """Elements that completed, and events that were thrown: their effect may end them."""
        thrown = {
            r.element for r in self.records if r.kind is Kind.ELEMENT_ACTIVATED and _throws(r)
        }
        return thrown | {r.element for r in self.records if r.kind is Kind.ELEMENT_COMPLETED}

    @property
    def incidents(self) -> list[str]:
        """The open incidents, each with its element.

        An error that nobody catches is none here: what follows is left open by the standard
        (section 10.5.6), we ask an operator, the other engines end the instance.
        """
        found = [one for one in self.state.incidents.values() if one.code != "error_not_caught"]
        return [f"{one.code} at {one.element}" for one in found]


def _throws(record: Record) -> bool:
    begun = record.kind is Kind.ELEMENT_ACTIVATED
    return begun and record.data["kind"] in {"endEvent", "intermediateThrowEvent"}


def main_process(definition: Definition) -> Process:
    """The process to begin with: the first that starts by itself and is not called by another."""
    processes = list(definition.processes.values())
    called = {e.call.target for p in processes for e in p.elements.values() if e.call is not None}
    outer = [p for p in processes if p.id not in called] or processes
    return next((p for p in outer if p.none_start(p.id) is not None), outer[0])
