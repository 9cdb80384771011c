"""Items and what belongs to them as objects of an event log (日志对象)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.ocel_types import Relation, Thing

Row = Mapping[Any, Any]
Pseudonym = Callable[[UUID], str]


def subject(row: Row) -> str:
    """Return the id of what an instance is about: its item, or itself without one."""
    return f"{'instance' if row['number'] is None else 'feedback'}:{row['key']}"


def around(row: Row, pseudonym: Pseudonym) -> tuple[Relation, ...]:
    """Return what an item has to do with: customer, product, batch, supplier."""
    customer = row["customer_id"]
    names = {
        "customer": pseudonym(customer) if customer else None,
        "product": row["product"],
        "batch": row["batch"],
        "supplier": row["supplier"],
    }
    return tuple(Relation(f"{kind}:{name}", kind) for kind, name in names.items() if name)


def departments(row: Row) -> tuple[Relation, ...]:
    """Return the department that answers for an item, and those that help."""
    own = [Relation(f"department:{row['department']}", "department")] if row["department"] else []
    helping = [Relation(f"department:{one}", "collaborator") for one in row["collaborators"] or ()]
    return (*own, *helping)


def of_instance(row: Row, pseudonym: Pseudonym) -> Iterator[Thing]:
    """Yield an item, or an instance without one, and all that it refers to."""
    at = row["started_at"]
    if row["number"] is None:
        yield _thing(
            subject(row), "instance", at, process=row["process_id"], version=row["version"]
        )
        return
    named = ("number", "type", "urgency", "channel", "category", "region", "satisfaction")
    follows = (Relation(f"feedback:{row['follows']}", "follows"),) if row["follows_too"] else ()
    yield _thing(
        subject(row),
        "feedback",
        at,
        *around(row, pseudonym),
        *departments(row),
        *follows,
        **{name: row[name] for name in (*named, "outcome")},
    )
    yield from _referred(row, at, pseudonym)


def of_task(row: Row) -> Thing:
    """Return a user task."""
    item = Relation(row["subject"], "item")
    named = {"process": row["process_id"], "element": row["element_id"], "name": row["name"]}
    return _thing(f"task:{row['key']}", "task", row["created_at"], item, **named)


def _referred(row: Row, at: datetime, pseudonym: Pseudonym) -> Iterator[Thing]:
    if row["customer_id"]:
        own = f"customer:{pseudonym(row['customer_id'])}"
        yield _thing(own, "customer", at, level=row["level"])
    if row["product"]:
        yield _thing(f"product:{row['product']}", "product", at, name=row["product"])
    if row["batch"]:
        made = (Relation(f"supplier:{row['supplier']}", "supplier"),) if row["supplier"] else ()
        known = {"number": row["batch"], "produced": row["produced_at"]}
        yield _thing(f"batch:{row['batch']}", "batch", at, *made, **known)
    if row["supplier"]:
        yield _thing(f"supplier:{row['supplier']}", "supplier", at, name=row["supplier"])
    for one in departments(row):
        code = one.object.partition(":")[2]
        yield _thing(one.object, "department", at, code=code)


def _thing(key: str, kind: str, at: datetime, *relations: Relation, **attributes: Any) -> Thing:
    known = {name: value for name, value in attributes.items() if value is not None}
    return Thing(key, kind, at, known, relations)
