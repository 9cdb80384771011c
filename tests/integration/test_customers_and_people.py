"""Customers found by their contact, tokens, access records."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import access_record, access_token, customer
from models.customer import Customer, contact_index
from models.key_source import FileKeySource
from models.person import Person

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SOURCE = FileKeySource({1: b"e" * 32})


def _customer(contact: str | None, channel: str | None = None) -> Customer:
    index = None if contact is None else contact_index(SOURCE, contact)
    return Customer(
        id=uuid4(), contact_index=index, preferred_channel=channel, region="上海", created_at=NOW
    )


@pytest.fixture
def linmei(session: Session) -> Person:
    someone = Person(
        username="linmei",
        display_name="林梅",
        staff_number="S0002",
        department="service",
        roles=["specialist"],
        password_hash="-",
    )
    session.add(someone)
    session.flush()
    return someone


def test_a_customer_who_comes_again_is_the_same_one(session: Session) -> None:
    first, new = customer.ensure(session, _customer("138-1234-5678", "sms"))

    second, again = customer.ensure(session, _customer("+86 13812345678"))

    assert (new, again) == (True, False)
    assert first == second
    found = session.get_one(Customer, first)
    assert found.preferred_channel == "sms"


def test_customers_without_contact_are_each_their_own(session: Session) -> None:
    ids = {customer.ensure(session, _customer(None))[0] for _ in range(2)}

    assert len(ids) == 2


def test_a_forgotten_contact_leads_nowhere(session: Session) -> None:
    known, _ = customer.ensure(session, _customer("li@example.com"))

    customer.forget_contact(session, known)

    assert customer.ensure(session, _customer("li@example.com")) != (known, False)


@pytest.mark.usefixtures("linmei")
def test_a_token_leads_to_its_person_until_it_ends(session: Session) -> None:
    token = access_token.issue(session, "linmei", now=NOW, lifetime=timedelta(hours=8))

    held = access_token.holder(session, token, NOW + timedelta(hours=7))
    assert held is not None
    assert held[0].username == "linmei"
    assert held[1].kind == "bearer"
    assert access_token.holder(session, token, NOW + timedelta(hours=8)) is None
    assert access_token.holder(session, "guess", NOW) is None
    stored = session.execute(text("SELECT digest FROM access_token")).scalar_one()
    assert token not in stored


def test_a_token_that_was_revoked_or_whose_person_left_is_worth_nothing(
    session: Session, linmei: Person
) -> None:
    tokens = [
        access_token.issue(session, "linmei", now=NOW, lifetime=timedelta(hours=8))
        for _ in range(3)
    ]

    access_token.revoke(session, tokens[0], NOW)
    assert access_token.holder(session, tokens[0], NOW) is None
    assert access_token.holder(session, tokens[1], NOW) is not None

    linmei.active = False
    session.flush()
    assert access_token.holder(session, tokens[1], NOW) is None

    linmei.active = True
    access_token.revoke_all(session, "linmei", NOW)
    session.flush()
    assert access_token.holder(session, tokens[2], NOW) is None


def test_a_look_is_recorded_with_who_what_and_when(session: Session) -> None:
    data = {"fields": ["contact"], "reason": "callback"}
    access_record.append(
        session, at=NOW, actor="linmei", action="reveal", subject="202611-001", data=data
    )
    later = NOW + timedelta(minutes=1)
    access_record.append(session, at=later, actor="jiangbo", action="replay", subject="202611-001")
    access_record.append(session, at=later, actor="jiangbo", action="login")

    found = access_record.read(session, "202611-001")

    assert [(one.actor, one.action) for one in found] == [
        ("jiangbo", "replay"),
        ("linmei", "reveal"),
    ]
    assert (found[1].data, found[1].at) == (data, NOW)


def test_references_of_customers_are_uuids_and_never_texts(session: Session) -> None:
    ref = uuid4()
    wanted = _customer("13812345678")
    wanted.name_ref = ref

    known, _ = customer.ensure(session, wanted)

    assert isinstance(known, UUID)
    assert session.get_one(Customer, known).name_ref == ref
