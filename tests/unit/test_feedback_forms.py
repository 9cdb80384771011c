"""The forms of the bundled processes: one for each user task, in Chinese, of known fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.feedback_life import definition

# form-js components that the task API checks.
SHOWN = {"text"}
ASKED = {"textfield", "textarea", "number", "select", "radio", "checkbox", "checklist", "datetime"}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
FORMS = sorted(definition().forms)


def fields(form: str) -> Iterator[dict[str, Any]]:
    yield from (c for c in definition().forms[form]["components"] if c["type"] not in SHOWN)


def test_every_user_task_has_a_form_and_every_form_a_task() -> None:
    asked = {
        element.user_task.form
        for process in definition().processes.values()
        for element in process.elements.values()
        if element.user_task
    }

    assert asked == set(FORMS)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_holds_only_known_fields_with_chinese_labels(form: str) -> None:
    for field in fields(form):
        assert field["type"] in ASKED
        assert _CHINESE.search(field["label"])


@pytest.mark.parametrize("form", FORMS)
def test_the_ids_and_keys_of_a_form_are_unique(form: str) -> None:
    components = definition().forms[form]["components"]
    keys = [field["key"] for field in fields(form)]

    assert len({c["id"] for c in components}) == len(components)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("form", FORMS)
def test_free_text_is_personal_and_what_the_drawing_decides_on_is_not(form: str) -> None:
    for field in fields(form):
        declared = field.get("properties", {}).get("personal")
        free = field["type"] in {"textfield", "textarea"}

        assert declared == (None if free else "no")


def test_the_reply_and_the_plan_are_required() -> None:
    required = {f["key"] for f in fields("process") if f.get("validate", {}).get("required")}

    assert required == {"plan", "reply"}


def test_the_answers_that_the_drawing_knows_are_those_of_the_forms() -> None:
    def values(form: str, key: str) -> list[str]:
        field = next(f for f in fields(form) if f["key"] == key)
        return [value["value"] for value in field["values"]]

    assert values("approve_extension", "decision") == ["approved", "rejected"]
    assert values("second_followup", "followup") == ["resolved", "explained", "unresolved"]
    assert values("decide_dispute", "head_decision") == ["reopen", "close"]
