"""Random drawings under random commands: what must hold of every instance at every step.

A run is made from its seed alone. To search further: `--hypothesis-seed=N` with `derandomize` off.
"""

from __future__ import annotations

from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bpmn.deployment import load
from bpmn.records import Kind
from tests.unit.random_drawing import structured, unstructured
from tests.unit.random_instance import Instance, finish, play

SEEDS = st.integers(min_value=0, max_value=10**9)
COMMANDS = 25
# A drawing may ask for more work for ever; the run need only be one that waits for it.
LAST_COMMANDS = 60
MET = (
    *("INSTANCE_C", "INSTANCE_M", "ELEMENT", "SEQUENCE_FLOW", "TOKEN", "VARIABLES", "JOB"),
    *("TIMER_CREATED", "TIMER_FIRED", "TIMER_CANCELED", "MESSAGE", "SIGNAL", "CONDITION_MET"),
    *("COMPENSATION", "ERROR", "ESCALATED", "INCIDENT", "USER_TASK_C", "USER_TASK_HELD"),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_every_step_of_a_structured_process_can_be_replayed_saved_and_restored(seed: int) -> None:
    random = Random(seed)
    instance = Instance(load("digest", structured(random)))

    play(instance, random, COMMANDS)

    assert [record.number for record in instance.records] == [
        number + 1 for number in range(len(instance.records))
    ]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(seed=SEEDS)
@example(seed=1478)  # somebody ends one of three branches by hand
def test_a_structured_process_ends_or_waits_for_something(seed: int) -> None:
    random = Random(seed)
    instance = Instance(load("digest", structured(random)))
    play(instance, random, 5)

    nothing_left = finish(instance, random, LAST_COMMANDS)

    state = instance.state
    on_demand = any(element.kind == "adHocSubProcess" for element in state.elements.values())
    conditions = any(found.type == "condition" for found in state.subscriptions.values())
    waits = bool(state.incidents) or on_demand or conditions or not nothing_left
    # A join waits for ever for a branch that was ended by hand.
    ended_by_hand = any(
        one.kind is Kind.INSTANCE_MODIFIED and one.data["terminate"] for one in instance.records
    )
    assert state.ended or waits or ended_by_hand


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_a_process_of_any_shape_keeps_its_tokens_whole(seed: int) -> None:
    random = Random(seed)
    instance = Instance(load("digest", unstructured(random)))

    play(instance, random, COMMANDS)

    last = instance.state
    assert last.ended or last.elements


def test_the_random_runs_meet_what_tokens_events_and_work_can_do() -> None:
    missing = {kind for kind in Kind if kind.value.startswith(MET)}

    for seed in range(400):
        random = Random(seed)
        instance = Instance(load("digest", structured(random)))
        play(instance, random, COMMANDS)
        missing -= {record.kind for record in instance.records}
        if not missing:
            break

    assert missing == set()
