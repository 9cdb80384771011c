"""The lives that are played: what people do in each, and what must come of it (场景)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stack.demo import acts
from stack.demo.expectation import Expectation
from stack.demo.item import Item

FAULT = {"type": "repair", "description": "X200 无法开机，按电源键没有反应。", "product": "X200"}
QUALITY = {
    "type": "complaint",
    "description": "收到的产品外壳有裂纹，质量太差。",
    "product": "X200",
}
WORKED = ("pending", "processing", "resolved")
PASSED = (*WORKED, "closed", "archived")
AGAIN = ("second_followup", "processing", "resolved")
REPLIED = (
    "receive",
    "classify",
    "assign",
    "accept",
    "process",
    "check_plan",
    "reply",
    "survey_due",
)
ANSWERED = (*REPLIED, "send_survey", "await_answer", "record_answer")
ENDED = ("close", "closed", "archive_due", "archived")
SURVEYED = ("survey_due", "archive_due")
IN_TIME = ("accept_overdue",)


@dataclass(frozen=True)
class Scenario:
    """A life that is played (场景).

    Attributes:
        name: for programs.
        title: for people.
        play: what people do.
        expected: what must come of it.
        fields: what is posted beside the contact.
    """

    name: str
    title: str
    play: Callable[[Item], Awaitable[None]]
    expected: Expectation
    fields: Mapping[str, Any] = field(default_factory=lambda: FAULT)


SCENARIOS = (
    Scenario(
        "smooth",
        "顺利闭环",
        acts.smooth,
        Expectation(PASSED, (*ANSWERED, *ENDED), quiet=(*IN_TIME, "no_answer"), timers=SURVEYED),
    ),
    Scenario(
        "not_accepted",
        "无人接单，升级两级",
        acts.not_accepted,
        Expectation(
            PASSED,
            ("accept", "accept_overdue", "escalate", "escalate", "process", *ENDED),
            timers=("accept_overdue", "rung_silent", *SURVEYED),
        ),
    ),
    Scenario(
        "extension_approved",
        "延期获批",
        acts.extension_approved,
        Expectation(
            PASSED,
            ("process", "extension_requested", "extend", "approve_extension", "apply", *ENDED),
            absent=("refuse", "lapse"),
            timers=SURVEYED,
            quiet=(*IN_TIME, "undecided"),
        ),
    ),
    Scenario(
        "extension_refused",
        "延期未批准",
        acts.extension_refused,
        Expectation(
            PASSED,
            ("process", "extension_requested", "extend", "approve_extension", "refuse", *ENDED),
            absent=("apply", "lapse"),
            timers=SURVEYED,
            quiet=(*IN_TIME, "undecided"),
        ),
    ),
    Scenario(
        "extension_lapsed",
        "延期申请逾期失效",
        acts.extension_lapsed,
        Expectation(
            PASSED,
            ("process", "extension_requested", "extend", "approve_extension", "lapse", *ENDED),
            absent=("apply", "refuse"),
            timers=("undecided", *SURVEYED),
            quiet=IN_TIME,
        ),
    ),
    Scenario(
        "followed_up",
        "不满意，二次跟进后认可",
        acts.followed_up,
        Expectation(
            (*WORKED, "second_followup", "closed", "archived"),
            (*ANSWERED, "second_followup", *ENDED),
            absent=("reopen",),
            timers=SURVEYED,
            quiet=(*IN_TIME, "followup_overdue"),
        ),
    ),
    Scenario(
        "reopened",
        "不满意，二次跟进后重新处理",
        acts.reopened,
        Expectation(
            (*WORKED, *AGAIN, "closed", "archived"),
            (*ANSWERED, "second_followup", "reopen", *REPLIED[4:], "record_answer", *ENDED),
            timers=("survey_due", *SURVEYED),
            quiet=(*IN_TIME, "followup_overdue"),
        ),
    ),
    Scenario(
        "twice_dissatisfied",
        "两次不满意",
        acts.twice_dissatisfied,
        Expectation(
            (*WORKED, *AGAIN, *AGAIN, "closed", "archived"),
            (*ANSWERED, "reopen", "record_answer", "reopen", "record_answer", *ENDED),
            absent=("decide_dispute",),
            timers=("survey_due", "survey_due", *SURVEYED),
            quiet=IN_TIME,
        ),
    ),
    Scenario(
        "disputed",
        "仍不满意，负责人裁定",
        acts.disputed,
        Expectation(
            (*WORKED, *AGAIN, *AGAIN, "second_followup", "closed", "archived"),
            ("reopen", "reopen", "second_followup", "decide_dispute", *ENDED),
            timers=("survey_due", "survey_due", *SURVEYED),
            quiet=IN_TIME,
        ),
    ),
    Scenario(
        "critical",
        "特急",
        acts.critical,
        Expectation(
            PASSED, ("receive", "alert", *ANSWERED[1:], *ENDED), timers=SURVEYED, quiet=IN_TIME
        ),
        FAULT | {"urgency": "critical"},
    ),
    Scenario(
        "unanswered",
        "客户未评价",
        acts.unanswered,
        Expectation(
            PASSED,
            (*REPLIED, "send_survey", "reminder_due", "remind_customer", "no_answer", *ENDED),
            absent=("record_answer",),
            timers=("reminder_due", "no_answer", *SURVEYED),
            quiet=IN_TIME,
        ),
    ),
    Scenario(
        "collaborating",
        "部门协同",
        acts.collaborating,
        Expectation(
            PASSED,
            ("accept", "collaborate", "all_found", "check_plan", "processed", *ENDED),
            timers=SURVEYED,
            quiet=IN_TIME,
        ),
        QUALITY,
    ),
    Scenario(
        "withdrawn",
        "客户撤回",
        acts.withdrawn,
        Expectation(
            ("pending", "processing", "withdrawn"),
            ("accept", "process", "withdrawal_requested", "withdraw", "withdrawn"),
            absent=("reply", "close"),
            quiet=("accept_overdue", "survey_due"),
        ),
    ),
)
