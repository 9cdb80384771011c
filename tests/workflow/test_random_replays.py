"""1 000 random lives: one state at every step by records, Temporal's history and the archive."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from audit.archive import Archive, read
from audit.archive_folder import ArchiveFolder, archive_key
from audit.compare import compare
from audit.history import Memory
from audit.redecide import Redecider
from bpmn.apply import apply
from bpmn.records import Record
from bpmn.state import State
from models.process_instance import workflow_id
from tests.unit.audited_life import batches_of, rows_of
from tests.unit.feedback_life import KEY, Life, calendar, definition
from tests.workflow.test_random_lives import LIVES, play
from tests.written_history import Writer
from workflows.codec import ServiceKeyCodec

SERVICE_KEY = b"k" * 32
CODEC = ServiceKeyCodec(SERVICE_KEY)
# Deciding a life again costs as much as playing it.
REDECIDED = 5
PARTS = 20


@pytest.mark.parametrize("part", range(PARTS))
def test_every_random_life_leads_to_one_state_at_every_step_wherever_it_is_read(
    part: int, tmp_path: Path
) -> None:
    folder = ArchiveFolder(tmp_path, archive_key(SERVICE_KEY))
    for seed in range(part, LIVES, PARTS):
        life = play(seed)
        try:
            check(life, seed, folder)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


def check(life: Life, seed: int, folder: ArchiveFolder) -> None:
    rows = rows_of(life)
    folder.write(f"{seed}.bha", archived(life, Random(seed)).to_json())
    archive = read(folder.root / f"{seed}.bha", SERVICE_KEY)
    memory = archive.memory(SERVICE_KEY)

    assert compare(KEY, rows, memory).findings == []
    one_state_at_every_step(rows, memory.records, archive.records)
    assert State.from_json(life.state.to_json()) == archive.replay().state
    if seed % REDECIDED == 0:
        decided_the_same(memory)


def archived(life: Life, random: Random) -> Archive:
    """The archive of a life that continued as new at some moment."""
    batches, writer = batches_of(life), Writer(KEY, CODEC)
    cut = random.randrange(1, len(batches) + 1)
    runs = [writer.run(batches[:cut])]
    if batches[cut:]:
        given = State(KEY, last_key=KEY)
        for batch in batches[:cut]:
            for row in batch.records:
                apply(given, Record.from_json(row))
        runs.append(writer.run(batches[cut:], given.to_json()))
    return Archive(
        instance={"key": KEY, "digest": "d" * 64, "workflow_id": workflow_id(KEY)},
        records=rows_of(life),
        proofs=[],
        batches=[],
        histories=[json.loads(run.to_json()) for run in runs],
        access=[],
        calendars=[1],
        made_at="2026-11-22T00:00:00+00:00",
    )


def one_state_at_every_step(*sources: list[dict[str, Any]]) -> None:
    states = [State(KEY, last_key=KEY) for _ in sources]
    for rows in zip(*sources, strict=True):
        for state, row in zip(states, rows, strict=True):
            apply(state, Record.from_json(row))
        assert states[0] == states[1] == states[2]


def decided_the_same(memory: Memory) -> None:
    again = Redecider(lambda _: definition(), lambda _: calendar())
    found = again.redecide(KEY, memory.batches)
    assert (found.findings, found.unknown) == ([], [])
