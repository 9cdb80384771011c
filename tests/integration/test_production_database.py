"""The script that sets up PostgreSQL in production, on a server where nothing is set up yet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from settings import PROJECT
from stack.binaries import postgres_bin
from stack.leash import leashed
from stack.ports import Ports
from stack.postgres import SUPERUSER, Cluster, check_text_search

pytestmark = pytest.mark.integration
DEPLOY = PROJECT / "deploy"


@pytest.fixture
def bare(folder: Path, ports: Ports) -> Iterator[Cluster]:
    """A cluster without roles and databases."""
    cluster = Cluster(folder, port=ports.choose("postgres"), durable=False)
    cluster.prepare()
    server = subprocess.Popen(leashed(cluster.command(), user=cluster.user))
    try:
        while not cluster.ready():
            assert server.poll() is None
        yield cluster
    finally:
        server.terminate()
        server.wait(120)


@pytest.fixture
def secrets(folder: Path) -> Path:
    made = folder / "made"
    subprocess.run(["/bin/sh", str(DEPLOY / "make-secrets.sh"), str(made)], check=True)
    return made


def set_up(cluster: Cluster, secrets: Path) -> None:
    """Run the script as the image does on an empty volume."""
    address = make_url(cluster.url(SUPERUSER))
    known = {
        "PATH": f"{postgres_bin()}{os.pathsep}{os.environ['PATH']}",
        "SECRETS": str(secrets),
        "PGHOST": str(address.host),
        "PGPORT": str(address.port),
        "PGPASSWORD": str(address.password),
    }
    subprocess.run([str(DEPLOY / "postgres" / "10-databases.sh")], env=known, check=True)


def url(cluster: Cluster, secrets: Path, name: str) -> str:
    """The address that a part reads, on this machine."""
    inside = (secrets / name).read_text()
    return inside.replace("@postgres:5432/", f"@127.0.0.1:{cluster.port}/")


def test_the_migrations_run_on_a_new_installation_with_its_own_secrets(
    bare: Cluster, secrets: Path
) -> None:
    set_up(bare, secrets)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("BIHUAN_")}
    own = {
        "BIHUAN_ENV_FILE": os.devnull,
        "BIHUAN_DATABASE_URL": url(bare, secrets, "bihuan_database_url"),
        "BIHUAN_OWNER_DATABASE_URL": url(bare, secrets, "bihuan_owner_database_url"),
    }

    for _ in range(2):
        command = [sys.executable, "-m", "migrations"]
        subprocess.run(command, cwd=PROJECT, env=kept | own, check=True)

    check_text_search(own["BIHUAN_OWNER_DATABASE_URL"])


def test_temporal_and_prefect_have_databases_of_their_own_and_see_no_other(
    bare: Cluster, secrets: Path
) -> None:
    set_up(bare, secrets)
    prefect = make_url(url(bare, secrets, "prefect_database_url"))
    logins = {
        "prefect": (str(prefect.username), str(prefect.password)),
        "temporal": ("temporal", (secrets / "temporal_password").read_text()),
        "temporal_visibility": ("temporal", (secrets / "temporal_password").read_text()),
    }

    for database, (user, password) in logins.items():
        where = f"host=127.0.0.1 port={bare.port} user={user} password={password}"
        with psycopg.connect(f"{where} dbname={database}") as connection:
            connection.execute("CREATE TABLE mine (one int)")
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(f"{where} dbname=bihuan")
