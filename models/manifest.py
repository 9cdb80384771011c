"""Manifests: what all chains had come to, signed, day by day."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class Manifest(SQLModel, table=True):
    """One signed manifest (清单); inserted, never changed. `body` is what was signed."""

    __tablename__ = "manifest"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    made_at: datetime = Field(sa_type=Timestamp)
    body: dict[str, Any] = Field(sa_type=JSONB)
    signature: bytes
    hash: bytes


class ManifestHead(SQLModel, table=True):
    """The head of an instance that the manifests told last (链尾): tells what is to be told next.

    Verification does not believe it; it reads the manifests themselves.
    """

    __tablename__ = "manifest_head"

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    number: int
    hash: bytes


def last(session: Session) -> Manifest | None:
    """Return the newest manifest, None without any."""
    newest = select(Manifest).order_by(col(Manifest.number).desc())
    return session.scalars(newest.limit(1)).first()


def find(session: Session, number: int) -> Manifest | None:
    """Return a manifest by its number."""
    return session.get(Manifest, number)


def numbered(session: Session, after: int = 0) -> Iterator[Manifest]:
    """Yield the manifests after `after`, in order, one page in memory at a time."""
    wanted = select(Manifest).where(col(Manifest.number) > after).order_by(col(Manifest.number))
    yield from session.scalars(wanted.execution_options(yield_per=20))


def lacking(session: Session, known: Sequence[int]) -> Iterator[Manifest]:
    """Yield the manifests that are not among those with these numbers, in order."""
    wanted = select(Manifest).where(col(Manifest.number).not_in(known))
    page = wanted.order_by(col(Manifest.number)).execution_options(yield_per=20)
    yield from session.scalars(page)


def naming(session: Session, instance_key: int, *, since: datetime) -> Sequence[Manifest]:
    """Return the manifests that tell the head of an instance, in order.

    Args:
        session: a transaction.
        instance_key: the instance.
        since: when it began: no earlier manifest knows it.
    """
    told = col(Manifest.body)["heads"].contains([[str(instance_key)]])
    wanted = select(Manifest).where(col(Manifest.made_at) >= since, told)
    return session.scalars(wanted.order_by(col(Manifest.number))).all()


def newest(session: Session, limit: int, before: int | None = None) -> Sequence[Manifest]:
    """Return the newest manifests, or those before a number."""
    wanted = select(Manifest).order_by(col(Manifest.number).desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(col(Manifest.number) < before)
    return session.scalars(wanted).all()


def to_file(found: Manifest) -> dict[str, Any]:
    """Return a manifest as files and the API hold it: what was signed, and the signature."""
    return {"body": found.body, "signature": found.signature.hex()}
