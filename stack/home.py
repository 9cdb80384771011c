"""The home of a stack: the folder with all its data, and the lock on it (数据目录)."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.private_file import write_private
from stack.binaries import SHARED, server_user
from stack.errors import StackError

MARKER = ".bihuan-home"


class HomeInUseError(StackError):
    """Another supervisor runs on this home."""


@dataclass(frozen=True)
class Home:
    """Paths below the home and the lock on it.

    The lock belongs to the supervisor's open file: the kernel takes it away with the process,
    however that ends, so it is never stale.
    """

    path: Path

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.path / "logs"

    @property
    def ports(self) -> Path:
        """File of the ports of the last start."""
        return self.path / "ports.json"

    @property
    def state(self) -> Path:
        """File in which the supervisor says what runs."""
        return self.path / "state.json"

    @property
    def lock(self) -> Path:
        """File that the supervisor holds locked, with its process number."""
        return self.path / "lock"

    def prepare(self) -> None:
        """Make the folder, or check that it is one of ours.

        Others may pass through but not look: PostgreSQL's user has to reach its own folder.
        """
        make_passable(self.path)
        marker = self.path / MARKER
        strangers = {entry.name for entry in self.path.iterdir()} - {"lost+found", "secrets"}
        if strangers and not marker.exists():
            raise StackError(
                f"{self.path} holds other files: name an empty or a new folder in BIHUAN_HOME"
            )
        marker.touch(mode=0o600)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            HomeInUseError: another process holds it.
        """
        with self.lock.open("a+") as file:
            # Somebody who only looks holds the lock for a moment too: hence several tries.
            for _ in range(10):
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(0.1)
            else:
                raise HomeInUseError(f"it already runs on {self.path} (process {self.holder()})")
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def holder(self) -> int | None:
        """Return the process number of the running supervisor."""
        try:
            with self.lock.open("r+") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(file.read() or 0)
        except FileNotFoundError:
            pass
        return None

    def write_state(self, state: dict[str, Any]) -> None:
        """Write down what runs."""
        write_private(self.state, json.dumps(state, indent=2).encode())

    def read_state(self) -> dict[str, Any]:
        """Return what the running supervisor wrote down; empty if none runs."""
        if self.holder() is None or not self.state.exists():
            return {}
        found: dict[str, Any] = json.loads(self.state.read_text())
        return found

    def clear(self) -> None:
        """Delete everything in it, and the data that had to be put elsewhere."""
        if not (self.path / MARKER).exists():
            raise StackError(f"{self.path} is not a home of this service")
        data = data_folder(self.path)
        if data.parent != self.path:
            shutil.rmtree(data.parent, ignore_errors=True)
        for entry in self.path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def make_passable(folder: Path) -> None:
    """Make a folder that others may pass through, whatever the umask; leave one that is there."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)


def data_folder(home: Path) -> Path:
    """Return where the data lies: in `home`, if the server's user can get there.

    Root's own folders are closed to everybody else, but PostgreSQL refuses to run as root.
    """
    inside = home / "postgres"
    if server_user() is None or all(step.stat().st_mode & 0o001 for step in _existing(home)):
        return inside
    return SHARED / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16] / "postgres"


def _existing(path: Path) -> list[Path]:
    return [step for step in (path, *path.resolve().parents) if step.exists()]
