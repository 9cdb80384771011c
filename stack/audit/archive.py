"""`bihuan audit archive`: list, make, check, and replay from the file alone (归档)."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import settings
from stack.errors import StackError

if TYPE_CHECKING:
    from audit.archive import Archive
    from audit.archive_folder import ArchiveFolder
    from audit.archive_making import Maker
    from models.archived_instance import ArchivedInstance
    from stack.running import Running

_BAD = 1


def add_commands(commands: Any) -> None:
    """Add `archive list|make|check|replay`."""
    archive = commands.add_parser("archive", help="closed instances in files (归档)")
    acts = archive.add_subparsers(metavar="ACT", required=True)
    one = acts.add_parser("list", help="which archives there are, newest first")
    one.add_argument("--limit", type=int, default=100, metavar="N")
    one.set_defaults(run=_list)
    one = acts.add_parser("make", help="archive what has closed, or the instances named")
    one.add_argument("keys", nargs="*", type=int, metavar="KEY")
    one.add_argument("--again", action="store_true", help="another file for the instances named")
    one.set_defaults(run=_make)
    one = acts.add_parser("check", help="hold archives against digest, history and tables")
    one.add_argument("keys", nargs="*", type=int, metavar="KEY", help="default: all")
    one.set_defaults(run=_check)
    one = acts.add_parser("replay", help="the state after a record, from the file alone")
    one.add_argument("file", type=Path, metavar="FILE.bha")
    one.add_argument("-n", type=int, help="after so many records; default: all")
    one.set_defaults(run=_replay)


def _list(options: argparse.Namespace) -> int:
    from sqlalchemy.orm import Session  # noqa: PLC0415 (not every command needs it)

    from models import archived_instance  # noqa: PLC0415 (as above)

    with _running().database() as engine, Session(engine) as session:
        for one in archived_instance.of_all(session, limit=options.limit):
            _tell(_line(one))
    return 0


def _make(options: argparse.Namespace) -> int:
    async def named(maker: Maker) -> int:
        missing = 0
        for key in options.keys:
            one = await maker.make(key, again=options.again)
            missing += one is None
            _tell(_line(one) if one else f"{key}: unknown, or not quite ended")
        return _BAD if missing else 0

    async def owed(maker: Maker) -> int:
        done = await maker.make_owed()
        _tell(f"made={done.made} without_history={done.without_history} failed={done.failed}")
        return _BAD if done.failed else 0

    return _with_maker(named if options.keys else owed)


def _check(options: argparse.Namespace) -> int:
    from sqlalchemy.orm import Session  # noqa: PLC0415 (as above)

    from audit.archive_check import check  # noqa: PLC0415 (as above)
    from models import archived_instance  # noqa: PLC0415 (as above)

    running = _running()
    folder, service_key = _folder(running.settings)
    checked = bad = 0
    with running.database() as engine, Session(engine) as session:
        keys = options.keys or archived_instance.keys(session)
        for key in keys:
            archived = archived_instance.newest(session, key)
            if archived is None:
                raise StackError(f"{key} has no archive")
            findings = check(session, folder, service_key, archived)
            checked += 1
            bad += bool(findings)
            for one in findings:
                _tell(f"{key}: {one.code} n={one.n} {one.place}".rstrip())
            session.expunge_all()
    _tell(f"checked={checked} bad={bad}")
    return _BAD if bad else 0


def _replay(options: argparse.Namespace) -> int:
    """Needs the file and service.key, and nothing that runs."""
    archive = _read(options.file)
    replayed = archive.replay(options.n)
    told = {
        "instance": str(archive.key),
        "number": archive.instance["number"],
        "n": replayed.state.number,
        "total": len(archive.records),
        **replayed.to_json(),
    }
    _tell(json.dumps(told, ensure_ascii=False, indent=2))
    return 0


def _read(path: Path) -> Archive:
    from audit.archive import UnknownFormatError, read  # noqa: PLC0415 (as above)
    from audit.archive_folder import ArchiveError  # noqa: PLC0415 (as above)

    try:
        return read(path, _service_key(settings.load()))
    except ArchiveError as error:
        raise StackError(f"{path}: {error.code}") from None
    except UnknownFormatError:
        raise StackError(f"{path}: no archive of an instance") from None


def _with_maker(work: Callable[[Maker], Any]) -> int:
    from temporalio.service import RPCError  # noqa: PLC0415 (as above)

    from audit.archive_making import Maker, of_temporal  # noqa: PLC0415 (as above)
    from workflows.codec import connect  # noqa: PLC0415 (as above)

    running = _running()
    chosen = running.settings
    folder, _ = _folder(chosen)

    async def go() -> int:
        address = running.address("temporal") or chosen.temporal_address
        key = chosen.secrets_path / "service.key"
        client = await connect(address, chosen.temporal_namespace, key)
        with running.database() as engine:
            maker = Maker(engine, folder, of_temporal(client), lambda: datetime.now(UTC))
            done: int = await work(maker)
            return done

    try:
        return asyncio.run(go())
    except (RPCError, RuntimeError):
        raise StackError("Temporal cannot be reached") from None


def _running() -> Running:
    from stack.running import Running  # noqa: PLC0415 (as above)

    return Running.find(settings.load())


def _folder(chosen: settings.Settings) -> tuple[ArchiveFolder, bytes]:
    from audit.archive_folder import ArchiveFolder, archive_key  # noqa: PLC0415 (as above)

    service_key = _service_key(chosen)
    return ArchiveFolder(chosen.archive_path, archive_key(service_key)), service_key


def _service_key(chosen: settings.Settings) -> bytes:
    try:
        return (chosen.secrets_path / "service.key").read_bytes()
    except OSError as error:
        raise StackError(f"service.key cannot be read: {error.strerror}") from error


def _line(one: ArchivedInstance) -> str:
    return (
        f"{one.instance_key} {one.made_at:%Y-%m-%d %H:%M} records={one.records}"
        f" histories={one.histories} bytes={one.bytes} {one.path} {one.digest}"
    )


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
