"""An item that is told takes the files that were sent for it (附件关联)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.means import Means
from api.problem import Problem
from models import access_record, attachment, intake_upload
from models.attachment import BY_CUSTOMER, Attachment
from models.feedback import Feedback
from models.intake_upload import IntakeUpload

TOKEN = r"^[A-Za-z0-9_-]{43}$"  # noqa: S105 (the form of a token)


def leave(session: Session, token: str, now: datetime) -> IntakeUpload:
    """Return the leave of a token, held until the transaction ends.

    Raises:
        Problem: `upload_token_invalid`: unknown, used or expired.
    """
    found = intake_upload.locked(session, token)
    if found is None:
        raise Problem("upload_token_invalid", reason="unknown")
    if found.used_at is not None:
        raise Problem("upload_token_invalid", reason="used")
    if found.expires_at <= now:
        raise Problem("upload_token_invalid", reason="expired")
    return found


def take(
    session: Session, means: Means, token: str, *, item: int, person: UUID, at: datetime
) -> Sequence[Attachment]:
    """Use a token up; return its files as those of an item, their keys in the customer's vault.

    The rows are still to be added, as soon as the item's own row is there.

    Raises:
        Problem: `upload_token_invalid`.
        PersonErasedError: the customer was erased this very moment.
    """
    upload = leave(session, token, at)
    taken: list[Attachment] = []
    texts: dict[UUID, str] = {}
    for one in intake_upload.files(session, upload):
        key_ref, name_ref = attachment.references(item, one.id)
        texts[key_ref], texts[name_ref] = intake_upload.opened(token, one)
        taken.append(
            Attachment(
                id=one.id,
                feedback_id=item,
                person_id=person,
                key_ref=key_ref,
                name_ref=name_ref,
                media_type=one.media_type,
                size=one.size,
                digest=one.digest,
                added_by=BY_CUSTOMER,
                added_at=one.added_at,
            )
        )
    means.vault.store_all(session, person, texts)
    intake_upload.use(session, upload, at)
    return taken


def add(session: Session, item: Feedback, taken: Sequence[Attachment], at: datetime) -> None:
    """Add the files to their item, and record it as for those of staff."""
    session.add_all(taken)
    for one in taken:
        access_record.append(
            session,
            at=at,
            actor=BY_CUSTOMER,
            action="attachment.add",
            subject=item.number,
            data={"attachment": str(one.id), "media_type": one.media_type, "size": one.size},
        )
