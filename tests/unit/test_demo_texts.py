"""The invented texts: many, different, and nobody's own."""

from __future__ import annotations

import csv
import re
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

from api.feedback_intake import NewFeedback
from migrations.seeds.demo import demo_texts
from migrations.seeds.keywords import bundled_words
from nlp.masking import mask_text
from settings import PROJECT

FOLDER = PROJECT / "migrations" / "seeds" / "demo"
TRADITIONAL = set("們這嗎請沒號碼還開關電腦維修機師傅退貨態")
EMOJI = re.compile("[\U0001f300-\U0001faff]")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_several_hundred_texts_and_no_two_are_the_same() -> None:
    texts = [one.text for one in demo_texts()]

    assert len(texts) >= 400
    assert len(set(texts)) == len(texts)


def test_neighbours_are_different_since_they_come_mixed() -> None:
    alike = [
        SequenceMatcher(None, one.text, other.text).ratio() > 0.85
        for one, other in pairwise(demo_texts())
    ]

    assert sum(alike) <= len(alike) // 100


def test_every_text_is_one_that_intake_takes() -> None:
    for one in demo_texts():
        NewFeedback(
            contact="demo@example.com",
            type=one.type,  # type: ignore[arg-type]
            description=one.text,
            urgency=one.urgency,  # type: ignore[arg-type]
            channel=one.channel,  # type: ignore[arg-type]
            product=one.product,
            region=one.region,
        )


def test_the_texts_are_about_everything_that_the_keyword_library_knows() -> None:
    texts = demo_texts()

    assert {one.category for one in texts} == {word.category for word in bundled_words()}
    assert {one.type for one in texts} == {"consultation", "complaint", "repair", "request"}
    assert {one.urgency for one in texts} == {"normal", "urgent", "critical"}
    assert len({one.channel for one in texts}) == 13
    assert len({one.region for one in texts}) >= 7


def test_the_texts_are_written_in_many_voices() -> None:
    texts = [one.text for one in demo_texts()]

    assert sum(1 for text in texts if len(text) <= 6) >= 5
    assert sum(1 for text in texts if len(text) >= 50) >= 50
    assert sum(1 for text in texts if EMOJI.search(text)) >= 15
    assert sum(1 for text in texts if len(TRADITIONAL & set(text)) >= 2) >= 20
    assert sum(1 for text in texts if text.isascii()) >= 10


def test_no_text_holds_what_would_have_to_be_masked() -> None:
    assert [one.text for one in demo_texts() if mask_text(one.text) != one.text] == []


def test_the_invented_customers_can_be_reached_by_nobody() -> None:
    customers = rows(FOLDER / "customers.csv")

    assert len(customers) >= 100
    for one in customers:
        assert re.fullmatch(r"1990000\d{4}|demo\d{3}@example\.com|wx_demo_\d{3}", one["contact"]), (
            one["number"]
        )


def test_orders_lie_within_and_before_the_last_90_days() -> None:
    ages = [int(one["ordered_days_ago"]) for one in rows(FOLDER / "orders.csv")]

    assert sum(1 for age in ages if age <= 90) >= 100
    assert sum(1 for age in ages if age > 90) >= 30
