"""What a plan and a reply must hold and must not say, with reasons (方案与回复的规则).

Pure: the API asks before a task is completed, and the step `feedback.check` asks again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp import phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FORM = "process"
# What a technician does about a fault; what is done against a complaint; whether a wish can be met.
_STEPS = re.compile(
    r"检查|排查|检测|测试|测量|诊断|复现|定位|更换|维修|修复|重启|重装|升级|回滚|清理|校准|调试|恢复|拆机|上门|远程|替换"
)
_MEASURES = re.compile(
    r"整改|改进|改善|纠正|培训|补偿|补发|退款|退货|换货|更换|赔付|致歉|道歉|更正|优化|调整|重新|复检|下架|退回|处罚|约谈|核减|升级"
)
_FEASIBILITY = re.compile(
    r"可行|可以实现|能实现|可实现|无法实现|不支持|暂不|已支持|排期|评估|纳入|立项|采纳|不采纳|替代|规划|版本|难度|成本"
)


@dataclass(frozen=True)
class Breach:
    """A rule that a text breaks: field, code, what was found, and what to write instead."""

    field: str
    code: str
    found: str
    advice: str

    def to_json(self) -> dict[str, str]:
        """Return it as the API tells it; nothing found is left out."""
        told = {"field": self.field, "code": self.code, "advice": self.advice}
        return told | ({"found": self.found} if self.found else {})


@dataclass(frozen=True)
class Plan:
    """What was filled in (处理方案); a text is None where it was erased or never given."""

    type: str | None
    plan: str | None
    measures: str | None
    reply: str | None
    estimated_hours: float | None


def check(plan: Plan) -> list[Breach]:
    """Return every rule that a plan breaks, none for one whose text was erased."""
    found: list[Breach] = []
    if plan.plan is not None:
        found += _parts(plan)
        found += _phrases("plan", plan.plan, phrases.VAGUE)
    if plan.measures is not None:
        found += _phrases("measures", plan.measures, phrases.VAGUE)
    if plan.reply is not None:
        found += _phrases("reply", plan.reply, phrases.PROMISES)
        found += _phrases("reply", plan.reply, phrases.VAGUE)
    return found


def check_form(
    form: str | None, known: Mapping[str, Any], texts: Mapping[str, str], plain: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return what is wrong with a form that is filled in, as the API tells it.

    Args:
        form: id of the form; only that of processing has rules.
        known: the variables that the task sees.
        texts: the personal texts by field, not yet stored.
        plain: the other values.
    """
    if form != FORM:
        return []
    feedback = known.get("feedback")
    given = Plan(
        type=feedback.get("type") if isinstance(feedback, dict) else None,
        plan=texts.get("plan"),
        measures=texts.get("measures"),
        reply=texts.get("reply"),
        estimated_hours=plain.get("estimated_hours"),
    )
    return [breach.to_json() for breach in check(given)]


def _phrases(field: str, text: str, lexicon: str) -> Iterator[Breach]:
    for one in phrases.find(text, lexicon):
        yield Breach(field, one.code, one.phrase, one.advice)


def _parts(plan: Plan) -> Iterator[Breach]:
    rule = _BY_TYPE.get(plan.type or "")
    if rule is not None:
        yield from rule(plan)


def _says(plan: Plan, words: re.Pattern[str]) -> bool:
    # The field for it counts as it is; in the plan itself the words must be there.
    return bool((plan.measures or "").strip()) or words.search(plan.plan or "") is not None


def _technical(plan: Plan) -> Iterator[Breach]:
    if not _says(plan, _STEPS):
        yield Breach("measures", "troubleshooting_missing", "", "write_troubleshooting_steps")
    timed = any(phrases.names_a_time(text or "") for text in (plan.plan, plan.measures))
    if not plan.estimated_hours and not timed:
        yield Breach("estimated_hours", "estimate_missing", "", "write_estimated_time")


def _complaint(plan: Plan) -> Iterator[Breach]:
    if not _says(plan, _MEASURES):
        yield Breach("measures", "corrective_measures_missing", "", "write_corrective_measures")


def _request(plan: Plan) -> Iterator[Breach]:
    if not _says(plan, _FEASIBILITY):
        yield Breach("measures", "feasibility_missing", "", "write_feasibility")


_BY_TYPE: Mapping[str, Callable[[Plan], Iterator[Breach]]] = {
    "repair": _technical,
    "complaint": _complaint,
    "request": _request,
}
