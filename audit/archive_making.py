"""Archives are made: once for each closed instance, whoever else is at it (归档生成)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from audit import archive_rules
from audit.archive import Archive
from audit.archive_content import gather
from audit.archive_folder import ArchiveError
from audit.histories import HistoryGoneError, fetch
from models import archived_instance
from models.archived_instance import ArchivedInstance
from models.process_instance import ProcessInstance

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from temporalio.client import Client, WorkflowHistory

    from audit.archive_folder import ArchiveFolder, Written

Histories = Callable[[str], Awaitable[Sequence["WorkflowHistory"]]]
# The rows of an instance say that it has ended a moment before its workflow does.
SETTLED = timedelta(minutes=10)
_BATCH = 200
_CLOSED = frozenset(
    f"workflow_execution_{end}_event_attributes"
    for end in ("completed", "failed", "timed_out", "canceled", "terminated")
)


@dataclass
class Made:
    """What a run has done: archives made, those without a history, and what failed, by code."""

    made: int = 0
    without_history: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Maker:
    """Makes archives (归档生成器).

    Attributes:
        engine: PostgreSQL as the application role.
        folder: where they go.
        histories: all runs of a workflow, none where Temporal has forgotten it.
        now: the clock.
    """

    engine: Engine
    folder: ArchiveFolder
    histories: Histories
    now: Callable[[], datetime]

    async def make_owed(self) -> Made:
        """Archive every closed instance that has no archive; one that fails is left for later.

        Raises:
            RPCError: Temporal cannot be reached.
        """
        self.folder.clear_begun(self.now().timestamp())
        done, after = Made(), 0
        while keys := await asyncio.to_thread(self._owed, after):
            for key in keys:
                await self._count(done, key)
            after = keys[-1]
        return done

    async def make(self, key: int, *, again: bool = False) -> ArchivedInstance | None:
        """Archive one instance; `again` makes another file beside the one that is there.

        Returns:
            The newest archive; None where the instance is unknown or has not quite ended.

        Raises:
            ArchiveError: what was written cannot be read again.
            RPCError: Temporal cannot be reached.
        """
        named = await asyncio.to_thread(self._workflow, key)
        if named is None:
            return None
        runs = await self.histories(named)
        return await asyncio.to_thread(self._keep, key, runs, again=again)

    async def _count(self, done: Made, key: int) -> None:
        try:
            archived = await self.make(key)
        except ArchiveError:
            done.failed += 1
            return
        if archived is not None:
            done.made += 1
            done.without_history += archived.histories == 0

    def _owed(self, after: int) -> Sequence[int]:
        with Session(self.engine) as session:
            return archived_instance.owed(session, after=after, limit=_BATCH)

    def _workflow(self, key: int) -> str | None:
        with Session(self.engine) as session:
            found = session.get(ProcessInstance, key)
            return None if found is None or found.ended_at is None else found.workflow_id

    def _keep(
        self, key: int, runs: Sequence[WorkflowHistory], *, again: bool
    ) -> ArchivedInstance | None:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            archived_instance.alone(session, key)
            last = archived_instance.newest(session, key)
            if last is not None and not again:
                return last
            instance = session.get_one(ProcessInstance, key)
            if not self._is_over(instance, runs):
                return None
            archive = gather(session, instance, runs, self.now())
            number = last.number + 1 if last else 1
            written = self._write(session, archive, number)
            row = ArchivedInstance(
                instance_key=key,
                number=number,
                path=written.path,
                digest=written.digest,
                bytes=written.bytes,
                records=len(archive.records),
                histories=len(archive.histories),
                made_at=self.now(),
            )
            archived_instance.put(session, row)
            return row

    def _is_over(self, instance: ProcessInstance, runs: Sequence[WorkflowHistory]) -> bool:
        """Tell whether the last run has closed; one that never does is archived as it is."""
        ended = instance.ended_at
        closed = bool(runs) and runs[-1].events[-1].WhichOneof("attributes") in _CLOSED
        return closed or (ended is not None and self.now() - ended > SETTLED)

    def _write(self, session: Session, archive: Archive, number: int) -> Written:
        """Write the file and read it again: what cannot be read is no archive."""
        archive_rules.keep(session, self.folder, archive)
        written = self.folder.write(_path(archive, number), archive.to_json())
        if Archive.from_json(self.folder.read(written.path)) != archive:
            raise ArchiveError("file_differs")
        return written


def of_temporal(client: Client) -> Histories:
    """Return how histories are got from a server."""

    async def histories(workflow_id: str) -> Sequence[WorkflowHistory]:
        try:
            return await fetch(client, workflow_id)
        except HistoryGoneError:
            return ()

    return histories


def _path(archive: Archive, number: int) -> str:
    ended = datetime.fromisoformat(str(archive.instance["ended_at"]))
    again = "" if number == 1 else f"-{number}"
    return f"{ended:%Y/%m}/{archive.key}{again}.bha"
