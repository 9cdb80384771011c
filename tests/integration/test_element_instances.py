"""Element instances and variables as tables: what the records say, neither more nor less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from activities.advance import Advance
from activities.contracts import AdvanceRequest
from activities.house import House
from activities.registry import HANDLERS
from bpmn.apply import replay
from bpmn.commands import CancelInstance, Command, CompleteUserTask, SetVariables
from bpmn.state import State
from migrations.upgrade import configuration
from models import audit_record, variable
from models.element_instance import shown_key
from tests.conftest import Database
from tests.feedback_items import Item, stored
from tests.houses import quiet_house

pytestmark = pytest.mark.integration
NOW = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)
ELEMENTS = "SELECT * FROM element_instance ORDER BY key"
VARIABLES = "SELECT scope_key, name, instance_key, value FROM variable ORDER BY scope_key, name"


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    made = quiet_house(database.app_url)
    yield made
    made.engine.dispose()


class Played:
    """An item whose commands are carried out here."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.item: Item = stored(house, at=NOW)
        self.key = self.item.key
        self.do(self.item.command)

    @property
    def state(self) -> State:
        with Session(self.house.engine) as session:
            return replay(self.key, audit_record.read(session, self.key))

    def do(self, asked: Command) -> None:
        request = AdvanceRequest(self.state.to_json(), asked.to_json(), NOW.isoformat())
        assert Advance(self.house, HANDLERS).advance(request).rejection is None

    def complete(self, element: str) -> None:
        task = next(t.key for t in self.state.user_tasks.values() if t.element == element)
        self.do(CompleteUserTask(id=f"complete {element}", actor="li", key=task))

    def rows(self, asked: str) -> list[dict[str, Any]]:
        with Session(self.house.engine) as session:
            return [dict(row) for row in session.execute(text(asked)).mappings()]


def check(played: Played) -> None:
    """Hold the tables against the replayed records."""
    state = played.state
    elements = {row["key"]: row for row in played.rows(ELEMENTS)}
    active = {key for key, row in elements.items() if row["state"] == "ACTIVE"}
    assert active == {shown_key(played.key, key) for key in state.elements}
    variables: dict[int, dict[str, Any]] = {}
    for row in played.rows(VARIABLES):
        variables.setdefault(row["scope_key"], {})[row["name"]] = row["value"]
    for key, one in state.elements.items():
        assert variables.get(shown_key(played.key, key), {}) == one.variables
    for row in elements.values():
        assert (row["ended_at"] is None) == (row["state"] == "ACTIVE")
        assert row["scope_key"] in elements or row["scope_key"] == 0


def test_the_tables_say_what_the_records_say_at_every_step(house: House) -> None:
    played = Played(house)
    check(played)

    played.complete("accept")
    check(played)
    played.do(SetVariables(id="s", variables={"checked": None, "feedback": {"type": "x"}}))
    check(played)
    played.do(CancelInstance(id="c", reason="requested"))
    check(played)

    states = {row["state"] for row in played.rows(ELEMENTS)}
    assert states == {"COMPLETED", "TERMINATED"}


def test_the_process_itself_goes_by_the_key_of_its_instance(house: House) -> None:
    played = Played(house)

    root = next(row for row in played.rows(ELEMENTS) if row["scope_key"] == 0)

    assert (root["key"], root["kind"], root["element_id"]) == (played.key, "process", "feedback")
    inside = [row for row in played.rows(ELEMENTS) if row["scope_key"] == played.key]
    assert "receive" in {row["element_id"] for row in inside}


def test_a_variable_keeps_its_key_when_it_changes(house: House) -> None:
    played = Played(house)
    asked = "SELECT key FROM variable WHERE name = 'feedback'"
    before = played.rows(asked)

    played.do(SetVariables(id="s", variables={"feedback": {"type": "x"}}))

    assert played.rows(asked) == before
    assert before[0]["key"] >= variable.FIRST_KEY


def test_a_batch_writes_each_table_with_one_statement(house: House) -> None:
    statements: list[str] = []
    event.listen(
        house.engine,
        "before_cursor_execute",
        lambda _c, _u, statement, *_: statements.append(statement),
    )

    Played(house)

    assert len([one for one in statements if "INSERT INTO element_instance" in one]) == 1
    assert len([one for one in statements if "INSERT INTO variable" in one]) == 1


def test_instances_from_before_the_tables_are_filled_in_from_their_records(
    house: House, owner_engine: Engine
) -> None:
    played = Played(house)
    played.complete("accept")
    played.do(SetVariables(id="s", variables={"nothing": None}))
    before = (played.rows(ELEMENTS), played.rows(VARIABLES))

    with owner_engine.begin() as connection:
        command.downgrade(configuration(connection), "0008")
        command.upgrade(configuration(connection), "head")

        elements = connection.execute(text(ELEMENTS)).mappings().all()
        variables = connection.execute(text(VARIABLES)).mappings().all()
    assert ([dict(row) for row in elements], [dict(row) for row in variables]) == before
