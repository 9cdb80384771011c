"""Figures of one customer alone go with them; those of several stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import feedback
from models.feedback import Feedback
from models.measures.figure import Figure
from tests.integration.erasable import NOW, Told, erase, key_folder, tell

pytestmark = pytest.mark.integration


def item(engine: Engine, told: Told, number: int, *, product: str, region: str) -> None:
    with Session(engine) as session, session.begin():
        row = Feedback(
            id=number << 20,
            number=f"202611-{number:03d}",
            channel="web",
            customer_id=told.id,
            submitted_at=NOW,
            received_at=NOW,
            product=product,
            region=region,
        )
        feedback.create(session, row)


def counted(engine: Engine, dimension: str, key: str) -> None:
    with Session(engine) as session, session.begin():
        session.add(
            Figure(
                period="day",
                start=date(2026, 11, 19),
                measure="volume",
                department="",
                dimension=dimension,
                key=key,
                value=Decimal(1),
                items=1,
            )
        )


def test_what_only_the_erased_told_of_leaves_the_figures(
    app_engine: Engine, tmp_path: Path
) -> None:
    keys = key_folder(tmp_path)
    one, other = tell(app_engine, keys, "a"), tell(app_engine, keys, "b")
    item(app_engine, one, 1, product="X200", region="青石街八号")
    item(app_engine, other, 2, product="X200", region="华东")
    for dimension, key in (("region", "青石街八号"), ("region", "华东"), ("product", "X200")):
        counted(app_engine, dimension, key)
    counted(app_engine, "channel", "青石街八号")

    erase(app_engine, one.id)

    with Session(app_engine) as session:
        left = session.execute(select(col(Figure.dimension), col(Figure.key))).all()
        emptied = session.get_one(Feedback, 1 << 20)
    assert sorted(map(tuple, left)) == [
        ("channel", "青石街八号"),
        ("product", "X200"),
        ("region", "华东"),
    ]
    assert (emptied.product, emptied.region) == (None, None)
