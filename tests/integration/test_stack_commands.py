"""`up`, `status`, `down` and `reset` as a person types them, with the real servers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from settings import PROJECT
from stack.home import Home
from stack.processes import Process, leftovers

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SERVERS = "postgres temporal"
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


class Stack:
    """The command line on one home, in an almost empty environment."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home.parent),
            "BIHUAN_HOME": str(self.home),
            "BIHUAN_PARTS": SERVERS,
            "PYTHONUTF8": "1",
        }

    def run(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "stack", *words],
            cwd=PROJECT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            **more,
        )

    def up(self) -> str:
        done = self.run("up", "--detach")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return found

    def pids(self) -> dict[str, int]:
        return {part["name"]: part["pid"] for part in self.status()["parts"]}

    def kill(self) -> None:
        """End everything without ceremony."""
        if holder := Home(self.home).holder():
            os.kill(holder, signal.SIGKILL)
        for process in leftovers(self.home):
            process.end(seconds=2)

    def query(self, statement: str) -> list[Any]:
        ports = json.loads((self.home / "ports.json").read_text())
        passwords = json.loads((self.home / "secrets/postgres.json").read_text())
        with psycopg.connect(
            host="127.0.0.1",
            port=ports["postgres"],
            user="bihuan_owner",
            password=passwords["bihuan_owner"],
            dbname="bihuan",
            autocommit=True,
        ) as connection:
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []


@pytest.fixture
def stack(folder: Path) -> Iterator[Stack]:
    made = Stack(folder / "one")
    yield made
    made.kill()


@pytest.fixture
def other(folder: Path) -> Iterator[Stack]:
    made = Stack(folder / "two")
    yield made
    made.kill()


def wait_until_gone(process: Process) -> bool:
    deadline = time.monotonic() + 120
    while process.alive and time.monotonic() < deadline:
        time.sleep(0.05)
    return not process.alive


def test_the_banner_names_addresses_and_logins_and_up_again_keeps_data_and_ports(
    stack: Stack,
) -> None:
    banner = stack.up()
    before = stack.status()
    stack.query("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('闭环')")

    second = stack.run("up")
    down = stack.run("down")
    stack.up()

    for place in before["addresses"].values():
        assert place in banner
    assert str(stack.home) in banner
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert down.returncode == 0
    assert stack.query("SELECT word FROM kept") == [("闭环",)]
    assert stack.status()["addresses"] == before["addresses"]


def test_two_stacks_run_side_by_side(stack: Stack, other: Stack) -> None:
    stack.up()
    other.up()

    ports = [
        port
        for each in (stack, other)
        for part in each.status()["parts"]
        for port in part["ports"].values()
    ]
    stack.run("down")

    assert len(set(ports)) == len(ports) == 6
    assert other.query("SELECT 1") == [(1,)]


def test_children_do_not_outlive_a_killed_supervisor_and_the_next_up_goes_on(
    stack: Stack,
) -> None:
    stack.up()
    stack.query("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('闭环')")
    supervisor = stack.status()["pid"]
    children = [Process.find(pid) for pid in stack.pids().values()]

    os.kill(supervisor, signal.SIGKILL)

    assert all(child is not None and wait_until_gone(child) for child in children)
    assert stack.run("status").returncode == 3
    stack.up()
    assert stack.query("SELECT word FROM kept") == [("闭环",)]


def test_a_process_left_behind_is_ended_by_the_next_up(stack: Stack) -> None:
    stack.up()
    stack.run("down")
    left = subprocess.Popen(SLEEP, env={"BIHUAN_STACK": str(stack.home.resolve())})
    stranger = subprocess.Popen(SLEEP)
    assert [process.pid for process in leftovers(stack.home)] == [left.pid]

    stack.up()

    assert left.wait(timeout=60) != 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_killed_servers_come_back_with_their_data(stack: Stack) -> None:
    stack.up()
    stack.query("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('闭环')")

    for pid in stack.pids().values():
        os.kill(pid, signal.SIGKILL)

    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        if all(part["ready"] and part["restarts"] == 1 for part in stack.status()["parts"]):
            break
        time.sleep(0.2)
    assert [part["restarts"] for part in stack.status()["parts"]] == [1, 1]
    assert stack.query("SELECT word FROM kept") == [("闭环",)]


def test_ctrl_c_stops_a_stack_in_the_foreground_cleanly(stack: Stack) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "stack", "up"],
        cwd=PROJECT,
        env=stack.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if "Stop it with Ctrl-C" in line:
            break

    running.send_signal(signal.SIGINT)
    rest = running.stdout.read()

    assert running.wait(timeout=60) == 0
    assert rest.index("temporal has stopped") < rest.index("postgres has stopped")
    assert any(line.startswith("postgres   | ") for line in lines)
    assert leftovers(stack.home) == []
    running.stdout.close()


def test_logs_are_listed_shown_and_asked_for_by_name(stack: Stack) -> None:
    stack.up()

    listed = stack.run("logs").stdout.split()
    shown = stack.run("logs", "postgres")
    unknown = stack.run("logs", "nonsense")

    assert {"bihuan", "postgres", "temporal"} <= set(listed)
    assert "ready to accept connections" in shown.stdout
    assert unknown.returncode == 1
    assert "there are: " in unknown.stderr


def test_reset_asks_first_refuses_a_running_stack_and_deletes_all(stack: Stack) -> None:
    stack.up()

    running = stack.run("reset", "--yes")
    stack.run("down")
    asked = stack.run("reset", input="no\n")
    there = stack.home.exists()
    done = stack.run("reset", input="yes\n")

    assert (running.returncode, asked.returncode, done.returncode) == (1, 1, 0)
    assert "stop it first" in running.stderr
    assert there
    assert not stack.home.exists()


def test_a_start_that_fails_says_why_and_leaves_nothing_running(stack: Stack) -> None:
    stack.up()
    stack.run("down")
    (stack.home / "secrets/epoch.key").unlink()

    done = stack.run("up", "--detach")

    assert done.returncode == 1
    assert "epoch.key" in done.stderr
    assert leftovers(stack.home) == []
