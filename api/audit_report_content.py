"""What the audit report of one item says, section by section, personal texts masked (报告内容)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.definitions import DefinitionNotFoundError
from api.audit_look import Opened
from api.audit_report_words import (
    Language,
    act_in_words,
    kind_in_words,
    moment,
    value_in_words,
    words,
)
from api.authentication import Caller
from api.masked import REFERENCE, content_for
from api.means import Means
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
class Reader:
    """For whom a report is made: their rights, their language."""

    means: Means
    session: Session
    caller: Caller
    language: Language

    @property
    def words(self) -> dict[str, Any]:
        """Return the words of the language."""
        return words(self.language)

    def value(self, room: str, code: str | None) -> str:
        """Return a code in words."""
        return value_in_words(self.language, room, code)


def content(reader: Reader, opened: Opened, proof: list[Row]) -> dict[str, Any]:
    """Return all that the template shows: texts only, nothing of them is markup.

    Args:
        reader: for whom.
        opened: the instance and its item.
        proof: lines about the chain of records, as `proof_rows` of the route makes them.
    """
    said, instance = reader.words, opened.instance
    named = opened.item.number if opened.item else str(instance.key)
    at = moment(reader.means.now())
    return {
        "title": f"{said['title']} {named}",
        "subtitle": said["subtitle"].format(by=reader.caller.username, at=at),
        "page": said["page"],
        "privacy": said["privacy"],
        "nothing": said["nothing"],
        "language": reader.language.partition("-")[0],
        "family": FAMILY,
        "sections": list(_sections(reader, opened, proof)),
    }


def _sections(reader: Reader, opened: Opened, proof: list[Row]) -> Iterable[dict[str, Any]]:
    instance, item = opened
    titles = reader.words["sections"]
    if item:
        yield {"title": titles["item"], "rows": _item_rows(reader, item)}
    yield {"title": titles["process"], "rows": _process_rows(reader, instance)}
    yield {"title": titles["proof"], "rows": proof}
    yield _table(reader, "moments", _moment_rows(reader, instance))
    subject = item.number if item else str(instance.key)
    yield _table(reader, "people", _access_rows(reader, subject))
    yield {"title": titles["checking"], "prose": reader.words["checking"]}


_COLUMNS = {
    "moments": {"number": 1.0, "at": 3.0, "what": 4.0, "element": 4.0, "by": 2.5, "status": 2.0},
    "people": {"at": 3.0, "by": 3.0, "act": 5.0},
}


def _table(reader: Reader, name: str, rows: list[Row]) -> dict[str, Any]:
    said, columns = reader.words, _COLUMNS[name]
    return {
        "title": said["sections"][name],
        "headers": [said["columns"][one] for one in columns],
        "widths": list(columns.values()),
        "rows": rows,
    }


def facts(reader: Reader, given: Mapping[str, object]) -> list[Row]:
    """Return lines of name and value; what is empty is left out."""
    names = reader.words["facts"]
    return [[names[name], str(value)] for name, value in given.items() if value not in (None, "")]


def _item_rows(reader: Reader, item: Feedback) -> list[Row]:
    personal = {
        name: {REFERENCE: str(found)}
        for name, found in (("name", item.name_ref), ("contact", item.contact_ref))
        if found is not None
    }
    seen = content_for(reader.means, reader.session, reader.caller, item, personal)
    people = _names(reader.session, [item.assignee])
    return facts(
        reader,
        {
            "number": item.number,
            "status": reader.value("status", item.status),
            "type": reader.value("type", item.type),
            "urgency": reader.value("urgency", item.urgency),
            "channel": reader.value("channel", item.channel),
            "department": _department(reader, item.department),
            "assignee": people.get(item.assignee or "", item.assignee),
            "customer": seen.get("name"),
            "contact": seen.get("contact"),
            "submitted": moment(item.submitted_at),
            "received": moment(item.received_at),
            "accepted": moment(item.accepted_at),
            "due": moment(item.extended_until or item.due_at),
            "replied": moment(item.replied_at),
            "closed": moment(item.closed_at),
            "satisfaction": reader.value("satisfaction", item.satisfaction),
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
            "state": reader.value("state", instance.state),
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
    elements = _elements(reader.means, instance)
    return [
        [
            str(one.number),
            moment(one.at),
            kind_in_words(reader.language, one.kind),
            elements.get(one.element, one.element),
            _who(reader, people, one.data.get("by")),
            reader.value("status", one.data.get("status")),
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
            act_in_words(reader.language, one.action),
        ]
        for one in reversed(found)
    ]


def _who(reader: Reader, people: Mapping[str, str], username: object) -> str:
    known = str(username or "")
    return reader.words["engine"] if known in _OUTSIDE else people.get(known, known)


def _names(session: Session, usernames: Iterable[str | None]) -> dict[str, str]:
    known = {one for one in usernames if one}
    found = select(col(Person.username), col(Person.display_name)).where(
        col(Person.username).in_(known)
    )
    return dict(session.execute(found).tuples().all())


def _elements(means: Means, instance: ProcessInstance) -> dict[str, str]:
    """Return the names of the elements as they were drawn."""
    try:
        processes = means.definitions.get(instance.digest).processes.values()
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
    return found.name_en if reader.language == "en" else found.name_zh
