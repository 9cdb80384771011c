"""Random lives fit their drawings exactly; a record that the drawing does not allow is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from audit.fit import misfits
from bpmn.deployment import load
from bpmn.model import Definition
from tests.drawings import INSTANCE, Life, chain, drawing, flow, user
from tests.unit.random_drawing import structured, unstructured
from tests.unit.random_instance import Instance, finish, play

SEEDS = range(40)
BODY = (
    '<bpmn:startEvent id="start" />'
    '<bpmn:parallelGateway id="split" /><bpmn:parallelGateway id="join" />'
    + user("left")
    + user("right")
    + '<bpmn:exclusiveGateway id="choice" default="choice_end" />'
    + user("more")
    + '<bpmn:endEvent id="end" /><bpmn:endEvent id="late" />'
    + chain("start", "split", "left", "join", "choice", "end")
    + chain("split", "right", "join")
    + flow("choice", "more", "again")
    + chain("more", "late")
)
Rows = list[dict[str, Any]]


def rows(life: Life | Instance) -> Rows:
    """The records as a table returns them."""
    return [json.loads(json.dumps(one.to_json())) for one in life.records]


def lived(**variables: Any) -> tuple[Definition, Rows]:
    definition = drawing(BODY)
    life = Life(definition, variables).start()
    life.task("left")
    life.task("right")
    if variables["again"]:
        life.task("more")
    return definition, rows(life)


@pytest.mark.parametrize("draw", [structured, unstructured])
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_engine_did_fits_its_drawing(
    draw: Callable[[Random], dict[str, bytes]], seed: int
) -> None:
    random = Random(seed)
    instance = Instance(load("digest", draw(random)))
    play(instance, random, 25)
    finish(instance, random, 25)

    found = misfits(INSTANCE, instance.definition, rows(instance), ended=instance.state.ended)

    assert found == []


def test_a_whole_life_fits() -> None:
    for again in (True, False):
        definition, records = lived(again=again)

        assert misfits(INSTANCE, definition, records, ended=True) == []


def at(records: Rows, kind: str, element: str) -> dict[str, Any]:
    return next(one for one in records if (one["kind"], one["element"]) == (kind, element))


def codes(definition: Definition, records: Rows) -> list[tuple[int, str]]:
    return [(one.number, one.code) for one in misfits(INSTANCE, definition, records, ended=True)]


def test_an_element_that_the_drawing_does_not_have_is_named() -> None:
    definition, records = lived(again=False)
    strange = at(records, "ELEMENT_ACTIVATED", "left")
    strange["element"] = "elsewhere"

    assert (strange["number"], "element_unknown") in codes(definition, records)


def test_a_flow_that_leads_elsewhere_is_named() -> None:
    definition, records = lived(again=False)
    strange = at(records, "SEQUENCE_FLOW_TAKEN", "choice_end")
    strange["element"], strange["data"]["target"] = "more_late", "late"

    assert (strange["number"], "flow_not_from_here") in codes(definition, records)


def test_both_ways_of_a_choice_are_one_too_many() -> None:
    definition, records = lived(again=False)
    chosen = at(records, "SEQUENCE_FLOW_TAKEN", "choice_end")
    second = {**chosen, "element": "choice_more", "data": {**chosen["data"], "target": "more"}}
    cut = records.index(chosen) + 1
    altered = [*records[:cut], second, *records[cut:]]
    for number, one in enumerate(altered, 1):
        one["number"] = number

    left = at(altered, "ELEMENT_COMPLETED", "choice")["number"]

    assert (left, "flows_differ") in codes(definition, altered)


def test_a_join_that_did_not_wait_is_named() -> None:
    definition, records = lived(again=False)
    joined = at(records, "ELEMENT_ACTIVATED", "join")
    joined["data"]["flows"] = ["left_join"]

    assert (joined["number"], "join_incomplete") in codes(definition, records)


def test_an_element_that_nothing_led_to_is_named() -> None:
    definition, records = lived(again=True)
    del at(records, "ELEMENT_ACTIVATED", "more")["data"]["flows"]

    number = at(records, "ELEMENT_ACTIVATED", "more")["number"]

    assert (number, "entry_not_drawn") in codes(definition, records)


def test_another_version_of_the_drawing_is_named() -> None:
    _, records = lived(again=True)
    other = drawing(BODY.replace('"more"', '"another"'))

    found = codes(other, records)

    assert {code for _, code in found} & {"element_unknown", "flow_unknown"}


def test_a_missing_record_ends_the_look() -> None:
    definition, records = lived(again=False)

    found = codes(definition, [*records[:5], *records[6:]])

    assert found[-1] == (7, "record_missing")


def test_records_that_stop_before_the_end_are_named() -> None:
    definition, records = lived(again=False)

    assert codes(definition, records[:-1])[-1] == (len(records), "record_missing")
