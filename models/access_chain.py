"""The chain of the access records, sealed shortly after they are committed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Engine, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.columns import Timestamp
from proof import chain


class AccessChain(SQLModel, table=True):
    """The place of one access record in their chain (访问链); inserted, never changed."""

    __tablename__ = "access_chain"

    number: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    record_id: int = Field(sa_type=BigInteger, unique=True)
    record_at: datetime = Field(sa_type=Timestamp)
    hash: bytes


AT_ONCE = 1000
# Transactions commit in another order than they take their ids: whoever is late is looked for
# among so many ids, and among all of them before a manifest.
LATE = 20_000

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('bihuan_access_chain'))")
_HEAD = text("SELECT number, hash FROM access_chain ORDER BY number DESC LIMIT 1")
_UNSEALED = text(
    "SELECT id, at, actor, action, subject, data FROM access_record r WHERE id > :after"
    " AND NOT EXISTS (SELECT FROM access_chain c WHERE c.record_id = r.id)"
    " ORDER BY id LIMIT :limit"
)
_NEWEST = text("SELECT COALESCE(max(record_id), 0) FROM access_chain")
_APPEND = text(
    "INSERT INTO access_chain (number, record_id, record_at, hash) SELECT * FROM"
    " unnest(CAST(:numbers AS bigint[]), CAST(:ids AS bigint[]),"
    " CAST(:moments AS timestamptz[]), CAST(:hashes AS bytea[]))"
)


def seal(session: Session, *, everything: bool = False, limit: int = AT_ONCE) -> int:
    """Give access records that have none their places in the chain (封存); return how many.

    One sealer at a time: the others wait until its transaction ends.

    Args:
        session: a short transaction, nothing else in it before.
        everything: look among all records, not only among the newest.
        limit: at most so many.
    """
    session.execute(_LOCK)
    number, last = head(session) or (0, chain.access_genesis())
    after = 0 if everything else max(0, (session.scalar(_NEWEST) or 0) - LATE)
    rows = session.execute(_UNSEALED, {"after": after, "limit": limit}).mappings().all()
    if rows:
        session.execute(_APPEND, _links(rows, number, last))
    return len(rows)


def seal_all(engine: Engine) -> int:
    """Seal all access records there are, a short transaction a page; return how many."""
    sealed = 0
    while True:
        with Session(engine) as session, session.begin():
            count = seal(session, everything=True)
        sealed += count
        if count < AT_ONCE:
            return sealed


def head(session: Session) -> tuple[int, bytes] | None:
    """Return the number and the hash of the last link, None without any."""
    found = session.execute(_HEAD).first()
    return None if found is None else (found.number, found.hash)


def _links(rows: Sequence[Any], number: int, last: bytes) -> dict[str, list[Any]]:
    hashes = []
    numbers = list(range(number + 1, number + 1 + len(rows)))
    for own, row in zip(numbers, rows, strict=True):
        content = {**row, "number": own, "at": chain.moment(row["at"])}
        last = chain.access_hash(last, content)
        hashes.append(last)
    return {
        "numbers": numbers,
        "ids": [row["id"] for row in rows],
        "moments": [row["at"] for row in rows],
        "hashes": hashes,
    }
