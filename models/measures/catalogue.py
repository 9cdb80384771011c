"""The one catalogue of measures (指标目录).

Every measure belongs to items or surveys, never to a person: there is no dimension by which a
figure could be split into the work of single members of staff.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import SQLColumnExpression, String, case, cast, func, literal
from sqlmodel import col

from models.feedback import Feedback
from models.measures.measure import Measure, Population, Unit
from models.survey import Survey

SATISFIED = ("very_satisfied", "satisfied")
UNANSWERED, WITHDRAWN = "unanswered", "withdrawn"

_DEADLINE = func.coalesce(col(Feedback.extended_until), col(Feedback.due_at))
_OUTCOME = func.coalesce(col(Feedback.outcome), "")
_IS_WITHDRAWN = _OUTCOME == WITHDRAWN

_RECEIVED = Population(col(Feedback.received_at))
# Handling ends with the last reply: the days a customer takes to answer a survey are not ours.
_REPLIED = Population(col(Feedback.replied_at), ~_IS_WITHDRAWN)
# By the day of the limit, so that an item that nobody answers counts as late.
_DUE = Population(_DEADLINE, ~_IS_WITHDRAWN)
_ENDED = col(Feedback.closed_at)
_ESCALATED = Population(col(Feedback.escalated_at))
_ASKED = Population(col(Survey.sent_at), of_surveys=True)
_ANSWERED = Population(col(Survey.answered_at), of_surveys=True)

_ONE: SQLColumnExpression[Any] = literal(1)
_SPENT = func.extract("epoch", col(Feedback.replied_at) - col(Feedback.received_at))


def _share(condition: SQLColumnExpression[bool]) -> SQLColumnExpression[Any]:
    return case((condition, 1), else_=0)


def _first_of_problem() -> SQLColumnExpression[Any]:
    """1 for the first item of a customer with a problem in the window, 0 for its repetitions.

    A problem is category and product. Nothing is known to be the same about items without a
    customer or without a category: each of them counts.
    """
    own = cast(col(Feedback.id), String)
    place = func.row_number().over(
        partition_by=(
            func.coalesce(cast(col(Feedback.customer_id), String), own),
            func.coalesce(col(Feedback.category), own),
            func.coalesce(col(Feedback.product), ""),
        ),
        order_by=(col(Feedback.received_at), col(Feedback.id)),
    )
    return _share(place == 1)


MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            "volume",
            Unit.ITEMS,
            _RECEIVED,
            _ONE,
            ("type", "category", "product", "region", "channel", "urgency"),
        ),
        Measure(
            "problems",
            Unit.ITEMS,
            _RECEIVED,
            _first_of_problem(),
            ("category", "type", "product", "region"),
        ),
        Measure(
            "handling_time",
            Unit.SECONDS,
            _REPLIED,
            _SPENT,
            ("type", "category", "urgency"),
        ),
        Measure(
            "on_time_rate",
            Unit.SHARE,
            _DUE,
            _share(col(Feedback.replied_at) <= _DEADLINE),
            ("type", "urgency"),
        ),
        Measure("escalated", Unit.ITEMS, _ESCALATED, _ONE, ("type", "urgency")),
        Measure(
            "closed",
            Unit.ITEMS,
            Population(_ENDED, _OUTCOME.not_in((UNANSWERED, WITHDRAWN))),
            _ONE,
            ("type", "region", "outcome"),
        ),
        Measure(
            "unanswered",
            Unit.ITEMS,
            Population(_ENDED, _OUTCOME == UNANSWERED),
            _ONE,
            ("type", "region", "channel"),
        ),
        Measure(
            "withdrawn",
            Unit.ITEMS,
            Population(_ENDED, _IS_WITHDRAWN),
            _ONE,
            ("type", "region", "channel"),
        ),
        Measure(
            "response_rate",
            Unit.SHARE,
            _ASKED,
            _share(col(Survey.answered_at).is_not(None)),
            ("type", "channel"),
        ),
        Measure("answers", Unit.ANSWERS, _ANSWERED, _ONE, ("score", "type")),
        Measure(
            "satisfaction",
            Unit.SHARE,
            _ANSWERED,
            _share(col(Survey.score).in_(SATISFIED)),
            ("type", "product", "region"),
        ),
    )
}
