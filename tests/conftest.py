"""Real servers for the tests: PostgreSQL, Temporal, and Temporal with time skipping."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from temporalio.testing import WorkflowEnvironment

from settings import PROJECT
from stack.binaries import program
from stack.ports import Ports
from stack.postgres import APPLICATION, OWNER, Cluster
from stack.temporal import NAMESPACE, TemporalServer

# No test asserts a time: a busy machine takes as long as it takes.
settings.register_profile("bihuan", deadline=None)
settings.load_profile("bihuan")

TEMPLATE = "bihuan"
_numbers = count(1)


@dataclass(frozen=True)
class Database:
    """A migrated database that one test has for itself."""

    name: str
    owner_url: str
    app_url: str


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach also when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="bihuan-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture(scope="session")
def ports() -> Iterator[Ports]:
    """Ports that no other test run beside this one takes."""
    taken = Ports()
    yield taken
    taken.close()


@pytest.fixture(scope="session")
def postgres(ports: Ports) -> Iterator[Cluster]:
    """A PostgreSQL cluster with the roles and empty databases of the stack."""
    with tempfile.TemporaryDirectory(prefix="bihuan-", ignore_cleanup_errors=True) as made:
        home = Path(made)
        home.chmod(0o711)
        cluster = Cluster(home, port=ports.choose("test"), durable=False)
        cluster.start()
        yield cluster
        cluster.stop()


@pytest.fixture(scope="session")
def migrated(postgres: Cluster) -> Cluster:
    """The cluster after the migrations; its database `bihuan` is the template of the others."""
    environment = {
        **os.environ,
        "BIHUAN_HOME": str(postgres.home),
        "BIHUAN_DATABASE_URL": postgres.url(APPLICATION),
        "BIHUAN_OWNER_DATABASE_URL": postgres.url(OWNER),
        "BIHUAN_DEMO_PEOPLE": "false",
    }
    done = subprocess.run(
        [sys.executable, "-m", "migrations"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return postgres


@pytest.fixture
def database(migrated: Cluster) -> Iterator[Database]:
    """A fresh copy of the migrated database."""
    name = f"test_{next(_numbers)}"
    migrated.create_database(name, template=TEMPLATE)
    yield Database(name, migrated.url(OWNER, name), migrated.url(APPLICATION, name))
    migrated.drop_database(name)


@pytest.fixture(scope="session")
def temporal_server(ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Temporal server in memory, with the namespace `bihuan`."""
    server = TemporalServer(ports.choose("test"), namespace=NAMESPACE)
    running = server.start(log=tmp_path_factory.mktemp("temporal") / "temporal.log")
    yield server.address
    running.kill()
    running.wait()


@pytest.fixture
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal test server whose clock jumps to the next timer; one a test, in 0.2 s."""
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=program("temporal-test-server")
    )
    yield environment
    await environment.shutdown()
