"""Figures as one would count them with a pencil: one audit record after another, no SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.integration.random_history import Intake

SHANGHAI = ZoneInfo("Asia/Shanghai")
Place = tuple[str, str, str, str]
"""Measure, department, dimension, key."""


@dataclass
class Survey:
    """A survey as the records tell of it."""

    sent_at: datetime
    answered_at: datetime | None = None
    score: str | None = None


@dataclass
class Life:
    """What the records of one item say."""

    key: int
    intake: Intake
    received_at: datetime
    type: str | None = None
    category: str | None = None
    department: str | None = None
    due_at: datetime | None = None
    first_due_at: datetime | None = None
    replied_at: datetime | None = None
    replies: int = 0
    escalated_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    surveys: list[Survey] = field(default_factory=list)

    @property
    def is_withdrawn(self) -> bool:
        return self.outcome == "withdrawn"


def read_life(key: int, intake: Intake, records: Iterable[Mapping[str, Any]]) -> Life:
    """Follow the records of one item."""
    records = list(records)
    life = Life(key, intake, datetime.fromisoformat(records[0]["at"]))
    jobs: dict[int, str] = {}
    for record in records:
        at, data = datetime.fromisoformat(record["at"]), record["data"]
        variables = data.get("variables") or {}
        if record["kind"] == "JOB_CREATED":
            jobs[record["key"]] = data["type"]
        elif record["kind"] == "JOB_COMPLETED":
            _job(life, jobs[record["key"]], at, variables)
        elif record["kind"] == "MESSAGE_CORRELATED" and data["name"] == "survey_answered":
            life.surveys[-1].answered_at = at
            life.surveys[-1].score = variables["satisfaction"]
        elif record["kind"] == "ELEMENT_ACTIVATED" and data.get("status") == "processing":
            life.ended_at = None
        elif record["kind"] == "VARIABLES_SET":
            _variables(life, record["element"], variables)
    return life


def _job(life: Life, job: str, at: datetime, variables: Mapping[str, Any]) -> None:
    match job:
        case "feedback.classify":
            life.type = variables["classification"]["type"]
            life.category = variables["classification"]["category"]
        case "feedback.reply":
            life.replied_at = at
            life.replies += 1
        case "feedback.escalate":
            life.escalated_at = at
        case "feedback.close":
            life.ended_at = at
        case "survey.send" if variables["survey"]["status"] == "sent":
            life.surveys.append(Survey(at))


def _variables(life: Life, element: str, variables: Mapping[str, Any]) -> None:
    if "routing" in variables:
        life.department = variables["routing"]["department"]
    if variables.get("outcome"):
        life.outcome = variables["outcome"]
    if element == "feedback" and variables.get("due_at"):
        life.due_at = datetime.fromisoformat(variables["due_at"])
        life.first_due_at = life.first_due_at or life.due_at


class SlowCount:
    """Adds up the lives of a window from `first` to `last`."""

    def __init__(self, lives: Iterable[Life], first: date, last: date) -> None:
        self._window = (first, last)
        self.rows: dict[Place, list[Decimal]] = defaultdict(list)
        self._seen: set[tuple[object, ...]] = set()
        ordered = sorted(lives, key=lambda life: (life.received_at, life.key))
        for life in ordered:
            self._life(life)

    def figures(self) -> dict[Place, tuple[Decimal, int]]:
        """Return value and number of rows by place."""
        found = {
            place: (self._value(place[0], rows), len(rows)) for place, rows in self.rows.items()
        }
        for measure in SUMS:
            found.setdefault((measure, "", "total", ""), (Decimal(0), 0))
        return found

    @staticmethod
    def _value(measure: str, rows: list[Decimal]) -> Decimal:
        if measure in SUMS:
            return sum(rows, Decimal(0))
        mean = sum(rows, Decimal(0)) / len(rows)
        return mean.quantize(Decimal("0.000001"), ROUND_HALF_UP)

    def _inside(self, at: datetime | None) -> bool:
        first, last = self._window
        return at is not None and first <= at.astimezone(SHANGHAI).date() <= last

    def _add(
        self, measure: str, life: Life, dimensions: str, amount: Any = 1, **more: str | None
    ) -> None:
        said = {name: getattr(life.intake, name) for name in ("product", "region")}
        said |= {"channel": life.intake.channel, "urgency": life.intake.urgency}
        said |= {"type": life.type, "category": life.category, "outcome": life.outcome} | more
        department = life.department or "unknown"
        places = [("total", ""), *((one, said[one] or "unknown") for one in dimensions.split())]
        for dimension, key in places:
            self.rows[measure, "", dimension, key].append(Decimal(amount))
            self.rows[measure, department, dimension, key].append(Decimal(amount))
        self.rows[measure, "", "department", department].append(Decimal(amount))

    def _life(self, life: Life) -> None:
        if self._inside(life.received_at):
            self._add("volume", life, "type category product region channel urgency")
            self._add("problems", life, "category type product region", self._is_new(life))
        if self._inside(life.escalated_at):
            self._add("escalated", life, "type urgency")
        if self._inside(life.ended_at):
            self._end(life)
        if not life.is_withdrawn:
            self._work(life)
        for survey in life.surveys:
            self._survey(life, survey)

    def _is_new(self, life: Life) -> bool:
        customer, category = life.intake.customer, life.category
        problem = (customer or life.key, category or life.key, life.intake.product)
        is_new = problem not in self._seen
        self._seen.add(problem)
        return is_new

    def _end(self, life: Life) -> None:
        if life.outcome in {"unanswered", "withdrawn"}:
            self._add(life.outcome, life, "type region channel")
        else:
            self._add("closed", life, "type region outcome")

    def _work(self, life: Life) -> None:
        if life.replied_at is not None and self._inside(life.replied_at):
            spent = (life.replied_at - life.received_at) // timedelta(microseconds=1)
            self._add("handling_time", life, "type category urgency", Decimal(spent).scaleb(-6))
        if life.due_at is not None and self._inside(life.due_at):
            kept = life.replied_at is not None and life.replied_at <= life.due_at
            self._add("on_time_rate", life, "type urgency", kept)

    def _survey(self, life: Life, survey: Survey) -> None:
        if self._inside(survey.sent_at):
            self._add("response_rate", life, "type channel", survey.answered_at is not None)
        if self._inside(survey.answered_at):
            self._add("answers", life, "score type", score=survey.score)
            good = survey.score in {"very_satisfied", "satisfied"}
            self._add("satisfaction", life, "type product region", good)


SUMS = ("volume", "problems", "escalated", "closed", "unanswered", "withdrawn", "answers")
