"""One list of all that happened to an item and around it, newest first (时间线).

Records of the engine, what was told to customers and staff, progress, files, looks and reveals,
the logins of those who acted, and the manifests that sealed it. One statement: each source is read
by its own index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SOURCES = ("attachment", "login", "look", "message", "notice", "progress", "record")
# What an auditor reads a life by; every record is in the list of records.
_COARSE = (
    "'INSTANCE_CREATED', 'INSTANCE_COMPLETED', 'INSTANCE_CANCELED', 'INSTANCE_MODIFIED',"
    " 'USER_TASK_CREATED', 'USER_TASK_ASSIGNED', 'USER_TASK_DELEGATED', 'USER_TASK_RETURNED',"
    " 'USER_TASK_SIGNER_ADDED', 'USER_TASK_SIGNER_REMOVED', 'USER_TASK_COMPLETED',"
    " 'USER_TASK_CANCELED', 'TIMER_FIRED', 'TIMER_RESCHEDULED', 'CALENDAR_CHANGED',"
    " 'MESSAGE_CORRELATED', 'SIGNAL_CAUGHT', 'ERROR_THROWN', 'ESCALATED', 'DECISION_EVALUATED',"
    " 'INCIDENT_CREATED', 'INCIDENT_RESOLVED'"
)
_RECORDS = (
    "SELECT at, 'record' AS source, lpad(number::text, 10, '0') AS id, kind,"  # noqa: S608 - constant
    " data->>'by' AS actor, element, jsonb_build_object('n', number,"
    " 'status', data->'status', 'to', data->'assignee', 'before', data->'before',"
    " 'due', data->'due', 'cause', data->'cause', 'code', data->'code',"
    " 'name', data->'name') AS details, data->'reason'->>'$ref' AS note"
    " FROM audit_record WHERE instance_key = :key"
    f" AND (kind IN ({_COARSE}) OR (kind = 'ELEMENT_ACTIVATED' AND data ? 'status'))"
)
_PROGRESS = (
    "SELECT at, 'progress', id::text, code, author, '', '{}'::jsonb, note_ref::text"
    " FROM progress_entry WHERE feedback_id = :key"
)
_MESSAGES = (
    "SELECT created_at, 'message', id::text, kind, NULL, '', jsonb_build_object('channel', channel,"
    " 'status', status, 'sent_at', sent_at, 'attempts', attempts, 'error', last_error), NULL"
    " FROM outbound_message WHERE feedback_id = :key"
)
_NOTICES = (
    "SELECT created_at, 'notice', id::text, code, NULL, '',"
    " jsonb_build_object('to', recipient, 'read_at', read_at), NULL"
    " FROM notice WHERE instance_key = :key"
)
_ADDED = (
    "SELECT added_at, 'attachment', id::text || '+', 'attachment_added', added_by, '',"
    " jsonb_build_object('media_type', media_type, 'size', size, 'scan', scan), name_ref::text"
    " FROM attachment WHERE feedback_id = :key"
)
_DELETED = (
    "SELECT deleted_at, 'attachment', id::text || '-', 'attachment_deleted', deleted_by, '',"
    " jsonb_build_object('size', size), reason_ref::text"
    " FROM attachment WHERE feedback_id = :key AND deleted_at IS NOT NULL"
)
# Under the item's number, the instance's key, or the key of one of its tasks.
_SUBJECTS = (
    "SELECT :own UNION SELECT :number UNION"
    " SELECT key::text FROM user_task WHERE instance_key = :key"
)
_LOOKS = (
    "SELECT at, 'look', lpad(id::text, 20, '0'), action, actor, '',"  # noqa: S608 - constant
    " data - 'reason',"
    f" data->'reason'->>'$ref' FROM access_record WHERE subject IN ({_SUBJECTS})"
)
# The last login of somebody before each of their acts.
_LOGINS = (
    "SELECT DISTINCT l.at, 'login', lpad(l.id::text, 20, '0'), l.action,"  # noqa: S608 - constant
    " l.actor, '', '{}'::jsonb, NULL FROM (SELECT data->>'by' AS actor, at"
    " FROM audit_record WHERE instance_key = :key AND data ? 'by'"
    " UNION SELECT actor, at FROM access_record"
    f" WHERE subject IN ({_SUBJECTS})) acted CROSS JOIN LATERAL (SELECT at, id, action, actor"
    " FROM access_record WHERE actor = acted.actor AND at <= acted.at AND action = 'login'"
    " ORDER BY at DESC LIMIT 1) l"
)
# The manifests that sealed the instance as it had come to be: an act around it like others.
_SEALED = (
    "SELECT m.made_at, 'look', 'manifest ' || lpad(m.number::text, 10, '0'), 'manifest_made',"
    " NULL, '', jsonb_build_object('manifest', m.number, 'n', h->1), NULL"
    " FROM process_instance p JOIN manifest m ON m.made_at >= p.started_at"
    " AND m.made_at < coalesce(p.ended_at + interval '7 days', 'infinity')"
    " CROSS JOIN LATERAL jsonb_array_elements(m.body->'heads') h"
    " WHERE p.key = :key AND h->>0 = :own"
)
_ALL = " UNION ALL ".join(
    (_RECORDS, _PROGRESS, _MESSAGES, _NOTICES, _ADDED, _DELETED, _LOOKS, _LOGINS, _SEALED)
)
_PAGE = text(
    f"SELECT at, source, id, kind, actor, element, details, note FROM ({_ALL}) found"  # noqa: S608
    " WHERE (CAST(:at AS timestamptz) IS NULL OR (at, source, id) < (:at, :source, :id))"
    " AND source = ANY(:sources) ORDER BY at DESC, source DESC, id DESC LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list an entry stands."""

    at: datetime
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened.

    Attributes:
        kind: a kind of record, a code of notice or progress, or the action of a look.
        actor: a username, None for the engine.
        details: codes, moments, numbers and usernames.
        note: where words that belong to it lie in the vault, None without any.
    """

    place: Place
    kind: str
    actor: str | None
    element: str
    details: dict[str, Any]
    note: UUID | None


def read(
    session: Session,
    key: int,
    number: str,
    *,
    sources: tuple[str, ...] = SOURCES,
    before: Place | None = None,
    limit: int = 100,
) -> list[Entry]:
    """Return a page of the list, newest first.

    Args:
        session: a transaction.
        key: the instance.
        number: of the item, "" without one.
        sources: which of `SOURCES`.
        before: the entry that the page comes after.
        limit: at most so many.
    """
    asked = {
        "key": key,
        "own": str(key),
        "number": number or str(key),
        "at": before.at if before else None,
        "source": before.source if before else "",
        "id": before.id if before else "",
        "sources": list(sources),
        "limit": limit,
    }
    return [
        Entry(
            Place(row["at"], row["source"], row["id"]),
            row["kind"],
            row["actor"],
            row["element"],
            {name: value for name, value in row["details"].items() if value not in (None, "")},
            UUID(row["note"]) if row["note"] else None,
        )
        for row in session.execute(_PAGE, asked).mappings()
    ]
