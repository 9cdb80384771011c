"""Where the demonstration takes place: a stack of its own, or the one that runs (舞台)."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import PROJECT, Settings
from stack.demo.limits import SCALE
from stack.errors import StackError
from stack.home import Home
from stack.leash import leashed
from stack.processes import clear_leftovers

# No flows: nothing of the night's work is shown, and Prefect takes ten seconds to start.
PARTS = "postgres temporal migrations worker api"
READY_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class Stage:
    """What the demonstration needs to know of a stack (舞台).

    Attributes:
        api: address of the API.
        logins: file of the demo logins.
        scale: time scale of the stack.
        own: whether it was made for this demonstration.
    """

    api: str
    logins: Path
    scale: float
    own: bool


@contextlib.contextmanager
def own_stage() -> Iterator[Stage]:
    """Start a stack that is thrown away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-demo-"))
    # PostgreSQL's own user has to pass through.
    folder.chmod(0o711)
    home = Home(folder / "home")
    try:
        with _started(home) as state:
            api = str(state["addresses"]["api"])
            yield Stage(api, home.path / "demo-logins.txt", SCALE, own=True)
    finally:
        if home.path.exists():
            clear_leftovers(home.path, lambda _: None)
            home.clear()
        shutil.rmtree(folder, ignore_errors=True)


def running_stage(chosen: Settings) -> Stage:
    """Return the stack that runs on the home of the settings.

    Raises:
        StackError: none runs, or it has no demo people.
    """
    state = Home(chosen.home).read_state()
    if not state.get("ready"):
        raise StackError(f"nothing runs on {chosen.home}; leave out --running")
    if not chosen.demo_logins_path.exists():
        raise StackError("the running stack has no demo people; leave out --running")
    api = str(state["addresses"]["api"])
    return Stage(api, chosen.demo_logins_path, chosen.time_scale, own=False)


@contextlib.contextmanager
def _started(home: Home) -> Iterator[dict[str, Any]]:
    home.prepare()
    console = home.path.parent / "console.log"
    with console.open("wb") as file:
        supervisor = subprocess.Popen(
            leashed(
                [sys.executable, "-m", "stack", "up", "--quiet"], on_parent_death=signal.SIGTERM
            ),
            cwd=PROJECT,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield _wait_until_ready(home, supervisor, console)
    finally:
        supervisor.terminate()
        try:
            supervisor.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()


def _environment(home: Home) -> dict[str, str]:
    """Return the environment: nothing of the person's own settings gets in, least of addresses."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("BIHUAN_")}
    return kept | {
        "BIHUAN_ENV_FILE": os.devnull,
        "BIHUAN_HOME": str(home.path),
        "BIHUAN_PARTS": PARTS,
        "BIHUAN_CONSOLE_BUILD": "false",
        "BIHUAN_TIME_SCALE": repr(SCALE),
    }


def _wait_until_ready(
    home: Home, supervisor: subprocess.Popen[bytes], console: Path
) -> dict[str, Any]:
    deadline = time.monotonic() + READY_SECONDS
    while supervisor.poll() is None and time.monotonic() < deadline:
        state = home.read_state()
        if state.get("ready"):
            return state
        time.sleep(0.1)
    raise StackError(f"the stack did not start:\n{console.read_text(errors='replace')}")
