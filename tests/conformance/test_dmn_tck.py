"""The score on the OMG's DMN TCK never falls; skipped, saying so, where the kit is absent.

The kit is looked for in `dmn-tck` below `$BIHUAN_CONFORMANCE`, else below `../shared/conformance`.
"""

from __future__ import annotations

import pytest

from tests.conformance import tck
from tests.conformance.material import PLACE

KIT = PLACE / "dmn-tck"


def score(level: int) -> tck.Score:
    if tck.level_folder(KIT, level) is None:
        pytest.skip(f"level {level} of the DMN TCK is not there: looked below {KIT}")
    return tck.score(KIT, level)


def test_every_case_of_level_2_passes() -> None:
    found = score(2)

    assert found.failures == []
    assert found.cases["cases"] > 0


def test_level_3_passes_as_far_as_it_ever_did() -> None:
    found = score(3)

    figures = found.results
    failed = [name for name, _ in found.failures]
    assert figures["raised"] == 0, failed
    assert figures["passed"] >= 0.995 * figures["results"], failed
    assert figures["non_null_passed"] >= 0.991 * figures["non_null"], failed
