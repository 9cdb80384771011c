"""Process definitions, immutable and named by digest."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import BigInteger, UniqueConstraint, func, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.process_instance import next_key


class ProcessDefinition(SQLModel, table=True):
    """One version of a process (流程定义): drawing, decisions, forms and calendar together."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("process_id", "version"),)

    digest: str = Field(primary_key=True, max_length=64)
    key: int = Field(unique=True, sa_type=BigInteger)
    version: int
    process_id: str
    deployed_at: datetime = Field(sa_type=Timestamp)
    deployed_by: str
    calendar_version: int
    active: bool = True


class ProcessResource(SQLModel, table=True):
    """One file of a definition (流程资源)."""

    __tablename__ = "process_resource"

    digest: str = Field(primary_key=True, max_length=64, foreign_key="process_definition.digest")
    name: str = Field(primary_key=True)
    content: bytes


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('definition ' || :process_id, 0))")


def digest(files: Mapping[str, bytes], calendar_version: int, process_id: str) -> str:
    """Return the SHA-256 that names these files as a definition of one process."""
    parts = [process_id.encode(), str(calendar_version).encode()]
    for name in sorted(files):
        parts += [name.encode(), files[name]]
    # Every part is preceded by its length: two different lists never make the same bytes.
    return sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).hexdigest()


def store(
    session: Session,
    files: Mapping[str, bytes],
    *,
    process_id: str,
    calendar_version: int,
    deployed_at: datetime,
    deployed_by: str,
) -> ProcessDefinition:
    """Store a definition as the next version of its process; the same files are stored once."""
    session.execute(_LOCK, {"process_id": process_id})
    name = digest(files, calendar_version, process_id)
    if (known := session.get(ProcessDefinition, name)) is not None:
        return known
    versions = select(func.max(col(ProcessDefinition.version)))
    last = session.scalar(versions.where(col(ProcessDefinition.process_id) == process_id))
    definition = ProcessDefinition(
        digest=name,
        key=next_key(session),
        version=(last or 0) + 1,
        process_id=process_id,
        deployed_at=deployed_at,
        deployed_by=deployed_by,
        calendar_version=calendar_version,
    )
    session.add(definition)
    session.flush()
    rows = [{"digest": name, "name": file, "content": files[file]} for file in sorted(files)]
    if rows:
        session.execute(insert(ProcessResource), rows)
    return definition


def load_resources(session: Session, digest: str) -> dict[str, bytes]:
    """Return the files of a definition by name."""
    own = col(ProcessResource.digest) == digest
    found = select(col(ProcessResource.name), col(ProcessResource.content)).where(own)
    return {row.name: row.content for row in session.execute(found.order_by("name"))}


def find(session: Session, digest: str) -> ProcessDefinition | None:
    """Return the definition that a digest names."""
    return session.get(ProcessDefinition, digest)


def latest(session: Session, process_id: str) -> ProcessDefinition | None:
    """Return the newest active version of a process."""
    own = select(ProcessDefinition).where(
        col(ProcessDefinition.process_id) == process_id, col(ProcessDefinition.active)
    )
    return session.scalars(own.order_by(col(ProcessDefinition.version).desc()).limit(1)).first()
