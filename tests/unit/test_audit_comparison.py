"""Records held against a history: equal at every step, or a finding that says where."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from audit.compare import MOST, compare
from audit.history import Memory
from audit.unlike import unlike
from bpmn.apply import replay
from tests.unit.audited_life import batches_of, rows_of
from tests.unit.feedback_life import KEY, Life, processing


@pytest.fixture(scope="module")
def life() -> Life:
    """An item that somebody processes."""
    return processing()


def memory(life: Life, **changes: Any) -> Memory:
    return Memory(**{"batches": deepcopy(batches_of(life)), "given": [], "closed": True, **changes})


def rows(life: Life) -> list[dict[str, Any]]:
    return deepcopy(rows_of(life))


def test_records_and_history_of_one_life_are_equal_at_every_step(life: Life) -> None:
    found = compare(KEY, rows(life), memory(life))

    assert (found.findings, found.records, found.history, found.first) == (
        [],
        len(life.records),
        len(life.records),
        1,
    )


def test_a_changed_value_is_found_with_both_values_and_what_it_led_to(life: Life) -> None:
    changed = rows(life)
    [assigned] = [
        one for one in changed if one["kind"] == "USER_TASK_CREATED" and one["element"] == "process"
    ]
    assigned["data"]["assignee"] = "somebody.else"

    found = compare(KEY, changed, memory(life))

    paths = {(one.n, one.path): (one.records, one.history) for one in found.findings}
    assert (assigned["number"], "record.data.assignee") in paths
    assert paths[assigned["number"], "record.data.assignee"][0] == "somebody.else"
    assert any(path.startswith("state.user_tasks[0].assignee") for _, path in paths)


def test_a_moved_instant_is_found_though_the_state_stays_the_same(life: Life) -> None:
    changed = rows(life)
    changed[4]["at"] = "2020-01-01T00:00:00.000000+00:00"

    found = compare(KEY, changed, memory(life))

    assert [(one.n, one.path) for one in found.findings] == [(5, "record.at")]


def test_a_missing_record_is_found_where_it_is_missing(life: Life) -> None:
    changed = rows(life)
    del changed[9]

    found = compare(KEY, changed, memory(life))

    assert found.findings[0].n == 10
    assert len(found.findings) <= MOST


def test_a_cut_tail_is_found(life: Life) -> None:
    found = compare(KEY, rows(life)[:-2], memory(life))

    missing = [one.n for one in found.findings if one.path == "record"]
    assert missing == [len(life.records) - 1, len(life.records)]


def test_records_that_the_history_lacks_are_excused_only_while_their_task_may_be_under_way(
    life: Life,
) -> None:
    short = memory(life, closed=False)
    *kept, last = short.batches
    short = Memory(kept, [], closed=False)
    at = last.records[0]["at"]

    before = compare(KEY, rows(life), short, settled="2020")
    after = compare(KEY, rows(life), short, settled=at)
    ended = compare(KEY, rows(life), Memory(kept, [], closed=True), settled="2020")

    assert before.findings == []
    assert [one.n for one in after.findings if one.path == "record"] == [
        one["number"] for one in last.records
    ]
    assert ended.findings


def test_a_state_that_a_run_gave_on_is_compared_too(life: Life) -> None:
    number = batches_of(life)[0].records[-1]["number"]
    given = replay(KEY, rows(life)[:number]).to_json()
    wrong = deepcopy(given)
    wrong["calendar"] = 99

    right = compare(KEY, rows(life), memory(life, given=[given]))
    found = compare(KEY, rows(life), memory(life, given=[wrong]))

    assert right.findings == []
    assert [(one.n, one.path, one.history) for one in found.findings] == [
        (number, "given.calendar", 99)
    ]


def test_a_history_whose_first_run_is_gone_is_compared_from_where_it_begins(life: Life) -> None:
    first, *rest = batches_of(life)
    number = first.records[-1]["number"]
    given = replay(KEY, rows(life)[:number]).to_json()

    found = compare(KEY, rows(life), memory(life, batches=rest, given=[given]))

    assert (found.findings, found.first) == ([], number + 1)


def test_values_differ_as_json_does() -> None:
    assert not list(unlike({"a": [1, 2.0]}, {"a": [1.0, 2]}))
    assert list(unlike(True, 1)) == [("", True, 1)]
    assert list(unlike({"a": None}, {})) == [("a", "null", None)]
    assert list(unlike([1], [1, None])) == [("[1]", None, "null")]
    assert list(unlike({"a": {"b": 1}}, {"a": {"b": 2}})) == [("a.b", 1, 2)]
