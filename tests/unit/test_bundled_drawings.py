"""The bundled drawings as files: whole pictures, standard dialect, documented elements."""

from __future__ import annotations

import json
import re
from itertools import combinations, pairwise
from typing import Any
from xml.etree.ElementTree import Element

import bpmn_io
import pytest
from defusedxml.ElementTree import fromstring

from bpmn.elements import BEHAVIOURS
from bpmn.extensions import BIHUAN
from bpmn.model import Process
from bpmn.parse import parse_processes
from bpmn.parse_events import EVENT_KINDS
from models.feedback import STATUSES
from settings import PROJECT
from tests.unit.feedback_life import DIAGRAMS

DRAWINGS = (
    "aftercare.bpmn",
    "collaboration.bpmn",
    "escalation.bpmn",
    "extension.bpmn",
    "feedback.bpmn",
    "progress.bpmn",
    "second_followup.bpmn",
    "survey.bpmn",
)
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
MODELER = "{http://camunda.org/schema/modeler/1.0}"
DEFAULTS = {(f"{{{BIHUAN}}}clock", "wall")}
Box = tuple[float, float, float, float]
Point = tuple[float, float]


def picture(name: str) -> Element:
    root: Element = fromstring((DIAGRAMS / name).read_bytes())
    return root


def boxes(name: str) -> dict[str, Box]:
    return {s.attrib["bpmnElement"]: box(s) for s in picture(name).iter(f"{DI}BPMNShape")}


def box(shape: Element) -> Box:
    bounds = shape.find(f"{DC}Bounds")
    assert bounds is not None
    x, y, width, height = (float(bounds.attrib[k]) for k in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def lines(name: str) -> dict[str, list[Point]]:
    return {
        edge.attrib["bpmnElement"]: [
            (float(p.attrib["x"]), float(p.attrib["y"])) for p in edge if p.tag.endswith("waypoint")
        ]
        for edge in picture(name).iter(f"{DI}BPMNEdge")
    }


def span(a: Point, b: Point) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def drawn_process(name: str) -> Process:
    [found] = parse_processes((DIAGRAMS / name).read_bytes()).values()
    return found


def steps_of(name: str) -> list[Any]:
    process = drawn_process(name)
    return [e for e in process.elements.values() if e.kind != "process"]


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_element_and_flow_is_drawn(name: str) -> None:
    process = drawn_process(name)

    assert set(boxes(name)) == {element.id for element in steps_of(name)}
    assert set(lines(name)) == set(process.flows)


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_two_elements_of_a_scope_lie_on_one_another(name: str) -> None:
    place = boxes(name)
    for one, other in combinations(steps_of(name), 2):
        attached = other.id == one.attached_to or one.id == other.attached_to
        if one.scope == other.scope and not attached:
            assert not overlap(place[one.id], place[other.id]), (one.id, other.id)


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_two_flows_cross(name: str) -> None:
    pieces = [(flow, a, b) for flow, way in lines(name).items() for a, b in pairwise(way)]
    for (one, *first), (other, *second) in combinations(pieces, 2):
        if one != other:
            assert not overlap(span(*first), span(*second)), (one, other)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_flow_is_horizontal_or_vertical_and_touches_its_ends(name: str) -> None:
    process = drawn_process(name)
    place = boxes(name)
    for flow, way in lines(name).items():
        ends = process.flows[flow]
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(way)), flow
        assert _touches(way[0], place[ends.source]), flow
        assert _touches(way[-1], place[ends.target]), flow


def _touches(point: Point, where: Box) -> bool:
    left, top, right, bottom = where
    x, y = point
    inside = left <= x <= right and top <= y <= bottom
    return inside and (x in {left, right} or y in {top, bottom})


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_main_path_runs_from_left_to_right_on_one_line(name: str) -> None:
    forward = {
        "feedback.bpmn": [
            "received",
            "receive",
            "classify",
            "assign",
            "accept",
            "process",
            "reply",
            "ask",
            "satisfied",
            "close",
            "closed",
            "aftercare",
            "archived",
        ],
        "survey.bpmn": ["survey_due", "send_survey", "await_answer", "record_answer", "answered"],
        "second_followup.bpmn": [
            "dissatisfied",
            "begin_followup",
            "second_followup",
            "record_followup",
            "settled",
        ],
        "collaboration.bpmn": ["collaboration_asked", "choose_member", "collaborate", "found"],
        "escalation.bpmn": ["ladder_started", "rung", "escalate", "rung_silent"],
        "progress.bpmn": [
            "watch_started",
            "awaiting",
            "progress_noted",
            "progress_told",
            "note_contact",
        ],
        "aftercare.bpmn": ["closing_noted", "await_after_close", "archive_due", "to_be_archived"],
        "extension.bpmn": ["requested", "check", "approve_extension", "apply", "applied"],
    }[name]
    place = [boxes(name)[element] for element in forward]

    middles = {(top + bottom) / 2 for _, top, _, bottom in place}
    assert len(middles) == 1
    assert place == sorted(place)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_opens_in_camunda_modeler_without_a_warning(name: str) -> None:
    source = (DIAGRAMS / name).read_text("utf-8")
    report = bpmn_io.check(source)

    assert (report.errors, report.warnings) == ([], [])
    assert picture(name).get(f"{MODELER}executionPlatform") == "Camunda Cloud"
    assert picture(name).get(f"{MODELER}executionPlatformVersion") == "8.6.0"


@pytest.mark.parametrize("name", DRAWINGS)
def test_an_independent_library_opens_and_saves_a_drawing_without_loss(name: str) -> None:
    described = json.loads((DIAGRAMS / "bihuan.moddle.json").read_text("utf-8"))
    moddle = bpmn_io.create_moddle({"bihuan": described})
    source = (DIAGRAMS / name).read_text("utf-8")

    saved = moddle.to_xml(moddle.from_xml(source).root_element)

    kept: Element = fromstring(saved if isinstance(saved, str) else saved.xml)
    assert whole(kept) == whole(picture(name))


def whole(root: Element) -> list[tuple[str, tuple[tuple[str, str], ...], str]]:
    """Every element with its attributes and text; a default that is written out counts as none."""
    return sorted(
        (one.tag, tuple(sorted(set(one.attrib.items()) - DEFAULTS)), (one.text or "").strip())
        for one in root.iter()
    )


@pytest.mark.parametrize("name", DRAWINGS)
def test_ids_are_words_and_every_named_thing_is_named_in_chinese(name: str) -> None:
    for element in steps_of(name):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", element.id)
        assert not element.name or re.search(r"[\u4e00-\u9fff]", element.name)


def test_modelers_know_our_own_attributes() -> None:
    described = json.loads((DIAGRAMS / "bihuan.moddle.json").read_text("utf-8"))
    moddle = bpmn_io.create_moddle({"bihuan": described})

    feedback = moddle.from_xml((DIAGRAMS / "feedback.bpmn").read_text("utf-8")).elements_by_id
    extension = moddle.from_xml((DIAGRAMS / "extension.bpmn").read_text("utf-8")).elements_by_id
    progress = moddle.from_xml((DIAGRAMS / "progress.bpmn").read_text("utf-8")).elements_by_id

    assert described["uri"] == BIHUAN
    assert feedback["processing"].get("bihuan:status") == "processing"
    assert extension["undecided_timer"].get("bihuan:clock") == "working"
    assert feedback["solution_nearing_timer"].get("bihuan:limit") == "solution"
    assert progress["progress_missed_timer"].get("bihuan:limit") == "progress"


def test_elements_bring_only_statuses_that_exist() -> None:
    brought = {e.status for name in DRAWINGS for e in steps_of(name) if e.status}

    assert brought <= set(STATUSES)


def test_the_page_of_supported_elements_is_complete() -> None:
    page = (PROJECT / "docs" / "elements.md").read_text("utf-8")
    elements, _, rest = page.partition("## Event definitions")
    events = rest.partition("## Extension elements")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", elements, re.MULTILINE)) == set(BEHAVIOURS)
    assert set(re.findall(r"^\| `(\w+)` \|", events, re.MULTILINE)) == set(EVENT_KINDS)
