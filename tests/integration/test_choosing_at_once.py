"""Many items at the same instant: each choice counts those before it, other groups do not wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from activities.house import House
from models import assignment_choice
from models.person import Person
from tests.conftest import Database
from tests.houses import quiet_house
from tests.integration.feedback_item import NO_LOGIN, Item, hire

pytestmark = pytest.mark.integration
FAULT = "机器无法开机，按电源键没有反应。"
LATE = "物流太慢，包裹一直没到"
AT_ONCE = 20


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    made = quiet_house(database.app_url)
    with Session(made.engine) as session, session.begin():
        hire(session)
        more = (("he.yi", "technical"), ("he.er", "technical"), ("lu.lu", "logistics"))
        for number, (username, department) in enumerate(more, start=101):
            session.add(
                Person(
                    username=username,
                    display_name=username,
                    staff_number=f"T{number}",
                    department=department,
                    roles=["engineer"],
                    password_hash=NO_LOGIN,
                )
            )
    yield made
    made.engine.dispose()


def test_twenty_items_at_once_are_five_for_each_of_four_equal_members(house: House) -> None:
    together = Barrier(AT_ONCE)

    def receive(number: int) -> str | None:
        together.wait(timeout=120)
        return Item(house).receive(FAULT, number=f"202609-{number:03d}").row().assignee

    with ThreadPoolExecutor(AT_ONCE) as pool:
        chosen = Counter(pool.map(receive, range(1, AT_ONCE + 1)))

    assert chosen == {"li.si": 5, "wang.wu": 5, "he.yi": 5, "he.er": 5}


def test_a_choice_waits_for_one_among_the_same_members_and_others_do_not(house: House) -> None:
    with ThreadPoolExecutor(2) as pool:
        with Session(house.engine) as session, session.begin():
            assignment_choice.alone(session, ["li.si"])
            same = pool.submit(Item(house).receive, FAULT, number="202609-901")
            other = pool.submit(Item(house).receive, LATE, type="complaint", number="202609-902")
            assignee = other.result(timeout=120).row().assignee
            waited = not wait([same], timeout=0.5).done

        assert waited
        assert assignee == "lu.lu"
        assert same.result(timeout=120).row().department == "technical"


def test_two_choices_never_wait_for_each_other_whatever_order_the_names_have(house: House) -> None:
    names = [f"person.{number}" for number in range(30)]
    together = Barrier(2)

    def choose(ordered: list[str]) -> int:
        together.wait(timeout=120)
        for _ in range(40):
            with Session(house.engine) as session, session.begin():
                assignment_choice.alone(session, ordered)
        return len(ordered)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(choose, [names, names[::-1]]))

    assert done == [30, 30]
