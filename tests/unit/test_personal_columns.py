"""Every column says what it holds of people, and erasure reaches whatever is readable."""

from __future__ import annotations

from sqlalchemy import Uuid

from models.personal_columns import DROPPED, EMPTIED, Holds, clear_columns, declared
from models.tables import APPEND_ONLY, DELETABLE, metadata


def test_every_column_is_declared_personal_or_not_and_nothing_else_is() -> None:
    present = {
        table.name: {column.name for column in table.columns} for table in metadata.tables.values()
    }

    told = {table: set(columns) for table, columns in declared().items()}

    assert {table: names - told.get(table, set()) for table, names in present.items()} == {
        table: set() for table in present
    }, "declare new columns in models/personal_columns.json"
    assert {table: names - present.get(table, set()) for table, names in told.items()} == {
        table: set() for table in told
    }


def test_no_column_is_declared_twice() -> None:
    text = declared()

    counted = {table: len(columns) for table, columns in text.items()}

    assert counted == {
        table.name: len(table.columns) for table in metadata.tables.values() if table.name in text
    }


def test_what_is_named_a_reference_is_declared_as_one() -> None:
    named = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_ref") and isinstance(column.type, Uuid)
    }

    told = {
        (table, name)
        for table, columns in declared().items()
        for name, kind in columns.items()
        if kind is Holds.REFERENCE
    }

    assert named == told


def test_erasure_knows_whose_every_readable_row_is() -> None:
    readable = set(clear_columns())

    assert readable == {*EMPTIED, *DROPPED} - {"user_task_draft"}
    assert set(DROPPED) <= DELETABLE


def test_nothing_readable_stands_where_it_could_never_be_taken_away() -> None:
    for table, columns in clear_columns().items():
        assert table not in APPEND_ONLY, table
        if table in EMPTIED:
            own = metadata.tables[table]
            assert [name for name in columns if not own.columns[name].nullable] == []
