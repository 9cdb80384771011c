"""Manifests under attack, and what those outside tell of a cut tail."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from proof import manifest
from proof.finding import Findings
from proof.manifest_check import ManifestCheck, Published
from proof.signing import Verifier
from tests import sealed_chain

FIRST = sealed_chain.invented(1 << 20, 9)
SECOND = sealed_chain.invented(2 << 20, 4)
DAYS = [{1 << 20: FIRST[:3]}, {1 << 20: FIRST[:6], 2 << 20: SECOND[:2]}, {1 << 20: FIRST}, {}]
Files = list[dict[str, Any]]


def look(files: Files, published: Files | None = None) -> ManifestCheck:
    check = ManifestCheck(Verifier(sealed_chain.SIGNER.public), Findings())
    check.read(files)
    check.compare([Published(f"m{n}.json", one) for n, one in enumerate(published or [])])
    return check


def found(check: ManifestCheck) -> list[tuple[str, int]]:
    return [(one.code, one.number) for one in check.findings.first.values()]


@pytest.fixture
def files() -> Files:
    return sealed_chain.manifests(DAYS)


def test_sound_manifests_say_how_far_every_chain_had_come(files: Files) -> None:
    check = look(files, files)

    assert found(check) == []
    assert (check.count, check.last) == (4, 4)
    assert [(one.manifest, one.number) for one in check.heads[str(1 << 20)]] == [
        (1, 3),
        (2, 6),
        (3, 9),
    ]


def test_a_changed_manifest_is_forged(files: Files) -> None:
    files[1]["body"]["heads"][0][1] = 5

    assert found(look(files)) == [("manifest_forged", 2)]


def test_a_manifest_signed_by_somebody_else_is_forged() -> None:
    files = sealed_chain.manifests(DAYS, signer=sealed_chain.STRANGER)

    assert found(look(files)) == [("manifest_forged", 1)]


@pytest.mark.parametrize("part", ["body", "signature"])
def test_a_manifest_without_its_parts_is_forged(files: Files, part: str) -> None:
    del files[2][part]

    assert found(look(files)) == [("manifest_forged", 3)]


def test_a_gap_between_manifests_is_named(files: Files) -> None:
    del files[1]

    assert found(look(files)) == [("manifest_missing", 2)]


def test_a_manifest_that_comes_twice_is_an_insertion(files: Files) -> None:
    files.insert(2, copy.deepcopy(files[1]))

    assert found(look(files)) == [("manifest_inserted", 2)]


def test_cut_manifests_show_when_a_later_one_was_published(files: Files) -> None:
    check = look(files[:2], [files[2]])

    assert found(check) == [("manifests_truncated", 3)]
    # And what the published one says of the records counts.
    assert check.heads[str(1 << 20)][-1].number == 9
    assert found(look(files[:2], [files[1]])) == []


def test_a_house_that_signs_another_past_contradicts_what_it_published(files: Files) -> None:
    other = sealed_chain.manifests([{1 << 20: FIRST[:2]}, *DAYS[1:]])

    assert found(look(other)) == []
    assert found(look(other, [files[0]])) == [("manifest_replaced", 1)]
    assert found(look([files[0], *other[1:]])) == [("manifest_unlinked", 2)]


def test_what_was_published_by_somebody_else_is_none_of_ours(files: Files) -> None:
    strange = sealed_chain.manifests(DAYS, signer=sealed_chain.STRANGER)

    assert found(look(files, [strange[3]])) == [("published_forged", 0)]


def test_a_tree_over_other_heads_is_noticed(files: Files) -> None:
    body = {**files[3]["body"], "root": "0" * 64}
    signature = manifest.sign(sealed_chain.SIGNER, body).hex()

    assert found(look([*files[:3], {"body": body, "signature": signature}])) == [
        ("manifest_root_wrong", 4)
    ]
