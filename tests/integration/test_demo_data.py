"""Demo data comes marked, and goes without a trace but in the records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from migrations.seeds import Plan, demo_organisation, demo_people
from migrations.seeds.demo import DemoDataError, load, removal
from migrations.seeds.demo.removal import PeopleInUseError
from models import audit_record, customer, feedback, process_instance, team, user_task, vault
from models.customer import Customer
from models.feedback import Feedback
from models.imports import Tools
from models.key_source import FileKeySource
from models.person import Person
from models.purchase_order import PurchaseOrder
from models.team import Team
from models.user_task import UserTask
from models.vault import Vault

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SOURCE = FileKeySource({1: b"e" * 32})
TOOLS = Tools(Vault(SOURCE), SOURCE)


@pytest.fixture
def people(owner_engine: Engine, tmp_path: Path) -> None:
    with Session(owner_engine) as session, session.begin():
        plan = Plan(NOW, tmp_path / "demo-logins.txt")
        demo_people.seed(session, plan)
        demo_organisation.seed(session, plan)


def count(session: Session, what: str) -> int:
    return int(session.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())  # noqa: S608


def add_item(session: Session, number: str, *, demo: bool, state: str = "COMPLETED") -> int:
    """Store a customer with an order, and an item of theirs with all that hangs on it."""
    key = process_instance.next_key(session)
    reference = vault.reference(key, "start", "description")
    contact = customer.contact_index(SOURCE, number)
    owner = Customer(id=uuid4(), contact_index=contact, created_at=NOW, demo=demo)
    session.add(owner)
    session.flush()
    session.add(
        PurchaseOrder(
            number=f"SO-{number}", customer_id=owner.id, product="X", ordered_at=NOW, demo=demo
        )
    )
    TOOLS.vault.store_all(session, owner.id, {reference: "机器无法开机"})
    item = Feedback(
        id=key,
        number=number,
        channel="web",
        customer_id=owner.id,
        description_ref=reference,
        submitted_at=NOW,
        received_at=NOW,
        demo=demo,
    )
    feedback.create(session, item)
    values: dict[str, Any] = {"digest": "d", "process_id": "feedback", "started_at": NOW}
    process_instance.create(session, key=key, **values)
    process_instance.advance(session, key, state=state)
    record = {"number": 1, "at": NOW.isoformat(), "kind": "INSTANCE_CREATED", "data": {}}
    audit_record.append(session, key, [{**record, "element": "", "key": key}])
    for statement in (
        "INSERT INTO survey (id, feedback_id, round, expires_at)"
        " VALUES (gen_random_uuid(), :key, 1, now())",
        "INSERT INTO notice (id, recipient, code, data, instance_key, created_at)"
        " VALUES (gen_random_uuid(), 'linmei', 'assigned', '{}', :key, now())",
    ):
        session.execute(text(statement), {"key": key})
    return key


def remove(engine: Engine, *, people: bool = False) -> dict[str, int]:
    with Session(engine) as session, session.begin():
        return removal.remove(session, TOOLS.vault, NOW, actor="test", people=people)


@pytest.mark.usefixtures("people")
def test_what_is_loaded_is_marked_and_its_texts_lie_in_the_vault(session: Session) -> None:
    outcomes = {one.kind: one.inserted for one in load(session, TOOLS, NOW)}

    assert outcomes["customers"] >= 100
    assert outcomes["orders"] >= 200
    assert outcomes["batches"] >= 30
    for table in ("customer", "purchase_order", "batch"):
        assert count(session, f"{table} WHERE NOT demo") == 0
    assert count(session, "customer WHERE level = 'high_value'") >= 15
    assert count(session, "customer WHERE account_manager = 'yejing'") >= 15
    recent = "purchase_order WHERE ordered_at > '2026-11-21'::timestamptz - interval '90 days'"
    assert count(session, recent) >= 100
    assert count(session, "purchase_order WHERE ordered_at > '2026-11-21 09:00Z'") == 0
    rows = session.execute(text("SELECT customer::text FROM customer")).scalars()
    assert "1990000" not in str(list(rows))


@pytest.mark.usefixtures("people")
def test_loading_again_adds_nothing_and_moves_the_days_along(session: Session) -> None:
    load(session, TOOLS, NOW)
    values = count(session, "personal_value")

    again = {one.kind: one for one in load(session, TOOLS, NOW + timedelta(days=1))}

    assert [one.inserted for one in again.values()] == [0, 0, 0]
    assert again["customers"].updated == 0
    assert again["orders"].unchanged == 0
    assert count(session, "personal_value") == values


def test_without_the_demo_people_nothing_is_loaded(session: Session) -> None:
    with pytest.raises(DemoDataError, match="account_manager_unknown"):
        load(session, TOOLS, NOW)


@pytest.mark.usefixtures("people")
def test_a_real_customer_with_a_demo_number_is_left_alone(session: Session) -> None:
    session.add(Customer(id=uuid4(), number="D0001", created_at=NOW))
    session.flush()

    with pytest.raises(DemoDataError, match="demo_differs"):
        load(session, TOOLS, NOW)


@pytest.mark.usefixtures("people")
def test_removal_takes_all_that_is_marked_and_nothing_else(
    owner_engine: Engine, session: Session
) -> None:
    load(session, TOOLS, NOW)
    invented = add_item(session, "202611-001", demo=True)
    real = add_item(session, "202611-002", demo=False)
    demo_keys = count(session, "personal_key")
    session.commit()

    removed = remove(owner_engine)

    assert removed["feedback"] == 1
    assert removed["customer"] >= 101
    for table in ("feedback", "customer", "purchase_order", "survey", "notice", "process_instance"):
        assert count(session, table) == 1, table
    assert count(session, "batch") == 0
    assert session.execute(text("SELECT id FROM feedback")).scalar_one() == real
    reference = vault.reference(real, "start", "description")
    assert TOOLS.vault.reveal(session, reference) == "机器无法开机"
    assert demo_keys > 100
    assert (count(session, "personal_key"), count(session, "personal_value")) == (1, 1)
    # What happened stays on record, though nobody can read the texts any more.
    assert len(audit_record.read(session, invented)) == 1
    assert count(session, "access_record WHERE action = 'remove_demo_data'") == 1
    assert count(session, "person WHERE demo") > 20


@pytest.mark.usefixtures("people")
def test_what_was_removed_can_be_loaded_anew(owner_engine: Engine, session: Session) -> None:
    load(session, TOOLS, NOW)
    session.commit()
    remove(owner_engine)

    anew = load(session, TOOLS, NOW)

    assert anew[0].inserted >= 100
    assert anew[0].findings == ()


@pytest.mark.usefixtures("people")
def test_people_go_as_well_and_departments_lose_their_heads(
    owner_engine: Engine, session: Session
) -> None:
    load(session, TOOLS, NOW)
    session.add(
        Person(
            username="real",
            display_name="Real",
            staff_number="1",
            department="service",
            password_hash="-",
        )
    )
    session.flush()
    session.add(Team(code="own", name_zh="自建", name_en="Own"))
    session.flush()
    team.replace_members(session, "own", ["real", "linmei"])
    session.commit()

    remove(owner_engine, people=True)

    assert count(session, "person") == 1
    for table in ("shift", "duty", "deputy", "skill", "person_skill", "team WHERE demo"):
        assert count(session, table) == 0, table
    assert team.members(session, ["own"]) == {"own": ["real"]}
    assert count(session, "department WHERE head IS NOT NULL") == 0


@pytest.mark.usefixtures("people")
def test_people_with_work_of_real_items_stay_and_so_does_everything(
    owner_engine: Engine, session: Session
) -> None:
    load(session, TOOLS, NOW)
    key = add_item(session, "202611-001", demo=False, state="ACTIVE")
    task = UserTask(
        key=key + 1,
        instance_key=key,
        process_id="feedback",
        definition_digest="d",
        element_id="accept",
        element_instance_key=key + 2,
        name="接单",
        state="CREATED",
        assignee="linmei",
        created_at=NOW,
    )
    user_task.create(session, [task])
    session.commit()

    with pytest.raises(PeopleInUseError):
        remove(owner_engine, people=True)

    assert count(session, "customer WHERE demo") >= 100


def test_only_demo_items_that_run_or_are_about_to_are_named(session: Session) -> None:
    running = add_item(session, "202611-001", demo=True, state="ACTIVE")
    add_item(session, "202611-002", demo=True)
    add_item(session, "202611-003", demo=False, state="ACTIVE")
    owed = add_item(session, "202611-004", demo=True)
    session.execute(
        text(
            "INSERT INTO start_request (instance_key, workflow_id, payload, created_at, attempts,"
            " next_attempt_at) VALUES (:key, 'feedback-1', '{}', now(), 0, now())"
        ),
        {"key": owed},
    )

    assert set(removal.running_items(session)) == {(running, "202611-001"), (owed, "202611-004")}
