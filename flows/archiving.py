"""Closed instances are archived every night, long before Temporal forgets their histories."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from prefect import flow

import settings
from flows.failure import ADMINISTRATORS, tell_administrators
from flows.house import transaction
from models import archived_instance, candidate_group, notice, notice_delivery

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CRON = "0 2 * * *"
CODE = "archive_late"
_NAMESPACE = UUID("0b0f6f53-6d0e-5b0c-8d31-4c6f2a9e7b15")


class ArchivingError(Exception):
    """The archives could not be made; what it was is in the log of the run."""


@flow(
    name="bihuan-archive",
    retries=3,
    retry_delay_seconds=300,
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def archiving() -> dict[str, int]:
    """Archive what has closed (归档), and warn of what Temporal will forget before it is archived.

    Returns:
        How many archives were made, how many of them without a history, how many failed.
    """
    try:
        counts = _make()
    finally:
        with transaction() as session:
            warn_of_late(session, datetime.now(UTC))
    if counts["failed"]:
        raise ArchivingError
    return counts


def warn_of_late(session: Session, now: datetime) -> bool:
    """Tell the administrators what has no archive though it is nearly forgotten; once a day."""
    chosen = settings.load()
    limit = archived_instance.late_before(now, chosen.temporal_retention_days)
    owed = archived_instance.count_owed(session, late_before=limit)
    if not owed.late or owed.oldest is None:
        return False
    cause = uuid5(_NAMESPACE, f"{now:%Y-%m-%d}")
    data = {"late": str(owed.late), "oldest": f"{owed.oldest:%Y-%m-%d}"}
    members = candidate_group.on_hand(session, ADMINISTRATORS, now)
    rows = {uuid5(cause, name): name for name in members}
    notice.put(session, rows, code=CODE, data=data, instance_key=None, at=now)
    addresses = len(chosen.notice_urls)
    notice_delivery.owe(session, cause, code=CODE, data=data, at=now, addresses=addresses)
    return True


def _make() -> dict[str, int]:
    """Make the archives in a process of its own: Temporal's client may abort one that ends."""
    command = [sys.executable, "-m", "flows", "archive"]
    done = subprocess.run(  # noqa: S603 (our own program)
        command, cwd=settings.PROJECT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise ArchivingError
    counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return counts
