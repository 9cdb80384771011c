"""Histories as Temporal writes them, made of batches: for lives that were played in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from activities.contracts import ADVANCE
from audit.history import Batch
from workflows.codec import ServiceKeyCodec

_MARKER = "core_local_activity"
_TYPES = {
    "workflow_execution_started_event_attributes": EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    "workflow_execution_update_accepted_event_attributes": (
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    ),
    "marker_recorded_event_attributes": EventType.EVENT_TYPE_MARKER_RECORDED,
    "workflow_execution_completed_event_attributes": (
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED
    ),
}


def plain(value: Any) -> Payload:
    """A value as Temporal's clients send it."""
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(value).encode())


class Writer:
    """Writes one run after another."""

    def __init__(self, key: int, codec: ServiceKeyCodec | None) -> None:
        self._key = key
        self._codec = codec
        self._asked: set[str] = set()

    def run(
        self, batches: Sequence[Batch], state: dict[str, Any] | None = None, *, ended: bool = True
    ) -> WorkflowHistory:
        """One run: its start, an update for each command, a marker for each batch."""
        first = batches[0].command if state is None else None
        start: dict[str, Any] = {
            "instance_key": self._key,
            "command": first,
            "state": state,
            "answered": [],
        }
        events = [HistoryEvent()]
        begun = events[0].workflow_execution_started_event_attributes
        begun.input.CopyFrom(self._closed(start | {"history_budget": 4000}))
        self._asked |= {first["id"]} if first else set()
        for batch in batches:
            events += self._batch(batch)
        if ended:
            events.append(HistoryEvent())
            events[-1].workflow_execution_completed_event_attributes.SetInParent()
        for number, event in enumerate(events, start=1):
            event.event_id = number
            event.event_type = _TYPES[event.WhichOneof("attributes") or ""]
        return WorkflowHistory(f"feedback-{self._key}", events)

    def _batch(self, batch: Batch) -> list[HistoryEvent]:
        events: list[HistoryEvent] = []
        identity = batch.command["id"]
        if identity not in self._asked and "kind" in batch.command:
            self._asked.add(identity)
            update = HistoryEvent()
            accepted = update.workflow_execution_update_accepted_event_attributes
            accepted.accepted_request.input.args.CopyFrom(self._closed(batch.command))
            events.append(update)
        event = HistoryEvent()
        marker = event.marker_recorded_event_attributes
        marker.marker_name = _MARKER
        told = Payloads(payloads=[plain({"activity_type": ADVANCE})])
        marker.details["data"].CopyFrom(told)
        result = {"command_id": identity, "records": batch.records, "rejection": None}
        marker.details["result"].CopyFrom(self._closed(result))
        return [*events, event]

    def _closed(self, value: Any) -> Payloads:
        payloads = [plain(value)]
        if self._codec is not None:
            payloads = [self._codec._encode(one) for one in payloads]
        return Payloads(payloads=payloads)
