"""Instances compared one after another, for a terminal (对照)."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col
from temporalio.service import RPCError

from activities.definitions import Definitions
from activities.house import calendars
from audit.compare import compare
from audit.histories import HistoryGoneError, recall
from audit.redecide import Redecider
from bpmn.clock import to_text
from models import audit_record
from models.process_instance import ProcessInstance, workflow_id
from stack.errors import StackError
from stack.running import Running
from workflows.codec import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine
    from temporalio.client import Client

    from audit.history import Memory
    from settings import Settings

_UNDER_WAY = timedelta(minutes=1)
_SHOWN = 20


def compare_all(chosen: Settings, keys: Sequence[int], *, redecide: bool) -> int:
    """Compare instances, all of them where none is named; return 0 without findings, else 2."""
    running = Running.find(chosen)
    address = running.address("temporal") or chosen.temporal_address
    with running.database() as engine:
        comparing = _Comparing(engine, chosen.time_scale if redecide else 0)
        asyncio.run(_compare(chosen, address, comparing, keys or _all_keys(engine)))
    return comparing.tell()


def _all_keys(engine: Engine) -> Sequence[int]:
    with Session(engine) as session:
        key = col(ProcessInstance.key)
        return session.scalars(select(key).order_by(key)).all()


async def _compare(
    chosen: Settings, address: str, comparing: _Comparing, keys: Sequence[int]
) -> None:
    try:
        key = chosen.secrets_path / "service.key"
        client = await connect(address, chosen.temporal_namespace, key)
        for one in keys:
            await comparing.take(client, one)
    except (OSError, RuntimeError, RPCError) as error:
        raise StackError(f"Temporal cannot be asked ({type(error).__name__})") from error


class _Comparing:
    """Counts while it compares."""

    def __init__(self, engine: Engine, scale: float) -> None:
        self._engine = engine
        definitions = Definitions(engine)
        self._again = Redecider(definitions.get, calendars(engine), scale) if scale else None
        self.counts = {"equal": 0, "different": 0, "gone": 0, "decided_otherwise": 0}

    async def take(self, client: Client, key: int) -> None:
        """Compare one instance and print what differs."""
        try:
            memory = await recall(client, workflow_id(key))
        except HistoryGoneError:
            self.counts["gone"] += 1
            return
        except InvalidTag:
            self.counts["different"] += 1
            self._print(key, ["the history cannot be opened: another key, or a changed byte"])
            return
        found = await asyncio.to_thread(self._findings, key, memory)
        self.counts["different" if found else "equal"] += 1
        self._print(key, found)
        if self._again and memory.batches and memory.batches[0].records[0]["number"] == 1:
            otherwise = await asyncio.to_thread(self._otherwise, self._again, key, memory)
            self.counts["decided_otherwise"] += bool(otherwise)
            self._print(key, otherwise)

    def _findings(self, key: int, memory: Memory) -> list[str]:
        with Session(self._engine) as session:
            records = audit_record.read(session, key)
        settled = to_text(datetime.now(UTC) - _UNDER_WAY)
        found = compare(key, records, memory, settled=settled).findings
        # Which place differs, and not what stands there: values stay where they are protected.
        return [f"record {one.n}: {one.path}" for one in found]

    def _otherwise(self, again: Redecider, key: int, memory: Memory) -> list[str]:
        return [
            f"record {one.n}: {one.recorded or '-'} now {one.now or one.error or '-'} {one.path}"
            for one in again.redecide(key, memory.batches).findings
        ]

    def _print(self, key: int, found: list[str]) -> None:
        for line in found[:_SHOWN]:
            sys.stdout.write(f"{key} {line}\n")
        if len(found) > _SHOWN:
            sys.stdout.write(f"{key} ... and {len(found) - _SHOWN} more\n")

    def tell(self) -> int:
        """Print the counts and return the exit code."""
        sys.stdout.write(" ".join(f"{name}={n}" for name, n in self.counts.items()) + "\n")
        return 2 if self.counts["different"] or self.counts["decided_otherwise"] else 0
