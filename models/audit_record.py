"""Engine records: what happened in each process instance, in order."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models import commitment
from models.columns import Timestamp
from models.database import compact_json
from proof import chain


class AuditRecord(SQLModel, table=True):
    """One engine record (审计记录), partitioned by month; inserted, never changed.

    `hash` binds it to all records of its instance before it; `commitments` stand in it for the
    personal values that the data refers to.
    """

    __tablename__ = "audit_record"
    __table_args__ = {"postgresql_partition_by": "RANGE (at)"}

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(primary_key=True, sa_type=Timestamp)
    kind: str
    element: str = ""
    key: int = Field(default=0, sa_type=BigInteger)
    data: dict[str, Any] = Field(sa_type=JSONB)
    commitments: dict[str, str] | None = Field(default=None, sa_type=JSONB)
    hash: bytes


_COLUMNS = "number, at, kind, element, key, data"
# One statement with one parameter, however many records: the text is always the same, so it is
# prepared once.
_APPEND = text(
    f"INSERT INTO audit_record (instance_key, {_COLUMNS}, commitments, hash)"  # noqa: S608 - constant
    f" SELECT :instance_key, {_COLUMNS}, commitments, decode(hash, 'hex')"
    " FROM jsonb_to_recordset(CAST(:records AS jsonb))"
    " AS r(number integer, at timestamptz, kind text, element text, key bigint, data jsonb,"
    " commitments jsonb, hash text)"
)
_HASH = text(
    "SELECT hash FROM audit_record WHERE instance_key = :instance_key AND number = :number"
)
_READ = text(
    f"SELECT {_COLUMNS} FROM audit_record"  # noqa: S608 - constant
    " WHERE instance_key = :instance_key AND number > :after AND number <= :until ORDER BY number"
)
_LAST = 2**31 - 1


def append(session: Session, instance_key: int, records: Sequence[Mapping[str, Any]]) -> None:
    """Insert the records of one instance, each chained to the one before.

    Where that one is gone the chain goes on from nothing: work does not stop, and verification
    names the place.

    Args:
        session: the transaction that the records belong to.
        instance_key: the instance.
        records: JSON objects with number, at (ISO 8601), kind, element, key and data, in order.
    """
    if not records:
        return
    # As the database will have them, whatever Python types they are made of.
    rows: list[dict[str, Any]] = json.loads(compact_json(records))
    commitment.commit(session, rows)
    last = _hash_before(session, instance_key, rows[0]["number"])
    for row in rows:
        row["at"] = chain.moment(row["at"])
        last = chain.record_hash(last, instance_key, row)
        row["hash"] = last.hex()
    session.execute(_APPEND, {"instance_key": instance_key, "records": compact_json(rows)})


def _hash_before(session: Session, instance_key: int, number: int) -> bytes:
    if number == 1:
        return chain.genesis(instance_key)
    before = {"instance_key": instance_key, "number": number - 1}
    found: bytes | None = session.scalar(_HASH, before)
    return chain.NOTHING if found is None else found


def read(
    session: Session, instance_key: int, *, after: int = 0, until: int = _LAST
) -> list[dict[str, Any]]:
    """Return the records of an instance after `after`, in order, as they were appended."""
    asked = {"instance_key": instance_key, "after": after, "until": until}
    rows = session.execute(_READ, asked)
    return [{**row, "at": chain.moment(row["at"])} for row in rows.mappings()]


def last_number(session: Session, instance_key: int) -> int:
    """Return the number of the newest record of an instance, 0 without any."""
    own = select(func.max(col(AuditRecord.number))).where(
        col(AuditRecord.instance_key) == instance_key
    )
    return session.scalar(own) or 0


def of_kind(session: Session, instance_key: int, kind: str) -> list[dict[str, Any]]:
    """Return the records of one kind of an instance, in order."""
    own = select(AuditRecord).where(
        col(AuditRecord.instance_key) == instance_key, col(AuditRecord.kind) == kind
    )
    rows = session.scalars(own.order_by(col(AuditRecord.number)))
    return [{"at": one.at, "key": one.key, "data": one.data} for one in rows]
