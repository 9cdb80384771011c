"""Random drawings under random commands: the tables of elements and variables keep up."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from typing_extensions import override

from activities.project_elements import ElementProjection
from bpmn.deployment import load
from bpmn.records import Kind
from models.element_instance import shown_key
from tests.drawings import INSTANCE
from tests.unit.random_drawing import structured
from tests.unit.random_instance import Instance, play

pytestmark = pytest.mark.integration
COMMANDS = 20
ENDED = {Kind.ELEMENT_COMPLETED: "COMPLETED", Kind.ELEMENT_TERMINATED: "TERMINATED"}


class Projected(Instance):
    """Writes the tables after each command and holds them against the state."""

    session: Session

    @override
    def check(self) -> None:
        super().check()
        written = getattr(self, "written", 0)
        projection = ElementProjection(INSTANCE)
        for record in self.records[written:]:
            projection.follow(record)
        projection.write(self.session)
        self.written = len(self.records)
        self._hold()

    def _hold(self) -> None:
        asked = text("SELECT key, state FROM element_instance")
        states = {row.key: row.state for row in self.session.execute(asked)}
        expected = {
            shown_key(INSTANCE, record.key): "ACTIVE"
            for record in self.records
            if record.kind is Kind.ELEMENT_ACTIVATED
        }
        for record in self.records:
            if record.kind in ENDED:
                expected[shown_key(INSTANCE, record.key)] = ENDED[record.kind]
        assert states == expected
        variables: dict[int, dict[str, Any]] = {}
        for row in self.session.execute(text("SELECT scope_key, name, value FROM variable")):
            variables.setdefault(row.scope_key, {})[row.name] = row.value
        for key, one in self.state.elements.items():
            assert variables.get(shown_key(INSTANCE, key), {}) == one.variables


@pytest.mark.parametrize("seed", range(15))
def test_at_every_step_the_tables_say_what_the_state_says(session: Session, seed: int) -> None:
    random = Random(seed)
    instance = Projected(load("digest", structured(random)))
    instance.session = session

    play(instance, random, COMMANDS)

    assert instance.written == len(instance.records) > 0
