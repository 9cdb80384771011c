"""Decision tables and requirements."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bpmn.dmn import DecisionModel, DecisionResult, DmnError, evaluate_decision, parse_decisions

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
RULES = (
    ('"complaint"', '"high"', '"duty"', "2"),
    ('"complaint"', "-", '"service"', "24"),
    ("-", '"high"', '"duty"', "4"),
)


def model_with(
    policy: str, rules: tuple[tuple[str, ...], ...] = RULES, outputs: str = ""
) -> DecisionModel:
    columns = outputs or '<output id="o1" name="department"/><output id="o2" name="hours"/>'
    width = columns.count("<output ")
    rows = "".join(
        f'<rule id="r{n}">'
        + "".join(f"<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>" for cell in row[:2])
        + "".join(f"<outputEntry><text>{c}</text></outputEntry>" for c in row[2 : 2 + width])
        + "</rule>"
        for n, row in enumerate(rules, 1)
    )
    return read(
        f"""<decision id="route" name="Route"><variable name="Route"/>
        <decisionTable id="table" {policy}>
          <input id="i1" label="type"><inputExpression><text>type</text></inputExpression></input>
          <input id="i2" label="urgency">
            <inputExpression><text>urgency</text></inputExpression></input>
          {columns}{rows}
        </decisionTable></decision>"""
    )


def read(inside: str) -> DecisionModel:
    namespace = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    xml = f'<definitions xmlns="{namespace}" id="d" name="d" namespace="n">{inside}</definitions>'
    return parse_decisions(xml.encode(), name="test.dmn")


def decide(model: DecisionModel, **scope: Any) -> DecisionResult:
    return evaluate_decision(model, "route", scope, now=NOW)


def codes(result: DecisionResult) -> list[str]:
    return [warning.code for warning in result.warnings]


def test_a_first_table_answers_its_first_matching_rule_and_says_which() -> None:
    result = decide(model_with('hitPolicy="FIRST"'), type="complaint", urgency="high")

    assert result.value == {"department": "duty", "hours": 2}
    assert result.matched == ("r1",)
    assert result.inputs == {"type": "complaint", "urgency": "high"}


def test_a_unique_table_with_two_matching_rules_is_null_and_warns() -> None:
    result = decide(model_with(""), type="complaint", urgency="high")

    assert result.value is None
    assert result.matched == ("r1", "r2", "r3")
    assert codes(result) == ["several_rules_match"]


def test_no_matching_rule_is_null_and_warns() -> None:
    result = decide(model_with(""), type="praise", urgency="low")

    assert (result.value, codes(result)) == (None, ["no_rule_matches"])


def test_a_missing_input_is_null_and_warns_instead_of_raising() -> None:
    result = decide(model_with('hitPolicy="FIRST"'), urgency="high")

    assert result.value == {"department": "duty", "hours": 4}
    assert "unknown_name" in codes(result)


def test_an_any_table_wants_its_rules_to_agree() -> None:
    agreeing = (("-", "-", "1"), ("-", "-", "1"))
    differing = (("-", "-", "1"), ("-", "-", "2"))
    output = '<output id="o1" name="n"/>'

    assert decide(model_with('hitPolicy="ANY"', agreeing, output), type=1, urgency=1).value == 1
    result = decide(model_with('hitPolicy="ANY"', differing, output), type=1, urgency=1)
    assert (result.value, codes(result)) == (None, ["rules_disagree"])


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("", [3, 1, 2]), ("SUM", 6), ("MIN", 1), ("MAX", 3), ("COUNT", 3)]
)
def test_a_collecting_table_lists_or_aggregates(aggregation: str, expected: Any) -> None:
    rules = (("-", "-", "3"), ("-", "-", "1"), ("-", "-", "2"))
    policy = 'hitPolicy="COLLECT"' + (f' aggregation="{aggregation}"' if aggregation else "")

    model = model_with(policy, rules, '<output id="o1" name="n"/>')

    assert decide(model, type=1, urgency=1).value == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("PRIORITY", "a"), ("OUTPUT ORDER", ["a", "b", "c"]), ("RULE ORDER", ["c", "a", "b"])],
)
def test_output_values_rank_the_rules(policy: str, expected: Any) -> None:
    rules = (("-", "-", '"c"'), ("-", "-", '"a"'), ("-", "-", '"b"'))
    output = """<output id="o1" name="n"><outputValues>
        <text>"a", "b", "c"</text></outputValues></output>"""

    model = model_with(f'hitPolicy="{policy}"', rules, output)

    assert decide(model, type=1, urgency=1).value == expected


def test_a_decision_takes_the_value_of_the_one_it_requires() -> None:
    model = read(
        """<inputData id="in" name="order"><variable name="order"/></inputData>
        <decision id="level" name="Service level"><variable name="Service level"/>
          <informationRequirement><requiredInput href="#in"/></informationRequirement>
          <literalExpression><text>if order.amount > 100 then 1 else 2</text></literalExpression>
        </decision>
        <decision id="route" name="Route"><variable name="Route"/>
          <informationRequirement><requiredDecision href="#level"/></informationRequirement>
          <literalExpression><text>Service level * 24</text></literalExpression></decision>"""
    )

    assert decide(model, order={"amount": 120}).value == 24
    assert decide(model, order={"amount": 20}).value == 48


def test_decisions_that_require_one_another_end_with_a_warning() -> None:
    model = read(
        """<decision id="route" name="a"><variable name="a"/>
          <informationRequirement><requiredDecision href="#b"/></informationRequirement>
          <literalExpression><text>b</text></literalExpression></decision>
        <decision id="b" name="b"><variable name="b"/>
          <informationRequirement><requiredDecision href="#route"/></informationRequirement>
          <literalExpression><text>a</text></literalExpression></decision>"""
    )

    result = decide(model)

    assert (result.value, "decision_cycle" in codes(result)) == (None, True)


def test_a_text_that_is_no_feel_is_a_problem_of_the_model_with_its_line() -> None:
    model = read(
        """
        <decision id="route" name="a"><variable name="a"/>
          <literalExpression id="bad"><text>1 +</text></literalExpression></decision>"""
    )

    result = decide(model)

    assert [(one.code, one.element, one.line) for one in model.problems] == [
        ("feel_syntax", "bad", 3)
    ]
    assert (result.value, codes(result)) == (None, ["syntax_error"])


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<definitions", "xml_malformed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><definitions>&a;</definitions>', "xml_forbidden"),
        (b"<html/>", "not_dmn"),
        (
            b"<definitions><decision>"
            + b"<context><contextEntry>" * 2000
            + b"</contextEntry></context>" * 2000
            + b"</decision></definitions>",
            "too_deep",
        ),
    ],
)
def test_a_file_that_cannot_be_trusted_or_read_is_refused(xml: bytes, code: str) -> None:
    with pytest.raises(DmnError) as caught:
        parse_decisions(xml, name="bad.dmn")

    assert caught.value.code == code


def test_an_unknown_decision_is_named() -> None:
    with pytest.raises(DmnError) as caught:
        evaluate_decision(model_with(""), "nowhere", {}, now=NOW)

    assert (caught.value.code, caught.value.element) == ("unknown_decision", "nowhere")


def test_a_model_uses_decisions_inputs_and_functions_of_another_it_imports() -> None:
    lent = parse_decisions(
        b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="lent">
        <itemDefinition name="tHours"><typeRef>number</typeRef></itemDefinition>
        <inputData id="in" name="level"><variable name="level" typeRef="tHours"/></inputData>
        <decision id="base" name="base hours"><variable name="base hours" typeRef="tHours"/>
          <informationRequirement><requiredInput href="#in"/></informationRequirement>
          <literalExpression><text>24 / level</text></literalExpression></decision>
        <businessKnowledgeModel id="twice" name="twice"><variable name="twice"/>
          <encapsulatedLogic><formalParameter name="x"/>
          <literalExpression><text>x * 2</text></literalExpression></encapsulatedLogic>
        </businessKnowledgeModel></definitions>""",
        name="lent.dmn",
    )
    own = read(
        """<import namespace="lent" name="Lent"/>
        <decision id="route" name="route"><variable name="route" typeRef="Lent.tHours"/>
          <informationRequirement><requiredDecision href="lent#base"/></informationRequirement>
          <knowledgeRequirement><requiredKnowledge href="lent#twice"/></knowledgeRequirement>
          <literalExpression><text>Lent.twice(Lent.base hours)</text></literalExpression>
        </decision>"""
    )
    models = {"own.dmn": own, "lent.dmn": lent}

    flat = evaluate_decision(models, "route", {"level": 2}, now=NOW)
    nested = evaluate_decision(models, "route", {"Lent": {"level": 3}}, now=NOW)

    assert (flat.value, nested.value) == (24, 16)


def test_a_reference_to_nothing_is_a_problem_of_the_model_and_null() -> None:
    model = read(
        """<decision id="route" name="a"><variable name="a"/>
          <informationRequirement><requiredDecision href="#gone"/></informationRequirement>
          <literalExpression><text>gone + 1</text></literalExpression></decision>
        <decisionService id="s" name="s"><outputDecision href="#gone"/></decisionService>"""
    )

    assert {one.code for one in model.problems} == {"unknown_reference"}
    assert decide(model).value is None


def test_a_table_that_adds_what_is_no_number_is_null_and_warns() -> None:
    rules = (("-", "-", '"x"'), ("-", "-", "1"))
    policy = 'hitPolicy="COLLECT" aggregation="SUM"'

    result = decide(model_with(policy, rules, '<output id="o1" name="n"/>'), type=1, urgency=1)

    assert (result.value, codes(result)) == (None, ["function_failed"])


TYPED = """<itemDefinition name="Level"><typeRef>string</typeRef>
  <allowedValues><text>"high", "low"</text></allowedValues></itemDefinition>
 <itemDefinition name="Share"><typeRef>number</typeRef>
  <allowedValues><text>[0..1]</text></allowedValues></itemDefinition>
 <itemDefinition name="Shares" isCollection="true"><typeRef>Share</typeRef>
  <typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>
 <itemDefinition name="Order"><itemComponent name="level"><typeRef>Level</typeRef>
 </itemComponent></itemDefinition>
 <inputData id="i" name="given"><variable name="given" typeRef="{input}"/></inputData>
 <decision id="d" name="d"><variable name="d" typeRef="{result}"/>
 <informationRequirement><requiredInput href="#i"/></informationRequirement>
 <literalExpression><text>{text}</text></literalExpression></decision>"""


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("Level", "high", "high"),
        ("Level", "middle", None),
        ("Level", None, None),
        ("Share", Decimal("0.5"), Decimal("0.5")),
        ("Share", Decimal(2), None),
        ("Shares", [Decimal(0), Decimal(1)], [Decimal(0), Decimal(1)]),
        ("Shares", [Decimal(0), Decimal(2)], None),
        ("Shares", [Decimal(0), Decimal(0), Decimal(1)], None),
        ("Order", {"level": "low"}, {"level": "low"}),
        ("Order", {"level": "middle"}, None),
        ("Order", {"level": None}, {"level": None}),
    ],
)
def test_values_that_a_type_does_not_allow_are_null_as_input_and_as_result(
    kind: str, value: Any, expected: Any
) -> None:
    asked = read(TYPED.format(input=kind, result="Any", text="given"))
    answered = read(TYPED.format(input="Any", result=kind, text="given"))

    results = [evaluate_decision(one, "d", {"given": value}, now=NOW) for one in (asked, answered)]

    assert [result.value for result in results] == [expected, expected]
    refused = expected is None and value is not None
    codes = [[warning.code for warning in result.warnings] for result in results]
    assert codes == ([["value_not_allowed"]] * 2 if refused else [[], []])


def test_decisions_and_types_in_a_circle_are_problems_of_the_model() -> None:
    model = read(
        """<itemDefinition name="a"><typeRef>b</typeRef></itemDefinition>
        <itemDefinition name="b"><typeRef>a</typeRef></itemDefinition>
        <itemDefinition name="tree" isCollection="true"><typeRef>tree</typeRef></itemDefinition>
        <decision id="one" name="one"><variable name="one"/><informationRequirement>
        <requiredDecision href="#two"/></informationRequirement></decision>
        <decision id="two" name="two"><variable name="two"/><informationRequirement>
        <requiredDecision href="#one"/></informationRequirement></decision>"""
    )

    found = [(problem.code, problem.element) for problem in model.problems]

    assert found == [
        ("requirement_cycle", "one"),
        ("requirement_cycle", "two"),
        ("type_cycle", "a"),
        ("type_cycle", "b"),
    ]
