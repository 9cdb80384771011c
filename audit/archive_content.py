"""What goes into an archive, gathered from the tables in one transaction (归档内容)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from audit.archive import Archive
from models import audit_record, feedback
from models.process_instance import ProcessInstance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session
    from temporalio.client import WorkflowHistory

_COUNTING = ("INSTANCE_CREATED", "CALENDAR_CHANGED")
# PostgreSQL makes the JSON: the archive holds what the tables hold, whatever columns they have.
_BATCHES = text(
    "SELECT to_jsonb(b) - 'instance_key' FROM command_batch b"
    " WHERE instance_key = :key ORDER BY first_number"
)
_ACCESS = text(
    "SELECT to_jsonb(a) FROM access_record a"
    " WHERE subject = ANY(CAST(:subjects AS text[])) ORDER BY at, id"
)
_PROOFS = text(
    "SELECT number, encode(hash, 'hex') AS hash, commitments FROM audit_record"
    " WHERE instance_key = :key ORDER BY number"
)


def gather(
    session: Session,
    instance: ProcessInstance,
    histories: Sequence[WorkflowHistory],
    made_at: datetime,
) -> Archive:
    """Return all that is known of an instance; its personal texts are references here too."""
    key = instance.key
    item = feedback.find(session, key)
    number = item.number if item else None
    records = audit_record.read(session, key)
    subjects = [str(key), number] if number else [str(key)]
    return Archive(
        instance={**json.loads(instance.model_dump_json()), "number": number},
        records=records,
        proofs=proofs(session, key),
        batches=list(session.scalars(_BATCHES, {"key": key})),
        histories=[json.loads(one.to_json()) for one in histories],
        access=list(session.scalars(_ACCESS, {"subjects": subjects})),
        calendars=_calendars(records),
        made_at=made_at.isoformat(),
    )


def proofs(session: Session, key: int) -> list[dict[str, Any]]:
    """Return number, hash in hex and commitments of each record of an instance."""
    return [dict(row) for row in session.execute(_PROOFS, {"key": key}).mappings()]


def _calendars(records: Sequence[dict[str, Any]]) -> list[int]:
    """Return the versions of the calendar that records name, the first one first."""
    told = (row["data"].get("calendar") for row in records if row["kind"] in _COUNTING)
    return list(dict.fromkeys(one for one in told if one))
