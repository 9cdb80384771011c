"""The lives that are played: what people do in each, and what must come of it (场景)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stack.demo import acts
from stack.demo.expectation import Expectation
from stack.demo.item import Item

FAULT = {"type": "repair", "description": "X200 无法开机，按电源键没有反应。", "product": "X200"}
PASSED = ("pending", "processing", "resolved", "closed")
FOLLOWED = ("pending", "processing", "resolved", "second_followup", "closed")
REPLIED = ("receive", "classify", "assign", "accept", "process", "reply", "survey_due")
ANSWERED = (*REPLIED, "send_survey", "answered")
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
        Expectation(PASSED, (*ANSWERED, "close", "closed"), quiet=IN_TIME, timers=("survey_due",)),
    ),
    Scenario(
        "not_accepted",
        "无人接单，逐级升级",
        acts.not_accepted,
        Expectation(
            PASSED,
            ("accept", "accept_overdue", "escalate", "process", "closed"),
            timers=("accept_overdue", "survey_due"),
        ),
    ),
    Scenario(
        "extension_approved",
        "延期获批",
        acts.extension_approved,
        Expectation(
            PASSED,
            ("process", "extension_requested", "extend", "approve_extension", "apply", "closed"),
            absent=("refuse", "lapse"),
            quiet=(*IN_TIME, "undecided"),
        ),
    ),
    Scenario(
        "extension_refused",
        "延期未批准",
        acts.extension_refused,
        Expectation(
            PASSED,
            ("process", "extension_requested", "extend", "approve_extension", "refuse", "closed"),
            absent=("apply", "lapse"),
            quiet=(*IN_TIME, "undecided"),
        ),
    ),
    Scenario(
        "extension_lapsed",
        "延期申请逾期失效",
        acts.extension_lapsed,
        Expectation(
            PASSED,
            ("process", "extension_requested", "extend", "approve_extension", "lapse", "closed"),
            absent=("apply", "refuse"),
            timers=("undecided", "survey_due"),
            quiet=IN_TIME,
        ),
    ),
    Scenario(
        "dissatisfied",
        "不满意，二次跟进",
        acts.dissatisfied,
        Expectation(
            FOLLOWED,
            (*ANSWERED, "record_answer", "second_followup", "close", "closed"),
            quiet=IN_TIME,
        ),
    ),
    Scenario(
        "critical",
        "特急",
        acts.smooth,
        Expectation(PASSED, (*ANSWERED, "close", "closed"), quiet=IN_TIME),
        FAULT | {"urgency": "critical"},
    ),
    Scenario(
        "unanswered",
        "客户未评价",
        acts.unanswered,
        Expectation(
            PASSED,
            (*REPLIED, "send_survey", "no_answer", "close", "closed"),
            absent=("answered", "record_answer"),
            timers=("survey_due", "no_answer"),
            quiet=IN_TIME,
        ),
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
