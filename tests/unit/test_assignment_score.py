"""Who suits best: the score of a member, part by part."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.scoring import NOW, OFF, PARTS, SOON, UNPLANNED, Candidate, Weights, rank, score
from models.standing import Standing

COUNTS = st.integers(min_value=0, max_value=200)
SHARES = st.integers(min_value=0, max_value=100)
WEIGHTS = (
    st.builds(
        Weights,
        load=SHARES,
        on_time=SHARES,
        skill=SHARES,
        shift=SHARES,
        fairness=SHARES,
        urgent_load=st.integers(min_value=1, max_value=5),
        critical_load=st.integers(min_value=2, max_value=10),
    )
    .filter(lambda made: made.total > 0)
    .map(lambda made: Weights.read(made.to_json()))
)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    closed = draw(COUNTS)
    return Standing(
        open={urgency: draw(COUNTS) for urgency in ("normal", "urgent", "critical")},
        closed=closed,
        in_time=draw(st.integers(min_value=0, max_value=closed)),
        same_category=draw(st.integers(min_value=0, max_value=closed)),
        lately=draw(COUNTS),
    )


CANDIDATES = st.builds(
    Candidate,
    username=st.sampled_from(["li.si", "wang.wu", "zhao.liu", "sun.qi"]),
    standing=standings(),
    skilled=st.booleans(),
    duty=st.sampled_from([NOW, SOON, OFF, UNPLANNED]),
)
FIELDS = st.lists(CANDIDATES, max_size=4, unique_by=lambda one: one.username)


def names(*candidates: Candidate, weights: Weights | None = None) -> list[str]:
    return [one.candidate.username for one in rank(candidates, weights or Weights())]


def having(username: str, /, **standing: object) -> Candidate:
    return Candidate(username, Standing(**standing))  # type: ignore[arg-type]


@given(CANDIDATES, WEIGHTS, COUNTS)
def test_a_score_lies_between_nought_and_one_and_is_the_sum_of_its_parts(
    one: Candidate, weights: Weights, fewest: int
) -> None:
    found = score(one, weights, fewest)

    assert 0 <= found.score <= 1.001
    assert set(found.points) == set(PARTS)
    assert found.score == pytest.approx(sum(found.points.values()))


@given(CANDIDATES, WEIGHTS, st.sampled_from(["normal", "urgent", "critical"]), COUNTS)
def test_more_load_never_raises_a_score(
    one: Candidate, weights: Weights, urgency: str, fewest: int
) -> None:
    counts = dict(one.standing.open)
    counts[urgency] += 1
    busier = replace(one, standing=replace(one.standing, open=counts))

    assert score(busier, weights, fewest).score <= score(one, weights, fewest).score


@given(FIELDS, CANDIDATES, WEIGHTS)
def test_who_gets_more_lately_never_rises_by_it(
    others: list[Candidate], one: Candidate, weights: Weights
) -> None:
    field = [other for other in others if other.username != one.username]
    busier = replace(one, standing=replace(one.standing, lately=one.standing.lately + 1))

    def own(candidate: Candidate) -> float:
        found = rank([*field, candidate], weights)
        return next(s.score for s in found if s.candidate.username == one.username)

    assert own(busier) <= own(one)


@given(CANDIDATES, WEIGHTS, COUNTS)
def test_an_item_solved_in_time_a_skill_and_being_there_never_lower_a_score(
    one: Candidate, weights: Weights, fewest: int
) -> None:
    now = score(one, weights, fewest).score
    standing = one.standing
    better = [
        replace(
            one,
            standing=replace(standing, closed=standing.closed + 1, in_time=standing.in_time + 1),
        ),
        replace(one, skilled=True),
        replace(one, duty=NOW),
    ]

    assert all(score(other, weights, fewest).score >= now for other in better)


@given(FIELDS, WEIGHTS, st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_order_however_they_are_told(
    field: list[Candidate], weights: Weights, random: object
) -> None:
    shuffled = list(field)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert names(*shuffled, weights=weights) == names(*field, weights=weights)


def test_a_critical_item_in_hand_counts_more_than_an_urgent_and_an_ordinary_one() -> None:
    ordinary = having("c", open={"normal": 1})
    urgent = having("b", open={"urgent": 1})
    critical = having("a", open={"critical": 1})

    assert names(critical, urgent, ordinary) == ["c", "b", "a"]


def test_with_equal_load_the_one_who_solves_in_time_comes_first() -> None:
    good = having("b", closed=20, in_time=20)
    poor = having("a", closed=20, in_time=2)

    assert names(poor, good) == ["b", "a"]


def test_nobody_is_judged_by_their_first_item() -> None:
    found = {
        n: score(having(n, closed=c, in_time=0), Weights(), 0) for n, c in (("a", 0), ("b", 1))
    }

    assert found["a"].points["on_time"] - found["b"].points["on_time"] < 0.02


def test_a_granted_skill_says_more_than_experience_and_experience_more_than_nothing() -> None:
    expert = having("b", closed=40, in_time=20, same_category=40)
    skilled = replace(having("c", closed=40, in_time=20), skilled=True)
    neither = having("a", closed=40, in_time=20)

    assert names(neither, expert, skilled) == ["c", "b", "a"]


def test_who_is_on_duty_comes_before_who_is_soon_and_who_is_not() -> None:
    off, soon, now = (Candidate(n, duty=d) for n, d in (("a", OFF), ("b", SOON), ("c", NOW)))

    assert names(off, soon, now) == ["c", "b", "a"]


def test_with_all_else_equal_who_got_less_lately_comes_first_and_then_the_name_decides() -> None:
    assert names(having("a", lately=3), having("b", lately=2)) == ["b", "a"]
    assert names(having("b"), having("a")) == ["a", "b"]


@pytest.mark.parametrize(
    "said", [None, [], "x", {"load": 0, "on_time": 0, "skill": 0, "shift": 0, "fairness": 0}]
)
def test_a_table_that_says_nothing_leaves_the_weights_that_were_agreed(said: object) -> None:
    assert Weights.read(said) == Weights()


def test_a_weight_that_is_no_number_is_not_taken() -> None:
    assert Weights.read({"load": "many", "skill": 25}) == Weights(skill=25)
