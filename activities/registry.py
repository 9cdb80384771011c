"""Our steps by the job type that drawings name (步骤登记)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities import (
    accept,
    assign,
    classify,
    close,
    escalate,
    extension,
    receive,
    reply,
    survey_round,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.step import Handler

HANDLERS: Mapping[str, Handler] = {
    "feedback.receive": receive.receive,
    "feedback.classify": classify.classify,
    "feedback.assign": assign.assign,
    "feedback.escalate": escalate.escalate,
    "feedback.accept": accept.accept,
    "feedback.reply": reply.reply,
    "feedback.close": close.close,
    "survey.send": survey_round.send,
    "survey.record": survey_round.record,
    "extension.check": extension.check,
    "extension.apply": extension.apply,
    "extension.refuse": extension.refuse,
    "extension.lapse": extension.lapse,
}
