"""What every column holds of people: each is declared, or a test of the house fails."""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

_DECLARED = Path(__file__).with_suffix(".json")


class Holds(StrEnum):
    """What a column holds of people (个人信息声明)."""

    NONE = "none"  # numbers, moments, codes and keys of ours
    CHECKED = "checked"  # given from outside; refused or masked where it shows personal data
    STAFF = "staff"  # who of us did or may do something: docs/people.md says how long
    PERSON = "person"  # the random id or number of a customer: what stays as a tombstone
    REFERENCE = "reference"  # where a text lies in the vault
    SEALED = "sealed"  # unreadable without the key of its person
    CLEAR = "clear"  # about a customer, readable: erasure empties it


# A report lists items by the moments between their receipt and their end; a day more on both sides.
_END = (
    "CASE WHEN f.closed_at IS NULL THEN now() ELSE greatest(f.closed_at, f.replied_at, f.due_at,"
    " f.extended_until, f.escalated_at, (SELECT max(greatest(s.sent_at, s.answered_at))"
    " FROM survey s WHERE s.feedback_id = f.id)) END"
)
_REPORTED = (
    "content IS NOT NULL AND EXISTS (SELECT FROM feedback f WHERE f.customer_id = :person"
    " AND f.received_at < start + (CASE period WHEN 'month' THEN interval '32 days'"
    " WHEN 'week' THEN interval '8 days' ELSE interval '2 days' END)"
    f" AND start - interval '1 day' <= {_END})"
)
# Which rows of a table with clear columns are a person's; they are emptied where they stand, in
# this order: what is found by items before the items.
EMPTIED: Mapping[str, str] = {
    "report": _REPORTED,
    "customer": "id = :person",
    "feedback": "customer_id = :person",
}
# Rows that go as a whole, before the others are emptied.
_ITEMS = "SELECT id FROM feedback WHERE customer_id = :person"
_ALONE = (
    "EXISTS (SELECT FROM feedback f WHERE f.customer_id = :person AND f.{name} = key)"
    " AND NOT EXISTS (SELECT FROM feedback f WHERE f.customer_id <> :person AND f.{name} = key)"
)
DROPPED: Mapping[str, str] = {
    # What nobody else has told of would be theirs alone.
    "figure": " OR ".join(
        f"(dimension = '{name}' AND {_ALONE.format(name=name)})" for name in ("product", "region")
    ),
    "user_task_draft": (
        f"task_key IN (SELECT key FROM user_task WHERE instance_key IN ({_ITEMS}))"  # noqa: S608 (constants)
    ),
    "idempotency_key": (
        "EXISTS (SELECT FROM feedback f WHERE f.customer_id = :person AND ("
        "strpos(route, f.number) > 0 OR strpos(answer::text, f.number) > 0))"
    ),
}


@cache
def declared() -> Mapping[str, Mapping[str, Holds]]:
    """Return what each column of each table holds."""
    told: dict[str, dict[str, str]] = json.loads(_DECLARED.read_text("utf-8"))
    return {
        table: {name: Holds(kind) for kind, names in kinds.items() for name in names.split()}
        for table, kinds in told.items()
    }


def clear_columns() -> Mapping[str, list[str]]:
    """Return the columns that hold something readable about customers, by table."""
    found = {
        table: [name for name, kind in columns.items() if kind is Holds.CLEAR]
        for table, columns in declared().items()
    }
    return {table: names for table, names in found.items() if names}
