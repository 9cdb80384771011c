"""Our steps by the job type that drawings name (步骤登记)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities import (
    accept,
    acknowledge,
    assign,
    check_plan,
    classify,
    close,
    collaborate,
    escalate,
    extension,
    followup,
    notify,
    publish_message,
    receive,
    reopen,
    reply,
    service_clocks,
    survey_round,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.step import Handler

# These work on the feedback item whose process it is.
FEEDBACK_STEPS: Mapping[str, Handler] = {
    "feedback.receive": receive.receive,
    "feedback.classify": classify.classify,
    "feedback.acknowledge": acknowledge.acknowledge,
    "feedback.assign": assign.assign,
    "feedback.notify": notify.notify,
    "feedback.escalate": escalate.escalate,
    "feedback.accept": accept.accept,
    "feedback.check": check_plan.check_plan,
    "feedback.reply": reply.reply,
    "feedback.reopen": reopen.reopen,
    "feedback.close": close.close,
    "feedback.clocks": service_clocks.change,
    "feedback.contact": service_clocks.contact,
    "survey.send": survey_round.send,
    "survey.remind": survey_round.remind,
    "survey.record": survey_round.record,
    "followup.begin": followup.begin,
    "followup.escalate": followup.escalate,
    "followup.record": followup.record,
    "collaboration.assign": collaborate.assign,
    "collaboration.remind": collaborate.remind,
    "collaboration.escalate": collaborate.escalate,
    "extension.check": extension.check,
    "extension.apply": extension.apply,
    "extension.refuse": extension.refuse,
    "extension.lapse": extension.lapse,
}
# These serve any process.
GENERAL_STEPS: Mapping[str, Handler] = {"publish-message": publish_message.publish_message}
HANDLERS: Mapping[str, Handler] = {**FEEDBACK_STEPS, **GENERAL_STEPS}
