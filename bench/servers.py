"""The real servers of a benchmark, in a folder that goes with them (服务器)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import ENGINEERS, prepare
from models.database import engine
from settings import PROJECT
from stack.keys import make_keys
from stack.leash import leashed
from stack.ports import Ports
from stack.postgres import APPLICATION, OWNER, Cluster
from stack.temporal import TemporalServer

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_WORDS = 4000


@dataclass(frozen=True)
class Servers:
    """PostgreSQL and Temporal, as the stack starts them, with everything deployed.

    Attributes:
        home: with the keys in `secrets`.
        database_url: as the role of the application.
        owner_url: as the role that owns the tables.
        digest: of the deployed feedback process.
        pids: process numbers of the servers by name.
        ports: of this machine, for what else is started.
    """

    home: Path
    database_url: str
    owner_url: str
    temporal_address: str
    digest: str
    pids: dict[str, int]
    ports: Ports

    @contextmanager
    def worker(self, variant: str) -> Iterator[int]:
        """Keep the worker of a variant alive; yield its process number."""
        with self.door("worker", ["-m", "bench.worker", variant]) as pid:
            yield pid

    @contextmanager
    def door(self, name: str, arguments: list[str], **more: str) -> Iterator[int]:
        """Keep a process of ours alive, with the settings of these servers and some more."""
        environment = os.environ | {
            "BIHUAN_HOME": str(self.home),
            "BIHUAN_DATABASE_URL": self.database_url,
            "BIHUAN_TEMPORAL_ADDRESS": self.temporal_address,
            "BIHUAN_PUBLIC_URL": "http://127.0.0.1",
            # The sandbox imports the workflow for every instance: from bytecode, as in service.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.home / "bytecode"),
            **more,
        }
        note = self.home / f"{name}.log"
        with note.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 (our own module)
                leashed([sys.executable, *arguments]),
                cwd=PROJECT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield process.pid
        except BaseException:
            # The folder goes with the servers: what the process said must not.
            ended = "runs" if process.poll() is None else f"ended with {process.returncode}"
            sys.stderr.write(f"the {name} {ended}; its last words:\n{_tail(note)}\n")
            raise
        finally:
            process.terminate()
            process.wait()


@contextmanager
def servers(*, engineers: int = ENGINEERS) -> Iterator[Servers]:
    """Start PostgreSQL (durable) and Temporal (SQLite file, WAL), deploy, and end them after."""
    with ExitStack() as after:
        made = tempfile.TemporaryDirectory(prefix="bihuan-bench-", ignore_cleanup_errors=True)
        home = Path(after.enter_context(made))
        home.chmod(0o711)
        make_keys(home / "secrets", data_exists=False)
        ports = Ports()
        after.callback(ports.close)
        cluster = Cluster(home, port=ports.choose("bench"))
        cluster.start()
        after.callback(cluster.stop)
        owner = engine(cluster.url(OWNER), pool_size=1)
        digest = prepare(owner, application=APPLICATION, engineers=engineers)
        owner.dispose()
        temporal = TemporalServer(ports.choose("bench"), database=home / "temporal.sqlite")
        running = temporal.start(log=home / "temporal.log")
        after.callback(_end, running)
        pids = {"server": running.pid, "postgresql": cluster.pid or 0}
        urls = cluster.url(APPLICATION), cluster.url(OWNER)
        yield Servers(home, *urls, temporal.address, digest, pids, ports)


def _tail(note: Path) -> str:
    return note.read_text(errors="replace")[-_LAST_WORDS:]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()
