"""The manifest of the day, signed and brought outside."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow

import settings
from audit.sealing import publish, seal_day
from flows.failure import tell_administrators
from flows.house import database
from proof.signing import Signer

CRON = "15 0 * * *"


@flow(
    name="bihuan-sealing",
    retries=3,
    retry_delay_seconds=60,
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def sealing() -> int:
    """Seal the day (每日封存), and publish what is not published yet.

    Returns:
        The number of the newest manifest.
    """
    chosen = settings.load()
    addresses = len(chosen.notice_urls) if chosen.manifest_notices else 0
    signer, now = Signer.read(chosen.secrets_path), datetime.now(UTC)
    with database() as engine:
        number = seal_day(engine, signer, now, addresses=addresses)
        publish(engine, chosen.manifests_path, now)
    return number
