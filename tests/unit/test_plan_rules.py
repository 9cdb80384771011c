"""What a plan must hold and a reply must not say; every refusal says what to write instead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activities.rules_plan import Plan, check, check_form
from nlp import phrases
from settings import PROJECT


def plan(**given: Any) -> Plan:
    """A plan that nothing is wrong with, apart from what is given."""
    sound = {
        "type": "repair",
        "plan": "检查电源后更换模块，3个工作日内完成",
        "measures": None,
        "reply": "已为您更换电源模块。",
        "estimated_hours": None,
    }
    return Plan(**(sound | given))


def codes(given: Plan) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in check(given)]


def test_a_sound_plan_passes() -> None:
    assert check(plan()) == []


def test_a_technical_plan_needs_troubleshooting_steps() -> None:
    assert codes(plan(plan="3个工作日内完成")) == [("measures", "troubleshooting_missing")]
    assert codes(plan(plan="3个工作日内完成", measures="1. 看指示灯 2. 换保险丝")) == []


def test_a_technical_plan_needs_an_estimated_time() -> None:
    assert codes(plan(plan="更换电源模块")) == [("estimated_hours", "estimate_missing")]
    assert codes(plan(plan="更换电源模块", estimated_hours=2)) == []


def test_a_complaint_needs_corrective_measures() -> None:
    assert codes(plan(type="complaint", plan="已电话联系客户")) == [
        ("measures", "corrective_measures_missing")
    ]
    assert codes(plan(type="complaint", plan="培训当班人员并向客户致歉")) == []


def test_a_request_needs_its_feasibility() -> None:
    assert codes(plan(type="request", plan="已转告同事")) == [("measures", "feasibility_missing")]
    assert codes(plan(type="request", plan="可以实现，排期到下一版本")) == []


def test_a_consultation_needs_no_more_than_a_plan() -> None:
    assert check(plan(type="consultation", plan="告知开票入口")) == []


@pytest.mark.parametrize(
    "text",
    [
        "尽快处理",
        "我们会尽早解决",
        "过几天再联系",
        "妥善处理",
        "相关部门会跟进",
        "按规定处理。",
        "尽 快 处 理",
    ],
)
def test_a_vague_phrase_is_refused_with_its_reason_and_what_to_write_instead(text: str) -> None:
    [found] = phrases.find(text, phrases.VAGUE)

    assert found.code == "phrase_vague"
    assert found.phrase in text.replace(" ", "")
    assert found.advice.startswith("name_")


@pytest.mark.parametrize(
    "text",
    [
        "3个工作日内完成配件更换",
        "尽快处理，明天18:00前给出结果",
        "客户要求尽快处理，已于今天更换配件",
        "方案里不能只写“尽快处理”",
        "不会等通知才动手",
    ],
)
def test_a_concrete_quoted_or_negated_phrase_is_fine(text: str) -> None:
    assert phrases.find(text, phrases.VAGUE) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我们保证三天修好", "promise_absolute"),
        ("绝对没有问题", "promise_absolute"),
        ("\uff11\uff10\uff10\uff05 解决", "promise_absolute"),
        ("以后永不出现", "promise_endless"),
        ("一定会修好", "promise_certain"),
        ("我们不能不保证质量", "promise_absolute"),
        ("可无条件退款", "promise_money"),
    ],
)
def test_an_over_promise_in_a_reply_is_refused_with_its_reason(text: str, code: str) -> None:
    [found] = [one for one in check(plan(reply=text)) if one.field == "reply"]

    assert found.code == code
    assert found.advice.startswith("state_")


@pytest.mark.parametrize(
    "text",
    [
        "我们不能保证当天到货",
        "已退还保证金200元",
        "面料为100%纯棉",
        "感谢您的肯定",
        "读数的绝对值为3",
        "您提到的“保证修好”，我们已经核实",
        "在一定程度上缓解了延迟",
        "不一定能当天送达",
    ],
)
def test_what_only_looks_like_a_promise_passes(text: str) -> None:
    assert phrases.find(text, phrases.PROMISES) == []


def test_an_erased_plan_is_normal_input() -> None:
    assert check(plan(plan=None, reply=None)) == []


def test_only_the_form_of_processing_has_rules() -> None:
    known, vague = {"feedback": {"type": "repair"}}, {"plan": "尽快处理", "reply": "好的"}

    assert check_form("second_followup", known, vague, {}) == []
    assert {one["code"] for one in check_form("process", known, vague, {})} == {
        "phrase_vague",
        "troubleshooting_missing",
        "estimate_missing",
    }


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_reason_and_every_advice_has_words(locale: str) -> None:
    words = json.loads((PROJECT / "api" / "words" / f"{locale}.json").read_text("utf-8"))
    entries = [e for name in (phrases.VAGUE, phrases.PROMISES) for e in phrases._lexicon(name)]
    empty = [
        one
        for kind in ("repair", "complaint", "request")
        for one in check(plan(type=kind, plan="已知悉", reply=None))
    ]

    told = {(e.code, e.advice) for e in entries} | {(b.code, b.advice) for b in empty}
    for code, advice in told:
        assert words[f"rule.{code}"]
        assert words[f"advice.{advice}"]
