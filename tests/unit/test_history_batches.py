"""What Temporal remembers, read from its histories: batches, commands, states given on."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from temporalio.client import WorkflowHistory

from audit.history import Batch, batches, remember
from bpmn.apply import replay
from bpmn.commands import from_json
from tests.unit.audited_life import batches_of, rows_of
from tests.unit.feedback_life import KEY, Life, processing
from tests.written_history import Writer
from workflows.codec import ServiceKeyCodec

FOLDER = Path(__file__).resolve().parents[1] / "workflow" / "histories"
RECORDED = sorted(FOLDER.glob("*.json"))
CODEC = ServiceKeyCodec(b"k" * 32)


def life() -> Life:
    """A life whose plan was refused once, reopened by nobody."""
    found = processing()
    found.complete("process", plan={"$ref": "plan"}, reply={"$ref": "reply"})
    found.wait(days=3)
    found.publish("survey_answered", satisfaction="satisfied")
    return found


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_history_tells_commands_and_records_from_beginning_to_end(path: Path) -> None:
    history = WorkflowHistory.from_json(path.stem, path.read_text())

    found = remember([history], None)

    begun = found.given[0]["number"] if found.given else 0
    assert [one["number"] - begun for one in found.records] == list(
        range(1, len(found.records) + 1)
    )
    assert found.records[-1]["kind"] in {"INSTANCE_COMPLETED", "INSTANCE_CANCELED"}
    assert found.closed
    assert (found.batches[0].command["kind"] == "create_instance") != bool(found.given)
    assert {from_json(one.command).id for one in found.batches} == {
        one.command["id"] for one in found.batches
    }


def test_alarms_and_steps_outside_are_commands_that_follow_from_the_history() -> None:
    [path] = [one for one in RECORDED if one.stem == "escalated_and_a_step_outside"]
    history = WorkflowHistory.from_json(path.stem, path.read_text())

    kinds = [one.command["kind"] for one in batches([history], None)]

    assert kinds == ["create_instance", "fire_timers", "complete_job", "complete_user_task"]
    [done] = [one.command for one in batches([history], None) if one.command.get("variables")]
    assert (done["kind"], done["variables"]) == ("complete_job", {"told": True})


def test_batches_are_read_as_they_were_written_also_when_encrypted() -> None:
    written = batches_of(life())

    found = batches([Writer(KEY, CODEC).run(written)], CODEC)

    assert found == written


def test_runs_are_one_history_and_tell_the_states_that_they_gave_on() -> None:
    played = life()
    written, writer = batches_of(played), Writer(KEY, CODEC)
    first, second = written[:2], written[2:]
    given = replay(KEY, [row for one in first for row in one.records]).to_json()

    found = remember([writer.run(first), writer.run(second, given, ended=False)], CODEC)

    assert found.records == rows_of(played)
    assert found.given == [given]
    assert not found.closed


def test_a_command_that_no_history_tells_is_known_by_its_id() -> None:
    written = batches_of(life())
    lost = Batch({"id": "lost"}, deepcopy(written[1].records))

    found = batches([Writer(KEY, None).run([written[0], lost])], None)

    assert [one.command.get("kind") for one in found] == ["create_instance", None]


def test_a_history_under_another_key_or_with_a_changed_byte_is_not_read() -> None:
    history = Writer(KEY, CODEC).run(batches_of(life()))

    with pytest.raises(InvalidTag):
        batches([history], ServiceKeyCodec(b"o" * 32))
    event = history.events[-2].marker_recorded_event_attributes
    payload = event.details["result"].payloads[0]
    payload.data = payload.data[:-1] + bytes([payload.data[-1] ^ 1])
    with pytest.raises(InvalidTag):
        batches([history], CODEC)
