"""What was filled in, held against form-js forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from api.form_validation import Submission, validate
from tests.unit.feedback_life import DIAGRAMS

NOW = datetime(2026, 9, 21, tzinfo=UTC)
OPTIONS = [{"label": "好", "value": "good"}, {"label": "坏", "value": "bad"}]


def component(kind: str, key: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, **more}


def submit(components: list[dict[str, Any]], variables: dict[str, Any], **known: Any) -> Submission:
    return validate({"components": components}, variables, known=known, now=NOW)


def code(kind: dict[str, Any], value: Any, **known: Any) -> str | None:
    errors = submit([kind], {"x": value}, **known).errors
    return errors[0]["code"] if errors else None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (component("textfield"), ["a", "", None], [1, True, {}, ["a"]]),
        (component("number"), [1, -2.5, 0, None], ["1", True, float("nan"), 1e300, {}]),
        (component("number", serializeToString=True), ["1.5"], [1.5, "one", "1" * 5000]),
        (component("number", decimalDigits=1), [1, 1.5, 1.0, 100], [1.25]),
        (component("checkbox"), [True, False], ["true", 1]),
        (component("radio", values=OPTIONS), ["good"], ["other", ["good"], {"a": 1}, 1]),
        (component("select", values=[{"value": 1}]), [1], [True, "1"]),
        (component("checklist", values=OPTIONS), [["good"], [], None], ["good", ["other"]]),
        (component("taglist", values=OPTIONS), [["bad", "good"]], [["good"] * 3]),
        (component("datetime"), ["2026-09-21"], ["21.9.2026", 20260921, "x" * 99]),
        (component("datetime", subtype="time"), ["11:00+08:00"], ["25:00"]),
        (component("datetime", subtype="datetime"), ["2026-09-21T11:00Z"], ["tomorrow"]),
        (component("filepicker"), [], ["file"]),
    ],
)
def test_a_value_has_the_type_of_its_field(
    kind: dict[str, Any], good: list[Any], bad: list[Any]
) -> None:
    assert [value for value in good if code(kind, value) is not None] == []
    assert [value for value in bad if code(kind, value) is None] == []


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (component("textfield", validate={"required": True}), "  \u0000 ", "missing"),
        (component("textfield", validate={"required": True}), None, "missing"),
        (component("checkbox", validate={"required": True}), False, "missing"),
        (component("checklist", values=OPTIONS, validate={"required": True}), [], "missing"),
        (component("textfield", validate={"maxLength": 2}), "三个字", "too_long"),
        (component("textfield", validate={"minLength": 2}), "一", "too_short"),
        (component("textarea"), "a" * 10_001, "too_long"),
        (component("textarea"), "\ud800", "characters_invalid"),
        (component("textfield", validate={"pattern": "^[A-Z]+$"}), "ab", "pattern_mismatch"),
        (component("textfield", validate={"pattern": "["}), "ab", "pattern_mismatch"),
        (component("textfield", validate={"validationType": "email"}), "a@b", "pattern_mismatch"),
        (component("textfield", validate={"validationType": "phone"}), "call", "pattern_mismatch"),
        (component("number", validate={"min": 1}), 0, "too_small"),
        (component("number", validate={"max": "=limit"}), 6, "too_large"),
        (component("radio", valuesKey="offered"), "c", "value_unknown"),
    ],
)
def test_what_breaks_a_rule_is_named(kind: dict[str, Any], value: Any, expected: str) -> None:
    assert code(kind, value, limit=5, offered=["a", {"value": "b"}]) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (component("textfield", validate={"pattern": "^[A-Z]+$"}), "AB"),
        (component("textfield", validate={"validationType": "email"}), "a@example.org"),
        (component("textfield", validate={"validationType": "phone"}), "+86 138-0000-0000"),
        (component("number", validate={"min": 1, "max": "=limit"}), 5),
        (component("radio", valuesKey="offered"), "b"),
        (component("radio", valuesExpression="=offered"), "a"),
    ],
)
def test_what_keeps_the_rules_is_taken(kind: dict[str, Any], value: Any) -> None:
    assert code(kind, value, limit=5, offered=["a", {"value": "b"}]) is None


def test_free_text_is_personal_unless_the_form_says_otherwise() -> None:
    plain = {"properties": {"personal": "no"}}
    components = [
        component("textarea", "told"),
        component("textfield", "code", **plain),
        component("number", "hours"),
    ]

    found = submit(components, {"told": "张三来电", "code": "A1", "hours": 2})

    assert found.personal == {"told": "张三来电"}
    assert found.plain == {"code": "A1", "hours": 2}
    assert found.variables({"told": "ref"}) == {
        "told": {"$ref": "ref"},
        "code": "A1",
        "hours": 2,
    }


def test_nobody_slips_a_reference_or_an_unknown_field_in() -> None:
    components = [component("textfield", "told"), component("select", "choice", values=OPTIONS)]
    sent = {"told": {"$ref": "x"}, "choice": {"$ref": "x"}, "$ref": "x", "more": 1}

    found = submit(components, sent)

    assert {(one["field"], one["code"]) for one in found.errors} == {
        ("told", "type_wrong"),
        ("choice", "value_unknown"),
        ("$ref", "key_reserved"),
        ("more", "unknown"),
    }


def test_a_group_nests_its_fields() -> None:
    group = {
        "type": "group",
        "path": "plan",
        "components": [component("number", "hours"), component("textfield", "who.name")],
    }

    found = submit([group], {"plan": {"hours": 2, "who": {"name": "李"}, "colour": "red"}})

    assert [(one["field"], one["code"]) for one in found.errors] == [("plan.colour", "unknown")]
    assert found.plain == {"plan": {"hours": 2}}
    assert found.personal == {"plan.who.name": "李"}
    assert found.variables({"plan.who.name": "r"}) == {
        "plan": {"hours": 2, "who": {"name": {"$ref": "r"}}}
    }


def test_a_hidden_field_is_neither_required_nor_taken() -> None:
    components = [
        component("radio", "result", values=OPTIONS),
        component(
            "number",
            "hours",
            validate={"required": True},
            conditional={"hide": '=result = "bad"'},
        ),
    ]

    assert submit(components, {"result": "bad"}).errors == []
    assert submit(components, {"result": "good"}).errors == [{"field": "hours", "code": "missing"}]
    assert submit(components, {"result": "bad", "hours": 1}).errors == [
        {"field": "hours", "code": "field_hidden"}
    ]


def test_what_a_form_only_shows_cannot_be_changed() -> None:
    components = [
        component("textarea", "shown", readonly=True),
        component("number", "off", disabled=True),
        component("expression", "sum", expression="=1 + 1"),
        {"type": "text", "text": "# Title", "key": "title"},
    ]

    found = submit(components, {"shown": "other", "off": 9, "sum": 3})

    assert (found.errors, found.plain, found.personal) == ([], {}, {})


def test_a_task_without_a_form_takes_plain_values_and_keeps_texts_apart() -> None:
    found = validate(
        None,
        {"ok": True, "hours": 2, "told": "张三", "gone": None, "$x": 1, "deep": {"a": 1}},
        known={},
        now=NOW,
    )

    assert found.plain == {"ok": True, "hours": 2, "gone": None}
    assert found.personal == {"told": "张三"}
    assert {(one["field"], one["code"]) for one in found.errors} == {
        ("$x", "key_reserved"),
        ("deep", "type_wrong"),
    }


def test_a_flood_of_fields_is_refused_at_once() -> None:
    found = submit([component("number")], {f"f{n}": n for n in range(300)})

    assert found.errors == [{"field": "", "code": "too_many"}]


def test_a_catastrophic_pattern_takes_no_long_time() -> None:
    kind = component("textarea", validate={"pattern": "^(a+)+$"})

    assert code(kind, "a" * 3000 + "b") == "pattern_mismatch"


def first_choice(one: dict[str, Any]) -> Any:
    value = one["values"][0]["value"]
    return [value] if one["type"] == "checklist" else value


@pytest.mark.parametrize("name", sorted(path.name for path in DIAGRAMS.glob("*.form")))
def test_every_bundled_form_can_be_submitted(name: str) -> None:
    schema = json.loads((DIAGRAMS / name).read_text(encoding="utf-8"))
    samples = {"textarea": "说明", "textfield": "文本", "number": 1, "checkbox": True}
    sent = {
        one["key"]: first_choice(one) if "values" in one else samples[one["type"]]
        for one in schema["components"]
        if "key" in one and not one.get("readonly")
    }

    assert validate(schema, sent, known={}, now=NOW).errors == []
