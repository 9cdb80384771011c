"""While customers are erased, others are told of, read, and found, in every process."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from audit.erasure_course import Reach, carry_on, is_owed
from audit.traces import remove_traces
from models.attachment_folder import AttachmentFolder
from models.idempotency_key import IdempotencyKey
from models.key_cache import KeyCache
from models.key_epoch import KeyEpoch
from models.vault import Vault
from models.vault_eviction import heed_erasures
from tests.integration.erasable import NOW, Told, erase, key_folder, read, tell

pytestmark = pytest.mark.integration
ROUNDS, WRITERS = 6, 4


def test_nobody_is_lost_while_epochs_end(app_engine: Engine, tmp_path: Path) -> None:
    keys = key_folder(tmp_path)
    gone = [tell(app_engine, keys, f"gone {number}") for number in range(ROUNDS)]
    over = Event()

    def work(number: int) -> list[Told]:
        mine = key_folder(tmp_path)
        vault, told = Vault(mine), list[Told]()
        while not over.is_set() or len(told) < ROUNDS:
            told.append(tell(app_engine, mine, f"{number} {len(told)}"))
            assert read(app_engine, vault, told[0]) == f"{number} 0"
        return told

    with ThreadPoolExecutor(WRITERS) as pool:
        working = [pool.submit(work, number) for number in range(WRITERS)]
        try:
            for number, one in enumerate(gone):
                erase(app_engine, one.id)
                carry_on(Reach(app_engine, keys, tmp_path), NOW + timedelta(seconds=number))
        finally:
            over.set()
        stay = [(n, told) for n, one in enumerate(working) for told in one.result(60)]

    fresh = Vault(key_folder(tmp_path))
    for _, told in stay:
        assert read(app_engine, fresh, told) == told.text
    assert [read(app_engine, fresh, one) for one in gone] == [None] * ROUNDS
    with Session(app_engine) as session:
        assert session.query(KeyEpoch).count() == ROUNDS + 1
        assert session.scalars(text("SELECT DISTINCT epoch FROM personal_key")).all() == [
            ROUNDS + 1
        ]


async def test_keys_are_forgotten_at_once_where_nobody_asks(
    app_engine: Engine, tmp_path: Path
) -> None:
    keys, cache, stop = key_folder(tmp_path), KeyCache(), asyncio.Event()
    gone, stays = tell(app_engine, keys, "gone"), tell(app_engine, keys, "stays")
    elsewhere = Vault(key_folder(tmp_path), cache)
    heeding = asyncio.create_task(heed_erasures(app_engine, elsewhere, stop=stop))
    listening = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'bihuan erasures' AND datname = current_database()"
        " AND query LIKE 'LISTEN%' AND state = 'idle'"
    )
    async with asyncio.timeout(120):
        while not _scalar(app_engine, listening):
            await asyncio.sleep(0.05)
        # When it begins to listen it forgets all, as soon as it is its turn.
        while len(cache) < 2:
            await asyncio.sleep(0.05)
            for told in (gone, stays):
                read(app_engine, elsewhere, told)

    erase(app_engine, gone.id)

    async with asyncio.timeout(120):
        while len(cache) > 1:
            await asyncio.sleep(0.01)
    await asyncio.to_thread(carry_on, Reach(app_engine, keys), NOW)
    async with asyncio.timeout(120):
        while len(cache) > 0:
            await asyncio.sleep(0.01)
    stop.set()
    await heeding
    assert read(app_engine, elsewhere, stays) == "stays"


def _scalar(engine: Engine, query: object) -> object:
    with engine.connect() as connection:
        return connection.scalar(query)  # type: ignore[call-overload]


def test_kept_answers_about_the_erased_are_dropped_and_those_of_others_stay(
    app_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    gone = tell(app_engine, keys, "gone")
    item = text(
        "INSERT INTO feedback (id, number, urgency, channel, status, customer_id, submitted_at,"
        " received_at, collaborators, escalation_level, reopened, demo, region, order_number)"
        " VALUES (1048576, '202611-001', 'normal', 'web', 'closed', :person, now(), now(), '{}', 0,"
        " 0, false, 'somewhere', 'SO-1')"
    )
    with Session(app_engine) as session, session.begin():
        session.execute(item, {"person": gone.id})
        for route, answer in (
            ("message 202611-001", {}),
            ("POST /api/feedback", {"number": "202611-001"}),
            ("message 202611-002", {}),
        ):
            session.add(
                IdempotencyKey(
                    principal="spec",
                    route=route,
                    key=uuid4().hex,
                    body_digest="d",
                    status_code=200,
                    answer=answer,
                    created_at=NOW,
                )
            )

    erase(app_engine, gone.id)

    with Session(app_engine) as session:
        routes = session.scalars(text("SELECT route FROM idempotency_key")).all()
        left = session.execute(text("SELECT region, order_number FROM feedback")).one()
    assert routes == ["message 202611-002"]
    assert tuple(left) == (None, None)


def test_traces_leave_tables_and_statistics(
    app_engine: Engine, owner_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    gone = tell(app_engine, keys, "gone", region="planted region")
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE customer"))
    erase(app_engine, gone.id)

    carry_on(
        Reach(app_engine, keys, tmp_path, AttachmentFolder(tmp_path / "attachments"), owner_engine),
        NOW,
    )
    remove_traces(owner_engine)

    assert not is_owed(app_engine)
    sampled = text("SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE '%planted%'")
    assert not _scalar(owner_engine, sampled)
