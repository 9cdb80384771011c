"""FEEL as the drawing uses it: conditions, mappings, texts; what cannot be is an incident."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bpmn import feel
from bpmn.feel.values import to_json
from bpmn.variables import nest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bpmn.dmn import DecisionResult
    from bpmn.model import TaskDefinition, VariableMapping


class IncidentError(Exception):
    """An element cannot go on: `code` and details for the operator (no values of variables)."""

    def __init__(self, code: str, job: int = 0, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.job = job
        self.details = details


def whole(value: Any, code: str) -> int:
    """Return a whole number, or raise `IncidentError` with `code`."""
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise IncidentError(code) from error


MAX_STEPS = 1_000_000


class Purse:
    """The steps that the expressions and decisions of one batch may take together."""

    __slots__ = ("left",)

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    def pay(self, result: feel.Result | DecisionResult, **found: Any) -> None:
        """Take the steps of a result.

        Raises:
            IncidentError: `budget_exceeded` when the result took more than one may.
        """
        self.left -= result.steps
        if any(warning.code == "budget_exceeded" for warning in result.warnings):
            raise IncidentError("budget_exceeded", **found)


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables that an expression sees, the time, and what pays for its steps."""

    variables: Mapping[str, Any]
    now: datetime
    purse: Purse = field(default_factory=Purse)

    def also(self, variables: Mapping[str, Any]) -> Scope:
        """Return the scope with further variables."""
        return Scope({**self.variables, **variables}, self.now, self.purse)

    def value(self, expression: str) -> Any:
        """Return the JSON value of FEEL; null where it has none.

        Raises:
            IncidentError: `expression_invalid` when it is not FEEL at all, `budget_exceeded` when
                it takes too many steps.
        """
        try:
            result = feel.evaluate(expression, self.variables, now=self.now)
        except feel.FeelSyntaxError as error:
            raise IncidentError("expression_invalid", expression=expression) from error
        self.purse.pay(result, expression=expression)
        return to_json(result.value)

    def condition(self, expression: str, flow: str) -> bool:
        """Return a flow's condition; anything but true or false is an incident."""
        value = self.value(expression)
        if not isinstance(value, bool):
            raise IncidentError("condition_not_boolean", flow=flow, expression=expression)
        return value

    def text(self, source: str | None) -> Any:
        """Return plain text as it stands and `=...` as FEEL."""
        if source is None or not source.startswith("="):
            return source
        return self.value(source.removeprefix("="))

    def texts(self, source: str | None) -> list[str]:
        """Return a list of texts: FEEL list, or plain text with commas."""
        value = self.text(source)
        if value is None:
            return []
        parts = value if isinstance(value, list) else str(value).split(",")
        return [text for part in parts if part is not None and (text := str(part).strip())]

    def required(self, source: str, code: str) -> str:
        """Return a text that must not be empty or null."""
        value = self.text(source)
        if value is None or value == "":
            raise IncidentError(code, expression=source)
        return str(value)

    def job(self, task: TaskDefinition) -> dict[str, Any]:
        """Return type, retries and headers of work for a step."""
        job: dict[str, Any] = {
            "type": self.required(task.type, "job_type_missing"),
            "retries": whole(self.text(task.retries), "retries_invalid"),
        }
        return job | ({"headers": dict(task.headers)} if task.headers else {})

    def mapped(self, mappings: Iterable[VariableMapping]) -> dict[str, Any]:
        """Return the targets of input or output mappings, later ones seeing earlier ones."""
        results: dict[str, Any] = {}
        for mapping in mappings:
            inner = self.also(results)
            root = mapping.target.partition(".")[0]
            if root not in results and root != mapping.target and root in self.variables:
                results[root] = self.variables[root]
                if isinstance(results[root], dict):
                    results[root] = dict(results[root])
            nest(mapping.target, inner.value(mapping.source), results)
        return results
