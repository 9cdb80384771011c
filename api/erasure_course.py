"""What is left to do of erasures: at once, at every start, and until it is done (删除续办)."""

from __future__ import annotations

import asyncio
import logging

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError

from api.means import Means
from audit.erasure_course import Reach, carry_on, is_owed
from models.key_folder import KeyFolder

_LOGGER = logging.getLogger(__name__)
_PAUSE = 60.0


def begin_course(means: Means) -> None:
    """Do what the API can of the erasures under way; tables are rewritten by their owner."""
    keys = means.key_source if isinstance(means.key_source, KeyFolder) else None
    rules = means.attachments
    reach = Reach(
        engine=means.engine,
        keys=keys,
        ledger=None if keys is None else keys.folder,
        attachments=None if rules is None else rules.folder,
    )
    carry_on(reach, means.now())


async def finish_courses(means: Means) -> None:
    """Carry on what a crash or an outage left, until cancelled."""
    while True:
        try:
            await to_thread.run_sync(_finish, means)
        except SQLAlchemyError as error:
            _LOGGER.warning("erasures wait: %s", type(error).__name__)
        await asyncio.sleep(_PAUSE)


def _finish(means: Means) -> None:
    if is_owed(means.engine):
        begin_course(means)
