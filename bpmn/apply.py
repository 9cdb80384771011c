"""`apply(state, record)`: the only place where state changes; it needs no definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn.records import Kind, Record
from bpmn.state import (
    Compensation,
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
    state.start = record.data.get("start", "")


def _instance_completed(state: State, _: Record) -> None:
    state.phase = "completed"


def _instance_canceled(state: State, _: Record) -> None:
    state.phase = "canceled"


def _element_activated(state: State, record: Record) -> None:
    data = record.data
    for flow in data.get("flows", ()):
        _remove_token(state, flow, data["scope"])
    state.elements[record.key] = ElementInstance(
        record.key,
        record.element,
        data["kind"],
        data["process"],
        data["scope"],
        index=data.get("index", 0),
    )


def _remove_token(state: State, flow: str, scope: int) -> None:
    for index, token in enumerate(state.tokens):
        if token.flow == flow and token.scope == scope:
            del state.tokens[index]
            return


def _element_completed(state: State, record: Record) -> None:
    ended = state.elements.pop(record.key, None)
    around = state.elements.get(ended.scope) if ended else None
    if ended and ended.index and around is not None:
        around.done += 1
    for found in [c for c in state.compensations.values() if c.instance == record.key]:
        del state.compensations[found.key]
    if not any(c.inside == record.key for c in state.compensations.values()):
        _forget_compensations(state, record.key)


def _element_terminated(state: State, record: Record) -> None:
    state.elements.pop(record.key, None)
    for found in state.compensations.values():
        # What was not undone to the end may be undone by another event.
        if found.instance == record.key:
            found.instance = 0
            for inner in [c for c in state.compensations.values() if c.scope == record.key]:
                inner.scope = found.inside
        if found.thrower == record.key:
            found.thrower = 0
    _forget_compensations(state, record.key)


def _forget_compensations(state: State, scope: int) -> None:
    for found in [c for c in state.compensations.values() if c.scope == scope]:
        # What an event has claimed is that event's.
        if found.thrower in state.elements:
            continue
        del state.compensations[found.key]
        if found.inside:
            _forget_compensations(state, found.inside)


def _sequence_flow_taken(state: State, record: Record) -> None:
    data = record.data
    state.tokens.append(Token(record.element, data["target"], data["process"], data["scope"]))


def _token_discarded(state: State, record: Record) -> None:
    _remove_token(state, record.element, record.data["scope"])


def _variables_set(state: State, record: Record) -> None:
    state.elements[record.key].variables.update(record.data["variables"])


def _timer_created(state: State, record: Record) -> None:
    timer = Timer(record.key, record.element, **record.data)
    timer.began = record.at if timer.duration else ""
    state.timers[record.key] = timer


def _timer_fired(state: State, record: Record) -> None:
    if record.data.get("next_due"):
        timer = state.timers[record.key]
        timer.due = record.data["next_due"]
        timer.repetitions = record.data["repetitions"]
    else:
        state.timers.pop(record.key, None)


def _timer_rescheduled(state: State, record: Record) -> None:
    state.timers[record.key].due = record.data["due"]


def _calendar_changed(state: State, record: Record) -> None:
    state.calendar = record.data["calendar"]


def _timer_canceled(state: State, record: Record) -> None:
    state.timers.pop(record.key, None)


def _job_created(state: State, record: Record) -> None:
    data = record.data
    state.jobs[record.key] = Job(
        record.key,
        record.element,
        data["host"],
        data["type"],
        data["retries"],
        listener=data.get("listener", ""),
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
        record.key,
        record.element,
        data["host"],
        data.get("assignee"),
        signs=data.get("signs", 0),
        position=data.get("position", ""),
    )


def _user_task_assigned(state: State, record: Record) -> None:
    task = state.user_tasks[record.key]
    task.assignee, task.held, task.owner = record.data["assignee"], None, None


def _user_task_delegated(state: State, record: Record) -> None:
    task = state.user_tasks[record.key]
    task.assignee, task.owner = record.data["assignee"], record.data["owner"]


def _signer_added(state: State, record: Record) -> None:
    task = state.user_tasks[record.key]
    task.signers_after = [*task.signers_after, record.data["assignee"]]


def _signer_removed(state: State, record: Record) -> None:
    task = state.user_tasks[record.key]
    task.signers_after = [n for n in task.signers_after if n != record.data["assignee"]]


def _user_task_held(state: State, record: Record) -> None:
    state.user_tasks[record.key].held = record.data["command"]


def _user_task_released(state: State, record: Record) -> None:
    state.user_tasks[record.key].held = None


def _user_task_gone(state: State, record: Record) -> None:
    state.user_tasks.pop(record.key, None)


def _subscribed(state: State, record: Record) -> None:
    kind = record.kind.value.partition("_")[0].lower()
    state.subscriptions[record.key] = Subscription(
        record.key, record.element, type=kind, **record.data
    )


def _happened(state: State, record: Record) -> None:
    if record.data.get("closes", True):
        state.subscriptions.pop(record.key, None)
    else:
        state.subscriptions[record.key].met = record.kind is Kind.CONDITION_MET


def _condition_unmet(state: State, record: Record) -> None:
    state.subscriptions[record.key].met = False


def _unsubscribed(state: State, record: Record) -> None:
    state.subscriptions.pop(record.key, None)


def _compensation_subscribed(state: State, record: Record) -> None:
    found = Compensation(record.key, record.element, **record.data)
    state.compensations[record.key] = found
    if found.inside and found.variables:
        _remember_around(state, found.inside, found.variables)


def _remember_around(state: State, scope: int, variables: dict[str, Any]) -> None:
    """What was done inside a scope also remembers the variables of the scope."""
    for inner in [c for c in state.compensations.values() if c.scope == scope]:
        inner.variables = variables | inner.variables
        if inner.inside:
            _remember_around(state, inner.inside, variables)


def _compensation_triggered(state: State, record: Record) -> None:
    for key in record.data["compensations"]:
        state.compensations[key].thrower = record.key


def _compensation_begun(state: State, record: Record) -> None:
    begun = state.compensations[record.key]
    begun.instance = record.data["instance"]
    # The handler may in turn undo what was done inside.
    for inner in [
        c for c in state.compensations.values() if begun.inside and c.scope == begun.inside
    ]:
        inner.scope = record.data["instance"]


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
    Kind.INSTANCE_MODIFIED: _nothing,
    Kind.ELEMENT_ACTIVATED: _element_activated,
    Kind.ELEMENT_COMPLETED: _element_completed,
    Kind.ELEMENT_TERMINATED: _element_terminated,
    Kind.SEQUENCE_FLOW_TAKEN: _sequence_flow_taken,
    Kind.TOKEN_DISCARDED: _token_discarded,
    Kind.VARIABLES_SET: _variables_set,
    Kind.DECISION_EVALUATED: _nothing,
    Kind.TIMER_CREATED: _timer_created,
    Kind.TIMER_FIRED: _timer_fired,
    Kind.TIMER_CANCELED: _timer_canceled,
    Kind.TIMER_RESCHEDULED: _timer_rescheduled,
    Kind.CALENDAR_CHANGED: _calendar_changed,
    Kind.JOB_CREATED: _job_created,
    Kind.JOB_COMPLETED: _job_gone,
    Kind.JOB_FAILED: _job_failed,
    Kind.JOB_RETRIED: _job_retried,
    Kind.JOB_CANCELED: _job_gone,
    Kind.USER_TASK_CREATED: _user_task_created,
    Kind.USER_TASK_ASSIGNED: _user_task_assigned,
    Kind.USER_TASK_UPDATED: _user_task_released,
    Kind.USER_TASK_COMPLETED: _user_task_gone,
    Kind.USER_TASK_CANCELED: _user_task_gone,
    Kind.USER_TASK_DELEGATED: _user_task_delegated,
    Kind.USER_TASK_RETURNED: _user_task_assigned,
    Kind.USER_TASK_SIGNER_ADDED: _signer_added,
    Kind.USER_TASK_SIGNER_REMOVED: _signer_removed,
    Kind.USER_TASK_HELD: _user_task_held,
    Kind.USER_TASK_DENIED: _user_task_released,
    Kind.MESSAGE_SUBSCRIBED: _subscribed,
    Kind.MESSAGE_CORRELATED: _happened,
    Kind.MESSAGE_UNSUBSCRIBED: _unsubscribed,
    Kind.SIGNAL_SUBSCRIBED: _subscribed,
    Kind.SIGNAL_CAUGHT: _happened,
    Kind.SIGNAL_UNSUBSCRIBED: _unsubscribed,
    Kind.SIGNAL_THROWN: _nothing,
    Kind.CONDITION_SUBSCRIBED: _subscribed,
    Kind.CONDITION_MET: _happened,
    Kind.CONDITION_UNMET: _condition_unmet,
    Kind.CONDITION_UNSUBSCRIBED: _unsubscribed,
    Kind.COMPENSATION_SUBSCRIBED: _compensation_subscribed,
    Kind.COMPENSATION_TRIGGERED: _compensation_triggered,
    Kind.COMPENSATION_BEGUN: _compensation_begun,
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
