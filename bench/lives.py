"""Many whole lives of items in the tables, written by COPY from one that was played (往事)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg

from activities.project_elements import ElementProjection
from bench.ground import PROCESS
from bench.replay import life
from bpmn.records import Record
from models.database import compact_json

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEED = 20261122
_DAYS = 180
_CUSTOMERS_EACH = 5
_PRODUCTS = 40
_OWN = 0.2
# A page of lives: what is held in memory at a time.
_PAGE = 500
_TABLES = ("customer", "feedback", "process_instance", "element_instance", "audit_record")
_KEYS: LiteralString = "SELECT nextval('instance_seq') << 20 FROM generate_series(1, %s)"
_CUSTOMER: LiteralString = "COPY customer (id, created_at, demo) FROM STDIN"
_FEEDBACK: LiteralString = """COPY feedback (id, number, type, urgency, channel, product, region,
 status, customer_id, submitted_at, received_at, department, collaborators, escalation_level,
 reopened, demo) FROM STDIN"""
_INSTANCE: LiteralString = """COPY process_instance (key, workflow_id, digest, process_id, state,
 last_number, started_at, ended_at, has_incident) FROM STDIN"""
_ELEMENT: LiteralString = """COPY element_instance (key, instance_key, process_id, element_id,
 element_name, kind, state, scope_key, started_at, ended_at) FROM STDIN"""
_RECORD: LiteralString = """COPY audit_record (instance_key, number, at, kind, element, key, data,
 hash) FROM STDIN"""
_NO_HASH = b"\0" * 32


class Life:
    """One life as it is written again and again: keys and days are another's each time."""

    def __init__(self, digest: str) -> None:
        self.rows = life()
        self.rows[0]["data"]["definition"] = digest
        self.key: int = self.rows[0]["key"]
        projection = ElementProjection(self.key)
        for row in self.rows:
            projection.follow(Record.from_json(row))
        self.elements = list(projection._begun.values())  # noqa: SLF001 (what is about to be written)
        # Keys are numbers of seven digits that begin as the instance's does; nothing else is.
        own = re.compile(rf"\b({'|'.join(sorted({str(one) for one in self._keys()}))})\b")
        self._parts = [own.split(compact_json(row["data"])) for row in self.rows]

    def records(self, key: int, later: timedelta) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the record table."""
        shift = key - self.key
        moments = {row["at"]: datetime.fromisoformat(row["at"]) + later for row in self.rows}
        for row, parts in zip(self.rows, self._parts, strict=True):
            data = [str(int(one) + shift) if place % 2 else one for place, one in enumerate(parts)]
            own = row["key"] + shift if row["key"] else 0
            at, told = moments[row["at"]], "".join(data)
            yield key, row["number"], at, row["kind"], row["element"], own, told, _NO_HASH

    def element_rows(self, key: int, later: timedelta) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the element instances."""
        shift = key - self.key
        for one in self.elements:
            drawn = (one["process_id"], one["element_id"], one["element_name"], one["kind"])
            scope = one["scope_key"] + shift if one["scope_key"] else 0
            times = (_later(one["started_at"], later), _later(one["ended_at"], later))
            yield one["key"] + shift, key, *drawn, one["state"], scope, *times

    def _keys(self) -> set[int]:
        return set(range(self.key, self.key + 1000))


def fill(database_url: str, owner_url: str, *, digest: str, lives: int) -> int:
    """Write so many ended items of half a year; return how many records they have in all."""
    played, chance = Life(digest), Random(_SEED)  # noqa: S311 (no secret)
    with _connected(database_url) as connection:
        keys = [int(row[0]) for row in connection.execute(_KEYS, (lives,))]
        for first in range(0, lives, _PAGE):
            page = [
                (key, timedelta(days=_DAYS * (first + place) // lives))
                for place, key in enumerate(keys[first : first + _PAGE])
            ]
            _write(connection, played, page, digest=digest, first=first, chance=chance)
    with _connected(owner_url, autocommit=True) as connection:
        for table in _TABLES:
            connection.execute(
                psycopg.sql.SQL("VACUUM ANALYZE {}").format(psycopg.sql.Identifier(table))
            )
    return lives * len(played.rows)


def _write(
    connection: psycopg.Connection[Any],
    played: Life,
    page: list[tuple[int, timedelta]],
    *,
    digest: str,
    first: int,
    chance: Random,
) -> None:
    began, ended = played.rows[0]["at"], played.rows[-1]["at"]
    customers = [UUID(int=chance.getrandbits(128)) for _ in page[::_CUSTOMERS_EACH]]
    tables: dict[LiteralString, list[tuple[Any, ...]]] = {
        _CUSTOMER: [(one, began, False) for one in customers],
        _FEEDBACK: [],
        _INSTANCE: [],
        _ELEMENT: [],
        _RECORD: [],
    }
    for place, (key, later) in enumerate(page):
        at = _later(began, later)
        number = f"{at:%Y%m}-{first + place:06d}"
        alone = chance.random() < _OWN
        product = f"own {number}" if alone else f"X{chance.randrange(_PRODUCTS)}"
        told = (number, "repair", "normal", "web", product, "华东", "archived")
        owner = customers[place // _CUSTOMERS_EACH]
        tables[_FEEDBACK].append((key, *told, owner, at, at, "technical", [], 0, 0, False))
        run = (f"feedback-{key}", digest, PROCESS, "COMPLETED", len(played.rows))
        tables[_INSTANCE].append((key, *run, at, _later(ended, later), False))
        tables[_ELEMENT] += played.element_rows(key, later)
        tables[_RECORD] += played.records(key, later)
    for statement, rows in tables.items():
        with connection.cursor().copy(statement) as into:
            for row in rows:
                into.write_row(row)


def _later(moment: str | None, later: timedelta) -> Any:
    return None if moment is None else datetime.fromisoformat(moment) + later


def _connected(url: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=autocommit)
