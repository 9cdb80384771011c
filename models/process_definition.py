"""Process definitions, immutable and named by digest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint, func, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.process_instance import next_key


@dataclass(frozen=True)
class Drawn:
    """What a drawing says of one of its processes (流程图信息)."""

    name: str = ""
    resource_name: str = ""
    version_tag: str | None = None
    start_form: str | None = None


class ProcessDefinition(SQLModel, table=True):
    """One version of a process (流程定义): drawing, decisions, forms and calendar together.

    Attributes:
        bundle: the digest of the files alone, which processes deployed together share.
        draft_id: the draft that it was deployed from, if it was not deployed directly.
    """

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
    bundle: str = Field(max_length=64, index=True)
    name: str = ""
    resource_name: str = ""
    version_tag: str | None = None
    start_form: str | None = None
    # No foreign key: whoever reads definitions need not know of drafts, which are never deleted.
    draft_id: UUID | None = None


class ProcessResource(SQLModel, table=True):
    """One file of a definition (流程资源), or of decisions that were deployed without a process.

    Attributes:
        digest: of the definition, or of all files that were deployed together without one.
    """

    __tablename__ = "process_resource"

    # No foreign key: decisions can be deployed alone.
    digest: str = Field(primary_key=True, max_length=64)
    name: str = Field(primary_key=True)
    content: bytes


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('definitions', 0))")


def digest(
    files: Mapping[str, bytes], calendar_version: int, process_id: str, *, again: int = 0
) -> str:
    """Return the SHA-256 that names these files as a definition of one process.

    Args:
        files: drawings, decisions and forms by name.
        calendar_version: the working calendar that they count with.
        process_id: the process.
        again: the number of the version, where an earlier one is brought back.
    """
    parts = [process_id.encode(), str(calendar_version).encode()]
    if again:
        parts.append(str(again).encode())
    return _hashed([*parts, *_parts(files)])


def bundle_digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of the files alone, whatever processes and calendar."""
    return _hashed(_parts(files))


def lock(session: Session) -> None:
    """Have one deployment at a time: versions are counted, and two must not count together."""
    session.execute(_LOCK)


def store(
    session: Session,
    files: Mapping[str, bytes],
    *,
    process_id: str,
    calendar_version: int,
    deployed_at: datetime,
    deployed_by: str,
    drawn: Drawn = Drawn(),
    draft_id: UUID | None = None,
) -> ProcessDefinition:
    """Store a definition as the next version of its process.

    What the newest version holds already is stored once. An earlier version deployed again
    becomes the newest: that is how a mistake is taken back.
    """
    lock(session)
    newest = latest(session, process_id)
    bundle = bundle_digest(files)
    if newest and (newest.bundle, newest.calendar_version) == (bundle, calendar_version):
        return newest
    version = _next_version(session, process_id)
    name = digest(files, calendar_version, process_id)
    if session.get(ProcessDefinition, name) is not None:
        name = digest(files, calendar_version, process_id, again=version)
    definition = ProcessDefinition(
        digest=name,
        key=next_key(session),
        version=version,
        process_id=process_id,
        deployed_at=deployed_at,
        deployed_by=deployed_by,
        calendar_version=calendar_version,
        bundle=bundle,
        draft_id=draft_id,
        **asdict(drawn),
    )
    session.add(definition)
    session.flush()
    _keep(session, name, files)
    return definition


def store_files(session: Session, files: Mapping[str, bytes]) -> str:
    """Store files that hold no process, once; return the digest that names them."""
    lock(session)
    name = bundle_digest(files)
    if session.scalars(select(ProcessResource).filter_by(digest=name).limit(1)).first() is None:
        _keep(session, name, files)
    return name


def _keep(session: Session, digest: str, files: Mapping[str, bytes]) -> None:
    rows = [{"digest": digest, "name": file, "content": files[file]} for file in sorted(files)]
    if rows:
        session.execute(insert(ProcessResource), rows)


def load_resources(session: Session, digest: str) -> dict[str, bytes]:
    """Return the files of a definition by name."""
    own = col(ProcessResource.digest) == digest
    found = select(col(ProcessResource.name), col(ProcessResource.content)).where(own)
    return {row.name: row.content for row in session.execute(found.order_by("name"))}


def find(session: Session, digest: str) -> ProcessDefinition | None:
    """Return the definition that a digest names."""
    return session.get(ProcessDefinition, digest)


def by_key(session: Session, key: int) -> ProcessDefinition | None:
    """Return the definition that a key names."""
    return session.scalars(select(ProcessDefinition).filter_by(key=key)).first()


def at(session: Session, process_id: str, version: int) -> ProcessDefinition | None:
    """Return a version of a process by its number."""
    own = select(ProcessDefinition).filter_by(process_id=process_id, version=version)
    return session.scalars(own).first()


def latest(session: Session, process_id: str, tag: str = "") -> ProcessDefinition | None:
    """Return the newest active version of a process, or the newest that has a tag."""
    own = select(ProcessDefinition).where(
        col(ProcessDefinition.process_id) == process_id, col(ProcessDefinition.active)
    )
    if tag:
        own = own.where(col(ProcessDefinition.version_tag) == tag)
    return session.scalars(own.order_by(col(ProcessDefinition.version).desc()).limit(1)).first()


def of_bundle(session: Session, bundle: str) -> Sequence[ProcessDefinition]:
    """Return the newest version of each process that was deployed with exactly these files."""
    own = select(ProcessDefinition).where(col(ProcessDefinition.bundle) == bundle)
    newest = own.order_by(col(ProcessDefinition.process_id), col(ProcessDefinition.version).desc())
    return session.scalars(newest.distinct(col(ProcessDefinition.process_id))).all()


def versions(session: Session, process_ids: Iterable[str]) -> dict[str, int]:
    """Return the newest version of each of these processes that was deployed at all."""
    found = select(
        col(ProcessDefinition.process_id), func.max(col(ProcessDefinition.version))
    ).where(col(ProcessDefinition.process_id).in_(list(process_ids)), col(ProcessDefinition.active))
    rows = session.execute(found.group_by(col(ProcessDefinition.process_id)))
    return {row[0]: row[1] for row in rows}


def _next_version(session: Session, process_id: str) -> int:
    last = select(func.max(col(ProcessDefinition.version)))
    return (session.scalar(last.where(col(ProcessDefinition.process_id) == process_id)) or 0) + 1


def _parts(files: Mapping[str, bytes]) -> list[bytes]:
    return [part for name in sorted(files) for part in (name.encode(), files[name])]


def _hashed(parts: Iterable[bytes]) -> str:
    # Every part is preceded by its length: two different lists never make the same bytes.
    return sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).hexdigest()
