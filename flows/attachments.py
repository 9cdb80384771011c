"""Attachments that nobody may read any more are taken off the disk."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow

import settings
from flows.failure import tell_administrators
from flows.house import transaction
from models.attachment_folder import AttachmentFolder
from models.attachment_sweep import sweep

CRON = "30 1 * * *"


@flow(
    name="bihuan-attachments",
    retries=3,
    retry_delay_seconds=60,
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def attachments() -> dict[str, int]:
    """Remove the files (附件清理) of erased customers, of tombstones, and those that nobody owns.

    Returns:
        How many files of each kind were removed.
    """
    folder = AttachmentFolder(settings.load().attachments_path)
    with transaction() as session:
        return sweep(session, folder, datetime.now(UTC))
