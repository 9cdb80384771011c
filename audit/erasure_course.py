"""The steps of erasures that are still to be done, carried on wherever they were left."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlmodel import col

from audit.epoch_rotation import EpochKeys, rotate
from audit.traces import remove_traces
from models import erasure, erasure_ledger, legal_hold
from models.attachment import Attachment
from models.attachment_folder import AttachmentFolder
from models.erasure import STEPS
from models.erasure_ledger import Entry

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reach:
    """What a process that carries erasures on can reach (办理范围); None: somebody else's step.

    Attributes:
        engine: the database as the application's role.
        keys: where epoch keys are destroyed.
        ledger: the folder of the ledger and of the snapshot of wrapped keys.
        attachments: where files lie.
        owner: the database as its owner, who alone may rewrite tables.
    """

    engine: Engine
    keys: EpochKeys | None = None
    ledger: Path | None = None
    attachments: AttachmentFolder | None = None
    owner: Engine | None = None


def carry_on(reach: Reach, now: datetime) -> dict[str, int]:
    """Do what can be done of every erasure under way; return how many steps ended.

    Each step may be done twice and ended anywhere. One that fails leaves the others alone and is
    tried again the next time.
    """
    ended = {"ledger": 0, "keys": 0, "files": 0, "traces": 0}
    for step, work in (("ledger", _note), ("keys", _rotate), ("files", _remove), ("traces", _wipe)):
        try:
            ended[step] = work(reach, now)
        except Exception as error:  # noqa: BLE001 (what fails is tried again; the rest goes on)
            _LOGGER.warning("erasure: %s failed (%s)", step, type(error).__name__)
    return ended


def is_owed(engine: Engine) -> bool:
    """Say whether anything of any erasure is still to be done."""
    with Session(engine) as session:
        return any(erasure.owed(session, step) for step in STEPS)


def _note(reach: Reach, now: datetime) -> int:
    if reach.ledger is None:
        return 0
    with Session(reach.engine) as session, session.begin():
        owed = erasure.owed(session, "ledger")
        if owed:
            erasure_ledger.add(reach.ledger, [Entry.of(one) for one in owed])
            erasure.done(session, "ledger", [one.person_id for one in owed], now)
        return len(owed)


def _rotate(reach: Reach, now: datetime) -> int:
    if reach.keys is None:
        return 0
    return len(rotate(reach.engine, reach.keys, now, snapshot=reach.ledger))


def _remove(reach: Reach, now: datetime) -> int:
    if reach.attachments is None:
        return 0
    with Session(reach.engine) as session, session.begin():
        legal_hold.guard(session)
        people = [one.person_id for one in erasure.owed(session, "files")]
        left = select(Attachment).where(
            col(Attachment.person_id).in_(people), col(Attachment.removed_at).is_(None)
        )
        for one in session.scalars(left):
            reach.attachments.remove(one.id)
            one.removed_at = now
        erasure.done(session, "files", people, now)
        return len(people)


def _wipe(reach: Reach, now: datetime) -> int:
    if reach.owner is None:
        return 0
    with Session(reach.engine) as session:
        people = [one.person_id for one in erasure.owed(session, "traces")]
    if people:
        remove_traces(reach.owner)
        with Session(reach.engine) as session, session.begin():
            erasure.done(session, "traces", people, now)
    return len(people)
