"""Files that belong to an item: what is known of them; they lie in a folder, encrypted."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Literal
from uuid import UUID

from sqlalchemy import BigInteger, Index, delete, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.personal_key import PersonalErasure
from models.personal_value import PersonalValue
from models.sealed_file import KEY_BYTES
from models.vault import Vault, reference

Scan = Literal["pending", "clean", "infected", "failed"]
# What a scanner has yet to look at, perhaps again.
UNSCANNED = ("pending", "failed")
# Who added what came with the item; no username has a blank.
BY_CUSTOMER = "the customer"


class Attachment(SQLModel, table=True):
    """A file of an item (附件), perhaps of one of its progress entries; deleted, a tombstone.

    Its key is a value in the vault, sealed with the data key of the customer: with that key the
    file is gone. Its name is in the vault as well.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "attachment_unscanned_idx",
            "scanned_at",
            postgresql_where=text("scan IN ('pending', 'failed') AND deleted_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    feedback_id: int = Field(sa_type=BigInteger, foreign_key="feedback.id", index=True)
    entry_id: UUID | None = Field(default=None, foreign_key="progress_entry.id")
    person_id: UUID = Field(index=True)
    key_ref: UUID
    name_ref: UUID
    media_type: str
    size: int = Field(sa_type=BigInteger)
    digest: str
    scan: str = "pending"
    scanned_at: datetime | None = Field(default=None, sa_type=Timestamp)
    added_by: str
    added_at: datetime = Field(sa_type=Timestamp)
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)
    deleted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    deleted_by: str | None = None
    reason_ref: UUID | None = None
    removed_at: datetime | None = Field(default=None, sa_type=Timestamp)


def new_key() -> str:
    """Return the key of a new file, as text for the vault."""
    return token_hex(KEY_BYTES)


def references(feedback_id: int, attachment_id: UUID) -> tuple[UUID, UUID]:
    """Return where key and name of a file lie in the vault."""
    cause = f"attachment:{attachment_id}"
    return reference(feedback_id, cause, "key"), reference(feedback_id, cause, "name")


def key_of(session: Session, vault: Vault, one: Attachment) -> bytes | None:
    """Return the key of a file, None when its person was erased or it was deleted."""
    held = vault.reveal(session, one.key_ref)
    return None if held is None else bytes.fromhex(held)


def of_feedback(session: Session, feedback_id: int) -> Sequence[Attachment]:
    """Return the files of an item, oldest first, with the tombstones."""
    own = select(Attachment).where(col(Attachment.feedback_id) == feedback_id)
    return session.scalars(own.order_by(col(Attachment.added_at), col(Attachment.id))).all()


def find(session: Session, feedback_id: int, attachment_id: UUID) -> Attachment | None:
    """Return a file of an item."""
    found = session.get(Attachment, attachment_id)
    return found if found is not None and found.feedback_id == feedback_id else None


def stored(session: Session, feedback_id: int) -> tuple[int, int]:
    """Return how many files an item has, and how many bytes they are."""
    held = select(col(Attachment.size)).where(
        col(Attachment.feedback_id) == feedback_id, col(Attachment.deleted_at).is_(None)
    )
    sizes = session.scalars(held).all()
    return len(sizes), sum(sizes)


def mark_used(session: Session, one: Attachment, at: datetime) -> None:
    """Note that somebody else than who added it has got the file, the first time only."""
    unused = update(Attachment).where(col(Attachment.id) == one.id)
    session.execute(unused.where(col(Attachment.used_at).is_(None)).values(used_at=at))


def bury(session: Session, one: Attachment, *, by: str, reason: UUID, at: datetime) -> None:
    """Leave a tombstone: with its key the file can be read by nobody, backups of it included."""
    one.deleted_at, one.deleted_by, one.reason_ref = at, by, reason
    values = [one.key_ref, one.name_ref]
    session.execute(delete(PersonalValue).where(col(PersonalValue.id).in_(values)))


def unscanned(session: Session, limit: int) -> Sequence[Attachment]:
    """Return files that a scanner has yet to look at, the longest waiting first."""
    waiting = select(Attachment).where(
        col(Attachment.scan).in_(UNSCANNED), col(Attachment.deleted_at).is_(None)
    )
    erased = select(col(PersonalErasure.person_id))
    living = waiting.where(col(Attachment.person_id).not_in(erased))
    # What failed goes behind what was never looked at.
    longest = col(Attachment.scanned_at).asc().nulls_first()
    return session.scalars(living.order_by(longest, col(Attachment.added_at)).limit(limit)).all()


def keep_scan(session: Session, attachment_id: UUID, found: Scan, at: datetime) -> bool:
    """Keep what a scanner found unless one has come to an end before; say whether it is kept."""
    own = update(Attachment).where(
        col(Attachment.id) == attachment_id, col(Attachment.scan).in_(UNSCANNED)
    )
    return session.connection().execute(own.values(scan=found, scanned_at=at)).rowcount == 1
