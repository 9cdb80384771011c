"""The embedded PostgreSQL with real processes."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stack.home import data_folder
from stack.ports import Ports
from stack.postgres import (
    APPLICATION,
    OWNER,
    SUPERUSER,
    Cluster,
    ClusterError,
    check_text_search,
)
from stack.processes import Process

pytestmark = pytest.mark.integration


@pytest.fixture
def cluster(folder: Path, ports: Ports) -> Iterator[Cluster]:
    """A durable cluster of its own, since these tests kill it."""
    made = Cluster(folder, port=ports.choose("test"))
    made.start()
    yield made
    made.stop()
    made.remove()


def words(cluster: Cluster) -> list[object]:
    with cluster.connect(OWNER, "bihuan") as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word")]


def test_committed_data_survives_a_kill_of_the_server(cluster: Cluster) -> None:
    with cluster.connect(OWNER, "bihuan") as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('闭环')")
    cluster.kill()

    cluster.start()

    assert words(cluster) == ["闭环"]


def test_a_server_that_was_left_behind_is_ended_before_the_next_start(
    cluster: Cluster, ports: Ports
) -> None:
    left = Process.find(cluster.pid or 0)
    assert left is not None
    after = Cluster(cluster.home, port=ports.choose("test"))

    after.start()

    assert not left.alive
    after.stop()


def test_the_number_of_a_stranger_in_the_pid_file_does_no_harm_to_either(
    cluster: Cluster,
) -> None:
    cluster.stop()
    me = os.getpid()
    (cluster.data / "postmaster.pid").write_text(f"{me}\n{cluster.data}\n1\n1\n\n127.0.0.1\n")

    cluster.start()

    assert cluster.ready()


def test_chinese_words_have_trigrams(postgres: Cluster) -> None:
    with postgres.connect(APPLICATION, "bihuan") as connection:
        found = connection.execute("SELECT similarity('物流太慢', '物流太慢了')").fetchone()

    assert found is not None
    assert isinstance(found[0], float)
    assert found[0] > 0.5


def test_a_database_in_which_chinese_words_have_none_is_refused(postgres: Cluster) -> None:
    with postgres.connect() as connection:
        connection.execute("DROP DATABASE IF EXISTS blind")
        connection.execute(
            "CREATE DATABASE blind TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'"
        )

    with pytest.raises(ClusterError, match="no trigrams"):
        check_text_search(postgres.url(SUPERUSER, "blind"))

    postgres.drop_database("blind")


def test_the_roles_reach_only_what_is_theirs(postgres: Cluster) -> None:
    with (
        postgres.connect(APPLICATION, "bihuan") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE public.mine (a int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        postgres.connect(APPLICATION, "prefect")


def test_nobody_gets_in_without_the_password(postgres: Cluster) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(psycopg.OperationalError, match=r"no password supplied|password auth"):
            psycopg.connect(host=host, port=postgres.port, user=SUPERUSER, dbname="postgres")


def test_lost_passwords_are_named_instead_of_waited_for(cluster: Cluster) -> None:
    (cluster.home / "secrets/postgres.json").unlink()
    other = Cluster(cluster.home, port=cluster.port)

    with pytest.raises(ClusterError, match="restore them"):
        other.ready()


def test_an_initialisation_that_broke_off_is_done_again(folder: Path, ports: Ports) -> None:
    cluster = Cluster(folder, port=ports.choose("test"))
    fresh = cluster.data.with_name("postgres.new")
    (fresh / "base").mkdir(parents=True)
    (fresh / "base/half").write_text("half")

    cluster.start()

    assert cluster.ready()
    assert not fresh.exists()
    cluster.stop()


def test_a_statement_that_fails_leaves_no_values_in_the_log(cluster: Cluster) -> None:
    with cluster.connect(OWNER, "bihuan") as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY)")
        for _ in range(2):
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO person VALUES ('张三丰')")

    log = (cluster.home / "postgres.log").read_text()

    assert "duplicate key" in log
    assert "张三丰" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to PostgreSQL's user")
def test_data_lies_where_the_servers_user_can_reach_it(folder: Path) -> None:
    closed = folder / "closed/home"
    closed.mkdir(parents=True)
    assert data_folder(closed) == closed / "postgres"

    closed.parent.chmod(0o700)

    assert not data_folder(closed).is_relative_to(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to PostgreSQL's user")
def test_root_may_keep_its_home_closed_with_any_umask(folder: Path, ports: Ports) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    before = os.umask(0o077)
    cluster = Cluster(closed, port=ports.choose("test"))

    try:
        cluster.start()
        assert cluster.ready()
    finally:
        os.umask(before)
        cluster.stop()
        cluster.remove()

    assert not cluster.data.parent.exists()
