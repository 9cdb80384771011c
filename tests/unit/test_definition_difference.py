"""Two sets of files are compared element by element, cell by cell and field by field."""

from __future__ import annotations

import json

import pytest

from bpmn.difference import Change, compare
from tests.unit.feedback_life import resources

LIMITS = "limits.dmn"
DRAWING = "escalation.bpmn"


def changed(name: str, *replaced: tuple[str, str]) -> tuple[Change, ...]:
    old = dict(resources())
    text = old[name].decode()
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after, 1)
    return compare(old, old | {name: text.encode()})


def test_the_same_files_do_not_differ() -> None:
    assert compare(resources(), resources()) == ()


def test_a_changed_limit_is_told_with_its_column_and_its_row() -> None:
    [one] = changed(LIMITS, ('"PT2H"', '"PT1H"'))

    assert (one.code, one.resource, one.element, one.kind) == (
        *("cell_changed", LIMITS, "limits", "output"),
    )
    assert (one.property, one.row, one.old, one.new) == ("接单时限", 1, '"PT2H"', '"PT1H"')


def test_how_a_table_is_indented_is_no_difference() -> None:
    assert changed(LIMITS, ('<text>"PT2H"</text>', '<text>\n  "PT2H"\n</text>')) == ()


def test_rows_are_told_as_added_removed_and_moved() -> None:
    old = dict(resources())
    text = old["escalation.dmn"].decode()
    begin, end = (
        text.index('<rule id="escalation_head">'),
        text.index('<rule id="escalation_duty_manager">'),
    )
    row = text[begin:end]
    without = text[:begin] + text[end:]
    behind = without.replace("</rule>", f"</rule>{row}", 1)

    removed = compare(old, old | {"escalation.dmn": without.encode()})
    moved = compare(old, old | {"escalation.dmn": behind.encode()})
    added = compare({"a.dmn": without.encode()}, {"a.dmn": text.encode()})

    assert [(one.code, one.row) for one in removed] == [("row_removed", 1)]
    assert [one.code for one in moved] == ["rows_reordered"]
    assert [(one.code, one.detail) for one in added] == [("row_added", "先通知部门负责人")]


def test_columns_and_hit_policies_are_told() -> None:
    found = changed(
        LIMITS,
        ('label="接单时限"', 'label="接单期限"'),
        ('hitPolicy="UNIQUE"', 'hitPolicy="FIRST"'),
    )

    assert [(one.code, one.old, one.new) for one in found] == [
        ("hit_policy_changed", "UNIQUE", "FIRST"),
        ("column_changed", "接单时限", "接单期限"),
    ]


def test_names_timers_and_steps_of_a_drawing_are_told() -> None:
    found = changed(
        DRAWING,
        ('name="升级通知"', 'name="通知上一级"'),
        ("=rung.wait", '=duration("PT4H")'),
        ("feedback.escalate", "feedback.tell"),
    )

    told = {(one.code, one.element, one.property, one.old, one.new) for one in found}
    assert told == {
        ("name_changed", "escalate", "", "升级通知", "通知上一级"),
        ("property_changed", "rung_silent", "time_duration", "=rung.wait", '=duration("PT4H")'),
        ("property_changed", "escalate", "type", "feedback.escalate", "feedback.tell"),
    }


def test_a_flow_without_a_name_is_called_by_its_ends() -> None:
    [one] = changed(DRAWING, ('sourceRef="escalate" targetRef="rung_silent"',
                              'sourceRef="escalate" targetRef="rung"'))  # fmt: skip

    assert (one.name, one.property) == ("升级通知 → 下一级是谁", "target_ref")
    assert (one.old, one.new) == ("仍无人接单", "下一级是谁")


def test_what_only_moved_is_counted_once() -> None:
    [one] = changed(DRAWING, ('x="250" y="180"', 'x="300" y="180"'))

    assert (one.code, one.row) == ("layout_changed", 1)


def test_elements_that_came_and_went_are_told() -> None:
    old = dict(resources())
    end = '<bpmn:endEvent id="ladder_exhausted" name="已到最高级">'
    text = old[DRAWING].decode().replace(end, '<bpmn:endEvent id="top" name="到顶">')

    found = compare(old, old | {DRAWING: text.encode()})

    assert [(one.code, one.name, one.kind) for one in found[:2]] == [
        ("element_removed", "已到最高级", "endEvent"),
        ("element_added", "到顶", "endEvent"),
    ]


def test_fields_of_a_form_are_told() -> None:
    fields = [{"key": "note", "label": "说明", "type": "textarea", "validate": {"required": True}}]
    old = json.dumps({"id": "f", "components": fields}).encode()
    fields[0]["validate"] = {"required": False}
    fields.append({"key": "more", "label": "更多", "type": "textfield"})
    new = json.dumps({"id": "f", "components": fields}).encode()

    found = compare({"f.form": old}, {"f.form": new})

    assert [(one.code, one.name, one.property, one.old, one.new) for one in found] == [
        ("field_changed", "说明", "validate.required", "true", "false"),
        ("field_added", "更多", "", "", ""),
    ]


@pytest.mark.parametrize("name", ["a.bpmn", "a.dmn", "a.form", "a.csv"])
def test_files_that_cannot_be_read_differ_as_a_whole(name: str) -> None:
    found = compare({name: b"<one", "gone.bpmn": b""}, {name: b"[two", "new.dmn": b""})

    assert {(one.code, one.resource) for one in found} == {
        ("file_changed", name),
        ("file_removed", "gone.bpmn"),
        ("file_added", "new.dmn"),
    }
