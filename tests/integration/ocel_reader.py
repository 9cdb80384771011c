"""Reads OCEL 2.0 in SQLite as its specification describes it, into the shape of its JSON."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

_KINDS = {"TEXT": "string", "TIMESTAMP": "time", "INTEGER": "integer"}
_FIXED = {"ocel_id", "ocel_time", "ocel_changed_field"}
Log = dict[str, list[dict[str, Any]]]


def read(path: Path) -> Log:
    """Return types, objects and events; raises where a foreign key leads nowhere."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {
            **_side(connection, "object", "object_object", "ocel_source_id", "ocel_target_id"),
            **_side(connection, "event", "event_object", "ocel_event_id", "ocel_object_id"),
        }


def _side(connection: sqlite3.Connection, kind: str, links: str, own: str, other: str) -> Log:
    related: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in connection.execute(f"SELECT * FROM {links}"):  # noqa: S608
        related[row[own]].append({"objectId": row[other], "qualifier": row["ocel_qualifier"]})
    rows = connection.execute(f"SELECT * FROM {kind}")  # noqa: S608
    listed = {row["ocel_id"]: row["ocel_type"] for row in rows}
    types, found = [], []
    for name, mapped in connection.execute(f"SELECT * FROM {kind}_map_type").fetchall():  # noqa: S608
        table = f'"{kind}_{mapped}"'
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        declared = {
            one["name"]: _KINDS[one["type"]] for one in columns if one["name"] not in _FIXED
        }
        types.append(
            {"name": name, "attributes": [{"name": n, "type": k} for n, k in declared.items()]}
        )
        for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608
            assert listed.pop(row["ocel_id"]) == name
            values = [
                {"name": n, "value": str(row[n])}
                | ({"time": row["ocel_time"]} if kind == "object" else {})
                for n in declared
                if row[n] is not None
            ]
            found.append(
                {"id": row["ocel_id"], "type": name, "attributes": values}
                | ({} if kind == "object" else {"time": row["ocel_time"]})
                | {"relationships": related.pop(row["ocel_id"], [])}
            )
    assert (listed, related) == ({}, {}), "something has no table of its own"
    return {f"{kind}Types": types, f"{kind}s": found}
