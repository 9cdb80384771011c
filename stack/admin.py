"""`bihuan admin`: files brought in, figures counted, demo data loaded and removed (管理)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import settings
from stack import admin_people, admin_tokens
from stack.errors import StackError

if TYPE_CHECKING:
    from models.imports import Outcome

ACTOR = "bihuan admin"
KINDS = ("customers", "orders", "batches")
_SHOWN = 50


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what the administrator of a house does at its terminal."""
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    one = commands.add_parser("import", help="rows of a CSV file (导入)")
    one.add_argument("kind", choices=KINDS)
    one.add_argument("file", type=Path, metavar="FILE.csv", help="UTF-8 or GB18030, with a header")
    one.add_argument("--strict", action="store_true", help="all rows or none")
    one.add_argument(
        "--report", type=Path, metavar="FILE", help="for bad rows; default: FILE.rejected.csv"
    )
    one.set_defaults(run=_import)
    admin_people.add_commands(commands)
    admin_tokens.add_commands(commands)
    one = commands.add_parser("backfill", help="figures of old days counted (回填)")
    one.add_argument("--from", dest="first", metavar="DAY", required=True, help="2026-01-01")
    one.add_argument("--to", dest="last", metavar="DAY", required=True, help="2026-06-30")
    one.add_argument("--reports", action="store_true", help="make the reports of what is over")
    one.set_defaults(run=_backfill)
    demo = commands.add_parser("demo-data", help="invented customers and items (演示数据)")
    deeds = demo.add_subparsers(metavar="DEED", required=True)
    one = deeds.add_parser("load", help="load it, all marked as demo")
    one.add_argument("--items", type=_count, metavar="N", help="how many items; default: all texts")
    one.set_defaults(run=_load)
    one = deeds.add_parser("remove", help="remove whatever is marked as demo")
    one.add_argument("--keep-people", action="store_true", help="the demo logins stay")
    one.set_defaults(run=_remove)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("not a number of items")
    return int(text)


def _load(options: argparse.Namespace) -> int:
    # Database and HTTP take a while to import, and not every command needs them.
    from stack.demo_data import load  # noqa: PLC0415

    return load(settings.load(), items=options.items)


def _remove(options: argparse.Namespace) -> int:
    from stack.demo_data import remove  # noqa: PLC0415 (as above)

    return remove(settings.load(), people=not options.keep_people)


def _import(options: argparse.Namespace) -> int:
    from models.imports import RejectedError, SheetError  # noqa: PLC0415 (as above)

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise StackError(f"{options.file} cannot be read: {error.strerror}") from error
    try:
        outcome = _bring_in(options.kind, content, strict=options.strict)
    except SheetError as error:
        where = "".join(f", {name} {value}" for name, value in error.data.items())
        raise StackError(f"{options.file}: {error.code}{where}; nothing was taken") from None
    except RejectedError as error:
        _show(error.outcome)
        raise StackError(f"{error.outcome.rejected} bad rows; nothing was taken") from None
    _show(outcome)
    if outcome.findings:
        _report(options, content, outcome)
    return 0


def _backfill(options: argparse.Namespace) -> int:
    """Have the door of the flows count; it says itself what it does."""
    from stack.running import Running  # noqa: PLC0415 (as above)

    words = ["backfill", "--from", options.first, "--to", options.last]
    reports = ["--reports"] if options.reports else []
    running = Running.find(settings.load())
    environment = os.environ | {"BIHUAN_DATABASE_URL": running.database_address()}
    command = [sys.executable, "-m", "flows", *words, *reports]
    return subprocess.run(command, cwd=settings.PROJECT, env=environment, check=False).returncode


def _bring_in(kind: str, content: bytes, *, strict: bool) -> Outcome:
    from sqlalchemy.orm import Session  # noqa: PLC0415 (as above)

    from models.imports import bring_in  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    running = Running.find(settings.load())
    tools = running.tools()
    with running.database() as engine, Session(engine) as session, session.begin():
        now = datetime.now(UTC)
        return bring_in(session, tools, kind, content, at=now, actor=ACTOR, strict=strict)


def _show(outcome: Outcome) -> None:
    counts = outcome.counts()
    sys.stdout.write(" ".join(f"{name}={value}" for name, value in counts.items()) + "\n")
    for one in outcome.findings[:_SHOWN]:
        sys.stdout.write(f"line {one.line}: {one.column or '-'}: {one.code}\n")
    if len(outcome.findings) > _SHOWN:
        sys.stdout.write(f"... and {len(outcome.findings) - _SHOWN} more\n")


def _report(options: argparse.Namespace, content: bytes, outcome: Outcome) -> None:
    from models.imports.rejected import rejected_rows  # noqa: PLC0415 (as above)
    from models.private_file import write_private  # noqa: PLC0415 (as above)

    path = options.report or options.file.with_name(f"{options.file.stem}.rejected.csv")
    write_private(path.absolute(), rejected_rows(content, outcome.findings))
    sys.stdout.write(f"the bad rows are in {path}: mend them there and import that file\n")
