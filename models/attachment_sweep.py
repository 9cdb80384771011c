"""What nobody may read any more, and files that belong to nothing, are taken away."""

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import intake_upload, legal_hold
from models.attachment import Attachment
from models.attachment_folder import AttachmentFolder
from models.intake_upload import IntakeFile, files
from models.personal_key import PersonalErasure

# Longer than any upload lasts: a file stands before its row is committed.
GRACE = timedelta(hours=6)
_BATCH = 500


def sweep(session: Session, folder: AttachmentFolder, now: datetime) -> dict[str, int]:
    """Remove files of the erased, of tombstones, of items never told, orphans and what was begun.

    Tombstones of an item under legal hold stay; nobody is erased while one is there.

    Returns:
        How many files of each kind were removed.
    """
    before = (now - GRACE).timestamp()
    return {
        "unreadable": _remove_unreadable(session, folder, now),
        "untold": _remove_untold(session, folder, now),
        "orphans": _remove_orphans(session, folder, before),
        "begun": folder.clear_begun(before),
    }


def _remove_unreadable(session: Session, folder: AttachmentFolder, now: datetime) -> int:
    erased = exists().where(col(PersonalErasure.person_id) == col(Attachment.person_id))
    legal_hold.guard(session)
    free = col(Attachment.feedback_id).not_in(legal_hold.held_items())
    unreadable = select(Attachment).where(
        col(Attachment.removed_at).is_(None),
        or_(erased, and_(col(Attachment.deleted_at).is_not(None), free)),
    )
    gone = 0
    for one in session.scalars(unreadable):
        gone += folder.remove(one.id)
        one.removed_at = now
    return gone


def _remove_untold(session: Session, folder: AttachmentFolder, now: datetime) -> int:
    gone = 0
    while ended := intake_upload.expired(session, now, _BATCH):
        gone += sum(folder.remove(one.id) for own in ended for one in files(session, own))
        intake_upload.forget(session, [own.id for own in ended])
    return gone


def _remove_orphans(session: Session, folder: AttachmentFolder, before: float) -> int:
    old = list(folder.older(before))
    gone = 0
    for start in range(0, len(old), _BATCH):
        batch = old[start : start + _BATCH]
        kept = select(col(Attachment.id)).where(
            col(Attachment.id).in_(batch), col(Attachment.removed_at).is_(None)
        )
        waiting = select(col(IntakeFile.id)).where(col(IntakeFile.id).in_(batch))
        # One statement, since a file goes from one table to the other.
        known = session.scalars(kept.union(waiting))
        gone += sum(folder.remove(file_id) for file_id in set(batch) - set(known))
    return gone
