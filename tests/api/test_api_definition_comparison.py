"""Drafts and versions are compared, files of versions read, expressions checked."""

from __future__ import annotations

import pytest

from tests.api.door import Door
from tests.api.draft_house import Drafts, code

pytestmark = pytest.mark.integration
PATH = "/api/definition-comparison"
FEEL = "/api/feel-check"


@pytest.fixture
async def drafts(door: Door) -> Drafts:
    return Drafts(door)


async def test_a_draft_is_held_against_what_is_deployed(drafts: Drafts) -> None:
    draft = await drafts.begin()
    limits = await drafts.file(draft, "limits.dmn")
    await drafts.put(draft, "limits.dmn", limits.replace(b'"PT2H"', b'"PT1H"'))

    answer = await drafts.door.get("owner", f"{PATH}?new_draft={draft['id']}")

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [(one["code"], one["old"], one["new"]) for one in told["changes"]] == [
        ("cell_changed", '"PT2H"', '"PT1H"')
    ]
    assert told["old"]["key"] == drafts.newest(told["old"]["process"])
    assert told["new"]["title"] == "更改"


async def test_a_draft_of_something_new_has_no_older_side(drafts: Drafts) -> None:
    made = (await drafts.door.post("owner", "/api/definition-drafts", {"title": "新"})).json()
    await drafts.put(made, "a.csv", b"a")

    told = (await drafts.door.get("owner", f"{PATH}?new_draft={made['id']}")).json()

    assert told["old"] is None
    assert [one["code"] for one in told["changes"]] == ["file_added"]


async def test_the_same_version_twice_does_not_differ(drafts: Drafts) -> None:
    key = drafts.newest()

    told = (await drafts.door.get("owner", f"{PATH}?old_key={key}&new_key={key}")).json()

    assert told["changes"] == []


@pytest.mark.parametrize("asked", ["", "?new_key=1048576", "?old_key=1&new_key=2&new_draft=x"])
async def test_a_comparison_needs_two_sides(drafts: Drafts, asked: str) -> None:
    answer = await drafts.door.get("owner", PATH + asked)

    assert answer.json()["code"] in {"fields_invalid", "process_definition_not_found"}


async def test_files_of_a_version_are_read_one_by_one(drafts: Drafts) -> None:
    path = f"/api/process-definitions/{drafts.newest()}/files"

    found = await drafts.door.get("owner", f"{path}/limits.dmn")
    missing = await drafts.door.get("owner", f"{path}/nothing.dmn")

    assert b"<decisionTable" in found.content
    assert code(missing) == (404, "definition_file_not_found")


async def test_agents_read_no_definitions(drafts: Drafts) -> None:
    key = drafts.newest()
    paths = [f"{PATH}?new_key={key}", f"/api/process-definitions/{key}/files/limits.dmn"]

    answers = [await drafts.door.get("spec", path) for path in paths]

    assert [code(one) for one in answers] == [(403, "forbidden")] * 2


async def test_an_expression_says_what_it_needs_and_what_it_comes_to(door: Door) -> None:
    asked = {"expression": "=a.b + 1", "variables": {"a": {"b": 2}}}

    told = (await door.post("owner", FEEL, asked)).json()

    assert told == {
        "fault": None, "names": ["a.b"], "evaluated": True, "value": 3, "warnings": [],
    }  # fmt: skip


async def test_what_is_missing_is_a_warning(door: Door) -> None:
    told = (await door.post("owner", FEEL, {"expression": "=a + 1", "variables": {}})).json()

    assert told["value"] is None
    assert [one["code"] for one in told["warnings"]]


async def test_a_text_that_is_no_feel_shows_where(door: Door) -> None:
    told = (await door.post("owner", FEEL, {"expression": "=1 + "})).json()

    assert told["fault"]["code"]
    assert told["fault"]["position"] == 5


async def test_cells_of_tables_are_checked_as_tests(door: Door) -> None:
    asked = {"expression": "> 5", "unary": True, "variables": {}, "value": 7}

    told = (await door.post("owner", FEEL, asked)).json()

    assert (told["fault"], told["value"]) == (None, True)


async def test_moments_are_told_as_texts(door: Door) -> None:
    asked = {"expression": '=date("2026-01-05") + duration("P1D")', "variables": {}}

    told = (await door.post("owner", FEEL, asked)).json()

    assert told["value"] == "2026-01-06"


async def test_files_are_checked_before_they_are_put_into_a_draft(drafts: Drafts) -> None:
    draft = await drafts.begin()
    limits = (await drafts.file(draft, "limits.dmn")).decode()
    broken = limits.replace('"PT2H"', '"PT2')

    answer = await drafts.step("owner", draft, "check", files={"limits.dmn": broken})
    stored = await drafts.step("owner", draft, "check")

    assert {one["resource"] for one in answer.json()["problems"]} == {"limits.dmn"}
    assert stored.json()["problems"] == []
    assert (await drafts.get(draft))["revision"] == draft["revision"]
