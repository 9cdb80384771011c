"""The commands of `bihuan` (命令)."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import settings
from proof import command as proof
from stack import admin, dry_run, replay
from stack.audit import commands as audit
from stack.checks import run_checks
from stack.console import build_if_stale
from stack.errors import StackError
from stack.home import Home, HomeInUseError
from stack.logs import show_log
from stack.processes import Process, clear_leftovers

STOP_SECONDS = 120


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    try:
        if arguments[:1] == ["test"]:
            # Everything after `test` belongs to pytest.
            return run_checks(arguments[1:])
        options = parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.run
        return command(options)
    except (StackError, ValueError) as error:
        sys.stderr.write(f"bihuan: {error}\n")
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    root = argparse.ArgumentParser(prog="bihuan")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    one = commands.add_parser("up", help="start everything (启动)")
    one.add_argument("-d", "--detach", action="store_true", help="return when it is ready")
    one.add_argument("-q", "--quiet", action="store_true", help="the parts' lines only to files")
    one.set_defaults(run=_up)
    one = commands.add_parser("down", help="stop it, the data stays (停止)")
    one.set_defaults(run=_down)
    one = commands.add_parser("status", help="what runs, and where (状态)")
    one.add_argument("--json", action="store_true", help="for programs")
    one.set_defaults(run=_status)
    one = commands.add_parser("logs", help="the log of one part (日志)")
    one.add_argument("name", nargs="?", metavar="NAME", help="none: list the names")
    one.add_argument("-f", "--follow", action="store_true", help="go on as it grows")
    one.set_defaults(run=_logs)
    one = commands.add_parser("demo", help="whole lives of items in seconds (演示)")
    one.add_argument("--json", action="store_true", help="a JSON line an item, for programs")
    one.add_argument("--running", action="store_true", help="on the stack that runs")
    one.set_defaults(run=_demo)
    dry_run.add_command(commands.add_parser("dry-run", help="try drawings out (试运行)"))
    replay.add_command(commands.add_parser("replay", help="histories with this code (代码回放)"))
    one = commands.add_parser("reset", help="delete all data of this home (清空)")
    one.add_argument("-y", "--yes", action="store_true", help="do not ask")
    one.set_defaults(run=_reset)
    admin.add_commands(commands.add_parser("admin", help="import files, demo data (管理)"))
    audit.add_commands(commands.add_parser("audit", help="replay, prove, archive, export (审计)"))
    proof.add_arguments(commands.add_parser("verify", help="an export, without a stack (核验)"))
    # Only for the list: `run` takes it before this parser sees it.
    commands.add_parser("test", help="all checks and tests (测试)")
    return root


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _home() -> Home:
    return Home(settings.load().home)


def _up(options: argparse.Namespace) -> int:
    # The clients of the servers take half a second to import, and only this command needs them.
    from stack.up import up, up_detached  # noqa: PLC0415

    chosen = settings.load()
    if chosen.console_build and "api" in chosen.parts:
        build_if_stale()
    return up_detached(chosen) if options.detach else up(chosen, quiet=options.quiet)


def _down(_: argparse.Namespace) -> int:
    home = _home()
    holder = home.holder()
    supervisor = Process.find(holder) if holder else None
    if supervisor is None:
        sys.stdout.write(f"nothing runs on {home.path}\n")
        if home.path.exists():
            with home.held():
                clear_leftovers(home.path, _tell)
        return 0
    supervisor.send(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while home.holder() == supervisor.pid:
        if time.monotonic() > deadline:
            raise StackError(f"process {supervisor.pid} does not stop, see ./bihuan logs bihuan")
        time.sleep(0.1)
    sys.stdout.write(f"stopped; the data stays in {home.path}\n")
    return 0


def _status(options: argparse.Namespace) -> int:
    home = _home()
    state = home.read_state()
    shown = {name: value for name, value in state.items() if name != "banner"}
    answer = {"home": str(home.path), "running": bool(state), **shown}
    text = json.dumps(answer, indent=2) if options.json else _table(answer)
    sys.stdout.write(f"{text}\n")
    return 0 if state else 3


def _table(answer: dict[str, Any]) -> str:
    if not answer["running"]:
        return f"nothing runs on {answer['home']}"
    lines = [f"{'part':<12}{'state':<10}{'pid':>8}{'restarts':>10}  ports"]
    for part in answer.get("parts", []):
        word = "ready" if part["ready"] else "starting"
        ports = " ".join(str(port) for port in part["ports"].values())
        number = part["pid"] or "-"
        lines.append(f"{part['name']:<12}{word:<10}{number:>8}{part['restarts']:>10}  {ports}")
    lines += ["", *(f"{name:<12}{place}" for name, place in answer["addresses"].items())]
    return "\n".join(lines)


def _logs(options: argparse.Namespace) -> int:
    home = _home()
    names = sorted(path.stem for path in home.logs.glob("*.log"))
    if options.name is None:
        sys.stdout.write("".join(f"{name}\n" for name in names))
        return 0
    if options.name not in names:
        raise StackError(f"no log {options.name!r}; there are: {', '.join(names) or 'none'}")
    show_log(home.logs / f"{options.name}.log", follow=options.follow)
    return 0


def _demo(options: argparse.Namespace) -> int:
    from stack.demo.play import demo  # noqa: PLC0415 (as above)

    return demo(settings.load(), as_json=options.json, running=options.running)


def _reset(options: argparse.Namespace) -> int:
    home = _home()
    if not home.path.exists():
        sys.stdout.write(f"{home.path} does not exist\n")
        return 0
    if not options.yes:
        sys.stdout.write(f"Delete all data in {home.path}? Type yes: ")
        sys.stdout.flush()
        if sys.stdin.readline().strip() != "yes":
            sys.stdout.write("nothing was deleted\n")
            return 1
    try:
        with home.held():
            clear_leftovers(home.path, _tell)
            home.clear()
    except HomeInUseError as error:
        raise StackError(f"{error}; stop it first: ./bihuan down") from error
    shutil.rmtree(home.path, ignore_errors=True)
    sys.stdout.write(f"deleted {home.path}\n")
    return 0
