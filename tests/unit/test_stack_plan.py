from pathlib import Path

import pytest

from settings import Settings
from stack.parts import make_plan
from stack.plan import Plan, needed_ports

ALL = ["postgres", "temporal", "prefect", "migrations", "worker", "api", "flows"]


def lay_out(home: Path, **chosen: object) -> Plan:
    settings = Settings(_env_file=None, home=home, **chosen)  # type: ignore[arg-type]
    ports = {
        name: number or 20000 + n for n, (name, number) in enumerate(needed_ports(settings).items())
    }
    return make_plan(settings, ports)


def test_everything_is_started_in_the_order_of_its_needs(tmp_path: Path) -> None:
    plan = lay_out(tmp_path)

    names = [part.name for part in plan.parts]

    assert names == ALL
    for part in plan.parts:
        assert all(names.index(need) < names.index(part.name) for need in part.needs)


def test_external_servers_are_used_and_not_started(tmp_path: Path) -> None:
    plan = lay_out(
        tmp_path,
        database_url="postgresql+psycopg://app@db/bihuan",
        owner_database_url="postgresql+psycopg://owner@db/bihuan",
        temporal_address="temporal:7233",
        prefect_api_url="http://prefect/api",
    )

    assert [part.name for part in plan.parts] == ALL[3:]
    worker = plan.parts[1].environment
    assert worker["BIHUAN_DATABASE_URL"] == "postgresql+psycopg://app@db/bihuan"
    assert worker["BIHUAN_TEMPORAL_ADDRESS"] == "temporal:7233"
    assert worker["PREFECT_API_URL"] == "http://prefect/api"


@pytest.mark.parametrize("wish", [None, True])
def test_demo_people_are_never_made_in_an_external_database(
    tmp_path: Path, wish: bool | None
) -> None:
    embedded = lay_out(tmp_path, demo_people=wish)
    external = lay_out(tmp_path, demo_people=wish, database_url="postgresql+psycopg://app@db/b")

    assert embedded.wants_demo_people
    assert not external.wants_demo_people
    assert external.parts[2].name == "migrations"
    assert external.parts[2].environment["BIHUAN_DEMO_PEOPLE"] == "false"


def test_demo_people_are_not_made_where_the_settings_say_no(tmp_path: Path) -> None:
    assert not lay_out(tmp_path, demo_people=False).wants_demo_people


def test_only_migrations_and_flows_get_the_rights_of_the_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_OWNER_DATABASE_URL", "postgresql+psycopg://other@db/x")

    plan = lay_out(tmp_path)

    told = {part.name for part in plan.parts if "BIHUAN_OWNER_DATABASE_URL" in part.environment}
    assert told == {"migrations", "flows"}
    assert plan.cluster is not None
    superuser = plan.cluster.passwords["postgres"]
    assert not any(superuser in text for part in plan.parts for text in part.environment.values())


def test_the_parts_in_the_settings_are_the_ones_that_start(tmp_path: Path) -> None:
    plan = lay_out(tmp_path, parts=("postgres", "migrations"))

    assert [part.name for part in plan.parts] == ["postgres", "migrations"]


def test_every_server_listens_on_this_machine_only(tmp_path: Path) -> None:
    plan = lay_out(tmp_path)

    commands = {part.name: " ".join(part.command) for part in plan.parts}

    assert "listen_addresses=127.0.0.1" in commands["postgres"]
    assert "--ip 127.0.0.1" in commands["temporal"]
    assert "--host 127.0.0.1" in commands["prefect"]
    api = next(part for part in plan.parts if part.name == "api")
    assert api.environment["BIHUAN_API_HOST"] == "127.0.0.1"
