"""Checks of our own attributes on timers: clock, limit, mark."""

from __future__ import annotations

import pytest

from bpmn.lint import Known, lint
from models.service_clock import KINDS
from tests.drawings import chain, drawing, timer

KNOWN = Known(limits=frozenset(KINDS))


def found(attributes: str) -> list[tuple[str, str, str]]:
    event = f'<bpmn:intermediateCatchEvent id="wait" name="w">{timer(attributes=attributes)}'
    ends = '<bpmn:startEvent id="start" name="s" />{}<bpmn:endEvent id="end" name="e" />'
    body = ends.format(f"{event}</bpmn:intermediateCatchEvent>") + chain("start", "wait", "end")
    own = {"clock_unknown", "limit_unknown", "mark_invalid"}
    findings = lint(drawing(body), KNOWN)
    return [(one.code, one.found, one.severity) for one in findings if one.code in own]


@pytest.mark.parametrize("written", ["wal", "Working", "office"])
def test_a_clock_that_nobody_knows_is_refused(written: str) -> None:
    assert found(f'bihuan:clock="{written}"') == [("clock_unknown", written, "error")]


@pytest.mark.parametrize("written", ["solutions", "Progress", "x"])
def test_a_limit_that_nobody_knows_is_refused(written: str) -> None:
    assert found(f'bihuan:limit="{written}"') == [("limit_unknown", written, "error")]


@pytest.mark.parametrize("written", ["0", "1", "50", "-0.5", "half", "nan"])
def test_a_mark_outside_the_time_is_refused(written: str) -> None:
    given = f'bihuan:limit="solution" bihuan:mark="{written}"'

    assert found(given) == [("mark_invalid", written, "error")]


@pytest.mark.parametrize(
    "given",
    [
        "",
        'bihuan:clock="working"',
        'bihuan:clock="=service_level.clocks.solution"',
        'bihuan:limit="solution" bihuan:mark="0.5"',
        'bihuan:limit="=name" bihuan:mark="=service_level.reminders[1]"',
    ],
)
def test_known_ones_and_what_a_decision_says_pass(given: str) -> None:
    assert found(given) == []
