"""What people do in the scenarios, one act after another (剧本)."""

from __future__ import annotations

from typing import Any

from stack.demo.item import Item

PROCESSED: dict[str, Any] = {
    "plan": (
        "1. 检查电源和主板，记录排查步骤；2. 更换电源模块，由技术部王工负责；"
        "3. 3个工作日内完成并试机。"
    ),
    "measures": "排查步骤：测量电源输出电压，确认电源模块损坏后更换，并做两小时通电试验。",
    "estimated_hours": 6,
    "reply": "您好，经检查是电源模块损坏，已为您更换并试机正常。如有疑问请联系我们。",
}
CORRECTED: dict[str, Any] = {
    "plan": "1. 召回该批次并复检；2. 为客户换货，2个工作日内发出；3. 与采购部约谈供应商。",
    "measures": "整改措施：增加来料抽检比例，复检合格后恢复发货。",
    "estimated_hours": 16,
    "reply": "您好，经质检确认该批次外壳有裂纹，已为您安排换货，今日发出，单号将短信告知。",
}
FOUND = "该批次由供应商更换模具后生产，已要求其提交检测报告并暂停供货。"
FOLLOWED_UP = {"followup": "resolved", "followup_record": "已电话回访，说明原因并补偿，客户认可。"}
UNRESOLVED = {"followup": "unresolved", "followup_record": "已电话回访，设备仍会自动关机。"}
CLOSED_BY_HEAD = {
    "head_decision": "close",
    "head_reason": "两次更换后检测均正常，已告知客户按保修条款返厂检测。",
}


# The head of the department, then the duty manager.
RUNGS = 2


async def smooth(item: Item) -> None:
    """Accept, process, and a satisfied customer."""
    await processed(item)
    await item.answer("satisfied")


async def critical(item: Item) -> None:
    """The duty manager is told at once; then as any other."""
    await item.told("duty_manager", "feedback_critical")
    await smooth(item)


async def processed(item: Item) -> None:
    """Accept and process."""
    await item.complete("accept")
    await item.complete("process", **PROCESSED)


async def not_accepted(item: Item) -> None:
    """Let two rungs be told that nobody accepts, then let the head accept."""
    await item.until(lambda found: found["escalation_level"] >= RUNGS)
    await item.told("duty_manager", "feedback_escalated")
    await smooth(item)


async def extension_approved(item: Item) -> None:
    """Ask for more time and get it."""
    await _extension(item, "approved")


async def extension_refused(item: Item) -> None:
    """Ask for more time in vain."""
    await _extension(item, "rejected")


async def _extension(item: Item, decision: str) -> None:
    await item.complete("accept")
    await item.ask_for_time()
    await item.complete("approve_extension", decision=decision, decision_reason="已核实情况。")
    await item.complete("process", **PROCESSED)
    await item.answer("satisfied")


async def extension_lapsed(item: Item) -> None:
    """Ask for more time while nobody decides."""
    await item.complete("accept")
    await item.ask_for_time()
    await item.task("approve_extension")
    await item.until(lambda found: not item.has_open(found, "approve_extension"))
    await item.complete("process", **PROCESSED)
    await item.answer("satisfied")


async def followed_up(item: Item) -> None:
    """A dissatisfied customer is followed up, and content then."""
    await processed(item)
    await item.answer("dissatisfied")
    await item.complete("second_followup", **FOLLOWED_UP)


async def reopened(item: Item) -> None:
    """A dissatisfied customer is followed up, and the item processed again."""
    await processed(item)
    await _processed_again(item)
    await item.answer("satisfied")


async def twice_dissatisfied(item: Item) -> None:
    """The customer is dissatisfied again after it was processed again."""
    await processed(item)
    await _processed_again(item)
    await _processed_again(item)
    await item.answer("satisfied")


async def disputed(item: Item) -> None:
    """After two times the head decides, with a reason."""
    await processed(item)
    await _processed_again(item)
    await _processed_again(item)
    await item.answer("very_dissatisfied")
    await item.complete("second_followup", **UNRESOLVED)
    await item.complete("decide_dispute", **CLOSED_BY_HEAD)


async def _processed_again(item: Item) -> None:
    await item.answer("dissatisfied")
    await item.complete("second_followup", **UNRESOLVED)
    await item.complete("process", **PROCESSED)


async def collaborating(item: Item) -> None:
    """Another department does its part beside the one that is responsible."""
    await item.complete("accept")
    await item.complete("collaborate", finding=FOUND)
    await item.complete("process", **CORRECTED)
    await item.answer("satisfied")


async def unanswered(item: Item) -> None:
    """The customer says nothing."""
    await processed(item)


async def withdrawn(item: Item) -> None:
    """The customer withdraws while the item is processed."""
    await item.complete("accept")
    await item.task("process")
    await item.withdraw()
