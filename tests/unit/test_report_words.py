"""The words of reports, and the numbers as their files show them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from flows.reports.table import Kind, number, share
from flows.reports.wording import FOLDER, key_word, words
from models.feedback import STATUSES
from models.measures.catalogue import MEASURES
from models.measures.measure import Unit
from models.survey import SCORES


def shape(value: Any) -> Any:
    return {name: shape(one) for name, one in value.items()} if isinstance(value, dict) else None


def test_every_measure_has_a_name_and_a_counting_rule_in_every_language() -> None:
    for locale in ("zh-CN", "en"):
        said = words(locale)
        assert set(said["measures"]) == set(MEASURES)
        assert all(one["name"] and one["rule"] for one in said["measures"].values())
        assert set(said["units"]) == set(Unit)


def test_all_languages_of_reports_have_the_same_words() -> None:
    read = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]

    assert len(read) == 2
    assert shape(read[0]) == shape(read[1])
    assert set(read[0]["keys"]["score"]) == set(SCORES)
    assert set(read[0]["keys"]["status"]) == set(STATUSES)


def test_an_unknown_language_is_chinese_and_an_unknown_key_stands_for_itself() -> None:
    assert words("../../etc/passwd") == words("zh-CN")
    assert key_word("zh-CN", "type", "repair") == "故障报修"
    assert key_word("zh-CN", "type", "unknown") == "未知"
    assert key_word("zh-CN", "region", "华东") == "华东"


@pytest.mark.parametrize(
    ("unit", "value", "kept", "shown"),
    [
        (Unit.ITEMS, "12", 12, "12"),
        (Unit.SHARE, "0.97250", 0.973, "97.3%"),
        (Unit.SHARE, "1", 1.0, "100.0%"),
        (Unit.SECONDS, "5580", 1.6, "1.6"),
        (Unit.SECONDS, "0", 0.0, "0.0"),
        (Unit.SHARE, None, None, "—"),
    ],
)
def test_a_number_is_rounded_once_and_shown_alike_everywhere(
    unit: Unit, value: str | None, kept: float | None, shown: str
) -> None:
    cell = number(unit, None if value is None else Decimal(value))

    assert (cell.value, cell.shown) == (kept, shown)


def test_a_share_of_nothing_is_nothing() -> None:
    assert share(Decimal(0), Decimal(0)).value is None
    assert share(Decimal(1), Decimal(3)) == (Kind.SHARE, 0.333)
