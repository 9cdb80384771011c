"""The supervisor over small real processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from settings import PROJECT
from stack.backoff import Backoff
from stack.leash import leashed
from stack.logs import Log
from stack.part import Part
from stack.processes import Process
from stack.supervisor import Supervisor

pytestmark = pytest.mark.integration

# Says that it runs, and on SIGTERM when it ended; both with a time to compare.
POLITE = """
import pathlib, signal, sys, time
note = pathlib.Path(sys.argv[1])
def end(*_):
    note.with_suffix('.ended').write_text(repr(time.monotonic()))
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note.write_text(repr(time.monotonic()))
while True:
    time.sleep(1)
"""


def part(folder: Path, name: str, code: str = POLITE, **more: Any) -> Part:
    note = folder / name

    async def ready() -> bool:
        return note.exists()

    command = (sys.executable, "-c", code, str(note))
    return Part(name, command, ready=more.pop("ready", ready), **more)


class Run:
    """A supervisor in this process, quick to restart."""

    def __init__(self, folder: Path, *parts: Part) -> None:
        self.is_ready = asyncio.Event()
        self.log = Log(folder / "logs", None)
        self.supervisor = Supervisor(
            parts,
            self.log,
            changed=lambda _: None,
            ready=self.is_ready.set,
            backoff=lambda: Backoff(first=0.05, limit=0.2),
        )
        self.task = asyncio.create_task(self.supervisor.run())

    def pid(self, name: str) -> int:
        number = self.supervisor.runners[name].status["pid"]
        assert isinstance(number, int)
        return number

    async def ready(self) -> None:
        await asyncio.wait_for(self.is_ready.wait(), 120)

    async def stop(self) -> bool:
        self.supervisor.stop()
        return await self.end()

    async def end(self) -> bool:
        try:
            return await asyncio.wait_for(self.task, 120)
        finally:
            self.log.close()


async def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def is_alive(process: Process) -> bool:
    return process.alive


def moment(path: Path) -> float:
    return float(path.read_text())


async def test_parts_start_in_the_order_of_their_needs_and_stop_in_reverse(
    tmp_path: Path,
) -> None:
    run = Run(
        tmp_path,
        part(tmp_path, "first"),
        part(tmp_path, "second", needs=("first",)),
        part(tmp_path, "third", needs=("second", "not there")),
    )

    await run.ready()
    stopped = await run.stop()

    names = ("first", "second", "third")
    started = [moment(tmp_path / name) for name in names]
    ended = [moment(tmp_path / f"{name}.ended") for name in names]
    assert stopped
    assert started == sorted(started)
    assert ended == sorted(ended, reverse=True)


async def test_a_killed_part_is_started_again_and_the_others_go_on(tmp_path: Path) -> None:
    run = Run(tmp_path, part(tmp_path, "first"), part(tmp_path, "second", needs=("first",)))
    await run.ready()
    first, second = run.pid("first"), run.pid("second")

    os.kill(first, signal.SIGKILL)
    await until(lambda: run.supervisor.runners["first"].status["restarts"] == 1)
    await until(lambda: bool(run.supervisor.runners["first"].status["ready"]))

    assert run.pid("first") != first
    assert run.pid("second") == second
    assert await run.stop()


async def test_a_part_that_never_comes_up_ends_the_start_with_its_last_words(
    tmp_path: Path,
) -> None:
    run = Run(
        tmp_path,
        part(tmp_path, "good"),
        part(tmp_path, "bad", "import sys; sys.exit('no such table')", tries=3),
    )

    assert not await run.end()

    said = (tmp_path / "logs/bihuan.log").read_text()
    assert "could not start: bad" in said
    assert "no such table" in said
    assert (tmp_path / "good.ended").exists()


async def test_a_task_has_to_succeed_before_what_needs_it_starts(tmp_path: Path) -> None:
    once = (
        "import pathlib, sys; note = pathlib.Path(sys.argv[1]); there = note.exists(); "
        "note.touch(); sys.exit(not there)"
    )
    run = Run(
        tmp_path,
        part(tmp_path, "task", once, ready=None),
        part(tmp_path, "door", needs=("task",)),
    )

    await run.ready()

    status = run.supervisor.runners["task"].status
    assert (status["ready"], status["restarts"], status["pid"]) == (True, 1, None)
    assert await run.stop()


async def test_what_a_part_started_itself_ends_with_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time, pathlib; "
        "child = subprocess.Popen(['sleep', '600']); "
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(600)"
    )
    run = Run(tmp_path, part(tmp_path, "parent", code))
    await run.ready()
    grandchild = Process.find(int((tmp_path / "parent").read_text()))
    assert grandchild is not None

    os.kill(run.pid("parent"), signal.SIGKILL)

    await until(lambda: not grandchild.alive)
    assert await run.stop()


async def test_a_part_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    stubborn = POLITE.replace("signal.signal(signal.SIGTERM, end)", "signal.signal(15, 1)")
    run = Run(tmp_path, part(tmp_path, "stubborn", stubborn, stop_seconds=0.3))
    await run.ready()
    process = Process.find(run.pid("stubborn"))
    assert process is not None

    assert await run.stop()

    assert not process.alive


async def test_preparation_and_settling_happen_at_every_start(tmp_path: Path) -> None:
    seen: list[str] = []

    def note(word: str) -> Callable[[], Awaitable[None]]:
        async def noted() -> None:
            seen.append(word)

        return noted

    run = Run(tmp_path, part(tmp_path, "one", prepare=note("prepare"), settle=note("settle")))
    await run.ready()

    os.kill(run.pid("one"), signal.SIGKILL)
    await until(lambda: len(seen) == 4)

    assert seen == ["prepare", "settle"] * 2
    assert await run.stop()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_leashed_program_dies_with_its_parent(number: signal.Signals) -> None:
    code = (
        "import subprocess, sys, time; from stack.leash import leashed; "
        "print(subprocess.Popen(leashed(['sleep', '600'])).pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = Process.find(int(parent.stdout.readline()))
    assert child is not None
    time.sleep(0.5)
    assert is_alive(child)

    parent.send_signal(number)
    parent.wait()

    deadline = time.monotonic() + 60
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)
    parent.stdout.close()


def test_a_program_whose_parent_is_gone_does_not_start(tmp_path: Path) -> None:
    words = leashed(["touch", str(tmp_path / "started")])
    words[4] = "1"

    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert "parent ended" in done.stderr
    assert not (tmp_path / "started").exists()
