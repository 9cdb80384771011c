"""Files of an item as staff see them (附件视图)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from api.attachment_rules import AttachmentRules
from api.means import Means
from api.problem import Problem
from models.attachment import Attachment, Scan


class AttachmentView(BaseModel):
    """A file (附件); a deleted one is a tombstone, with the name gone.

    `digest` is keyed: it tells whether two downloads are the same, and nobody can try files on it.
    """

    id: UUID
    entry: UUID | None
    name: str | None
    media_type: str
    size: int
    digest: str
    scan: Scan
    available: bool
    added_by: str
    added_at: AwareDatetime
    deleted_at: AwareDatetime | None
    deleted_by: str | None


class Attachments(BaseModel):
    """The files of an item, oldest first."""

    items: list[AttachmentView]


EXAMPLE: dict[str, Any] = {
    "id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "entry": None,
    "name": "检测报告.pdf",
    "media_type": "application/pdf",
    "size": 182044,
    "digest": "9f2c0a7d4e6b81f35c0a9d27e4b86f1033c5d7a9e1b24f6880d2c4e6fa135790",
    "scan": "clean",
    "available": True,
    "added_by": "wangqiang",
    "added_at": "2024-05-06T08:00:00Z",
    "deleted_at": None,
    "deleted_by": None,
}


def rules_of(means: Means) -> AttachmentRules:
    """Return where files go.

    Raises:
        Problem: `attachments_not_configured`.
    """
    if means.attachments is None:
        raise Problem("attachments_not_configured")
    return means.attachments


def view(rules: AttachmentRules, one: Attachment, name: str | None) -> AttachmentView:
    """Return a file with its name as the caller may see it; without a name nothing is left."""
    readable = one.deleted_at is None and one.removed_at is None
    return AttachmentView(
        id=one.id,
        entry=one.entry_id,
        name=name,
        media_type=one.media_type,
        size=one.size,
        digest=one.digest,
        scan=_scan(one),
        available=readable and rules.lets_out(one),
        added_by=one.added_by,
        added_at=one.added_at,
        deleted_at=one.deleted_at,
        deleted_by=one.deleted_by,
    )


def _scan(one: Attachment) -> Scan:
    known: dict[str, Scan] = {"clean": "clean", "infected": "infected", "failed": "failed"}
    return known.get(one.scan, "pending")
