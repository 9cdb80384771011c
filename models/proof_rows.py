"""Records as a verification wants them: with their hashes, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import manifest
from proof import chain
from proof.finding import Finding
from proof.manifest_check import File
from proof.whole import Instance

PAGE = 5000
_COLUMNS = (
    "instance_key AS instance, number, at, kind, element, key, data, commitments,"
    " encode(hash, 'hex') AS hash"
)
_OF_ONE = text(
    f"SELECT {_COLUMNS} FROM audit_record"  # noqa: S608 - constant
    " WHERE instance_key = :instance_key ORDER BY number, at"
)
_OF_ALL = text(
    f"SELECT {_COLUMNS} FROM audit_record"  # noqa: S608 - constant
    " WHERE :everything OR instance_key = ANY(CAST(:instances AS bigint[]))"
    " ORDER BY instance_key, number, at"
)
_COUNTS = text(
    "SELECT key, last_number FROM process_instance"
    " WHERE :everything OR key = ANY(CAST(:instances AS bigint[])) ORDER BY key"
)
_ACCESS = text(
    "SELECT c.number, encode(c.hash, 'hex') AS hash, r.id, r.at, r.actor, r.action, r.subject,"
    " r.data FROM access_chain c LEFT JOIN access_record r ON r.id = c.record_id"
    " AND r.at = c.record_at ORDER BY c.number"
)


def of_instance(session: Session, instance_key: int) -> list[dict[str, Any]]:
    """Return all records of an instance with their hashes, in order (实例链)."""
    rows = session.execute(_OF_ONE, {"instance_key": instance_key}).mappings()
    return [_record(row) for row in rows]


def last_numbers(session: Session, instances: Sequence[int] | None = None) -> dict[int, int]:
    """Return how many records each instance has by its own row, of all instances for None."""
    rows = session.execute(_COUNTS, _wanted(instances))
    return {row.key: row.last_number for row in rows}


@dataclass(frozen=True)
class StoredMaterial:
    """The database itself, or some instances of it, as the material of a verification (库内材料).

    Read it in one transaction of the isolation level REPEATABLE READ: all of one moment.
    """

    session: Session
    chosen: Sequence[int] | None = None

    @property
    def is_partial(self) -> bool:
        """Whether only some instances are looked at."""
        return self.chosen is not None

    def manifests(self) -> Iterator[File]:
        """Yield all manifests in order."""
        for one in manifest.numbered(self.session):
            yield manifest.to_file(one)

    def instances(self) -> Iterator[Instance]:
        """Yield the instances with their records; those that lost all of them have none."""
        counts = last_numbers(self.session, self.chosen)
        for key, rows in groupby(self.records(), key=lambda row: int(row["instance"])):
            yield Instance(key, list(rows), counts.pop(key, None))
        for key, count in counts.items():
            if count:
                yield Instance(key, [], count)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield all records, instance by instance."""
        options = {"yield_per": PAGE}
        found = self.session.execute(_OF_ALL, _wanted(self.chosen), execution_options=options)
        for row in found.mappings():
            yield _record(row)

    def access(self) -> Iterator[Sequence[dict[str, Any]]]:
        """Yield the access records in the order of their chain, in pages."""
        found = self.session.execute(_ACCESS, execution_options={"yield_per": PAGE})
        for page in found.mappings().partitions():
            yield [_access(row) for row in page]

    def damages(self) -> Iterator[Finding]:
        """Yield nothing: what a database cannot read it says itself."""
        yield from ()


def _wanted(instances: Sequence[int] | None) -> dict[str, Any]:
    return {"everything": instances is None, "instances": list(instances or ())}


def _record(row: Any) -> dict[str, Any]:
    return {**row, "at": chain.moment(row["at"])}


def _access(row: Any) -> dict[str, Any]:
    if row["at"] is None:
        return {"number": row["number"], "hash": row["hash"]}
    return {**row, "at": chain.moment(row["at"])}
