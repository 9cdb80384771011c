"""The rules that archived instances ran on: definitions and calendars, each kept once (规则)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from audit.archive_folder import ArchiveError
from models import process_definition

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from audit.archive import Archive
    from audit.archive_folder import ArchiveFolder

_DEFINITION = text("SELECT to_jsonb(d) FROM process_definition d WHERE digest = :digest")
_CALENDAR = text("SELECT to_jsonb(c) FROM working_calendar c WHERE version = :version")
_DAYS = text("SELECT to_jsonb(d) FROM calendar_day d WHERE version = :version ORDER BY day")


def definition_path(digest: str) -> str:
    """Return where a definition lies below the archive folder."""
    return f"rules/definition-{digest}.bha"


def calendar_path(version: int) -> str:
    """Return where a version of the working calendar lies."""
    return f"rules/calendar-{version}.bha"


def keep(session: Session, folder: ArchiveFolder, archive: Archive) -> None:
    """Write the rules that an archive needs, unless they are there."""
    digest = archive.definition
    if not folder.holds(definition_path(digest)):
        folder.write(definition_path(digest), _definition(session, digest))
    for version in archive.calendars:
        if not folder.holds(calendar_path(version)):
            folder.write(calendar_path(version), _calendar(session, version))


def missing(folder: ArchiveFolder, archive: Archive) -> list[str]:
    """Return which rules of an archive cannot be read, or do not hold what they are named after."""
    paths = [calendar_path(one) for one in archive.calendars]
    found = [path for path in paths if not _reads(folder, path)]
    path = definition_path(archive.definition)
    try:
        bundle = folder.read(path)["definition"]["bundle"]
        files = definition_files(folder, archive.definition)
    except ArchiveError:
        return [path, *found]
    return found if process_definition.bundle_digest(files) == bundle else [path, *found]


def definition_files(folder: ArchiveFolder, digest: str) -> dict[str, bytes]:
    """Return the files of an archived definition by name.

    Raises:
        ArchiveError: it cannot be read.
    """
    held = folder.read(definition_path(digest))
    return {name: b64decode(one) for name, one in held["files"].items()}


def _reads(folder: ArchiveFolder, path: str) -> bool:
    try:
        folder.read(path)
    except ArchiveError:
        return False
    return True


def _definition(session: Session, digest: str) -> dict[str, Any]:
    files = process_definition.load_resources(session, digest)
    return {
        "format": "bihuan-definition/1",
        "definition": session.scalar(_DEFINITION, {"digest": digest}),
        "files": {name: b64encode(one).decode() for name, one in files.items()},
    }


def _calendar(session: Session, version: int) -> dict[str, Any]:
    return {
        "format": "bihuan-calendar/1",
        "calendar": session.scalar(_CALENDAR, {"version": version}),
        "days": list(session.scalars(_DAYS, {"version": version})),
    }
