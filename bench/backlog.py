"""Open tasks that wait, with the items and instances behind them, written by COPY (积压)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from bench.ground import PROCESS
from bench.office import usernames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Always the same backlog: runs are compared with one another.
_SEED = 20260921
_CUSTOMERS_EACH = 5
_HELD = 0.7
_TYPES = ("repair", "complaint", "consultation", "request")
_CHANNELS = ("web", "phone", "wechat", "email", "app")
_PRIORITIES = (50, 50, 50, 50, 70, 70, 90)
_STEPS = (("accept", "接单"), ("process", "处理并拟写回复"))
_KEYS: LiteralString = "SELECT nextval('instance_seq') << 20 FROM generate_series(1, %s)"
_CUSTOMER: LiteralString = "COPY customer (id, created_at, demo) FROM STDIN"
_FEEDBACK: LiteralString = """COPY feedback (id, number, type, urgency, channel, product, status,
 customer_id, submitted_at, received_at, department, collaborators, assignee, due_at,
 escalation_level, reopened, demo) FROM STDIN"""
_INSTANCE: LiteralString = """COPY process_instance (key, workflow_id, digest, process_id, state,
 last_number, started_at, has_incident) FROM STDIN"""
_VARIABLE: LiteralString = "COPY variable (scope_key, name, instance_key, value) FROM STDIN"
_TASK: LiteralString = """COPY user_task (key, instance_key, process_id, definition_digest,
 element_id, element_instance_key, name, state, assignee, candidate_users, candidate_groups,
 due_date, priority, form_id, feedback_number, created_at, revision, signers_after) FROM STDIN"""


class _Item(NamedTuple):
    key: int
    number: str
    customer: UUID
    department: str
    assignee: str | None
    received: datetime
    due: datetime
    priority: int
    step: tuple[str, str]
    type: str
    channel: str


def fill(database_url: str, owner_url: str, *, digest: str, tasks: int) -> None:
    """Write so many open tasks of the feedback process, and let the planner know of them.

    Half a year of items, two thirds of them of the last month; due from ten days ago to twenty
    ahead; seven of ten held by somebody, the others waiting in the queue of their department.
    """
    with _connected(database_url) as connection:
        keys = [int(row[0]) for row in connection.execute(_KEYS, (tasks,))]
        items = list(_items(keys, datetime.now(UTC)))
        for statement, rows in _tables(items, digest):
            with connection.cursor().copy(statement) as into:
                for row in rows:
                    into.write_row(row)
    with _connected(owner_url, autocommit=True) as connection:
        # As autovacuum would by itself, a minute later.
        for table in ("customer", "feedback", "process_instance", "variable", "user_task"):
            connection.execute(psycopg.sql.SQL("VACUUM ANALYZE {}").format(_name(table)))


def _connected(url: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=autocommit)


def _name(table: str) -> psycopg.sql.Identifier:
    return psycopg.sql.Identifier(table)


def _items(keys: Sequence[int], now: datetime) -> Iterator[_Item]:
    chance = Random(_SEED)  # noqa: S311 (no secret)
    people = usernames()
    departments = list(people)
    customers = [UUID(int=chance.getrandbits(128)) for _ in keys[::_CUSTOMERS_EACH]]
    for place, key in enumerate(keys):
        department = chance.choice(departments)
        days = chance.uniform(0, 30) if chance.random() < _HELD else chance.uniform(30, 180)
        received = now - timedelta(days=days)
        yield _Item(
            key=key,
            number=f"{received:%Y%m}-{place:06d}",
            customer=customers[place // _CUSTOMERS_EACH],
            department=department,
            assignee=chance.choice(people[department]) if chance.random() < _HELD else None,
            received=received,
            due=now + timedelta(days=chance.uniform(-10, 20)),
            priority=chance.choice(_PRIORITIES),
            step=chance.choice(_STEPS),
            type=chance.choice(_TYPES),
            channel=chance.choice(_CHANNELS),
        )


def _tables(
    items: Sequence[_Item], digest: str
) -> Iterator[tuple[LiteralString, Iterator[tuple[Any, ...]]]]:
    first = {one.customer: one.received for one in items}
    yield _CUSTOMER, ((key, since, False) for key, since in first.items())
    rows: dict[LiteralString, Callable[[_Item], tuple[Any, ...]]] = {
        _FEEDBACK: _feedback,
        _INSTANCE: lambda one: _instance(one, digest),
        _VARIABLE: _variable,
        _TASK: lambda one: _task(one, digest),
    }
    for statement, of in rows.items():
        yield statement, map(of, items)


def _feedback(one: _Item) -> tuple[Any, ...]:
    status = "pending" if one.step[0] == "accept" else "processing"
    told = (one.number, one.type, "normal", one.channel, "X200", status, one.customer)
    given: tuple[Any, ...] = (one.received, one.received, one.department, [], one.assignee, one.due)
    return (one.key, *told, *given, 0, 0, False)


def _instance(one: _Item, digest: str) -> tuple[Any, ...]:
    return one.key, f"feedback-{one.key}", digest, PROCESS, "ACTIVE", 40, one.received, False


def _variable(one: _Item) -> tuple[Any, ...]:
    value = {"number": one.number, "type": one.type, "channel": one.channel, "product": "X200"}
    return one.key, "feedback", one.key, Jsonb(value)


def _task(one: _Item, digest: str) -> tuple[Any, ...]:
    element, name = one.step
    drawn = (PROCESS, digest, element, one.key + 7, name, "CREATED")
    people: tuple[Any, ...] = (one.assignee, [], [one.department])
    rest: tuple[Any, ...] = (one.due, one.priority, element, one.number, one.received, 2, [])
    return (one.key + 8, one.key, *drawn, *people, *rest)
