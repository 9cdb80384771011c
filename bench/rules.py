"""The decisions of the feedback process as a programmer writes them: tables in code (规则)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bpmn.clock import Clock

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_BY_CATEGORY = {
    "technical": ("fault", "system_fault", "performance", "data_error", "compatibility"),
    "quality": ("quality",),
    "logistics": ("logistics",),
    "procurement": ("supply",),
    "operations": ("service_attitude", "service_response", "price"),
    "service": ("policy", "refund", "account", "order", "invoice", "usage"),
    "product": ("usability", "feature_request"),
}
_DEPARTMENTS = {category: name for name, own in _BY_CATEGORY.items() for category in own}
_BY_TYPE = {"repair": "technical", "complaint": "operations", "request": "product"}
_SOLUTIONS = {"consultation": "PT72H", "complaint": "PT72H", "repair": "PT72H"}
_URGENT = frozenset({"urgent", "critical"})


def span(text: str) -> timedelta:
    """Return how long an ISO 8601 duration is."""
    return Clock(_EPOCH).after(_EPOCH, text) - _EPOCH


def department(kind: str | None, category: str | None) -> str:
    """Return which department an item goes to, as routing.dmn says."""
    return _DEPARTMENTS.get(category or "") or _BY_TYPE.get(kind or "", "service")


def service_level(feedback: dict[str, Any], acceptance: str) -> dict[str, str]:
    """Return the limits of acceptance and solution, as service_level.dmn says."""
    kind, urgency = feedback["type"], feedback["urgency"]
    accepted, solved = [acceptance], ["P7D"]
    if kind in _SOLUTIONS:
        solved.append(_SOLUTIONS[kind])
    if urgency in _URGENT:
        solved.append("PT24H")
    fault = feedback["category"] == "fault" and urgency in _URGENT
    if urgency == "critical" or fault or feedback["category"] == "system_fault":
        accepted.append("PT1H")
    return {"acceptance": min(accepted, key=span), "solution": min(solved, key=span)}
