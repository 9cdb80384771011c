"""Recorded commands decided again: the same engine agrees, another one is told on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities.step import StepError
from audit.history import Batch
from audit.redecide import Redecider
from bpmn.model import Definition
from tests.unit.audited_life import batches_of
from tests.unit.feedback_life import KEY, Life, calendar, definition, processing


@pytest.fixture(scope="module")
def life() -> Life:
    """An item with a refused plan, an extension, and an answered survey."""
    refused = iter([True, False])
    found = processing(answers={"feedback.check": lambda _: _refusal(next(refused))})
    found.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})
    found.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})
    found.wait(days=2)
    found.publish("survey_answered", satisfaction="satisfied")
    return found


def _refusal(is_refused: bool) -> object:
    return StepError("plan_refused", findings=[{"code": "phrase_vague"}]) if is_refused else {}


def redecider(drawn: Definition | None = None) -> Redecider:
    return Redecider(lambda _: drawn or definition(), lambda _: calendar())


def test_the_same_engine_decides_the_same(life: Life) -> None:
    found = redecider().redecide(KEY, batches_of(life))

    assert (found.findings, found.unknown) == ([], [])
    assert found.records == len(life.records)
    assert found.commands < len(life.batches)


def test_another_decision_is_told_with_the_record_where_it_begins(life: Life) -> None:
    batches = batches_of(life)
    kinds = [one["kind"] for batch in batches for one in batch.records]
    place = kinds.index("TIMER_CREATED")
    rows = [one for batch in batches for one in batch.records]
    rows[place]["data"]["due"] = "2030-01-01T00:00:00.000000+00:00"

    [found] = redecider().redecide(KEY, batches).findings

    assert (found.n, found.path) == (place + 1, "data.due")
    assert found.recorded_value == "2030-01-01T00:00:00.000000+00:00"
    assert found.now == "TIMER_CREATED"


def test_an_engine_that_cannot_decide_is_a_finding_and_not_a_failure(life: Life) -> None:
    empty = replace(definition(), processes={})

    found = redecider(empty).redecide(KEY, batches_of(life))

    assert len(found.findings) == found.commands
    assert found.findings[0].error == "process_definition_not_found"
    assert all(one.error for one in found.findings)


def test_commands_that_nobody_knows_are_left_out_and_named(life: Life) -> None:
    first, second, *rest = batches_of(life)

    found = redecider().redecide(KEY, [first, Batch({"id": "lost"}, second.records), *rest])

    assert (found.findings, found.unknown) == ([], ["lost"])
