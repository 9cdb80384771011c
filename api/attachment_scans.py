"""What was attached is shown to the scanner, now or as soon as it answers (附件扫描)."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from anyio import to_thread
from sqlalchemy.orm import Session

from api import attachment_infection
from api.means import Means
from models import attachment, live_event
from models.attachment import Attachment, Scan
from models.sealed_file import SealedFileError, Unsealer

_LOGGER = logging.getLogger(__name__)
_PAUSE = 60.0
_BATCH = 20


def scan(means: Means, attachment_id: UUID) -> Scan | None:
    """Show one file to the scanner and keep what it found; None if there is nothing to show."""
    rules = means.attachments
    if rules is None or rules.scanner is None:
        return None
    with Session(means.engine) as session:
        one = session.get(Attachment, attachment_id)
        key = None if one is None else attachment.key_of(session, means.vault, one)
    if one is None or key is None:
        return None
    plain = Unsealer(rules.folder.path(one.id), key, one.id, one.size).read()
    try:
        found = rules.scanner.scan(plain)
    except SealedFileError:
        found = "failed"
    with Session(means.engine) as session, session.begin():
        now = means.now()
        if attachment.keep_scan(session, one.id, found, now):
            live_event.tell_item_changed(session, one.feedback_id)
            if found == "infected":
                attachment_infection.tell(session, one, now)
    if found != "clean":
        _LOGGER.warning("attachment %s: %s", one.id, found)
    return found


def scan_waiting(means: Means) -> int:
    """Scan what waits, and what failed once more; return how many were looked at."""
    with Session(means.engine) as session:
        waiting = [one.id for one in attachment.unscanned(session, _BATCH)]
    return sum(scan(means, one) is not None for one in waiting)


def _scan_all(means: Means) -> None:
    """Scan what waits, batch after batch, as long as the scanner answers."""
    while scan_waiting(means) == _BATCH:
        with Session(means.engine) as session:
            if any(one.scan == "failed" for one in attachment.unscanned(session, _BATCH)):
                return


async def scan_again(means: Means) -> None:
    """Scan what waits, until cancelled."""
    while means.attachments is not None and means.attachments.scanner is not None:
        try:
            await to_thread.run_sync(_scan_all, means)
        except Exception as error:  # noqa: BLE001 (the loop outlives every outage)
            _LOGGER.warning("attachments wait: %s", type(error).__name__)
        await asyncio.sleep(_PAUSE)
