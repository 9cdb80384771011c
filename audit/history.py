"""The batches that Temporal remembers: each command and the records that came of it (历史批次).

A batch stands in the marker of a local activity, or in the result of a normal one. What was asked
stands elsewhere: in the start, in updates, in what steps outside the batch brought; what the
workflow asks by itself follows from its id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activities import contracts
from audit.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from temporalio.api.common.v1 import Payload, Payloads
    from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes
    from temporalio.client import WorkflowHistory

    from workflows.codec import ServiceKeyCodec

_LOCAL = "core_local_activity"
_ENDS = frozenset(
    f"workflow_execution_{end}_event_attributes"
    for end in ("completed", "failed", "timed_out", "canceled", "terminated")
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one command led to.

    Attributes:
        command: JSON of `bpmn.commands`; `id` alone where no history says what was asked, which
            happens when an update was lost with a worker that had committed its batch.
        records: JSON of `bpmn.records.Record`, in order, at least one.
    """

    command: dict[str, Any]
    records: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Memory:
    """All that Temporal remembers of an instance.

    Attributes:
        batches: in order; from the first record on, unless runs are past their retention.
        given: the states (JSON of `bpmn.state.State`) that runs gave to the next.
        closed: whether the last run has ended.
    """

    batches: list[Batch]
    given: list[dict[str, Any]]
    closed: bool

    @property
    def records(self) -> list[dict[str, Any]]:
        """Return all records in order."""
        return [record for batch in self.batches for record in batch.records]


def batches(histories: Sequence[WorkflowHistory], codec: ServiceKeyCodec | None) -> list[Batch]:
    """Return all batches of an instance in order; see `remember`."""
    return remember(histories, codec).batches


def remember(histories: Sequence[WorkflowHistory], codec: ServiceKeyCodec | None) -> Memory:
    """Return what the histories of an instance tell.

    Args:
        histories: the runs as `audit.histories.fetch` returns them.
        codec: opens what the service key has closed; None where nothing is.

    Raises:
        InvalidTag: another key closed them, or a byte has changed.
    """
    reading = _Reading(codec)
    told = [batch for history in histories for batch in reading.run(history)]
    # Only now: who sent a command whose batch was adopted may have asked again later.
    found = [Batch(reading.asked.command(identity), records) for identity, records in told]
    ends = [history.events[-1].WhichOneof("attributes") for history in histories[-1:]]
    return Memory(found, reading.given, closed=any(one in _ENDS for one in ends))


class _Reading:
    """Reads runs one after another."""

    def __init__(self, codec: ServiceKeyCodec | None) -> None:
        self._codec = codec
        self.asked = Asked()
        self.given: list[dict[str, Any]] = []

    def run(self, history: WorkflowHistory) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield the batches of a run: the command's id, the records."""
        self.asked.begin_run()
        for event in history.events:
            result = self._result(event)
            if result and result["records"]:
                self.asked.learn_jobs(result["records"])
                yield result["command_id"], result["records"]

    def _result(self, event: HistoryEvent) -> dict[str, Any] | None:
        """Return an `AdvanceResult` if this is one; remember what was asked otherwise."""
        kind = event.WhichOneof("attributes")
        if kind == "marker_recorded_event_attributes":
            return self._marker(event.marker_recorded_event_attributes)
        if kind == "activity_task_completed_event_attributes":
            done = event.activity_task_completed_event_attributes
            result: dict[str, Any] = self._value(done.result)
            if self.asked.scheduled(done.scheduled_event_id) == contracts.ADVANCE:
                return result
            self.asked.performed(done.scheduled_event_id, result)
        elif kind is not None:
            self._learn(kind, event)
        return None

    def _marker(self, marker: MarkerRecordedEventAttributes) -> dict[str, Any] | None:
        if marker.marker_name != _LOCAL or "result" not in marker.details:
            return None
        # The engine of the SDK writes this one itself, after the codec.
        told = json.loads(marker.details["data"].payloads[0].data)
        if told["activity_type"] != contracts.ADVANCE:
            return None
        result: dict[str, Any] = self._value(marker.details["result"])
        return result

    def _learn(self, kind: str, event: HistoryEvent) -> None:
        said = getattr(event, kind)
        if kind == "workflow_execution_started_event_attributes":
            start = self._value(said.input)
            self.asked.started(start)
            self.given += [start["state"]] if start["state"] else []
        elif kind == "workflow_execution_update_accepted_event_attributes":
            if said.accepted_request.input.args.payloads:
                self.asked.updated(self._value(said.accepted_request.input.args))
        elif kind == "workflow_execution_update_admitted_event_attributes":
            self.asked.updated(self._value(said.request.input.args))
        elif kind == "activity_task_scheduled_event_attributes":
            request = self._value(said.input)
            self.asked.schedule(event.event_id, said.activity_type.name, request)
        elif kind == "activity_task_failed_event_attributes":
            code = said.failure.application_failure_info.type
            self.asked.failed(said.scheduled_event_id, code)
        elif kind == "activity_task_timed_out_event_attributes":
            self.asked.failed(said.scheduled_event_id, "")

    def _value(self, payloads: Payloads) -> Any:
        """Return the one value that was sent."""
        payload: Payload = payloads.payloads[0]
        return json.loads((self._codec.opened(payload) if self._codec else payload).data)
