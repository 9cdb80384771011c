"""The shape of the database and what each role may do."""

from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from migrations.roles import UnknownRoleError, grant
from migrations.upgrade import configuration, upgrade
from models import access_record, audit_record, command_batch
from models.tables import APPEND_ONLY, DELETABLE, metadata

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FORBIDDEN = ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}")


def _is_partition(name: str | None) -> bool:
    return name is not None and name.startswith(("audit_record_", "access_record_"))


def test_the_migrations_make_exactly_the_tables_that_the_models_describe(
    owner_engine: Engine,
) -> None:
    with owner_engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not _is_partition(name),
            },
        )

        assert compare_metadata(context, metadata) == []


def test_the_migrations_can_be_taken_back_and_run_again(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        command.downgrade(configuration(connection), "base")
        left = connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
        )
    upgrade(owner_engine, application="bihuan_app", today=NOW.date())

    assert left == 1  # Alembic's own
    with owner_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit_record")) == 0


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize(
    ("table", "column"),
    [("audit_record", "kind"), ("access_record", "actor"), ("command_batch", "command_id")],
)
def test_the_application_cannot_change_records(
    session: Session, table: str, column: str, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match=f"permission denied for table {table}"):
        session.execute(text(statement.format(table, column)))


@pytest.mark.parametrize("part", ["audit_record_default", "access_record_default"])
def test_the_application_cannot_go_around_the_parent_table(session: Session, part: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(f"DELETE FROM {part}"))  # noqa: S608 - constant


def test_the_application_can_add_and_read_records(session: Session) -> None:
    record = {"number": 1, "at": NOW.isoformat(), "kind": "INSTANCE_CREATED", "data": {}}
    audit_record.append(session, 1 << 20, [{**record, "element": "", "key": 1 << 20}])
    access_record.append(session, at=NOW, actor="linmei", action="login")

    assert command_batch.put(
        session, instance_key=1 << 20, first_number=1, command_id="start", at=NOW
    )
    session.commit()

    assert len(audit_record.read(session, 1 << 20)) == 1


def test_the_application_owns_nothing_and_cannot_make_tables(session: Session) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("CREATE TABLE mine (id int)"))
    session.rollback()
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("DELETE FROM feedback"))
    session.rollback()
    with pytest.raises(ProgrammingError, match="must be owner"):
        session.execute(text("ALTER TABLE audit_record DISABLE TRIGGER ALL"))


def test_grants_that_somebody_added_are_taken_back(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("GRANT DELETE ON audit_record TO bihuan_app"))
        grant(connection, "bihuan_app")
        may = text("SELECT has_table_privilege('bihuan_app', 'audit_record', 'DELETE')")

        assert connection.scalar(may) is False


def test_an_unknown_application_role_is_named(owner_engine: Engine) -> None:
    with pytest.raises(UnknownRoleError, match="nobody_knows"), owner_engine.begin() as connection:
        grant(connection, "nobody_knows")


def test_the_rights_speak_of_tables_that_exist() -> None:
    assert set(metadata.tables) >= APPEND_ONLY | DELETABLE
    assert not APPEND_ONLY & DELETABLE
