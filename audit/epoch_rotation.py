"""A new epoch: the keys of those who stay are wrapped anew, and the old key is destroyed."""

from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models import erasure, key_epoch, key_snapshot
from models.key_source import EpochGoneError
from models.personal_key import PersonalErasure
from models.vault import tell_epoch

# Each page begins where the one before ended: what was wrapped anew is not walked over again.
_WRAPPED_BEFORE = text(
    "SELECT person_id, wrapped, epoch FROM personal_key"
    " WHERE epoch < :epoch AND person_id > :after ORDER BY person_id LIMIT 5000"
)
_LOCK_KEYS = text("LOCK TABLE personal_key IN SHARE ROW EXCLUSIVE MODE")
_REWRAP = text(
    "UPDATE personal_key SET wrapped = v.wrapped, epoch = :epoch"
    " FROM unnest(CAST(:people AS uuid[]), CAST(:wrapped AS bytea[])) AS v(person_id, wrapped)"
    " WHERE personal_key.person_id = v.person_id"
)


class EpochKeys(Protocol):
    """Where epoch keys are made and destroyed: a folder of files, or a key management service."""

    def make(self, epoch: int) -> None:
        """Make the key of an epoch unless it is there."""
        ...

    def destroy_before(self, epoch: int) -> list[int]:
        """Destroy the keys of all earlier epochs for good."""
        ...

    def wrap(self, data_key: bytes, person_id: UUID, epoch: int | None = None) -> bytes:
        """Return a data key wrapped by the key of an epoch."""
        ...

    def unwrap(self, wrapped: bytes, epoch: int, person_id: UUID) -> bytes:
        """Return a data key."""
        ...


def rotate(
    engine: Engine, keys: EpochKeys, at: datetime, *, snapshot: Path | None = None
) -> list[UUID]:
    """Have no key left that could unwrap those of the erased (密钥轮换); return who they are.

    Ended at any point it goes on where it was: a key file that was made is used, and only when
    nothing is wrapped by an old key any more is that destroyed.

    Args:
        engine: the database.
        keys: where the keys of epochs are.
        at: the time.
        snapshot: the folder in which those who stay are kept, before the old key goes.
    """
    with Session(engine) as session, session.begin():
        key_epoch.alone(session)
        if _is_needed(session):
            _begin_epoch(session, keys, at)
    with Session(engine) as session, session.begin():
        key_epoch.alone(session)
        if snapshot is not None and not key_epoch.all_destroyed(session):
            key_snapshot.write(session, snapshot)
        return _destroy_old(session, keys, at)


def _is_needed(session: Session) -> bool:
    """Say whether an erased person's key was wrapped by the key that wraps now."""
    owed = [one.person_id for one in erasure.owed(session, "keys")]
    newest = select(func.max(col(PersonalErasure.epoch))).where(
        col(PersonalErasure.person_id).in_(owed)
    )
    return (session.scalar(newest) or 0) >= key_epoch.present(session)


def _begin_epoch(session: Session, keys: EpochKeys, at: datetime) -> None:
    epoch = key_epoch.present(session) + 1
    keys.make(epoch)
    # From here on nobody adds a key by the old epoch: the vault asks which one wraps.
    session.execute(_LOCK_KEYS)
    after = UUID(int=0)
    while rows := session.execute(_WRAPPED_BEFORE, {"epoch": epoch, "after": after}).all():
        wrapped = [
            keys.wrap(keys.unwrap(one.wrapped, one.epoch, one.person_id), one.person_id, epoch)
            for one in rows
        ]
        people = [one.person_id for one in rows]
        session.execute(_REWRAP, {"epoch": epoch, "people": people, "wrapped": wrapped})
        after = people[-1]
    key_epoch.begin(session, epoch, at)
    tell_epoch(session)


def _destroy_old(session: Session, keys: EpochKeys, at: datetime) -> list[UUID]:
    present = key_epoch.present(session)
    if session.execute(_WRAPPED_BEFORE, {"epoch": present, "after": UUID(int=0)}).first():
        raise EpochGoneError(f"keys are left that epoch {present} does not wrap")
    keys.destroy_before(present)
    key_epoch.note_destroyed(session, present, at)
    owed = [one.person_id for one in erasure.owed(session, "keys")]
    wrapped_now = select(col(PersonalErasure.person_id)).where(
        col(PersonalErasure.person_id).in_(owed), col(PersonalErasure.epoch) >= present
    )
    later = set(session.scalars(wrapped_now))
    gone = [person for person in owed if person not in later]
    erasure.done(session, "keys", gone, at)
    # Again, now that whoever reads the keys anew does not find the old one.
    tell_epoch(session)
    return gone
