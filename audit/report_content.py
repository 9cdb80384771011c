"""What the audit report of one item says, section by section, personal texts masked (报告内容)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.definitions import DefinitionNotFoundError, Definitions
from audit.report_words import Words, moment
from models import access_record, department, process_definition
from models.audit_record import AuditRecord
from models.feedback import Feedback
from models.person import Person
from models.process_instance import ProcessInstance

FAMILY = "Noto Sans SC"
Row = list[str]
# What one looks for: tasks, clocks, incidents, messages; besides whatever brought a status.
_MOMENTS = (
    *("INSTANCE_", "USER_TASK_", "INCIDENT_", "TIMER_FIRED", "TIMER_RESCHEDULED"),
    *("MESSAGE_CORRELATED", "SIGNAL_CAUGHT", "ERROR_THROWN", "ESCALATED", "CALENDAR_CHANGED"),
    *("COMPENSATION_TRIGGERED", "JOB_FAILED"),
)
_MOST_ROWS = 1000
_OUTSIDE = {"customer", ""}


@dataclass(frozen=True)
class Subject:
    """What a report is about: an instance and its item, None without one.

    Attributes:
        name, contact: of the customer, masked; None where there is none or it is not shown.
    """

    instance: ProcessInstance
    item: Feedback | None
    name: str | None = None
    contact: str | None = None

    @property
    def named(self) -> str:
        """The number of the item, or else the key of the instance."""
        return self.item.number if self.item else str(self.instance.key)


@dataclass(frozen=True)
class Reader:
    """For whom a report is made (阅读者), when, in which words, and where it is read from."""

    session: Session
    definitions: Definitions
    words: Words
    username: str
    at: datetime


def content(reader: Reader, subject: Subject, proof: list[Row]) -> dict[str, Any]:
    """Return all that the template shows: texts only, nothing of them is markup.

    Args:
        reader: for whom.
        subject: the instance and its item.
        proof: lines about the chain of records.
    """
    said, at = reader.words.own, moment(reader.at)
    return {
        "title": f"{said['title']} {subject.named}",
        "subtitle": said["subtitle"].format(by=reader.username, at=at),
        "page": said["page"],
        "privacy": said["privacy"],
        "nothing": said["nothing"],
        "language": reader.words.language.partition("-")[0],
        "family": FAMILY,
        "sections": list(_sections(reader, subject, proof)),
    }


def _sections(reader: Reader, subject: Subject, proof: list[Row]) -> Iterable[dict[str, Any]]:
    instance, titles = subject.instance, reader.words.own["sections"]
    if subject.item:
        yield {"title": titles["item"], "rows": _item_rows(reader, subject, subject.item)}
    yield {"title": titles["process"], "rows": _process_rows(reader, instance)}
    yield {"title": titles["proof"], "rows": proof}
    yield _table(reader, "moments", _moment_rows(reader, instance))
    yield _table(reader, "people", _access_rows(reader, subject.named))
    yield {"title": titles["checking"], "prose": reader.words.own["checking"]}


_COLUMNS = {
    "moments": {"number": 1.0, "at": 3.0, "what": 4.0, "element": 4.0, "by": 2.5, "status": 2.0},
    "people": {"at": 3.0, "by": 3.0, "act": 5.0},
}


def _table(reader: Reader, name: str, rows: list[Row]) -> dict[str, Any]:
    said, columns = reader.words.own, _COLUMNS[name]
    return {
        "title": said["sections"][name],
        "headers": [said["columns"][one] for one in columns],
        "widths": list(columns.values()),
        "rows": rows,
    }


def facts(reader: Reader, given: Mapping[str, object]) -> list[Row]:
    """Return lines of name and value; what is empty is left out."""
    names = reader.words.own["facts"]
    return [[names[name], str(value)] for name, value in given.items() if value not in (None, "")]


def _item_rows(reader: Reader, subject: Subject, item: Feedback) -> list[Row]:
    people = _names(reader.session, [item.assignee])
    return facts(
        reader,
        {
            "number": item.number,
            "status": reader.words.value("status", item.status),
            "type": reader.words.value("type", item.type),
            "urgency": reader.words.value("urgency", item.urgency),
            "channel": reader.words.value("channel", item.channel),
            "department": _department(reader, item.department),
            "assignee": people.get(item.assignee or "", item.assignee),
            "customer": subject.name,
            "contact": subject.contact,
            "submitted": moment(item.submitted_at),
            "received": moment(item.received_at),
            "accepted": moment(item.accepted_at),
            "due": moment(item.extended_until or item.due_at),
            "replied": moment(item.replied_at),
            "closed": moment(item.closed_at),
            "satisfaction": reader.words.value("satisfaction", item.satisfaction),
            "reopened": item.reopened or "",
        },
    )


def _process_rows(reader: Reader, instance: ProcessInstance) -> list[Row]:
    own = process_definition.find(reader.session, instance.digest)
    return facts(
        reader,
        {
            "process": f"{own.name or own.process_id} v{own.version}" if own else None,
            "digest": instance.digest,
            "instance": instance.key,
            "state": reader.words.value("state", instance.state),
            "started": moment(instance.started_at),
            "ended": moment(instance.ended_at),
            "records": instance.last_number,
        },
    )


def _moment_rows(reader: Reader, instance: ProcessInstance) -> list[Row]:
    data = col(AuditRecord.data)
    kinds = [col(AuditRecord.kind).startswith(one, autoescape=True) for one in _MOMENTS]
    wanted = data["status"].astext.is_not(None)
    for one in kinds:
        wanted = wanted | one
    chosen = select(AuditRecord).where(col(AuditRecord.instance_key) == instance.key, wanted)
    found = reader.session.scalars(chosen.order_by(col(AuditRecord.number)).limit(_MOST_ROWS)).all()
    people = _names(reader.session, [one.data.get("by") for one in found])
    elements = _elements(reader.definitions, instance)
    return [
        [
            str(one.number),
            moment(one.at),
            reader.words.kind(one.kind),
            elements.get(one.element, one.element),
            _who(reader, people, one.data.get("by")),
            reader.words.value("status", one.data.get("status")),
        ]
        for one in found
    ]


def _access_rows(reader: Reader, subject: str) -> list[Row]:
    found = access_record.read(reader.session, subject, limit=_MOST_ROWS)
    people = _names(reader.session, [one.actor for one in found])
    return [
        [
            moment(one.at),
            people.get(one.actor, one.actor),
            reader.words.act(one.action),
        ]
        for one in reversed(found)
    ]


def _who(reader: Reader, people: Mapping[str, str], username: object) -> str:
    known = str(username or "")
    return reader.words.own["engine"] if known in _OUTSIDE else people.get(known, known)


def _names(session: Session, usernames: Iterable[str | None]) -> dict[str, str]:
    known = {one for one in usernames if one}
    found = select(col(Person.username), col(Person.display_name)).where(
        col(Person.username).in_(known)
    )
    return dict(session.execute(found).tuples().all())


def _elements(definitions: Definitions, instance: ProcessInstance) -> dict[str, str]:
    """Return the names of the elements as they were drawn."""
    try:
        processes = definitions.get(instance.digest).processes.values()
    except DefinitionNotFoundError:
        return {}
    return {
        one.id: " ".join(one.name.split()) or one.id
        for process in processes
        for one in process.elements.values()
    }


def _department(reader: Reader, code: str | None) -> str | None:
    found = department.find(reader.session, code) if code else None
    if found is None:
        return code
    return found.name_en if reader.words.language == "en" else found.name_zh
