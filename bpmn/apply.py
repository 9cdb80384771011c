"""`apply(state, record)`: the only place where state changes; it needs no definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn.records import Kind, Record
from bpmn.state import (
    ElementInstance,
    Incident,
    Job,
    State,
    Subscription,
    Timer,
    Token,
    UserTask,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _instance_created(state: State, record: Record) -> None:
    state.phase = "active"
    state.definition = record.data["definition"]
    state.process = record.data["process"]
    state.calendar = record.data["calendar"]


def _instance_completed(state: State, _: Record) -> None:
    state.phase = "completed"


def _instance_canceled(state: State, _: Record) -> None:
    state.phase = "canceled"


def _element_activated(state: State, record: Record) -> None:
    data = record.data
    for flow in data.get("flows", ()):
        _remove_token(state, flow, data["scope"])
    state.elements[record.key] = ElementInstance(
        record.key, record.element, data["kind"], data["process"], data["scope"]
    )


def _remove_token(state: State, flow: str, scope: int) -> None:
    for index, token in enumerate(state.tokens):
        if token.flow == flow and token.scope == scope:
            del state.tokens[index]
            return


def _element_gone(state: State, record: Record) -> None:
    state.elements.pop(record.key, None)


def _sequence_flow_taken(state: State, record: Record) -> None:
    data = record.data
    state.tokens.append(Token(record.element, data["target"], data["process"], data["scope"]))


def _token_discarded(state: State, record: Record) -> None:
    _remove_token(state, record.element, record.data["scope"])


def _variables_set(state: State, record: Record) -> None:
    state.elements[record.key].variables.update(record.data["variables"])


def _timer_created(state: State, record: Record) -> None:
    state.timers[record.key] = Timer(record.key, record.element, **record.data)


def _timer_fired(state: State, record: Record) -> None:
    if record.data.get("next_due"):
        timer = state.timers[record.key]
        timer.due = record.data["next_due"]
        timer.repetitions = record.data["repetitions"]
    else:
        state.timers.pop(record.key, None)


def _timer_canceled(state: State, record: Record) -> None:
    state.timers.pop(record.key, None)


def _job_created(state: State, record: Record) -> None:
    data = record.data
    state.jobs[record.key] = Job(
        record.key, record.element, data["host"], data["type"], data["retries"]
    )


def _job_failed(state: State, record: Record) -> None:
    state.jobs[record.key].retries = record.data["retries"]


def _job_retried(state: State, record: Record) -> None:
    job = state.jobs[record.key]
    job.retries = record.data["retries"]
    job.attempt += 1


def _job_gone(state: State, record: Record) -> None:
    state.jobs.pop(record.key, None)


def _user_task_created(state: State, record: Record) -> None:
    data = record.data
    state.user_tasks[record.key] = UserTask(
        record.key, record.element, data["host"], data.get("assignee")
    )


def _user_task_assigned(state: State, record: Record) -> None:
    state.user_tasks[record.key].assignee = record.data["assignee"]


def _user_task_gone(state: State, record: Record) -> None:
    state.user_tasks.pop(record.key, None)


def _message_subscribed(state: State, record: Record) -> None:
    state.subscriptions[record.key] = Subscription(record.key, record.element, **record.data)


def _message_correlated(state: State, record: Record) -> None:
    if record.data.get("closes", True):
        state.subscriptions.pop(record.key, None)


def _message_unsubscribed(state: State, record: Record) -> None:
    state.subscriptions.pop(record.key, None)


def _incident_created(state: State, record: Record) -> None:
    data = record.data
    state.incidents[record.key] = Incident(
        record.key, record.element, data["host"], data["code"], data["phase"], data["job"]
    )


def _incident_resolved(state: State, record: Record) -> None:
    state.incidents.pop(record.key, None)


def _nothing(_state: State, _record: Record) -> None:
    """Say something to people; the state does not change."""


_APPLIERS: dict[Kind, Callable[[State, Record], None]] = {
    Kind.INSTANCE_CREATED: _instance_created,
    Kind.INSTANCE_COMPLETED: _instance_completed,
    Kind.INSTANCE_CANCELED: _instance_canceled,
    Kind.ELEMENT_ACTIVATED: _element_activated,
    Kind.ELEMENT_COMPLETED: _element_gone,
    Kind.ELEMENT_TERMINATED: _element_gone,
    Kind.SEQUENCE_FLOW_TAKEN: _sequence_flow_taken,
    Kind.TOKEN_DISCARDED: _token_discarded,
    Kind.VARIABLES_SET: _variables_set,
    Kind.DECISION_EVALUATED: _nothing,
    Kind.TIMER_CREATED: _timer_created,
    Kind.TIMER_FIRED: _timer_fired,
    Kind.TIMER_CANCELED: _timer_canceled,
    Kind.JOB_CREATED: _job_created,
    Kind.JOB_COMPLETED: _job_gone,
    Kind.JOB_FAILED: _job_failed,
    Kind.JOB_RETRIED: _job_retried,
    Kind.JOB_CANCELED: _job_gone,
    Kind.USER_TASK_CREATED: _user_task_created,
    Kind.USER_TASK_ASSIGNED: _user_task_assigned,
    Kind.USER_TASK_UPDATED: _nothing,
    Kind.USER_TASK_COMPLETED: _user_task_gone,
    Kind.USER_TASK_CANCELED: _user_task_gone,
    Kind.MESSAGE_SUBSCRIBED: _message_subscribed,
    Kind.MESSAGE_CORRELATED: _message_correlated,
    Kind.MESSAGE_UNSUBSCRIBED: _message_unsubscribed,
    Kind.ERROR_THROWN: _nothing,
    Kind.ESCALATED: _nothing,
    Kind.INCIDENT_CREATED: _incident_created,
    Kind.INCIDENT_RESOLVED: _incident_resolved,
}


class RecordGapError(ValueError):
    """A record does not follow the one before it: the history is not whole."""


def apply(state: State, record: Record) -> None:
    """Change the state by one record.

    Raises:
        RecordGapError: the record's number is not the next one.
    """
    if record.number != state.number + 1:
        raise RecordGapError(f"record {record.number} after {state.number}")
    _APPLIERS[record.kind](state, record)
    state.number = record.number
    state.last_key = max(state.last_key, record.key)


def replay(key: int, records: Iterable[Record | dict[str, Any]]) -> State:
    """Return the state that these records lead to (回放)."""
    state = State(key, last_key=key)
    for record in records:
        apply(state, record if isinstance(record, Record) else Record.from_json(record))
    return state
