import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.processes import MARK, Process, leftovers


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that carries the mark of the home `tmp_path` and ignores a polite end."""
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print(flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, MARK: str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_number_that_was_given_out_again_is_another_process(
    sleeper: subprocess.Popen[bytes],
) -> None:
    found = Process.find(sleeper.pid)
    assert found is not None

    earlier = Process(found.pid, found.began - 1)
    earlier.end(seconds=0)

    assert found.alive
    assert not earlier.alive
    assert sleeper.poll() is None


def test_only_processes_with_the_mark_of_this_home_are_left_over(
    sleeper: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    here = leftovers(tmp_path)
    elsewhere = leftovers(tmp_path / "other")

    assert [process.pid for process in here] == [sleeper.pid]
    assert here[0].folder == tmp_path
    assert elsewhere == []


def test_a_process_that_ignores_the_request_is_killed_in_the_end(
    sleeper: subprocess.Popen[bytes],
) -> None:
    found = Process.find(sleeper.pid)
    assert found is not None

    found.end(seconds=0.2)

    assert not found.alive
    assert sleeper.wait() == -9


def test_a_process_that_has_ended_is_not_found_even_before_its_parent_asks() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert ended.stdout is not None
    ended.stdout.read()
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)

    assert Process.find(ended.pid) is None

    ended.wait()
    ended.stdout.close()
