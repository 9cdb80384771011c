"""People who act at random: who does what next follows from a seed and the state alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from activities.step import StepError
from bpmn.state import State
from models.survey import SCORES
from tests.unit.feedback_life import dates

TYPES = ("consultation", "complaint", "repair", "request")
CATEGORIES = ("fault", "quality", "logistics", "supply", "price", "usage", "feature_request", None)
DEPARTMENTS = ("technical", "operations", "service", "product", "quality", "logistics")
# The longest that a random person lets lie whatever waits for them.
PATIENCE = 300


@dataclass(frozen=True)
class Act:
    """What somebody does next: complete a task, send a message, or let time pass."""

    kind: str
    key: int = 0
    name: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    delay: timedelta = timedelta(0)


def item(random: Random) -> dict[str, Any]:
    """Return what an item is about."""
    return {
        "type": random.choice(TYPES),
        "category": random.choice(CATEGORIES),
        "urgency": random.choice(("normal", "normal", "urgent", "critical")),
        "customer_level": random.choice((None, None, "high_value")),
    }


def choose(random: Random, state: State, now: datetime, done: int) -> Act:
    """Return the next act; the longer a life lasts, the less people dawdle."""
    tasks = [(t.key, t.element) for t in state.user_tasks.values()]
    names = sorted(
        {s.name for s in state.subscriptions.values() if s.type == "message"}
        - {"feedback_withdrawn"}
    )
    if random.random() < 0.01:
        return Act("message", name="feedback_withdrawn")
    if tasks and (random.random() < 0.35 or done > PATIENCE):
        key, element = random.choice(tasks)
        return Act("task", key, element, _filled_in(random, element, done))
    if names and random.random() < 0.25:
        name = random.choice(names)
        return Act("message", name=name, variables=_told(random, name))
    return Act("wait", delay=_delay(random, state, now))


def _delay(random: Random, state: State, now: datetime) -> timedelta:
    due = state.next_due()
    if due is not None and random.random() < 0.6:
        return max(datetime.fromisoformat(due) - now, timedelta(0))
    return timedelta(minutes=random.choice((1, 10, 60, 300, 2000, 8000)))


def _filled_in(random: Random, element: str, done: int) -> dict[str, Any]:
    hopeful = done > PATIENCE
    if element == "accept":
        return {"collaborators": random.sample(DEPARTMENTS, random.randrange(3))}
    if element == "second_followup":
        # Most stay unhappy: else hardly any life would come to a dispute.
        followup = random.choice(("resolved", "explained", *("unresolved",) * 6))
        return {"followup": "resolved" if hopeful else followup, "followup_record": {"$ref": "f"}}
    filled_in: dict[str, dict[str, Any]] = {
        "process": {"plan": {"$ref": "p"}, "reply": {"$ref": "r"}, "estimated_hours": 2},
        "collaborate": {"finding": {"$ref": "c"}},
        "approve_extension": {"decision": random.choice(("approved", "rejected"))},
        "decide_dispute": {
            "head_decision": "close" if hopeful else random.choice(("close", "reopen"))
        },
    }
    return filled_in[element]


def _told(random: Random, name: str) -> dict[str, Any]:
    if name == "survey_answered":
        return {"satisfaction": random.choice((*SCORES, "dissatisfied"))}
    if name == "collaborator_added":
        return {"collaborator": random.choice(("product", "service"))}
    if name == "extension_requested":
        return {"extension": {"until": "2026-10-09", "reason": {"$ref": "r"}}}
    return {}


def answers(random: Random) -> dict[str, Any]:
    """Return what steps answer where chance has a say; plans are refused now and then."""
    refused = StepError("plan_refused", findings=[{"field": "plan", "code": "phrase_vague"}])
    return {
        "feedback.classify": lambda _: {
            "classification": {
                "type": random.choice(TYPES),
                "category": random.choice(CATEGORIES),
                "share": 1.0,
            }
        },
        "feedback.check": lambda _: refused if random.random() < 0.2 else {},
        "extension.check": lambda _: {
            "extension": {"within_limit": random.random() < 0.8, "until": "2026-10-09"}
        },
        "extension.apply": lambda life: dates(life.now + timedelta(days=1)),
    }
