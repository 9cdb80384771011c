"""What a dry run is told: what tasks answer, and what comes from outside (试运行脚本)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bpmn.clock import TimerError, parse_duration, parse_instant

MAX_STEPS = 500
MOST_STEPS = 2_000
# Far enough, and never beyond the years that can be counted with.
_MOST_MONTHS, _MOST_DAYS = 1_200, 36_500
_FIRST_YEAR, _LAST_YEAR = 1900, 2500
# A Monday morning in Shanghai: the hour matters only for what the script leaves open.
_MORNING = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
_MEMBERS = ("process", "start", "variables", "at", "tasks", "messages", "signals", "max_steps")
_OUTCOME = ("variables", "error", "failure", "after", "waits", "activate")
_DELIVERY = ("name", "variables", "correlation_key", "after", "at")


class ScriptError(ValueError):
    """The script cannot be read: `code`, and where in it."""

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(f"{code}: {place}")
        self.code = code
        self.place = place


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one visit of a task leads to.

    Attributes:
        variables: what the task brings.
        error: the code of a BPMN error that a step throws instead of completing.
        failure: the code with which a step fails after its retries, for an incident.
        after: how long it takes, ISO 8601, so that timers can come first.
        waits: nobody completes it.
        activate: the elements to begin, of an ad-hoc sub-process.
    """

    variables: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    failure: str = ""
    after: str = "PT0S"
    waits: bool = False
    activate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message or signal from outside, `after` so long or once the element `at` waits for it."""

    kind: str
    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    correlation_key: str = ""
    after: str = "PT0S"
    at: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A whole run: how it begins, how tasks end, what comes from outside, when to stop.

    `tasks` holds the outcomes of each visit of an element; the last one counts for all later.
    """

    process: str = ""
    start: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = _MORNING
    tasks: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()
    max_steps: int = MAX_STEPS

    def outcome(self, element: str, visit: int) -> Outcome:
        """Return what a visit of an element leads to, counted from 0."""
        outcomes = self.tasks.get(element) or (Outcome(),)
        return outcomes[min(visit, len(outcomes) - 1)]


def from_json(value: Any) -> Script:
    """Return the script of a JSON object.

    Members: `process`, `start`, `variables`, `at`, `tasks` (an outcome or a list of them by element
    id), `messages`, `signals`, `max_steps`.

    Raises:
        ScriptError: `script_malformed` with the place.
    """
    given = _object(value, "", _MEMBERS)
    tasks = _object(given.get("tasks", {}), "tasks")
    messages = _list(given.get("messages", []), "messages")
    signals = _list(given.get("signals", []), "signals")
    return Script(
        process=_text(given, "process", ""),
        start=_text(given, "start", ""),
        variables=_object(given.get("variables", {}), "variables"),
        at=_instant(given),
        tasks={element: _outcomes(found, element) for element, found in tasks.items()},
        deliveries=(
            *(_delivery("message", one, f"messages.{n}") for n, one in enumerate(messages)),
            *(_delivery("signal", one, f"signals.{n}") for n, one in enumerate(signals)),
        ),
        max_steps=_steps(given),
    )


def _outcomes(value: Any, element: str) -> tuple[Outcome, ...]:
    found = value if isinstance(value, list) else [value]
    place = f"tasks.{element}"
    return tuple(_outcome(one, f"{place}.{number}") for number, one in enumerate(found))


def _outcome(value: Any, place: str) -> Outcome:
    given = _object(value, place, _OUTCOME)
    active = _list(given.get("activate", []), f"{place}.activate")
    if not all(isinstance(one, str) for one in active):
        raise ScriptError("script_malformed", f"{place}.activate")
    return Outcome(
        variables=_object(given.get("variables", {}), f"{place}.variables"),
        error=_text(given, "error", place),
        failure=_text(given, "failure", place),
        after=_duration(given, place),
        waits=given.get("waits") is True,
        activate=tuple(active),
    )


def _delivery(kind: str, value: Any, place: str) -> Delivery:
    given = _object(value, place, _DELIVERY)
    name = _text(given, "name", place)
    if not name:
        raise ScriptError("script_malformed", f"{place}.name")
    return Delivery(
        kind=kind,
        name=name,
        variables=_object(given.get("variables", {}), f"{place}.variables"),
        correlation_key=_text(given, "correlation_key", place),
        after=_duration(given, place),
        at=_text(given, "at", place),
    )


def _object(value: Any, place: str, members: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ScriptError("script_malformed", place)
    for name in value:
        if members and name not in members:
            raise ScriptError("script_malformed", f"{place}.{name}".lstrip("."))
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise ScriptError("script_malformed", place)
    return value


def _text(given: Mapping[str, Any], name: str, place: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise ScriptError("script_malformed", f"{place}.{name}".lstrip("."))
    return value


def _duration(given: Mapping[str, Any], place: str) -> str:
    text = _text(given, "after", place) or "PT0S"
    try:
        found = parse_duration(text)
    except (TimerError, OverflowError):
        raise ScriptError("script_malformed", f"{place}.after") from None
    if found.months > _MOST_MONTHS or found.days > _MOST_DAYS or found.time.days > _MOST_DAYS:
        raise ScriptError("script_malformed", f"{place}.after")
    return text


def _instant(given: Mapping[str, Any]) -> datetime:
    text = _text(given, "at", "")
    try:
        found = parse_instant(text) if text else _MORNING
    except (TimerError, OverflowError):
        found = datetime.min.replace(tzinfo=UTC)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ScriptError("script_malformed", "at")
    return found


def _steps(given: Mapping[str, Any]) -> int:
    value = given.get("max_steps", MAX_STEPS)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_STEPS:
        raise ScriptError("script_malformed", "max_steps")
    return value
