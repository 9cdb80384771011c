"""Votes as owners draw them (会签、票签、或签): nothing is found, and a dry run goes their way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bpmn.deployment import load
from bpmn.dry_run import Report, dry_run, from_json
from bpmn.lint import lint
from settings import PROJECT
from tests.drawings import chain, flow, user, xml

PEOPLE = ["li", "wang", "zhao"]
ALL = "numberOfCompletedInstances = numberOfInstances"
MAJORITY = "count(votes[item = true]) * 2 &gt; numberOfInstances"
ANY = "numberOfCompletedInstances &gt;= 1"
UNDRAWN = {"diagram_missing", "label_missing"}


def drawn(condition: str, *, sequential: bool = False) -> dict[str, bytes]:
    """People vote one beside or after another; more for than against goes on to `approved`."""
    order = ' isSequential="true"' if sequential else ""
    loop = (
        f"<bpmn:multiInstanceLoopCharacteristics{order}><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" '
        'outputCollection="votes" outputElement="=approved" /></bpmn:extensionElements>'
        f"<bpmn:completionCondition>={condition}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    vote = (
        '<bpmn:userTask id="vote" name="vote"><bpmn:extensionElements><zeebe:userTask />'
        '<zeebe:assignmentDefinition assignee="=person" /><zeebe:ioMapping>'
        '<zeebe:input source="=null" target="approved" /></zeebe:ioMapping>'
        f"</bpmn:extensionElements>{loop}</bpmn:userTask>"
    )
    body = (
        '<bpmn:startEvent id="start" />' + vote
        + '<bpmn:exclusiveGateway id="counted" default="counted_rework" />'
        + '<bpmn:endEvent id="approved" />' + user("rework") + '<bpmn:endEvent id="end" />'
        + chain("start", "vote", "counted") + chain("counted", "rework", "end")
        + flow("counted", "approved", "count(votes[item = true]) &gt; count(votes[item = false])")
    )  # fmt: skip
    return {"p.bpmn": xml(body)}


def tried(files: dict[str, bytes], *votes: bool | None, people: list[str] | None = None) -> Report:
    """What comes of these votes, in the order of the people; None does not vote."""
    outcomes = [
        {"waits": True} if one is None else {"variables": {"approved": one}} for one in votes
    ]
    script: dict[str, Any] = {"variables": {"people": PEOPLE if people is None else people}}
    return dry_run(load("", files), from_json(script | {"tasks": {"vote": outcomes}}))


def went(report: Report) -> set[str]:
    return {visit.element for visit in report.visits} & {"approved", "rework"}


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize("condition", [ALL, MAJORITY, ANY])
def test_nothing_is_wrong_with_a_vote_as_the_page_shows_it(
    condition: str, *, sequential: bool
) -> None:
    files = drawn(condition, sequential=sequential)

    found = lint(load("", files), None, files)

    assert {one.code for one in found} <= UNDRAWN


def test_where_all_sign_one_who_has_not_signed_keeps_the_process_waiting() -> None:
    assert tried(drawn(ALL), True, True, None).outcome == "waiting"
    assert went(tried(drawn(ALL), True, False, True)) == {"approved"}
    assert went(tried(drawn(ALL), False, False, True)) == {"rework"}


def test_a_majority_need_not_wait_for_the_rest_and_without_one_all_are_heard() -> None:
    assert went(tried(drawn(MAJORITY), True, True, None)) == {"approved"}
    assert tried(drawn(MAJORITY), True, False, None).outcome == "waiting"
    assert went(tried(drawn(MAJORITY), True, False, False)) == {"rework"}


def test_the_first_of_them_decides_where_any_is_enough() -> None:
    assert went(tried(drawn(ANY), True, None, None)) == {"approved"}
    assert went(tried(drawn(ANY), False, None, None)) == {"rework"}


def test_one_after_another_the_later_ones_are_not_asked_once_it_is_decided() -> None:
    report = tried(drawn(MAJORITY, sequential=True), True, True, True)

    assert went(report) == {"approved"}
    assert len(report.variables["votes"]) == len(PEOPLE)
    assert report.variables["votes"][2] is None


def test_where_there_is_nobody_to_vote_the_process_goes_on_without_approval() -> None:
    assert went(tried(drawn(ALL), people=[])) == {"rework"}


def test_the_conditions_of_the_page_are_those_tried_here() -> None:
    page = Path(PROJECT, "docs/office-verbs.md").read_text("utf-8")
    shown = set(re.findall(r"`=([^`]*numberOf[^`]*)`", page))

    assert shown == {one.replace("&gt;", ">") for one in (ALL, MAJORITY, ANY)}
