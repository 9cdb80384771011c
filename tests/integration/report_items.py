"""Items of two months, and people who read reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import models.tables  # noqa: F401 (a table must be known before another may refer to it)
from models import feedback, report, survey
from models.department import Department
from models.feedback import Feedback
from models.measures.period import Period
from models.person import Person
from models.survey import SCORES, Survey

MAY = Period("month", date(2024, 5, 1))
BEGIN = datetime(2024, 4, 1, tzinfo=UTC)
CATEGORIES = ("fault", "refund", "logistics", "price", "order", "quality")
READERS = (
    ("boss", "management", "management"),
    ("zhao", "technical", "head"),
    ("qian", "logistics", "head"),
    ("sun", "technical", "engineer"),
)


def fill_two_months(engine: Engine, items: int = 120, seed: int = 3) -> None:
    """Two months of items of two departments; the same seed gives the same items."""
    chance = Random(seed)
    with Session(engine) as session, session.begin():
        for number in range(1, items + 1):
            at = BEGIN + timedelta(days=61 * chance.random())
            replied = at + timedelta(hours=chance.uniform(1, 90))
            row = Feedback(
                id=number << 20,
                number=f"{at:%Y%m}-{number:03d}",
                type=chance.choice(["repair", "complaint", "request", None]),
                category=chance.choice(
                    ["fault", "refund", "logistics", "price", "order", "quality"]
                ),
                product=chance.choice(["X200", "=1+1", "高压柱塞泵" * 6, None]),
                region=chance.choice(["华东", "华南", "<b>#sys.inputs</b>", None]),
                channel="web",
                department=chance.choice(["technical", "logistics"]),
                submitted_at=at,
                received_at=at,
                due_at=at + timedelta(hours=72),
                replied_at=replied,
                closed_at=replied + timedelta(days=2),
                outcome=chance.choice(["satisfied", "unanswered", "withdrawn"]),
            )
            feedback.create(session, row)
            asked = Survey(
                id=report.identity(MAY, str(number)),
                feedback_id=row.id,
                sent_at=replied,
                expires_at=replied + timedelta(days=7),
                answered_at=replied + timedelta(days=1) if chance.random() < 0.7 else None,
                score=chance.choice(SCORES),
            )
            survey.create(session, asked)


def hire_readers(engine: Engine) -> None:
    """Management, two heads, and one who gets no report."""
    with Session(engine) as session, session.begin():
        for number, (username, department, role) in enumerate(READERS):
            assert session.get(Department, department) is not None
            session.add(
                Person(
                    username=username,
                    display_name=username,
                    staff_number=f"R{number}",
                    department=department,
                    roles=[role],
                    password_hash="",
                )
            )
