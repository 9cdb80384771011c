"""What a hostile or careless drawing may hold is refused or stopped by a count, with a code.

No test measures time: what is not stopped by a count would run for hours here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bpmn.commands import ResolveIncident, SetVariables
from bpmn.deployment import DeploymentError, load
from bpmn.dmn import evaluate_decision, parse_decisions
from bpmn.feel import FeelSyntaxError, evaluate
from bpmn.xml import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS
from tests.drawings import Life, chain, drawing, flow, service, user, xml

NOW = datetime(2026, 5, 4, tzinfo=UTC)
START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
LAUGHS = (
    b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><definitions>&c;</definitions>'
)
OUTSIDE = b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions />'
DMN = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d">'


# Files


@pytest.mark.parametrize("name", ["a.bpmn", "a.dmn"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (LAUGHS, "xml_forbidden"),
        (OUTSIDE, "xml_forbidden"),
        (b"<a>" + b"x" * MAX_BYTES + b"</a>", "xml_too_large"),
        (b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>", "xml_too_large"),
        (b"<a>" * (MAX_DEPTH + 1), "too_deep"),
        (b"\xff\xfe<", "xml_malformed"),
        (b"", "xml_malformed"),
    ],
    ids=["entities", "outside", "bytes", "elements", "depth", "bytes of nothing", "empty"],
)
def test_hostile_xml_is_refused_with_a_code(name: str, content: bytes, code: str) -> None:
    with pytest.raises(DeploymentError) as refused:
        load("digest", {name: content})

    assert [problem["code"] for problem in refused.value.problems] == [code]


def test_a_form_nested_without_end_is_refused() -> None:
    with pytest.raises(DeploymentError):
        load("digest", {"a.form": b'{"id":' * 50_000})


# Expressions


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 10_000 + "1" + ")" * 10_000, "too_deep"),
        ("[" * 10_000 + "1" + "]" * 10_000, "too_deep"),
        ("if true then " * 3000 + "1" + " else 2" * 3000, "too_deep"),
        ("-" * 10_000 + "1", "too_deep"),
        ("1 instance of " + "list<" * 3000 + "number" + ">" * 3000, "too_deep"),
        ("1" + "0" * 100_000, "too_long"),
    ],
)
def test_a_text_that_nests_or_runs_on_without_end_is_no_expression(text: str, code: str) -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        evaluate(text, {}, now=NOW)

    assert refused.value.code == code


DOUBLING = ", ".join(f"a{n}: {{x: a{n - 1}, y: a{n - 1}}}" for n in range(1, 60))
ENDLESS = (
    "for i in 1..1000000000 return i",
    "for i in 1..100000, j in 1..100000 return i",
    "some i in 1..1000000000 satisfies i < 0",
    "every i in 1..1000000000 satisfies i > 0",
    'for d in @"-999999999-01-01"..@"999999999-12-31" return d',
    "{f: function(n) f(n + 1), r: f(1)}.r",
    "{f: function(n) f(n + 1) + f(n + 1), r: f(1)}.r",
    "{y: function(f) f(f), r: y(y)}.r",
    "for i in 1..100000 return if i < 3 then 1 else partial[-1] + partial[-2]",
    '{f: function(n, t) if n = 0 then t else f(n - 1, t + t), r: f(60, "xxxxxxxx")}.r',
    "{f: function(n, l) if n = 0 then l else f(n - 1, concatenate(l, l)), r: f(60, [1])}.r",
    "{f: function(n, l) if n = 0 then l else f(n - 1, append([l], l)), r: f(60, [1])}.r",
    "{f: function(n, l) if n = 0 then l else f(n - 1, for i in 1..2 return l), r: f(60, [])}.r",
    f"{{a0: {{x: 1}}, {DOUBLING}}}",
    f"{{a0: {{x: 1}}, {DOUBLING}, r: a59 = a59}}.r",
    f"{{a0: {{x: 1}}, {DOUBLING}, r: string(a59)}}.r",
    "for i in 1..50000 return big = other",
    "distinct values(for i in 1..20000 return i)",
    "string join(for i in 1..1000 return text)",
)


@pytest.mark.parametrize("text", ENDLESS)
def test_work_or_growth_without_end_is_stopped_by_the_budget(text: str) -> None:
    rows = [{"a": n, "b": [1, 2, 3]} for n in range(20_000)]
    scope = {"big": rows, "other": [dict(row) for row in rows], "text": "x" * 100_000}

    result = evaluate(text, scope, now=NOW)

    assert result.value is None
    assert [warning.code for warning in result.warnings][-1] == "budget_exceeded"


@pytest.mark.parametrize(
    "text",
    [
        "2 ** (10 ** 30)",
        "1.000000001 ** 1000000000",
        "exp(100000000000000)",
        'number("1e999999999")',
        "product(for i in 1..5000 return i)",
        'duration("P999999999999999999999999Y")',
        f'duration("PT{"9" * 5000}S")',
        'date("2024-01-01") + duration("P99999999999999999D")',
        'duration("PT1S") * 10 ** 6000',
        f'date("{"9" * 5000}-01-01")',
        "decimal(1 / 3, 1000000000)",
        "insert before([1], 1000000000, 2)",
        'matches("aaaa", "a{1,1000}{1,1000}{1,1000}")',
    ],
)
def test_absurd_numbers_are_null(text: str) -> None:
    assert evaluate(text, {}, now=NOW).value is None


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a|b|ab)*c", "((a*)*)*d"])
def test_a_pattern_that_others_hang_on_is_matched_in_linear_time(pattern: str) -> None:
    result = evaluate(
        "matches(text, pattern)", {"text": "a" * 3000 + "!", "pattern": pattern}, now=NOW
    )

    assert result.value is False


# Decisions


def decision(key: str, text: str, needs: str = "") -> str:
    return (
        f'<decision id="{key}" name="{key}"><variable name="{key}"/>{needs}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


def requires(key: str, kind: str = "information", what: str = "Decision") -> str:
    return f'<{kind}Requirement><required{what} href="#{key}"/></{kind}Requirement>'


def knowledge(key: str, text: str, needs: str) -> str:
    return (
        f'<businessKnowledgeModel id="{key}" name="{key}"><variable name="{key}"/>{needs}'
        '<encapsulatedLogic><formalParameter name="n"/><literalExpression>'
        f"<text>{text}</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )


def ask(body: str) -> tuple[Any, list[str]]:
    model = parse_decisions(f"{DMN}{body}</definitions>".encode(), name="d")
    result = evaluate_decision(model, "a", {}, now=NOW)
    return result.value, [warning.code for warning in result.warnings]


F, G = requires("f", "knowledge", "Knowledge"), requires("g", "knowledge", "Knowledge")


def test_decisions_that_require_one_another_are_null_and_say_so() -> None:
    value, codes = ask(decision("a", "b", requires("b")) + decision("b", "a", requires("a")))

    assert value is None
    assert codes[0] == "decision_cycle"


@pytest.mark.parametrize(
    "body",
    [
        decision("a", "f(1)", F) + knowledge("f", "f(n + 1)", F),
        decision("a", "f(1)", F) + knowledge("f", "g(n)", G) + knowledge("g", "f(n)", F),
        "".join(
            decision(f"a{n}" if n else "a", f"a{n + 1}", requires(f"a{n + 1}")) for n in range(999)
        ),
    ],
    ids=["recursion", "mutual recursion", "chain"],
)
def test_knowledge_and_decisions_that_call_without_end_are_stopped(body: str) -> None:
    value, codes = ask(body)

    assert value is None
    assert codes[-1] == "budget_exceeded"


# Instances


def at(life: Life) -> list[str]:
    return [incident.code for incident in life.state.incidents.values()]


def mapped(source: str) -> str:
    mapping = f'<zeebe:ioMapping><zeebe:input source="={source}" target="x" /></zeebe:ioMapping>'
    return START + service("work", mapping) + END + chain("start", "work", "end")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("for i in 1..n return i", "budget_exceeded"),
        ("{f: function(i) f(i + n), r: f(1)}.r", "budget_exceeded"),
        ("(" * 10_000 + "1" + ")" * 10_000, "expression_invalid"),
    ],
)
def test_an_instance_stands_at_an_incident_and_the_rest_of_it_is_whole(
    source: str, code: str
) -> None:
    life = Life(drawing(mapped(source)), {"n": 10**9}).start()

    assert at(life) == [code]
    assert not life.state.ended


def test_an_incident_of_a_hostile_expression_is_mended_by_a_variable() -> None:
    life = Life(drawing(mapped("for i in 1..n return i")), {"n": 10**9}).start()
    incident = next(iter(life.state.incidents))

    life.do(SetVariables(id="mend", variables={"n": 3}))
    life.do(ResolveIncident(id="again", key=incident))

    assert at(life) == []
    life.job("work")
    assert life.state.phase == "completed"


GATEWAY = '<bpmn:exclusiveGateway id="again" />'
CALL = (
    '<bpmn:callActivity id="work"><bpmn:extensionElements>'
    '<zeebe:calledElement processId="p" /></bpmn:extensionElements></bpmn:callActivity>'
)


def doing(expression: str) -> str:
    return (
        '<bpmn:scriptTask id="work"><bpmn:extensionElements>'
        f'<zeebe:script expression="={expression}" resultVariable="v" />'
        "</bpmn:extensionElements></bpmn:scriptTask>"
    )


def many(count: str) -> str:
    loop = "multiInstanceLoopCharacteristics"
    return (
        f'<bpmn:task id="work"><bpmn:{loop}><bpmn:loopCardinality>{count}</bpmn:loopCardinality>'
        f"</bpmn:{loop}></bpmn:task>"
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (GATEWAY + doing("1") + chain("start", "again", "work", "again"), "too_many_elements"),
        (
            GATEWAY + doing("{a: v, b: v}") + chain("start", "again", "work", "again"),
            "budget_exceeded",
        ),
        (
            GATEWAY + doing("concatenate(v, v)") + chain("start", "again", "work", "again"),
            "budget_exceeded",
        ),
        (CALL + END + chain("start", "work", "end"), "call_depth_exceeded"),
        (many("1000000000") + END + chain("start", "work", "end"), "too_many_instances"),
    ],
    ids=["loop", "doubling", "growing list", "calling itself", "instances"],
)
def test_a_drawing_that_goes_round_or_grows_without_end_is_held(body: str, code: str) -> None:
    life = Life(drawing(START + body), {"v": [1]}).start()

    assert code in at(life)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDuration", "P99999999999Y"),
        ("timeDuration", "PT99999999999999999999S"),
        ("timeDuration", f"P{'9' * 5000}D"),
        ("timeDate", "0001-01-01T00:00:00+14:00"),
        ("timeDate", "99999999-01-01T00:00:00Z"),
        ("timeCycle", "R/PT0S"),
        ("timeCycle", "R/PT0.000001S"),
    ],
)
def test_a_timer_beyond_all_calendars_is_an_incident(kind: str, text: str) -> None:
    timer = (
        '<bpmn:boundaryEvent id="late" attachedToRef="work" cancelActivity="false">'
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
    )
    body = START + user("work") + timer + END + chain("start", "work", "end") + flow("late", "end")

    life = Life(drawing(body)).start()

    assert at(life) == ["timer_invalid"]


def test_a_fast_cycle_after_a_long_outage_fires_once() -> None:
    timer = (
        '<bpmn:boundaryEvent id="tick" attachedToRef="work" cancelActivity="false">'
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1S</bpmn:timeCycle>"
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = START + user("work") + timer + END + chain("start", "work", "end") + flow("tick", "end")
    life = Life(drawing(body)).start()

    life.wait(timedelta(days=3650))

    assert life.completed.count("tick") == 1
    assert life.state.next_due() == "2036-05-08T01:00:01.000000+00:00"


def test_many_flows_into_one_element_are_read() -> None:
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="start" targetRef="end" />' for n in range(5000)
    )

    definition = load("digest", {"p.bpmn": xml(START + END + flows)})

    assert len(definition.processes["p"].elements["end"].incoming) == 5000
