"""Chains under attack: whatever was done is found and named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from proof.verify import Checked, Head, check_chain
from tests import sealed_chain
from tests.sealed_chain import Rows
from tests.workflow.test_random_lives import play

INSTANCE = 7 << 20
LIVES = 40
Attack = Callable[[Rows, int], Rows]


@cache
def life(seed: int = 1) -> Rows:
    return sealed_chain.sealed(INSTANCE, (record.to_json() for record in play(seed).records))


def look(rows: Rows, heads: list[Head] | None = None, last: int | None = None) -> Checked:
    return check_chain(INSTANCE, rows, heads=heads or [], last_number=last)


def found(checked: Checked) -> list[tuple[str, int]]:
    return [(one.code, one.number) for one in checked.findings]


def head(rows: Rows, number: int, manifest: int = 1) -> Head:
    return Head(manifest, number, sealed_chain.at(rows, number)["hash"])


def test_an_untouched_life_is_verified_to_its_end() -> None:
    rows = life()

    checked = look(rows, [head(rows, 5), head(rows, len(rows), 2)], len(rows))

    assert checked.findings == []
    assert (checked.records, checked.verified) == (len(rows), len(rows))
    assert (checked.head, checked.manifest, checked.covered) == (rows[-1]["hash"], 2, len(rows))


ATTACKS: dict[str, tuple[Attack, str]] = {
    "changed": (sealed_chain.changed, "record_changed"),
    "deleted": (sealed_chain.deleted, "record_deleted"),
    "deleted and closed up": (sealed_chain.closed_up, "record_deleted"),
    "inserted": (sealed_chain.inserted, "record_inserted"),
    "doubled": (sealed_chain.doubled, "record_inserted"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_a_random_record_of_a_random_life_is_named(name: str) -> None:
    attack, code = ATTACKS[name]
    for seed in range(LIVES):
        rows = life(seed)
        # Behind a deleted one must be two, or nothing tells it from a change.
        number = Random(seed).randrange(1, len(rows) - 2)

        checked = look(attack(rows, number), last=len(rows))

        assert (code, number) in found(checked), (seed, number)
        assert checked.verified >= number - 1


@pytest.mark.parametrize("with_hashes", [True, False])
@pytest.mark.parametrize("adjacent", [True, False])
def test_swapped_records_are_named_both(*, with_hashes: bool, adjacent: bool) -> None:
    for seed in range(LIVES):
        rows, random = life(seed), Random(seed)
        number = random.randrange(1, len(rows) - 2)
        other = number + 1 if adjacent else random.randrange(number + 1, len(rows) + 1)

        checked = look(sealed_chain.swapped(rows, number, other, with_hashes=with_hashes))

        assert found(checked) == [("record_swapped", number)], (seed, number, other)
        assert checked.findings[0].data == {"other": other}


@pytest.mark.parametrize("other", [4, 7])
def test_lines_that_changed_places_are_a_swap(other: int) -> None:
    rows = [*life()]
    rows[3], rows[other] = rows[other], rows[3]

    assert found(look(rows)) == [("record_swapped", 4)]


def test_every_column_is_bound_by_the_hash() -> None:
    rows = life()
    other = {
        "at": "2001-01-01T00:00:00.000000+00:00",
        "kind": "FORGED",
        "element": "forged",
        "key": 1,
        "data": {},
        "commitments": {"r": "00"},
        "hash": "0" * 64,
    }
    for name, value in other.items():
        forged = [dict(row) for row in rows]
        forged[4][name] = value

        assert found(look(forged)) == [("record_changed", 5)], name


def test_a_cut_end_is_found_by_the_instance_or_by_a_manifest() -> None:
    rows = life()
    cut = sealed_chain.truncated(rows, 6)

    assert found(look(cut, last=len(rows))) == [("records_truncated", 6)]
    assert found(look(cut, [head(rows, 9, 3)])) == [("records_truncated", 6)]
    assert look(cut, [head(rows, 9, 3)]).findings[0].data == {"expected": 9, "manifest": 3}
    # Without either nothing tells: hence manifests, and their publication.
    assert found(look(cut)) == []


def test_a_record_behind_the_last_is_an_insertion() -> None:
    rows = sealed_chain.invented(INSTANCE, 6)

    assert found(look(rows, last=5)) == [("record_inserted", 6)]


def test_a_chain_that_was_computed_anew_contradicts_the_manifest() -> None:
    rows = life()
    heads = [head(rows, 5, 1), head(rows, 10, 2), head(rows, len(rows), 3)]
    forged = sealed_chain.rewritten(rows, 8)

    assert found(look(forged)) == []
    assert found(look(forged, heads)) == [("record_rewritten", 6)]
    assert look(forged, heads).findings[0].data == {"until": 10, "manifest": 2}
    assert look(forged, heads).covered == 5


def test_a_chain_of_another_instance_is_none_of_this_one() -> None:
    rows = sealed_chain.invented(8 << 20, 5)

    assert found(look(rows)) == [("record_changed", 1)]
