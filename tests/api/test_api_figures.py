"""Figures and reports through the API: who sees which, and what stands behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import feedback, report
from models.access_record import AccessRecord
from models.feedback import Feedback
from models.measures.aggregation import aggregate
from models.measures.period import Period
from tests.api.door import Door

pytestmark = pytest.mark.integration

MAY = Period("month", date(2026, 5, 1))
NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)
WINDOW = {"from": "2026-05-01", "to": "2026-05-31"}
PDF = b"%PDF-1.7 for tests"


def fill(door: Door) -> None:
    """Three items of two departments, counted."""
    with Session(door.engine) as session, session.begin():
        for number, (department, kind) in enumerate(
            [("technical", "repair"), ("technical", "complaint"), ("logistics", "complaint")], 1
        ):
            row = Feedback(
                id=number << 20,
                number=f"202605-00{number}",
                type=kind,
                channel="web",
                department=department,
                received_at=NOON + timedelta(hours=number),
                submitted_at=NOON,
            )
            feedback.create(session, row)
        aggregate(session, MAY)


def keep(door: Door, department: str) -> str:
    with Session(door.engine) as session, session.begin():
        made = report.keep(session, MAY, "pdf", PDF, department=department, at=NOON)
    return str(made)


async def ask(door: Door, who: str, path: str, **more: Any) -> Any:
    answer = await door.get(who, path, params=WINDOW | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_management_sees_all_figures_and_a_head_those_of_the_department(door: Door) -> None:
    fill(door)
    wanted = {"measure": "volume", "period": "month", "dimension": "type"}

    house = await ask(door, "the_management", "/api/figures", **wanted)
    own = await ask(door, "tech_head", "/api/figures", **wanted)

    def shown(answer: Any) -> dict[str, tuple[float, int]]:
        return {row["key"]: (row["value"], row["items"]) for row in answer["figures"]}

    assert shown(house) == {"complaint": (2, 2), "repair": (1, 1)}
    assert shown(own) == {"complaint": (1, 1), "repair": (1, 1)}
    assert (own["department"], own["unit"]) == ("technical", "items")

    refused = await door.get(
        "tech_head", "/api/figures", params=WINDOW | wanted | {"department": "logistics"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "department_not_yours")


async def test_every_figure_leads_to_its_items_and_to_nobody(door: Door) -> None:
    fill(door)
    cut = {"dimension": "type", "key": "complaint"}

    house = await ask(door, "the_product_manager", "/api/figures/volume/items", **cut)
    own = await ask(door, "tech_head", "/api/figures/volume/items", **cut)
    page = await ask(door, "the_management", "/api/figures/volume/items", limit=1, skip=2)

    assert [one["number"] for one in house["items"]] == ["202605-002", "202605-003"]
    assert [one["number"] for one in own["items"]] == ["202605-002"]
    assert (own["value"], own["total"]) == (1, 1)
    assert ([one["number"] for one in page["items"]], page["total"]) == (["202605-003"], 3)
    assert not {"assignee", "customer_id", "name_ref", "contact"} & house["items"][0].keys()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": "magic"}, "measure"),
        ({"dimension": "assignee"}, "dimension"),
        ({"to": "2026-04-30"}, "to"),
        ({"to": "2046-04-30"}, "to"),
        ({"period": "year"}, "period"),
    ],
)
async def test_what_no_figure_can_answer_is_refused_by_field(
    door: Door, changes: dict[str, str], field: str
) -> None:
    answer = await door.get(
        "the_management", "/api/figures", params={"measure": "volume", **WINDOW, **changes}
    )

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_reports_are_listed_and_read_by_those_they_are_for(door: Door) -> None:
    house, own, other = (keep(door, code) for code in ("", "technical", "logistics"))

    seen = {
        who: {one["id"] for one in (await ask(door, who, "/api/reports"))["items"]}
        for who in ("the_management", "tech_head")
    }
    assert seen == {"the_management": {house, own, other}, "tech_head": {own}}

    file = await door.get("tech_head", f"/api/reports/{own}")
    assert (file.content, file.headers["content-type"]) == (PDF, "application/pdf")
    assert 'filename="bihuan-2026-05-technical.pdf"' in file.headers["content-disposition"]

    refused = await door.get("tech_head", f"/api/reports/{house}")
    assert (refused.status_code, refused.json()["code"]) == (404, "report_not_found")
    with Session(door.engine) as session:
        looks = [one for one in session.query(AccessRecord) if one.action == "read_report"]
    assert [(one.actor, one.subject) for one in looks] == [("tech_head", own)]
