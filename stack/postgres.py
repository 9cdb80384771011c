"""An embedded PostgreSQL cluster: one data folder, one server on 127.0.0.1 (数据库集群)."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from models.private_file import write_private
from stack.binaries import postgres_bin, server_user
from stack.errors import StackError
from stack.home import data_folder, make_passable
from stack.keys import make_passwords
from stack.leash import leashed
from stack.processes import Process

HOST = "127.0.0.1"
SUPERUSER = "postgres"
OWNER, APPLICATION, PREFECT = "bihuan_owner", "bihuan_app", "bihuan_prefect"
ROLES = (OWNER, APPLICATION, PREFECT)
DATABASES = {"bihuan": OWNER, "prefect": PREFECT}
EXTENSIONS = ("pg_trgm", "btree_gin")

# In a C locale pg_trgm finds no trigrams in Chinese and every similarity is 0, without an error.
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "-E", "UTF8")
SERVER_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement or a key value in an error message may be personal: neither goes to the log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    # Data lie on disks without heads to move, and no statement runs long enough to be worth
    # compiling: both would make a search of many conditions slower than the search itself.
    "random_page_cost": "1.1",
    "jit": "off",
}
# What the owner needs to leave nothing of erased people in the log: docs/operations.md.
REMOVES_TRACES = (
    f"GRANT pg_checkpoint, pg_monitor TO {OWNER}",
    f"GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_reload_conf() TO {OWNER}",
    f"GRANT ALTER SYSTEM ON PARAMETER wal_recycle TO {OWNER}",
)
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ClusterError(StackError):
    """The cluster cannot be made, started or used."""


class Cluster:
    """A PostgreSQL cluster that lives in `home` (集群).

    Under the supervisor only the command line is taken from here; tests and benchmarks call
    `start` and `stop`. A cluster that is not durable is faster and lost with the machine.
    """

    def __init__(self, home: Path, *, port: int, durable: bool = True) -> None:
        self.home = home
        self.port = port
        self.durable = durable
        self.user = server_user()
        self.data = data_folder(home)
        self.passwords = make_passwords(home / "secrets/postgres.json", (SUPERUSER, *ROLES))
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, role: str, database: str = "bihuan", *, driver: str = "psycopg") -> str:
        """Return an SQLAlchemy address of the database for a role."""
        return f"postgresql+{driver}://{role}:{self.passwords[role]}@{HOST}:{self.port}/{database}"

    def connect(
        self, role: str = SUPERUSER, database: str = "postgres"
    ) -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection of its own that commits each statement."""
        address = conninfo.make_conninfo(
            host=HOST, port=self.port, user=role, password=self.passwords[role], dbname=database
        )
        return psycopg.connect(address, autocommit=True, connect_timeout=5)

    def command(self) -> list[str]:
        """Return the command line of the server, to be run as `user`."""
        chosen = {**SERVER_SETTINGS, "port": str(self.port)}
        if not self.durable:
            chosen |= NOT_DURABLE
        options = [text for name, value in chosen.items() for text in ("-c", f"{name}={value}")]
        return [str(postgres_bin() / "postgres"), "-D", str(self.data), *options]

    def prepare(self) -> None:
        """Make the data folder if there is none, and clear what a killed server left."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._clear_stale_pid()

    def ready(self) -> bool:
        """Say whether the server answers a query."""
        try:
            with self.connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise ClusterError(
                    f"the passwords in {self.home / 'secrets'} are not this "
                    "cluster's: restore them, or start anew with reset"
                ) from error
            return False
        return True

    def bootstrap(self) -> None:
        """Make roles, databases and extensions that are missing, and check the locale."""
        with self.connect() as connection:
            for role in ROLES:
                self._ensure_role(connection, role)
        for name, owner in DATABASES.items():
            self.create_database(name, owner=owner)
        check_text_search(self.url(SUPERUSER))
        with self.connect(database="bihuan") as connection:
            for statement in REMOVES_TRACES:
                connection.execute(statement)

    def create_database(
        self, name: str, *, owner: str = OWNER, template: str = "template0"
    ) -> None:
        """Make a database unless it is there, open to its owner only, ours to the application."""
        with self.connect() as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if there.fetchone() is not None:
                return
            words = {
                "name": sql.Identifier(name),
                "owner": sql.Identifier(owner),
                "template": sql.Identifier(template),
                "application": sql.Identifier(APPLICATION),
            }
            statements = [
                "CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}",
                "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            ]
            if owner == OWNER:
                statements.append("GRANT CONNECT ON DATABASE {name} TO {application}")
            for statement in statements:
                connection.execute(sql.SQL(statement).format(**words))

    def drop_database(self, name: str) -> None:
        """Drop a database together with the connections to it."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def start(self, *, seconds: float = 30.0) -> None:
        """Start the server as a child of this thread and wait until it answers."""
        if self._server is not None and self._server.poll() is None:
            raise ClusterError("it runs already")
        self.prepare()
        log = (self.home / "postgres.log").open("ab")
        with log:
            self._server = subprocess.Popen(
                leashed(self.command(), on_parent_death=signal.SIGINT, user=self.user),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        deadline = time.monotonic() + seconds
        while not self.ready():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise ClusterError(f"PostgreSQL did not start, see {self.home / 'postgres.log'}")
            time.sleep(0.03)
        self.bootstrap()

    @property
    def pid(self) -> int | None:
        """Number of the server process that `start` made."""
        return None if self._server is None else self._server.pid

    def stop(self, *, seconds: float = 30.0) -> None:
        """End the server with a checkpoint (fast shutdown)."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.wait(seconds)
        self._server.kill()
        self._server.wait()
        self._server = None

    def kill(self) -> None:
        """End the server as a crash would (kill -9)."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def remove(self) -> None:
        """Delete the data folder, wherever it lies."""
        inside = self.data.parent == self.home
        shutil.rmtree(self.data if inside else self.data.parent, ignore_errors=True)

    def _initialise(self) -> None:
        """Run initdb beside the final place, so that a broken-off one leaves nothing behind."""
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        if self.data.parent != self.home:
            make_passable(self.data.parent.parent)
            make_passable(self.data.parent)
        fresh.mkdir(mode=0o700)
        password = fresh.with_name(f"{fresh.name}.password")
        write_private(password, self.passwords[SUPERUSER].encode())
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            for path in (fresh, password):
                os.chown(path, account.pw_uid, account.pw_gid)
        command = [str(postgres_bin() / "initdb"), "-D", str(fresh), "-U", SUPERUSER]
        command += ["--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions", *LOCALE]
        try:
            done = subprocess.run(
                leashed(command, user=self.user),
                capture_output=True,
                text=True,
                cwd="/",
                check=False,
            )
        finally:
            password.unlink()
        if done.returncode != 0:
            raise ClusterError(f"initdb failed:\n{done.stdout}{done.stderr}")
        fresh.rename(self.data)

    def _clear_stale_pid(self) -> None:
        """End a server that was left behind on this folder, or forget one that is long gone.

        PostgreSQL itself only looks whether some process has the number; in a container that may
        well be another one.
        """
        note = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            left = Process.find(int(note.read_text().splitlines()[0]))
            if left is not None and left.folder == self.data.resolve():
                left.end(signal.SIGINT)
            note.unlink(missing_ok=True)

    def _ensure_role(self, connection: psycopg.Connection[tuple[object, ...]], role: str) -> None:
        there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "CREATE" if there is None else "ALTER"
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.Literal(self.passwords[role])
            )
        )


def check_text_search(url: str) -> None:
    """Make the extensions, and refuse a database whose locale is blind for Chinese words.

    Args:
        url: SQLAlchemy or libpq address of the database, with the rights of its owner.
    """
    with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=5) as connection:
        for extension in EXTENSIONS:
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
        found = connection.execute("SELECT cardinality(show_trgm('物流太慢'))").fetchone()
    if found is None or not found[0]:
        raise ClusterError(
            "this database finds no trigrams in Chinese text: create it with ENCODING 'UTF8' and "
            "the locale C.UTF-8 or zh_CN.UTF-8 (LC_CTYPE C does not work)"
        )
