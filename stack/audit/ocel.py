"""`bihuan audit ocel`: records as an event log for process mining (事件日志导出)."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import settings
from stack.audit import sampled
from stack.audit.actor import ACTOR
from stack.errors import StackError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_SQLITE = frozenset({".sqlite", ".sqlite3", ".db"})


def add_commands(commands: Any) -> None:
    """Add the export to the list."""
    one = commands.add_parser("ocel", help="an event log in OCEL 2.0 (事件日志)")
    one.add_argument("file", type=Path, metavar="FILE", help="*.json, or *.sqlite")
    sampled.add_arguments(one)
    one.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    """Write the file, whole or not at all; that it was written is recorded."""
    # Database and tables take a while to import, and not every command needs them.
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from audit import ocel, ocel_sqlite  # noqa: PLC0415 (as above)
    from audit.ocel_log import EventLog  # noqa: PLC0415 (as above)
    from audit.pseudonym import pseudonyms  # noqa: PLC0415 (as above)
    from models import access_record  # noqa: PLC0415 (as above)
    from stack.running import Running  # noqa: PLC0415 (as above)

    running = Running.find(settings.load())
    keys = running.tools().key_source
    with _written(options.file.absolute()) as path, running.database() as engine:
        sample = sampled.sample(options)
        with Session(engine) as session, session.begin():
            log = EventLog(session, sample, pseudonyms(keys))
            log.hold()
            if options.file.suffix in _SQLITE:
                ocel_sqlite.write(log, path)
            else:
                with path.open("xb") as file:
                    file.writelines(ocel.pieces(log))
        with Session(engine) as session, session.begin():
            access_record.append(
                session,
                at=datetime.now(UTC),
                actor=ACTOR,
                action="export_events",
                subject=sample.process,
                data={"format": "sqlite" if options.file.suffix in _SQLITE else "json"},
            )
    return 0


@contextmanager
def _written(target: Path) -> Iterator[Path]:
    """Give a place to write to that becomes `target` once all is there."""
    if target.exists():
        raise StackError(f"{target} is there already")
    path = target.with_name(f".{target.name}.part")
    path.unlink(missing_ok=True)
    try:
        yield path
        path.chmod(0o600)
        path.rename(target)
    except OSError as error:
        raise StackError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
