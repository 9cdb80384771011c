from typing import Any

import pytest

from bpmn import deployment
from stack.demo.expectation import Expectation
from stack.demo.life import Life, read_life
from stack.demo.limits import bundle
from stack.demo.scenarios import SCENARIOS
from stack.demo.show import Played, table, wrong

ITEM = {"number": "202405-001", "states_passed": [{"status": "pending"}, {"status": "closed"}]}
PROMISE = Expectation(
    ("pending", "closed"),
    ("accept", "closed"),
    absent=("refuse",),
    timers=("accept_overdue",),
    quiet=("no_answer",),
)


def record(kind: str, element: str, second: int, key: str = "1", **data: Any) -> dict[str, Any]:
    at = f"2024-05-06T02:00:{second:02}Z"
    return {"kind": kind, "element": element, "at": at, "key": key, "data": data}


def due(second: int) -> str:
    return f"2024-05-06T02:00:{second:02}.000+00:00"


RECORDS = (
    record("ELEMENT_ACTIVATED", "accept", 0),
    record("TIMER_CREATED", "accept_overdue", 0, "7", due=due(8)),
    record("TIMER_CREATED", "no_answer", 0, "8", due=due(9)),
    record("TIMER_FIRED", "accept_overdue", 8, "7", due=due(8)),
    record("ELEMENT_ACTIVATED", "closed", 12),
    record("INSTANCE_COMPLETED", "", 12),
)


def life(**changes: Any) -> Life:
    return Life(**(vars(read_life("smooth", ITEM, RECORDS)) | changes))


def test_a_life_is_read_from_the_records_of_its_item() -> None:
    found = life()

    assert found.line() == {
        "number": "202405-001",
        "scenario": "smooth",
        "states": ["pending", "closed"],
        "elements": ["accept", "closed"],
        "timers": [
            {"element": "accept_overdue", "due": due(8), "fired": due(8)},
            {"element": "no_answer", "due": due(9), "fired": None},
        ],
        "seconds": 12.0,
    }
    assert found.fired == ("accept_overdue",)


def test_a_timer_that_repeats_is_listed_each_time_it_was_set() -> None:
    rows = (
        record("TIMER_CREATED", "progress", 0, "7", due=due(5)),
        record("TIMER_FIRED", "progress", 5, "7", due=due(5), next_due=due(10)),
        record("TIMER_FIRED", "progress", 10, "7", due=due(10), next_due=due(15)),
        record("TIMER_CANCELED", "progress", 12, "7"),
    )

    found = read_life("smooth", ITEM, rows)

    assert [one["fired"] for one in found.timers] == [due(5), due(10), None]
    assert found.fired == ("progress", "progress")


def test_a_life_as_promised_has_no_problems() -> None:
    assert PROMISE.problems(life()) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"ended": False}, "the process has not ended"),
        ({"states": ("pending",)}, "states are pending, expected pending closed"),
        ({"states": ()}, "states are none, expected pending closed"),
        ({"elements": ("closed", "accept")}, "element closed was not entered"),
        ({"elements": ("accept", "refuse", "closed")}, "element refuse was entered"),
        ({"timers": ()}, "timer accept_overdue fired 0 times, expected 1"),
        (
            {
                "timers": (
                    {"element": "accept_overdue", "due": due(8), "fired": due(8)},
                    {"element": "no_answer", "due": due(9), "fired": due(9)},
                )
            },
            "timer no_answer fired",
        ),
    ],
)
def test_whatever_differs_from_the_promise_is_a_problem(
    changes: dict[str, Any], problem: str
) -> None:
    found = PROMISE.problems(life(**changes))

    assert len(found) == 1
    assert found[0].startswith(problem)


def test_a_timer_must_fire_as_often_as_it_is_named() -> None:
    twice = Expectation(("pending", "closed"), (), timers=("accept_overdue", "accept_overdue"))

    assert twice.problems(life()) == ["timer accept_overdue fired 1 times, expected 2"]


def test_every_scenario_has_a_name_of_its_own_and_ends_in_a_final_state() -> None:
    names = [one.name for one in SCENARIOS]

    assert len(set(names)) == len(names)
    assert {one.expected.states[-1] for one in SCENARIOS} == {"archived", "withdrawn"}


def test_the_scenarios_know_the_elements_of_the_drawings_and_their_timers() -> None:
    processes = deployment.check("", bundle()).processes.values()
    known = {name: element for one in processes for name, element in one.elements.items()}
    timed = {name for name, one in known.items() if one.event and one.event.timer}

    for one in SCENARIOS:
        expected = one.expected
        assert {*expected.elements, *expected.absent} <= set(known)
        assert {*expected.timers, *expected.quiet} <= timed


def test_the_table_lines_up_with_chinese_titles_and_names_what_went_wrong() -> None:
    good = Played("顺利闭环", life(), ())
    bad = Played("特急", life(number="202405-002", scenario="critical"), ("it never ended",))

    lines = table([good, bad]).splitlines()

    assert [line.split()[0] for line in lines[2:4]] == ["202405-001", "202405-002"]
    columns = {_column(line, "待处理>已闭环") for line in lines[2:4]}
    assert len(columns) == 1
    assert "符合" in lines[2]
    assert "不符" in lines[3]
    assert lines[2].endswith("accept_overdue")
    assert lines[4:] == ["202405-002 critical: it never ended"] == wrong([good, bad])


def _column(line: str, word: str) -> int:
    before = line[: line.index(word)]
    return sum(2 if "一" <= one <= "鿿" else 1 for one in before)
