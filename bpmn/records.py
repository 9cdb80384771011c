"""Records (记录): what happened, one line each; the audit log and the only way state changes.

A record says all that `apply` needs, so a history can be replayed without the drawing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kinds of record, named as Zeebe names its intents."""

    INSTANCE_CREATED = "INSTANCE_CREATED"
    INSTANCE_COMPLETED = "INSTANCE_COMPLETED"
    INSTANCE_CANCELED = "INSTANCE_CANCELED"
    INSTANCE_MODIFIED = "INSTANCE_MODIFIED"
    ELEMENT_ACTIVATED = "ELEMENT_ACTIVATED"
    ELEMENT_COMPLETED = "ELEMENT_COMPLETED"
    ELEMENT_TERMINATED = "ELEMENT_TERMINATED"
    SEQUENCE_FLOW_TAKEN = "SEQUENCE_FLOW_TAKEN"
    TOKEN_DISCARDED = "TOKEN_DISCARDED"  # noqa: S105 (a token of the drawing)
    VARIABLES_SET = "VARIABLES_SET"
    DECISION_EVALUATED = "DECISION_EVALUATED"
    TIMER_CREATED = "TIMER_CREATED"
    TIMER_FIRED = "TIMER_FIRED"
    TIMER_CANCELED = "TIMER_CANCELED"
    TIMER_RESCHEDULED = "TIMER_RESCHEDULED"
    CALENDAR_CHANGED = "CALENDAR_CHANGED"
    JOB_CREATED = "JOB_CREATED"
    JOB_COMPLETED = "JOB_COMPLETED"
    JOB_FAILED = "JOB_FAILED"
    JOB_RETRIED = "JOB_RETRIED"
    JOB_CANCELED = "JOB_CANCELED"
    USER_TASK_CREATED = "USER_TASK_CREATED"
    USER_TASK_ASSIGNED = "USER_TASK_ASSIGNED"
    USER_TASK_UPDATED = "USER_TASK_UPDATED"
    USER_TASK_DELEGATED = "USER_TASK_DELEGATED"
    USER_TASK_RETURNED = "USER_TASK_RETURNED"
    USER_TASK_SIGNER_ADDED = "USER_TASK_SIGNER_ADDED"
    USER_TASK_SIGNER_REMOVED = "USER_TASK_SIGNER_REMOVED"
    USER_TASK_HELD = "USER_TASK_HELD"
    USER_TASK_DENIED = "USER_TASK_DENIED"
    USER_TASK_COMPLETED = "USER_TASK_COMPLETED"
    USER_TASK_CANCELED = "USER_TASK_CANCELED"
    MESSAGE_SUBSCRIBED = "MESSAGE_SUBSCRIBED"
    MESSAGE_CORRELATED = "MESSAGE_CORRELATED"
    MESSAGE_UNSUBSCRIBED = "MESSAGE_UNSUBSCRIBED"
    SIGNAL_SUBSCRIBED = "SIGNAL_SUBSCRIBED"
    SIGNAL_CAUGHT = "SIGNAL_CAUGHT"
    SIGNAL_UNSUBSCRIBED = "SIGNAL_UNSUBSCRIBED"
    SIGNAL_THROWN = "SIGNAL_THROWN"
    CONDITION_SUBSCRIBED = "CONDITION_SUBSCRIBED"
    CONDITION_MET = "CONDITION_MET"
    CONDITION_UNMET = "CONDITION_UNMET"
    CONDITION_UNSUBSCRIBED = "CONDITION_UNSUBSCRIBED"
    COMPENSATION_SUBSCRIBED = "COMPENSATION_SUBSCRIBED"
    COMPENSATION_TRIGGERED = "COMPENSATION_TRIGGERED"
    COMPENSATION_BEGUN = "COMPENSATION_BEGUN"
    ERROR_THROWN = "ERROR_THROWN"
    ESCALATED = "ESCALATED"
    INCIDENT_CREATED = "INCIDENT_CREATED"
    INCIDENT_RESOLVED = "INCIDENT_RESOLVED"


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened.

    Attributes:
        number: position in the instance, from 1, without gaps.
        kind: what happened.
        at: when the engine was told it is, ISO 8601 UTC.
        element: id of the element in the drawing, "" for the instance itself.
        key: key of the element instance, task, timer, job, subscription or incident.
        data: the rest, JSON values.
    """

    number: int
    kind: Kind
    at: str
    element: str = ""
    key: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {
            "number": self.number,
            "kind": self.kind.value,
            "at": self.at,
            "element": self.element,
            "key": self.key,
            "data": self.data,
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> Record:
        """Return the record of a JSON object."""
        return Record(
            value["number"],
            Kind(value["kind"]),
            value["at"],
            value["element"],
            value["key"],
            value["data"],
        )
