"""Records of instances as events of a log: what was begun, done and decided (日志事件)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.element_times import NO_RUNS
from audit.ocel_objects import Pseudonym, Row, around, departments, subject
from audit.ocel_types import Happening, Relation
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_INSTANCE = frozenset(
    {
        Kind.INSTANCE_CREATED,
        Kind.INSTANCE_COMPLETED,
        Kind.INSTANCE_CANCELED,
        Kind.INSTANCE_MODIFIED,
    }
)
_ELEMENT = frozenset({Kind.ELEMENT_ACTIVATED, Kind.ELEMENT_COMPLETED, Kind.ELEMENT_TERMINATED})
_TASK = frozenset(
    {
        Kind.USER_TASK_CREATED,
        Kind.USER_TASK_ASSIGNED,
        Kind.USER_TASK_DELEGATED,
        Kind.USER_TASK_RETURNED,
        Kind.USER_TASK_SIGNER_ADDED,
        Kind.USER_TASK_SIGNER_REMOVED,
        Kind.USER_TASK_DENIED,
        Kind.USER_TASK_COMPLETED,
        Kind.USER_TASK_CANCELED,
    }
)
_OTHER = frozenset(
    {
        Kind.TIMER_FIRED,
        Kind.MESSAGE_CORRELATED,
        Kind.SIGNAL_CAUGHT,
        Kind.CONDITION_MET,
        Kind.ERROR_THROWN,
        Kind.ESCALATED,
        Kind.INCIDENT_CREATED,
        Kind.INCIDENT_RESOLVED,
    }
)
# The rest is how the engine keeps its books: variables, tokens, jobs, what it listens to.
KINDS = tuple(sorted(kind.value for kind in (*_INSTANCE, *_ELEMENT, *_TASK, *_OTHER)))
_GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)


def of_instance(instance: Row, records: Iterable[Row], pseudonym: Pseudonym) -> Iterator[Happening]:
    """Yield the events of an instance; each type of event is an element and what happened to it.

    Args:
        instance: a row of the log's instances.
        records: rows of `audit_record` of the kinds `KINDS`, in order.
        pseudonym: what a customer is called.
    """
    item = Relation(subject(instance), "item")
    relations = _relations(instance, pseudonym)
    # Only the beginning of an element says where it lies and of what type it is.
    begun: dict[int, dict[str, Any]] = {}
    for row in records:
        kind, data = Kind(row["kind"]), row["data"]
        if kind is Kind.ELEMENT_ACTIVATED:
            begun[row["key"]] = data
        if kind in _ELEMENT and _is_silent(begun.get(row["key"], {})):
            continue
        told = {**data, **begun.get(data.get("host", row["key"]), {})}
        yield Happening(
            f"{instance['key']}-{row['number']}",
            f"{row['element']}/{kind.value}",
            row["at"],
            _attributes(instance, row, told),
            (item, *relations.get(kind, ()), *_task(row, kind)),
        )


def _is_silent(data: dict[str, Any]) -> bool:
    return data.get("kind") in _GATEWAYS or data.get("kind") in NO_RUNS


def _relations(instance: Row, pseudonym: Pseudonym) -> dict[Kind, tuple[Relation, ...]]:
    about, answering = around(instance, pseudonym), departments(instance)
    # Nobody had been asked to answer for it when it began.
    began = {Kind.INSTANCE_CREATED: about}
    return dict.fromkeys(_INSTANCE, (*about, *answering)) | dict.fromkeys(_TASK, answering) | began


def _task(row: Row, kind: Kind) -> tuple[Relation, ...]:
    return (Relation(f"task:{row['key']}", "task"),) if kind in _TASK else ()


def _attributes(instance: Row, row: Row, told: dict[str, Any]) -> dict[str, Any]:
    known = {
        "process": told.get("process") or instance["process_id"],
        "element": row["element"],
        "name": told.get("name"),
        "record": row["kind"],
        "number": row["number"],
        "version": instance["version"],
        "status": row["data"].get("status"),
    }
    return {name: value for name, value in known.items() if value is not None}
