"""Others' executable models run as two other engines ran them; skipped where they are absent."""

from __future__ import annotations

import pytest

from tests.conformance import drawn_models
from tests.conformance.material import PLACE

FOLDER = PLACE / "bpmn-models"
FLOOR = 0.99


def test_others_models_execute_what_two_other_engines_executed() -> None:
    if not (FOLDER / "expected.json").is_file():
        pytest.skip(f"the BPMN models are not there: looked for {FOLDER / 'expected.json'}")

    found = drawn_models.score(FOLDER)

    figures = found.figures
    assert figures["passed"] >= FLOOR * figures["total"], found.failures
    assert figures["non_trivial_passed"] >= FLOOR * figures["non_trivial"], found.failures
