"""What `bihuan verify` wants, written to a folder."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from models import access_chain, access_record, proof_rows
from proof import bundle
from proof.bundle import ACCESS, HEADER, INSTANCES, MANIFESTS, RECORDS, line
from proof.chain import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine

ACTION = "export_proof"


def export(
    engine: Engine,
    folder: Path,
    at: datetime,
    *,
    actor: str,
    instances: Sequence[int] | None = None,
) -> dict[str, int]:
    """Write an export (导出证明包) of all instances or of some, all of one moment.

    It holds no personal text: references, commitments, keys and usernames only.

    Args:
        engine: PostgreSQL as the application role.
        folder: an empty or a new one.
        at: when.
        actor: who, for the record of it.
        instances: their keys, None for all.

    Returns:
        How many lines or files of each kind were written.

    Raises:
        FileExistsError: the folder holds something.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    _record(engine, at, actor, instances)
    access_chain.seal_all(engine)
    digests: dict[str, str] = {}
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        session = Session(bind=connection)
        material = proof_rows.StoredMaterial(session, instances)
        counts = proof_rows.last_numbers(session, instances)
        written = {
            RECORDS: _write(folder, RECORDS, material.records(), digests),
            INSTANCES: _write(folder, INSTANCES, _counted(counts), digests),
            ACCESS: _write(folder, ACCESS, _rows(material.access()), digests),
            MANIFESTS: 0,
        }
        (folder / MANIFESTS).mkdir()
        for file in material.manifests():
            name = f"{MANIFESTS}/{bundle.manifest_name(file['body']['number'])}"
            written[MANIFESTS] += _write(folder, name, [file], digests)
    header = bundle.header(moment(at), digests, partial=instances is not None)
    (folder / HEADER).write_bytes(header)
    return written


def _record(engine: Engine, at: datetime, actor: str, instances: Sequence[int] | None) -> None:
    data = {"instances": None if instances is None else [str(key) for key in instances]}
    with Session(engine) as session, session.begin():
        access_record.append(session, at=at, actor=actor, action=ACTION, data=data)


def _write(folder: Path, name: str, rows: Iterable[Any], digests: dict[str, str]) -> int:
    count, known = 0, sha256()
    with (folder / name).open("wb") as file:
        for row in rows:
            text = line(row)
            known.update(text)
            file.write(text)
            count += 1
    digests[name] = known.hexdigest()
    return count


def _counted(counts: dict[int, int]) -> Iterable[dict[str, Any]]:
    return ({"key": key, "last_number": last} for key, last in counts.items())


def _rows(pages: Iterable[Iterable[Any]]) -> Iterable[Any]:
    return (row for page in pages for row in page)
