"""What a step brought that ran as a normal activity, so that it happens once."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel


class JobResult(SQLModel, table=True):
    """The committed result of a job (步骤结果), by its key."""

    __tablename__ = "job_result"

    job_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    result: dict[str, Any] = Field(sa_type=JSONB)


def find(session: Session, job_key: int) -> dict[str, Any] | None:
    """Return the result that was committed for a job."""
    found = session.get(JobResult, job_key)
    return None if found is None else found.result


def put(session: Session, job_key: int, result: dict[str, Any]) -> None:
    """Store a result; a rival that commits first makes this transaction fail, and so be undone."""
    session.execute(insert(JobResult).values(job_key=job_key, result=result))
