"""Archives are looked at: the file, what is in it, and whether the tables say the same (检查)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from audit import archive_rules
from audit.archive import Archive, UnknownFormatError
from audit.archive_content import proofs
from audit.archive_folder import ArchiveError
from audit.unlike import unlike
from models import audit_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from audit.archive_folder import ArchiveFolder
    from models.archived_instance import ArchivedInstance

_MOST = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with an archive (归档问题).

    Attributes:
        code: `file_missing`, `file_damaged`, `digest_differs`, `format_unknown`,
            `instance_differs`, `records_differ`, `proofs_differ`, `history_differs` or
            `rules_missing`.
        n: the record that it is about, 0 without one.
        place: what differs, or which file is missing.
    """

    code: str
    n: int = 0
    place: str = ""


def check(
    session: Session, folder: ArchiveFolder, service_key: bytes, archived: ArchivedInstance
) -> list[Finding]:
    """Check an archive against its digest, its histories, its rules and the tables.

    Returns:
        At most 20 findings; none means that it is whole and says what the tables say.
    """
    return list(islice(_findings(session, folder, service_key, archived), _MOST))


def _findings(
    session: Session, folder: ArchiveFolder, service_key: bytes, archived: ArchivedInstance
) -> Iterator[Finding]:
    try:
        if folder.look(archived.path).digest != archived.digest:
            yield Finding("digest_differs")
        archive = Archive.from_json(folder.read(archived.path))
    except ArchiveError as error:
        yield Finding(error.code)
        return
    except UnknownFormatError:
        yield Finding("format_unknown")
        return
    if archive.key != archived.instance_key:
        yield Finding("instance_differs")
        return
    yield from _against_tables(session, archive)
    yield from _against_history(archive, service_key)
    for path in archive_rules.missing(folder, archive):
        yield Finding("rules_missing", place=path)


def _against_tables(session: Session, archive: Archive) -> Iterator[Finding]:
    """Tell where records are not, or not any more, what they were when they were archived."""
    now = audit_record.read(session, archive.key)
    for place, _, _ in unlike(archive.records, now):
        yield Finding("records_differ", _number(place), place)
    for place, _, _ in unlike(archive.proofs, proofs(session, archive.key)):
        yield Finding("proofs_differ", _number(place), place)


def _against_history(archive: Archive, service_key: bytes) -> Iterator[Finding]:
    comparison = archive.compare(service_key)
    for one in comparison.findings if comparison else ():
        yield Finding("history_differs", one.n, one.path)


def _number(place: str) -> int:
    """Return the record that a place such as `[3].data` in a list of records belongs to."""
    index = place[1:].partition("]")[0]
    return int(index) + 1 if index.isdecimal() else 0
