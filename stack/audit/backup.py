"""`bihuan audit backup`: the data without the keys, so that no backup brings an erased one back."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import settings
from stack.errors import StackError

if TYPE_CHECKING:
    from stack.running import Running

# What unwraps is kept with the keys, in the newest state only.
NOT_IN_BACKUPS = ("personal_key", "key_epoch")


def add_commands(commands: Any) -> None:
    """Add `audit backup`."""
    one = commands.add_parser("backup", help="the database without keys of persons (备份)")
    one.add_argument("file", type=Path, metavar="FILE", help="for pg_restore; must not exist")
    one.set_defaults(run=_backup)


def _backup(options: argparse.Namespace) -> int:
    # Database and tables take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from models import key_snapshot  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    if options.file.exists():
        raise StackError(f"{options.file} exists")
    running = Running.find(settings.load())
    dump(running, options.file)
    # After the data: whoever is in these has a key in the snapshot.
    with running.database() as engine, Session(engine) as session:
        kept = key_snapshot.write(session, running.settings.keys_path)
    sys.stdout.write(
        f"{options.file}: the data; {kept} keys of persons are in "
        f"{running.settings.keys_path / key_snapshot.FILE}: keep that folder apart\n"
    )
    return 0


def dump(running: Running, file: Path) -> None:
    """Write all tables into a file of mode 0600, those of the keys without their rows.

    Raises:
        StackError: `pg_dump` failed.
    """
    from sqlalchemy import make_url  # noqa: PLC0415 (as above)

    from stack.binaries import postgres_bin  # noqa: PLC0415 (as above)

    address = make_url(running.database_address(as_owner=True))
    left_out = [f"--exclude-table-data={table}" for table in NOT_IN_BACKUPS]
    # Who may do what, the migrations say anew.
    options = ("--format=custom", "--no-owner", "--no-acl", *left_out)
    command = [str(postgres_bin() / "pg_dump"), *options]
    where = {"host": address.host, "port": address.port, "username": address.username}
    command += [f"--{name}={value}" for name, value in where.items() if value]
    command.append(f"--dbname={address.database}")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        # The password goes by the environment, where nobody else sees it.
        environment = os.environ | {"PGPASSWORD": address.password or ""}
        done = subprocess.run(command, stdout=target, env=environment, check=False)
    if done.returncode != 0:
        file.unlink()
        raise StackError("pg_dump failed; nothing was written")
