"""The one door to what runs, on the real database: versions, what a release spares, races."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlmodel import col, select

from activities.deploy import Deployed, Deployer, checked, deploy
from migrations.seeds import definitions
from migrations.seeds.plan import Plan
from migrations.upgrade import configuration, upgrade
from models import decision_definition, definition_draft, form_definition, process_definition
from models.decision_requirements import DecisionRequirements
from models.process_definition import ProcessDefinition
from tests.unit.feedback_life import resources

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
DRAWN = ("收到反馈".encode(), "收到".encode())


def drawn_anew() -> dict[str, bytes]:
    files = resources()
    return files | {"feedback.bpmn": files["feedback.bpmn"].replace(*DRAWN)}


def deployed(engine: Engine, files: Mapping[str, bytes], username: str = "owner") -> Deployed:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return deploy(session, files, checked(session, files), Deployer(username, NOW))


def version(engine: Engine, process: str = "feedback") -> int:
    with Session(engine) as session:
        found = process_definition.latest(session, process)
        assert found is not None
        return found.version


def seed(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        definitions.seed(session, Plan(NOW, None))


def test_a_release_leaves_alone_what_people_have_deployed_since(owner_engine: Engine) -> None:
    files = drawn_anew()
    files["limits.dmn"] = files["limits.dmn"].replace(b"</definitions>", b" </definitions>")
    deployed(owner_engine, files)

    seed(owner_engine)

    with Session(owner_engine) as session:
        newest = process_definition.latest(session, "feedback")
        limits = decision_definition.find(session, decision_id="limits")
        assert newest is not None
        assert limits is not None
        assert (newest.version, newest.deployed_by) == (2, "owner")
        assert limits.version == 2
        stored = process_definition.load_resources(session, limits.definition_digest)
    assert stored["limits.dmn"] == files["limits.dmn"]


def test_starting_again_with_the_same_release_makes_no_version(owner_engine: Engine) -> None:
    with Session(owner_engine) as session:
        before = session.scalars(select(col(ProcessDefinition.digest))).all()

    seed(owner_engine)

    with Session(owner_engine) as session:
        assert session.scalars(select(col(ProcessDefinition.digest))).all() == before


def test_an_earlier_version_deployed_again_is_the_newest_and_the_first_one_stays(
    app_engine: Engine,
) -> None:
    first = deployed(app_engine, drawn_anew())
    deployed(app_engine, resources())

    back = deployed(app_engine, drawn_anew())

    assert [one.version for one in back.processes] == [one.version + 2 for one in first.processes]
    assert {one.digest for one in back.processes}.isdisjoint(one.digest for one in first.processes)
    assert {one.bundle for one in back.processes} == {one.bundle for one in first.processes}
    with Session(app_engine) as session:
        found = process_definition.load_resources(session, back.processes[0].digest)
    assert found == drawn_anew()


def test_decisions_and_forms_brought_back_are_the_newest_too(app_engine: Engine) -> None:
    files = drawn_anew()
    files["accept.form"] += b"\n"
    files["limits.dmn"] += b"\n"
    deployed(app_engine, files)

    deployed(app_engine, drawn_anew())

    with Session(app_engine) as session:
        limits = decision_definition.find(session, decision_id="limits")
        accept = form_definition.latest(session, "accept")
        assert limits is not None
        assert accept is not None
        assert (limits.version, accept.version) == (3, 3)


def test_those_who_deploy_at_once_get_one_version_each_whatever_their_files_are_called(
    app_engine: Engine,
) -> None:
    def one(number: int) -> int:
        files = drawn_anew()
        # In another order of files the processes would be stored in another order.
        files[f"{'a' if number % 2 else 'z'}{number}.bpmn"] = files.pop("feedback.bpmn")
        found = deployed(app_engine, files, f"owner{number}").processes
        return next(each.version for each in found if each.process_id == "feedback")

    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(one, range(6)))

    assert sorted(versions) == [2, 3, 4, 5, 6, 7]


def test_what_was_deployed_before_this_step_of_the_schema_is_described_by_it(
    owner_engine: Engine,
) -> None:
    with Session(owner_engine) as session:
        before = {one.digest: one for one in session.scalars(select(ProcessDefinition))}
        graphs = session.scalars(select(col(DecisionRequirements.resource_name))).all()
        session.expunge_all()
    with owner_engine.begin() as connection:
        command.downgrade(configuration(connection), "0007")

    upgrade(owner_engine, application="bihuan_app", today=NOW.date())
    seed(owner_engine)

    with Session(owner_engine) as session:
        after = {one.digest: one for one in session.scalars(select(ProcessDefinition))}
        assert {name: one.model_dump() for name, one in after.items()} == {
            name: one.model_dump() for name, one in before.items()
        }
        named = session.scalars(select(col(DecisionRequirements.resource_name))).all()
        assert sorted(named) == sorted(graphs)
        assert decision_definition.find(session, decision_id="limits") is not None
        assert session.scalar(text("SELECT count(*) FROM form_definition")) > 0


def test_while_somebody_takes_a_step_nobody_else_takes_one(app_engine: Engine) -> None:
    with Session(app_engine) as session, session.begin():
        made = definition_draft.create(session, "t", files={}, base={}, actor="owner", at=NOW)
        own = made.id

    with Session(app_engine) as one, one.begin(), Session(app_engine) as other:
        definition_draft.find(one, own, lock=True)
        other.execute(text("SET LOCAL lock_timeout = '100ms'"))

        with pytest.raises(OperationalError, match="lock timeout"):
            definition_draft.find(other, own, lock=True)


def test_while_somebody_deploys_nobody_else_does(app_engine: Engine) -> None:
    with Session(app_engine) as one, one.begin(), Session(app_engine) as other:
        process_definition.lock(one)
        other.execute(text("SET LOCAL lock_timeout = '100ms'"))

        with pytest.raises(OperationalError, match="lock timeout"):
            deploy(other, drawn_anew(), checked(other, drawn_anew()), Deployer("owner", NOW))


def test_the_steps_of_a_draft_cannot_be_changed_by_the_application(app_engine: Engine) -> None:
    with Session(app_engine) as session, pytest.raises(ProgrammingError, match="denied"):
        session.execute(text("UPDATE draft_step SET actor = 'nobody'"))
