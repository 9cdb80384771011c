"""The keyword library applied to texts."""

from dataclasses import dataclass

import pytest

from migrations.seeds.departments import DEPARTMENTS
from migrations.seeds.keywords import bundled_words
from nlp.keywords import Verdict, match, verdict
from nlp.segment import cut

TYPES = {"consultation", "complaint", "repair", "request"}
LIBRARY = bundled_words()


@dataclass(frozen=True)
class Word:
    word: str
    type: str | None = "complaint"
    category: str | None = "service"
    department: str | None = None
    weight: float = 1.0


@pytest.mark.parametrize(
    ("text", "kind", "category", "department"),
    [
        ("打印机无法开机，按电源没反应", "repair", "fault", "technical"),
        ("不错，但是物流太慢了", "complaint", "logistics", "logistics"),
        ("这批原料杂质超标，检测报告不合格", "complaint", "quality", "quality"),
        ("申请退款两周了，退款没到账", "complaint", "refund", "service"),
        ("请问如何开票，发票抬头能改吗", "consultation", "invoice", "service"),
        ("希望增加批量导出", "request", "feature_request", "product"),
        ("客服态度恶劣，互相推诿", "complaint", "service_attitude", "operations"),
    ],
)
def test_the_bundled_library_knows_ordinary_feedback(
    text: str, kind: str, category: str, department: str
) -> None:
    found = verdict(match(text, LIBRARY))

    assert (found.type, found.category, found.department) == (kind, category, department)
    assert found.words


@pytest.mark.parametrize("text", ["没有坏，就是问一声", "质量没有问题", "😀😀😀", "", "今天天气好"])
def test_what_is_no_fault_and_no_topic_gets_no_fault(text: str) -> None:
    assert verdict(match(text, LIBRARY)).type != "repair"
    assert verdict(match(text, LIBRARY)).category != "quality"


def test_a_text_without_library_words_has_an_empty_verdict() -> None:
    assert verdict(match("今天天气好", LIBRARY)) == Verdict()


def test_a_longer_word_hides_the_shorter_one_inside_it() -> None:
    found = match("一直不退款", [Word("退款"), Word("不退款", weight=2.0)])

    assert [one.word for one in found] == ["不退款"]


def test_a_short_latin_word_is_not_found_inside_another() -> None:
    library = [Word("app")]

    assert match("I am happy", library) == []
    assert [one.word for one in match("ＡＰＰ打不开", library)] == ["app"]


def test_every_place_is_told_but_a_word_counts_once() -> None:
    found = match(
        "物流慢，物流真的慢，太贵",
        [Word("物流", category="logistics"), Word("太贵", category="price")],
    )

    assert {one.word: one.places for one in found} == {"物流": (0, 4), "太贵": (10,)}
    assert verdict(found).share == pytest.approx(0.5)


def test_the_words_of_a_text_are_the_whole_text() -> None:
    text = "快遞一直沒有送到，订单SF123 已付款！"

    assert "".join(cut(text)) == text
    assert "一直" in cut(text)


def test_the_bundled_library_names_known_types_and_departments_only() -> None:
    departments = {code for code, _, _ in DEPARTMENTS}

    assert {word.type for word in LIBRARY} == TYPES
    assert {word.department for word in LIBRARY} <= departments
    assert len({word.word for word in LIBRARY}) == len(LIBRARY) > 200
