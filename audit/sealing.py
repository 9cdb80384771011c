"""A manifest made, and brought to where nobody here can take it back."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models import access_chain, access_record, manifest, notice_delivery
from models import sealing as making
from models.measures.period import day_of
from proof.bundle import manifest_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine

    from models.manifest import Manifest
    from proof.signing import Signer

CODE = "manifest_made"
PUBLISHED = making.PUBLISHED


class PublishedOtherwiseError(Exception):
    """A folder holds other manifests than the house: an older backup was restored, or worse."""


def seal(engine: Engine, signer: Signer, at: datetime, *, addresses: int = 0) -> Manifest:
    """Make the next manifest (封存), and owe it to the addresses of notices.

    Args:
        engine: PostgreSQL as the application role.
        signer: the house.
        at: when.
        addresses: how many addresses get number, hash and signature.

    Raises:
        KeyMismatchError: manifests were signed with another key before.
    """
    return _seal(engine, signer, at, lambda _: True, addresses=addresses)[0]


def seal_day(engine: Engine, signer: Signer, at: datetime, *, addresses: int = 0) -> int:
    """Make the manifest of the day unless there is one; return the number of the newest."""

    def is_missing(session: Session) -> bool:
        before = manifest.last(session)
        return before is None or day_of(before.made_at) != day_of(at)

    return _seal(engine, signer, at, is_missing, addresses=addresses)[0].number


def seal_news(
    engine: Engine, signer: Signer, at: datetime, *, by: str, addresses: int = 0
) -> tuple[Manifest, bool]:
    """Make a manifest if anything happened since the newest; return the newest, and if it is new.

    Several at once make one: the others find nothing new. Raises as `seal`.
    """
    return _seal(engine, signer, at, making.has_news, addresses=addresses, by=by)


def _seal(
    engine: Engine,
    signer: Signer,
    at: datetime,
    is_needed: Callable[[Session], bool],
    *,
    addresses: int,
    by: str = making.ACTOR,
) -> tuple[Manifest, bool]:
    access_chain.seal_all(engine)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        making.alone(session)
        newest = manifest.last(session)
        if newest is not None and not is_needed(session):
            return newest, False
        made = making.make(session, signer, at, by=by)
        data = {
            "number": made.number,
            "made_at": made.body["made_at"],
            "hash": made.hash.hex(),
            "signature": made.signature.hex(),
        }
        # Who was out of reach for days gets with today's what they missed.
        notice_delivery.renew(session, CODE, at, addresses=addresses)
        cause = making.cause(made)
        notice_delivery.owe(session, cause, code=CODE, data=data, at=at, addresses=addresses)
    return made, True


def publish(engine: Engine, folder: Path, at: datetime) -> Sequence[int]:
    """Write the manifests that a folder lacks (发布清单); return their numbers.

    Whole or not at all, and never over another one: what is there stays.

    Raises:
        OSError: the folder cannot be written; the next call goes on.
        PublishedOtherwiseError: what is there is not what the house knows; nothing is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = sorted(int(path.stem) for path in folder.glob("*.json") if path.stem.isdecimal())
    written = []
    with Session(engine) as session, session.begin():
        # All before it are bound by its hash.
        if there and not _is_known(session, folder, there[-1]):
            raise PublishedOtherwiseError(manifest_name(there[-1]))
        for one in manifest.lacking(session, there):
            _write(folder / manifest_name(one.number), one)
            data = {"number": one.number, "hash": one.hash.hex(), "target": "folder"}
            access_record.append(session, at=at, actor=making.ACTOR, action=PUBLISHED, data=data)
            written.append(one.number)
    return written


def _is_known(session: Session, folder: Path, number: int) -> bool:
    one = manifest.find(session, number)
    try:
        found = json.loads((folder / manifest_name(number)).read_bytes())
    except ValueError:
        found = None
    return one is not None and found == manifest.to_file(one)


def _write(path: Path, one: Manifest) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(json.dumps(manifest.to_file(one), ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
