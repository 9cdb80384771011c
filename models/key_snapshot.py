"""The wrapped keys of everybody, kept beside the key that wraps them and in no data backup."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models import key_epoch
from models.key_epoch import KeyEpoch
from models.personal_key import PersonalKey

FILE = "personal-keys.json"
_BATCH = 2000
# Whoever was erased gets no key back.
_PUT = text(
    "INSERT INTO personal_key (person_id, wrapped, epoch)"
    " SELECT person, decode(wrapped, 'hex'), :epoch"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS k(person uuid, wrapped text)"
    " WHERE NOT EXISTS (SELECT FROM personal_erasure e WHERE e.person_id = k.person)"
    " ON CONFLICT (person_id) DO UPDATE SET wrapped = excluded.wrapped, epoch = excluded.epoch"
    " WHERE personal_key.epoch < excluded.epoch"
)


def write(session: Session, folder: Path) -> int:
    """Write all keys of the present epoch (密钥快照) in place of those before; return how many."""
    epoch = key_epoch.present(session)
    fresh = folder / f".{FILE}.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    count = 0
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps({"epoch": epoch}) + "\n")
        rows = select(PersonalKey).where(col(PersonalKey.epoch) == epoch)
        for one in session.scalars(rows.execution_options(yield_per=_BATCH)):
            told = {"person": str(one.person_id), "wrapped": one.wrapped.hex()}
            file.write(json.dumps(told) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(folder / FILE)
    return count


def restore(session: Session, folder: Path, at: datetime) -> bool:
    """Take the keys back into a database of earlier, or one without any; say whether it was so.

    Keys of an epoch before that of the file are dropped: nothing opens them any more.
    """
    lines = _lines(folder / FILE)
    epoch = next(lines, {}).get("epoch")
    if epoch is None or not _is_needed(session, epoch):
        return False
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            _put(session, batch, epoch)
            batch = []
    _put(session, batch, epoch)
    if key_epoch.present(session) < epoch:
        session.execute(delete(PersonalKey).where(col(PersonalKey.epoch) < epoch))
    if session.get(KeyEpoch, epoch) is None:
        key_epoch.begin(session, epoch, at)
    return True


def _is_needed(session: Session, epoch: int) -> bool:
    present = key_epoch.present(session)
    without = not session.scalar(select(func.count()).select_from(PersonalKey))
    return present < epoch or (present == epoch and without)


def _put(session: Session, batch: list[dict[str, Any]], epoch: int) -> None:
    session.execute(_PUT, {"rows": json.dumps(batch), "epoch": epoch})


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open() as file:
            yield from map(json.loads, file)
