"""An event log as OCEL 2.0 in SQLite: a table for each type, tables for all relations."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from audit.ocel import moment, plain
from audit.ocel_types import EVENT, OBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from audit.ocel_log import EventLog
    from audit.ocel_types import Happening, Thing

MEDIA_TYPE = "application/vnd.sqlite3"
_AT_ONCE = 2_000
_T = TypeVar("_T")
_COLUMN = {"string": "TEXT", "time": "TIMESTAMP", "integer": "INTEGER"}
_TABLES = (
    "CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL)",
    "CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL)",
    "CREATE TABLE event (ocel_id TEXT PRIMARY KEY,"
    " ocel_type TEXT NOT NULL REFERENCES event_map_type (ocel_type))",
    "CREATE TABLE object (ocel_id TEXT PRIMARY KEY,"
    " ocel_type TEXT NOT NULL REFERENCES object_map_type (ocel_type))",
    "CREATE TABLE event_object (ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id),"
    " ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_qualifier TEXT NOT NULL,"
    " PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)) WITHOUT ROWID",
    "CREATE TABLE object_object (ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id),"
    " ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_qualifier TEXT NOT NULL,"
    " PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)) WITHOUT ROWID",
)


class _Types:
    """The types of events or of objects, each with a table of its own."""

    def __init__(self, connection: sqlite3.Connection, kind: str) -> None:
        self._connection = connection
        self._kind = kind
        self._names: dict[str, str] = {}

    def add(self, name: str, attributes: Mapping[str, str], *fixed: str) -> None:
        """Make the table of a type unless it is there."""
        if name in self._names:
            return
        plain_name = re.sub(r"[^A-Za-z0-9]", "", name.title())
        # Two names may differ only in what a table's name cannot have, or in capitals.
        taken = {one.lower() for one in self._names.values()}
        if not plain_name or plain_name.lower() in taken:
            plain_name = f"{plain_name}{len(self._names)}"
        self._names[name] = plain_name
        columns = [*fixed, *(f'"{one}" {_COLUMN[kind]}' for one, kind in attributes.items())]
        self._connection.execute(f"CREATE TABLE {self.table(name)} ({', '.join(columns)})")
        mapped = f"INSERT INTO {self._kind}_map_type VALUES (?, ?)"  # noqa: S608 - constant
        self._connection.execute(mapped, (name, plain_name))

    def table(self, name: str) -> str:
        """Return the quoted name of a type's table."""
        return f'"{self._kind}_{self._names[name]}"'


def write(log: EventLog, path: Path) -> None:
    """Write the file; `path` does not exist yet."""
    with closing(sqlite3.connect(path)) as connection:
        # The file is made in one go: half of it is of no use to anybody.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        for table in _TABLES:
            connection.execute(table)
        _objects(connection, log.objects())
        _events(connection, log.events())
        connection.commit()


def _objects(connection: sqlite3.Connection, things: Iterable[Thing]) -> None:
    types = _Types(connection, "object")
    head = ("ocel_id TEXT REFERENCES object (ocel_id)", "ocel_time TIMESTAMP")
    for name, attributes in OBJECTS.items():
        types.add(name, attributes, *head, "ocel_changed_field TEXT")
    for some in _batches(things):
        connection.executemany("INSERT INTO object VALUES (?, ?)", [(o.id, o.type) for o in some])
        related = [(one.id, r.object, r.qualifier) for one in some for r in one.relations]
        connection.executemany("INSERT OR IGNORE INTO object_object VALUES (?, ?, ?)", related)
        for name in dict.fromkeys(one.type for one in some):
            own = [one for one in some if one.type == name]
            rows = [(o.id, moment(o.at), None, *_values(o.attributes, OBJECTS[name])) for o in own]
            _insert(connection, types.table(name), rows)


def _events(connection: sqlite3.Connection, happenings: Iterable[Happening]) -> None:
    types = _Types(connection, "event")
    head = ("ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id)", "ocel_time TIMESTAMP")
    for some in _batches(happenings):
        for one in some:
            types.add(one.type, EVENT, *head)
        connection.executemany("INSERT INTO event VALUES (?, ?)", [(e.id, e.type) for e in some])
        related = [(one.id, r.object, r.qualifier) for one in some for r in one.relations]
        connection.executemany("INSERT OR IGNORE INTO event_object VALUES (?, ?, ?)", related)
        for name in dict.fromkeys(one.type for one in some):
            own = [one for one in some if one.type == name]
            rows = [(one.id, moment(one.at), *_values(one.attributes, EVENT)) for one in own]
            _insert(connection, types.table(name), rows)


def _values(attributes: Mapping[str, Any], declared: Mapping[str, str]) -> list[Any]:
    return [plain(attributes[name]) if name in attributes else None for name in declared]


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our names


def _batches(values: Iterable[_T]) -> Iterator[list[_T]]:
    left = iter(values)
    while some := list(islice(left, _AT_ONCE)):
        yield some
