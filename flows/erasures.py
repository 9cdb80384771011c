"""What the API leaves of erasures to the owner of the database, done at night."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow
from sqlalchemy.orm import Session

import settings
from audit.erasure_course import Reach, carry_on
from flows import counting
from flows.failure import tell_administrators
from flows.house import database, transaction
from flows.reports import making
from models import erasure, report
from models.attachment_folder import AttachmentFolder
from models.key_folder import KeyFolder, epochs
from models.measures.period import DAY, Period

# Tables are rewritten when nobody waits for them.
CRON = "15 2 * * *"


class ErasuresLeftError(Exception):
    """Steps of erasures failed: the log of the flow says which."""


@flow(
    name="bihuan-erasures",
    retries=3,
    retry_delay_seconds=300,
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def erasures() -> dict[str, int]:
    """Finish the erasures (删除续办): keys, ledger, files, and the traces in tables and log.

    Reports that were emptied are made anew before that.

    Returns:
        How many of each step ended, and of how many periods the reports were made anew.

    Raises:
        ErasuresLeftError: what was owed when it began is not done.
    """
    chosen = settings.load()
    periods = make_reports_anew()
    keys = chosen.keys_path
    with database() as engine, database(as_owner=True) as owner:
        reach = Reach(
            engine=engine,
            keys=KeyFolder(keys) if epochs(keys) else None,
            ledger=keys if keys.is_dir() else None,
            attachments=AttachmentFolder(chosen.attachments_path),
            owner=owner if chosen.owner_database_url else None,
        )
        return {**finish(reach, datetime.now(UTC)), "reports": periods}


def make_reports_anew() -> int:
    """Count and report once more what erasures have emptied (重制报告); return of how many periods.

    Nobody is told again: the link that went out leads to the new file.
    """
    with transaction() as session:
        periods = report.to_make_anew(session)
    for one in periods:
        counting.count_periods((*(Period(DAY, day) for day in one.days), one))
        making.make(one)
    return len(periods)


def finish(reach: Reach, now: datetime) -> dict[str, int]:
    """Carry on all erasures, and complain where one of the steps in reach was left."""
    ended = carry_on(reach, now)
    with Session(reach.engine) as session:
        left = [one for step in ("keys", "traces") for one in erasure.owed(session, step)]
    if any(one.begun_at <= now for one in left):
        raise ErasuresLeftError
    return ended
