"""A hundred thousand open tasks: searches and counters use the indexes of open tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from api.cursor_paging import CursorRequest, Key, fetch
from api.user_task_filter import OPEN
from models import user_task_queues
from models.database import engine
from models.user_task import UserTask
from models.user_task_queues import Owner
from models.user_task_search import claimable_by, visible_to
from stack.postgres import APPLICATION, OWNER, Cluster
from tests.conftest import TEMPLATE

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
# 100 000 open tasks of 20 departments and 200 people, and as many that are done.
FILL = """
INSERT INTO user_task (key, instance_key, process_id, definition_digest, element_id,
  element_instance_key, name, state, assignee, candidate_users, candidate_groups, due_date,
  priority, created_at, revision, signers_after, feedback_number)
SELECT n << 20, n << 20, 'p', repeat('0', 64), 'work', (n << 20) + 1, 'work',
  CASE WHEN n % 2 = 0 THEN 'CREATED' ELSE 'COMPLETED' END,
  CASE WHEN n % 3 = 0 THEN 'person' || n % 200 END, '{}', ARRAY['department' || (n / 2) % 20],
  timestamptz '2026-09-21 02:00Z' + (n % 5000 - 100) * interval '1 minute', 50,
  timestamptz '2026-09-01 00:00Z' + n * interval '1 second', 1, '{}',
  '202609-' || lpad(n::text, 6, '0')
FROM generate_series(1, 200000::bigint) n
"""
TEAM = "team.small"
GROUPS = ["department3", "role.engineer"]


@pytest.fixture(scope="module")
def filled(migrated: Cluster) -> Iterator[Engine]:
    """A database with that many tasks."""
    migrated.create_database("queues", template=TEMPLATE)
    made = engine(migrated.url(APPLICATION, "queues"))
    with made.begin() as connection:
        connection.execute(text(FILL))
    owner = engine(migrated.url(OWNER, "queues"))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE user_task"))
    owner.dispose()
    yield made
    made.dispose()
    migrated.drop_database("queues")


@pytest.fixture
def full(filled: Engine) -> Iterator[Session]:
    """A session on it."""
    with Session(filled) as session:
        yield session


def plans(session: Session, work: Callable[[], object]) -> list[str]:
    """Return how the database answers each statement of some work."""
    asked: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        asked.append((given[2], given[3]))

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    work()
    event.remove(bind, "before_cursor_execute", note)
    connection = session.connection()
    return [
        "\n".join(connection.exec_driver_sql(f"EXPLAIN {one}", given).scalars())
        for one, given in asked
    ]


def seen(username: str, groups: list[str]) -> Select[Any]:
    return select(UserTask).where(OPEN, visible_to(username, groups))


ORDERS = {
    "key": [Key(col(UserTask.key), int)],
    "created": [Key(col(UserTask.created_at), datetime), Key(col(UserTask.key), int)],
    "due": [Key(col(UserTask.due_date), datetime), Key(col(UserTask.key), int)],
}


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_of_ones_tasks_reads_no_table_from_end_to_end(full: Session, order: str) -> None:
    asked = CursorRequest(limit=50)

    for matching in (seen("person7", GROUPS), seen("person7", []), select(UserTask).where(OPEN)):
        first = plans(full, partial(fetch, full, matching, ORDERS[order], asked))
        assert all("user_task_open" in plan and "Seq Scan" not in plan for plan in first), first


def test_what_is_done_costs_the_search_of_somebody_without_rights_nothing(full: Session) -> None:
    every = select(UserTask).where(visible_to("person7", []))
    part = col(UserTask.feedback_number).like("%-0012%")
    looked_for = {
        "user_task_users_idx": every,
        "user_task_owner_idx": every,
        "user_task_number_idx": select(UserTask).where(part),
        "user_task_free_groups_idx": select(UserTask).where(OPEN, claimable_by("person7", [TEAM])),
    }

    for index, matching in looked_for.items():
        [plan] = plans(full, partial(full.execute, counting(matching)))
        assert index in plan, plan
        assert "Seq Scan" not in plan, plan


def test_a_page_that_holds_all_is_counted_by_itself(full: Session) -> None:
    matching = select(UserTask).where(OPEN, col(UserTask.assignee) == "person6")
    wanted = CursorRequest.model_validate({"limit": 500, "from": 10})

    assert len(plans(full, partial(fetch, full, matching, ORDERS["due"], wanted))) == 1

    rows, page = fetch(full, matching, ORDERS["due"], wanted)
    assert page.total_items == len(rows) + 10 == full.scalar(counting(matching))
    beyond = CursorRequest.model_validate({"limit": 10, "from": 9000})
    assert fetch(full, matching, ORDERS["due"], beyond)[1].total_items == page.total_items


def counting(matching: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(matching.subquery())


def test_counters_are_one_statement_over_indexes(full: Session) -> None:
    owner = Owner("person7", "department3", GROUPS)

    [plan] = plans(full, lambda: user_task_queues.count(full, owner, NOW))

    assert "Seq Scan" not in plan, plan


def test_the_last_page_is_reached_and_every_task_is_seen_once(full: Session) -> None:
    order, keys, after = ORDERS["due"], [], None
    while True:
        rows, page = fetch(
            full, seen("person7", GROUPS), order, CursorRequest(limit=500, after=after)
        )
        keys += [row.key for row in rows]
        if (after := page.end_cursor) is None:
            break

    expected = set(
        full.scalars(select(col(UserTask.key)).where(OPEN, visible_to("person7", GROUPS)))
    )
    assert len(keys) == len(set(keys))
    assert set(keys) == expected


def test_more_than_ten_thousand_are_not_counted(full: Session) -> None:
    rows, page = fetch(full, select(UserTask).where(OPEN), ORDERS["key"], CursorRequest(limit=1))

    assert len(rows) == 1
    assert (page.total_items, page.has_more_total_items) == (10_000, True)
