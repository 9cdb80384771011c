"""Random lives of feedback items: random staff, delays and answers, the real engine and steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session
from typing_extensions import override

from activities.house import House
from bpmn.commands import CompleteUserTask, PublishMessage
from models import survey
from models.customer import Customer
from models.feedback import Feedback
from models.survey import SCORES
from tests.integration.feedback_item import STAFF, Item, hire

TEXTS = (
    "机器无法开机，按电源键没有反应。",
    "物流太慢了，快递一直没有送到。",
    "要求退款，客服态度很差。",
    "发票抬头开错了，请重开。",
    "希望增加导出功能。",
    "嗯。",
)
PLAN = "断电后更换电源模块并复测，三个工作日内完成。"
STEPS = 60


@dataclass(frozen=True)
class Intake:
    """What the customer said, which no record repeats."""

    customer: UUID | None
    product: str | None
    region: str | None
    channel: str
    urgency: str


class _Item(Item):
    """An item of one of a few customers."""

    def __init__(self, house: House, at: datetime, intake: Intake) -> None:
        super().__init__(house)
        self.now = at
        self._intake = intake

    @override
    def _row(self, key: int, customer: UUID, changes: dict[str, Any]) -> Feedback:
        row = super()._row(key, customer, changes)
        row.customer_id = self._intake.customer
        return row


class History:
    """Lets items live and remembers what was said at their intake."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self._chance = Random(seed)
        self.intake: dict[int, Intake] = {}
        self._customers = [uuid4() for _ in range(4)]
        with Session(house.engine) as session, session.begin():
            hire(session)
            for one in self._customers:
                session.add(Customer(id=one, created_at=datetime.fromisoformat("2024-01-01T00Z")))

    def live(self, first: datetime, span: timedelta, items: int) -> None:
        """Let so many items arrive within a span and live as chance will have it."""
        for _ in range(items):
            at = first + span * self._chance.random()
            # Some begin or end a day exactly.
            whole = at.replace(hour=16, minute=0, second=0, microsecond=0)
            self._one(self._chance.choice([at, at, at, whole]))

    def _one(self, at: datetime) -> None:
        pick = self._chance.choice
        intake = Intake(
            customer=pick([None, *self._customers]),
            product=pick([None, "X200", "Y30"]),
            region=pick([None, "华东", "华南", "华北"]),
            channel=pick(["web", "phone", "email"]),
            urgency=pick(["normal", "urgent"]),
        )
        item = _Item(self.house, at, intake)
        given = {name: getattr(intake, name) for name in ("product", "region", "channel")}
        item.receive(
            pick(TEXTS),
            urgency=intake.urgency,
            number=f"{at:%Y%m}-{len(self.intake) + 1:03d}",
            **given,
        )
        self.intake[item.state.key] = intake
        is_silent = self._chance.random() < 0.4
        for _ in range(STEPS):
            if item.state.ended or self._chance.random() < 0.02:
                return
            self._step(item, is_silent)

    def _step(self, item: Item, is_silent: bool) -> None:
        chance = self._chance.random()
        names = {one.name for one in item.state.subscriptions.values() if one.type == "message"}
        if chance < 0.03:
            self._tell(item, "feedback_withdrawn")
        elif "survey_answered" in names and chance < 0.4 and not is_silent:
            self._answer(item)
        elif "extension_requested" in names and chance < 0.15:
            self._ask_for_time(item)
        elif item.state.user_tasks and chance < 0.45:
            self._work(item)
        else:
            item.wait(seconds=self._chance.uniform(600, 40 * 3600))

    def _work(self, item: Item) -> None:
        task = self._chance.choice(list(item.state.user_tasks.values()))
        values = self._filled_in(item, task.element)
        actor = self._chance.choice(STAFF)[0]
        self._send(
            item, CompleteUserTask(id=item._id(), actor=actor, key=task.key, variables=values)
        )

    def _filled_in(self, item: Item, element: str) -> dict[str, Any]:
        """Return what the form of a task wants."""
        pick = self._chance.choice
        match element:
            case "accept":
                return {"collaborators": pick([[], [], ["quality"]])}
            case "process":
                texts = {name: item.say(PLAN) for name in ("plan", "reply", "measures")}
                return texts | {"estimated_hours": 2}
            case "collaborate":
                return {"finding": item.say(PLAN)}
            case "second_followup":
                followup = pick(["resolved", "explained", "unresolved"])
                return {"followup": followup, "followup_record": item.say(PLAN)}
            case "decide_dispute":
                reason = item.say(PLAN)
                return {"head_decision": pick(["close", "reopen"]), "head_reason": reason}
            case _:
                return {"decision": pick(["approved", "rejected"])}

    def _tell(self, item: Item, name: str, **variables: Any) -> None:
        self._send(
            item,
            PublishMessage(
                id=item._id(), name=name, correlation_key=item.number, variables=variables
            ),
        )

    def _ask_for_time(self, item: Item) -> None:
        until = item.now + timedelta(days=self._chance.uniform(0, 7))
        request = {
            "until": until.isoformat(),
            "reason": item.say("等配件"),
            "requested_by": "li.si",
        }
        self._tell(item, "extension_requested", extension=request)

    def _answer(self, item: Item) -> None:
        score = self._chance.choice(SCORES)
        with Session(self.house.engine) as session, session.begin():
            rounds = survey.of_feedback(session, item.state.key)
            asked = [one for one in rounds if one.sent_at and not one.answered_at]
            if not asked:
                return
            survey.answer(session, asked[-1].id, score=score, comment_ref=None, at=item.now)
        self._tell(item, "survey_answered", satisfaction=score)

    def _send(self, item: Item, command: CompleteUserTask | PublishMessage) -> None:
        """Have a command carried out, and the steps that it left; a refusal is a life too."""
        if item.advance(command).rejection is not None:
            return
        while item.state.jobs:
            item.do(item.perform(next(iter(item.state.jobs.values()))))
