"""Files that customers send before the item that they belong to is told."""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, delete, func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.key_source import seal, unseal

LIFETIME = timedelta(hours=2)


class IntakeUpload(SQLModel, table=True):
    """Leave to send files for one item yet to be told (上传许可), known by its token's SHA-256."""

    __tablename__ = "intake_upload"

    id: UUID = Field(primary_key=True)
    token_digest: str = Field(unique=True, max_length=64)
    expires_at: datetime = Field(sa_type=Timestamp, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)


class IntakeFile(SQLModel, table=True):
    """A file that waits for its item (待关联文件).

    Its key and name are sealed under the token, which is stored nowhere: until the item is told,
    nobody but the sender can read it.
    """

    __tablename__ = "intake_file"

    id: UUID = Field(primary_key=True)
    upload_id: UUID = Field(foreign_key="intake_upload.id", index=True)
    sealed: bytes
    media_type: str
    size: int = Field(sa_type=BigInteger)
    digest: str
    added_at: datetime = Field(sa_type=Timestamp)


def begin(session: Session, now: datetime) -> tuple[str, datetime]:
    """Make a leave; return its token, seen this once, and when it ends."""
    token, expires_at = token_urlsafe(32), now + LIFETIME
    values = {"id": uuid4(), "token_digest": _digest(token), "expires_at": expires_at}
    session.execute(insert(IntakeUpload).values(**values))
    return token, expires_at


def locked(session: Session, token: str) -> IntakeUpload | None:
    """Return the leave of a token; its files are added and taken one after another."""
    own = select(IntakeUpload).where(col(IntakeUpload.token_digest) == _digest(token))
    return session.scalars(own.with_for_update()).first()


def files(session: Session, upload: IntakeUpload) -> Sequence[IntakeFile]:
    """Return what was sent by a leave, oldest first."""
    own = select(IntakeFile).where(col(IntakeFile.upload_id) == upload.id)
    return session.scalars(own.order_by(col(IntakeFile.added_at), col(IntakeFile.id))).all()


def waiting_bytes(session: Session) -> int:
    """Return how many bytes wait for items, of all senders."""
    return int(session.scalar(select(func.sum(col(IntakeFile.size)))) or 0)


def use(session: Session, upload: IntakeUpload, now: datetime) -> None:
    """Use a leave up: its files are somebody else's now."""
    upload.used_at = now
    session.execute(delete(IntakeFile).where(col(IntakeFile.upload_id) == upload.id))


def expired(session: Session, now: datetime, limit: int) -> Sequence[IntakeUpload]:
    """Return leaves that have ended and that nobody works with, the oldest first."""
    ended = select(IntakeUpload).where(col(IntakeUpload.expires_at) <= now)
    oldest = ended.order_by(col(IntakeUpload.expires_at)).limit(limit)
    return session.scalars(oldest.with_for_update(skip_locked=True)).all()


def forget(session: Session, uploads: Sequence[UUID]) -> None:
    """Drop leaves with what was sent by them."""
    session.execute(delete(IntakeFile).where(col(IntakeFile.upload_id).in_(uploads)))
    session.execute(delete(IntakeUpload).where(col(IntakeUpload.id).in_(uploads)))


def sealed(token: str, file_id: UUID, *, key: str, name: str) -> bytes:
    """Return key and name of a file, readable with the token only."""
    plain = json.dumps([key, name]).encode()
    return seal(_cipher(token), plain, file_id.bytes)


def opened(token: str, one: IntakeFile) -> tuple[str, str]:
    """Return key and name of a file."""
    key, name = json.loads(unseal(_cipher(token), one.sealed, one.id.bytes))
    return key, name


def _cipher(token: str) -> AESGCM:
    return AESGCM(hmac.digest(token.encode(), b"bihuan intake file", "sha256"))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
