"""The first words of the keyword library."""

import csv
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from migrations.seeds.plan import Plan
from models import keyword
from models.keyword import Keyword

_WORDS = Path(__file__).with_name("keywords.csv")


def seed(session: Session, _plan: Plan) -> None:
    """Fill an empty library; afterwards it belongs to the people who review it."""
    if session.execute(select(Keyword).limit(1)).first() is None:
        keyword.add_missing(session, bundled_words())


def bundled_words() -> list[Keyword]:
    """Return the bundled words."""
    with _WORDS.open(encoding="utf-8", newline="") as file:
        return [
            Keyword(
                word=row["word"],
                type=row["type"],
                category=row["category"],
                department=row["department"],
                weight=float(row["weight"]),
            )
            for row in csv.DictReader(file)
        ]
