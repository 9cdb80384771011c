"""Demo data loaded into the running stack, and removed from it (演示数据)."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bpmn.commands import CancelInstance
from migrations.seeds.demo import DemoDataError, demo_texts, removal
from migrations.seeds.demo import load as load_rows
from migrations.seeds.demo.removal import HeldError, PeopleInUseError
from models.process_instance import workflow_id
from settings import Settings
from stack.admin import ACTOR
from stack.demo_items import receive
from stack.errors import StackError
from stack.running import Running
from workflows.codec import connect
from workflows.messages import (
    CommandRejectedError,
    InstanceBusyError,
    InstanceGoneError,
    send,
)

_AT_ONCE = 8
_PATIENCE = 120.0
_HINTS = {
    "account_manager_unknown": "the demo people are missing",
    "demo_differs": "real rows have numbers of the demo data",
    "contact_taken": "a real customer has a contact of the demo data",
}


def load(settings: Settings, *, items: int | None) -> int:
    """Load customers, batches and orders, then tell items through the public API."""
    running = Running.find(settings)
    _check_wanted(running)
    api = running.address("api") or settings.public_url
    if items != 0 and not api:
        raise StackError("no API runs here to tell the items to; --items 0 does without")
    with running.database() as engine:
        try:
            with Session(engine) as session, session.begin():
                outcomes = load_rows(session, running.tools(), datetime.now(UTC))
        except DemoDataError as error:
            hint = _HINTS.get(str(error), str(error))
            raise StackError(f"the demo data cannot be loaded: {hint}") from None
        for one in outcomes:
            _say(f"{one.kind}: {one.inserted} new, {one.updated + one.unchanged} there already")
        told = demo_texts()[: items if items is not None else None]
        if told:
            count = receive(engine, running.tools(), api, told, say=_say)
            _say(f"items: {count} received; ./bihuan admin demo-data remove takes all of it away")
    return 0


def _check_wanted(running: Running) -> None:
    wanted = running.settings.demo_people
    if wanted is False or (wanted is None and not running.is_embedded):
        raise StackError("demo data is for the embedded database; BIHUAN_DEMO_PEOPLE=true insists")


def remove(settings: Settings, *, people: bool) -> int:
    """Cancel the demo items that run, then delete whatever is marked as demo."""
    running = Running.find(settings)
    vault = running.tools().vault
    with running.database(as_owner=True) as engine:
        open_items = _running_items(engine)
        if open_items:
            _say(f"cancelling {len(open_items)} demo items that run")
            asyncio.run(_cancel_all(running, engine))
        try:
            with Session(engine) as session, session.begin():
                now = datetime.now(UTC)
                removed = removal.remove(session, vault, now, actor=ACTOR, people=people)
        except HeldError:
            raise StackError(
                "legal holds are on demo items or customers: lift them first; nothing was removed"
            ) from None
        except PeopleInUseError:
            raise StackError(
                "real customers or tasks depend on demo people: hand those on, or use "
                "--keep-people; nothing was removed"
            ) from None
    _say("removed: " + ", ".join(f"{name} {count}" for name, count in removed.items()))
    if removed.get("person") and running.is_embedded:
        _say("the next start makes the demo people anew unless BIHUAN_DEMO_PEOPLE=false is set")
    return 0


def _running_items(engine: Engine) -> Sequence[tuple[int, str]]:
    with Session(engine) as session:
        return removal.running_items(session)


async def _cancel_all(running: Running, engine: Engine) -> None:
    """Cancel until nothing runs: an item told a moment ago may not have begun yet."""
    chosen = running.settings
    address = running.address("temporal") or chosen.temporal_address
    try:
        key = chosen.secrets_path / "service.key"
        client = await connect(address, chosen.temporal_namespace, key)
    except (OSError, RuntimeError) as error:
        raise StackError("Temporal cannot be reached, so nothing was removed") from error
    slots = asyncio.Semaphore(_AT_ONCE)

    async def cancel(key: int) -> None:
        command = CancelInstance(id="demo-data-removed", actor=ACTOR, reason="demo_data_removed")
        async with slots:
            try:
                await send(client, workflow_id(key), command)
            except (CommandRejectedError, InstanceBusyError, InstanceGoneError):
                return  # Looked at again in the next round.

    deadline = time.monotonic() + _PATIENCE
    while left := await asyncio.to_thread(_running_items, engine):
        if time.monotonic() > deadline:
            some = ", ".join(number for _, number in left[:5])
            raise StackError(f"{len(left)} demo items still run ({some} ...): nothing was removed")
        await asyncio.gather(*(cancel(key) for key, _ in left))
        await asyncio.sleep(0.3)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
