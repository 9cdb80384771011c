"""A drawing is tried out by a script, without Temporal and without waiting."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.deployment import load
from bpmn.dry_run import Report, ScriptError, dry_run, from_json
from bpmn.records import Kind
from migrations.seeds.definitions import files
from tests.drawings import chain, drawing, flow, service, timer, user

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" name="done" />'
MESSAGE = (
    '<bpmn:message id="m" name="m"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=number" /></bpmn:extensionElements></bpmn:message>'
)
SIGNAL = '<bpmn:signal id="s" name="s" />'
AWAIT = (
    '<bpmn:intermediateCatchEvent id="w"><bpmn:messageEventDefinition messageRef="m" />'
    "</bpmn:intermediateCatchEvent>"
)
OVERDUE = f'<bpmn:boundaryEvent id="late" attachedToRef="a">{timer("PT2H")}</bpmn:boundaryEvent>'
REFUSED = (
    '<bpmn:boundaryEvent id="refused" attachedToRef="b"><bpmn:errorEventDefinition '
    'errorRef="no" /></bpmn:boundaryEvent>'
)
LOOP = START + user("a") + user("b") + chain("start", "a", "b") + flow("b", "a")


def ran(body: str, outside: str = "", **script: Any) -> Report:
    return dry_run(drawing(body, outside=outside), from_json(script))


def elements(report: Report) -> list[str]:
    return [visit.element for visit in report.visits if visit.element != "p"]


def test_tasks_answer_at_once_and_with_nothing_unless_the_script_says_otherwise() -> None:
    body = START + user("a") + service("b") + END + chain("start", "a", "b", "end")

    plain = ran(body)
    told = ran(body, variables={"x": 1}, tasks={"a": {"variables": {"y": 2}}})

    assert (plain.outcome, elements(plain)) == ("completed", ["start", "a", "b", "end"])
    assert told.variables == {"x": 1, "y": 2}
    assert [v.how for v in told.visits] == ["completed"] * 5


def test_each_visit_of_a_task_has_its_own_outcome_and_the_last_one_stays() -> None:
    body = (
        START + user("a") + service("b") + REFUSED + END
        + chain("start", "a", "b", "end") + flow("refused", "a")
    )  # fmt: skip
    outside = '<bpmn:error id="no" errorCode="no" />'
    outcomes = [{"error": "no"}, {"error": "no"}, {"variables": {"ok": True}}]

    report = ran(body, outside, tasks={"b": outcomes})

    assert elements(report).count("refused") == 2
    assert report.outcome == "completed"
    assert report.variables == {"ok": True}
    assert report.flows["a_b"] == 3


def test_the_clock_jumps_to_the_next_timer_when_nothing_else_can_move() -> None:
    waiting = f'<bpmn:intermediateCatchEvent id="w">{timer("P3D")}</bpmn:intermediateCatchEvent>'

    report = ran(START + waiting + END + chain("start", "w", "end"), at="2026-03-02T08:00:00+08:00")

    assert report.began.startswith("2026-03-02T00:00")
    assert report.ended.startswith("2026-03-05T00:00")


def test_a_task_that_takes_longer_than_its_timer_is_overtaken() -> None:
    body = START + user("a") + OVERDUE + user("z") + END + chain("start", "a", "end")
    body += chain("late", "z", "end")

    quick = ran(body, tasks={"a": {"after": "PT1H"}})
    slow = ran(body, tasks={"a": {"after": "PT3H"}})

    assert "late" not in elements(quick)
    assert elements(slow) == ["start", "a", "late", "z", "end"]
    assert {v.element: v.how for v in slow.visits}["a"] == "terminated"
    assert [step.element for step in quick.not_this_time] == ["late", "z"]


def test_what_nobody_completes_is_waited_for_and_named() -> None:
    body = START + user("a") + END + chain("start", "a", "end")

    report = ran(body, tasks={"a": {"waits": True}})

    [wait] = report.waits
    assert (report.outcome, wait.element, wait.kind) == ("waiting", "a", "user_task")
    assert {v.element: v.how for v in report.visits}["a"] == "active"
    assert [(step.element, step.name) for step in report.not_this_time] == [("end", "done")]


def test_a_message_comes_at_its_hour_and_is_kept_until_it_is_awaited() -> None:
    body = START + user("a") + AWAIT + END + chain("start", "a", "w", "end")
    script: dict[str, Any] = {"variables": {"number": "7"}, "tasks": {"a": {"after": "PT2H"}}}

    without = ran(body, MESSAGE, **script)
    early = ran(body, MESSAGE, **script, messages=[{"name": "m", "variables": {"x": 1}}])
    late = ran(body, MESSAGE, **script, messages=[{"name": "m", "after": "P1D"}])
    other = ran(body, MESSAGE, **script, messages=[{"name": "m", "correlation_key": "8"}])

    assert [(one.element, one.kind, one.awaits) for one in without.waits] == [("w", "message", "m")]
    assert (early.outcome, early.variables["x"]) == ("completed", 1)
    assert early.ended < late.ended
    assert (other.outcome, other.undelivered) == ("waiting", ("m",))


def test_a_message_for_one_element_leaves_others_that_wait_for_it_alone() -> None:
    second = AWAIT.replace('id="w"', 'id="v"')
    body = START + AWAIT + second + END + chain("start", "w", "end") + flow("start", "v")

    report = ran(body, MESSAGE, variables={"number": "7"}, messages=[{"name": "m", "at": "v"}])

    assert [wait.element for wait in report.waits] == ["w"]


def test_a_signal_reaches_everything_that_listens() -> None:
    caught = (
        '<bpmn:intermediateCatchEvent id="w"><bpmn:signalEventDefinition signalRef="s" />'
        "</bpmn:intermediateCatchEvent>"
    )

    report = ran(START + caught + END + chain("start", "w", "end"), SIGNAL, signals=[{"name": "s"}])

    assert report.outcome == "completed"


def test_a_step_that_fails_leaves_an_incident() -> None:
    body = START + service("a") + END + chain("start", "a", "end")

    report = ran(body, tasks={"a": {"failure": "mail_down"}})

    assert report.outcome == "incident"
    assert [(one["element"], one["code"]) for one in report.incidents] == [("a", "job_no_retries")]


def test_elements_of_an_ad_hoc_sub_process_are_begun_as_told() -> None:
    inside = user("one") + user("two")
    body = f'{START}<bpmn:adHocSubProcess id="pick">{inside}</bpmn:adHocSubProcess>{END}'

    report = ran(body + chain("start", "pick", "end"), tasks={"pick": {"activate": ["two"]}})

    assert "two" in elements(report)
    assert [step.element for step in report.not_this_time if step.element == "one"] == ["one"]


def test_what_no_life_can_enter_is_told_apart_from_what_did_not_run_this_time() -> None:
    body = (
        START + '<bpmn:exclusiveGateway id="g" default="g_end" />' + user("a") + user("island")
        + user("beach") + END + chain("start", "g", "end") + flow("g", "a", "vip")
        + flow("a", "end") + flow("island", "beach")
    )  # fmt: skip

    report = ran(body, variables={"vip": False})

    assert [step.element for step in report.not_this_time] == ["a"]
    assert [step.element for step in report.never] == ["island", "beach"]


def test_an_endless_loop_stops_at_a_counted_bound() -> None:
    first, second = ran(LOOP, max_steps=40), ran(LOOP, max_steps=40)

    assert (first.outcome, first.steps) == ("stopped", 40)
    assert first == second


def test_the_records_are_those_of_an_instance_and_told_when_asked_for() -> None:
    report = ran(START + user("a") + END + chain("start", "a", "end"))

    assert [r.number for r in report.records] == list(range(1, len(report.records) + 1))
    assert report.records[-1].kind is Kind.INSTANCE_COMPLETED
    assert report.to_json()["records"] == []
    assert len(report.to_json(records=True)["records"]) == len(report.records)


@pytest.mark.parametrize(
    ("script", "code", "place"),
    [
        ([], "script_malformed", ""),
        ({"task": {}}, "script_malformed", "task"),
        ({"tasks": {"a": {"after": "soon"}}}, "script_malformed", "tasks.a.0.after"),
        ({"tasks": {"a": {"after": "P9999Y"}}}, "script_malformed", "tasks.a.0.after"),
        ({"tasks": {"a": [{}, {"variables": 1}]}}, "script_malformed", "tasks.a.1.variables"),
        ({"messages": [{}]}, "script_malformed", "messages.0.name"),
        ({"signals": {}}, "script_malformed", "signals"),
        ({"at": "today"}, "script_malformed", "at"),
        ({"at": "9999-12-31T23:00:00Z"}, "script_malformed", "at"),
        ({"max_steps": 10**9}, "script_malformed", "max_steps"),
        ({"process": "other"}, "process_definition_not_found", "other"),
        ({"start": "nowhere"}, "element_not_found", "nowhere"),
    ],
)
def test_a_script_that_cannot_be_followed_is_refused_with_its_place(
    script: Any, code: str, place: str
) -> None:
    definition = drawing(START + END + chain("start", "end"))

    with pytest.raises(ScriptError) as refused:
        dry_run(definition, from_json(script))

    assert (refused.value.code, refused.value.place) == (code, place)


@pytest.mark.parametrize(
    ("decision", "after", "end"),
    [("approved", "P1D", "applied"), ("refused", "P1D", "refused"), ("approved", "P5D", "lapsed")],
)
def test_a_bundled_process_is_tried_out(decision: str, after: str, end: str) -> None:
    script = from_json(
        {
            "process": "extension",
            "variables": {
                "extension": {"within_limit": True},
                "limits": {"extension_decision": "P3D"},
                "routing": {"department": "technical"},
            },
            "tasks": {"approve_extension": {"variables": {"decision": decision}, "after": after}},
        }
    )

    report = dry_run(load("", files()), script)

    assert report.outcome == "completed"
    assert elements(report)[-1] == end
    assert report.never == ()
    assert "apply" in elements(report) + [step.element for step in report.not_this_time]
