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
FOLLOWED_UP = {"followup": "resolved", "followup_record": "已电话回访，说明原因并补偿，客户认可。"}


async def smooth(item: Item) -> None:
    """Accept, process, and a satisfied customer."""
    await processed(item)
    await item.answer("satisfied")


async def processed(item: Item) -> None:
    """Accept and process."""
    await item.complete("accept")
    await item.complete("process", **PROCESSED)


async def not_accepted(item: Item) -> None:
    """Let the limit of acceptance pass, then accept after all."""
    await item.until(lambda found: found["escalation_level"] >= 1)
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


async def dissatisfied(item: Item) -> None:
    """A dissatisfied customer is followed up."""
    await processed(item)
    await item.answer("dissatisfied")
    await item.complete("second_followup", **FOLLOWED_UP)


async def unanswered(item: Item) -> None:
    """The customer says nothing."""
    await processed(item)


async def withdrawn(item: Item) -> None:
    """The customer withdraws while the item is processed."""
    await item.complete("accept")
    await item.task("process")
    await item.withdraw()
