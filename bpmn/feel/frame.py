"""Where an evaluation keeps its names, its budget and its warnings (求值环境)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from typing_extensions import override

from bpmn.feel.result import BudgetExceededError, FeelWarning
from bpmn.feel.type_names import FeelType
from bpmn.feel.values import from_json
from bpmn.feel.weight import NODES_PER_STEP, weight

MAX_DEPTH = 180
"""Nested evaluations allowed: inside Python's own limit, so that all machines agree."""

CHARACTERS_PER_STEP = 64
"""Work on a text is charged by its length."""

MAX_WARNINGS = 100


class Names(Protocol):
    """Values by name: a dict, or the caller's variables."""

    def __getitem__(self, name: str, /) -> Any: ...

    def __contains__(self, name: object, /) -> bool: ...


class Run:
    """One evaluation: the time it is told, the steps it has left, the warnings it met."""

    __slots__ = ("depth", "left", "now", "types", "warnings")

    def __init__(
        self, now: datetime, budget: int, types: Mapping[str, FeelType] | None = None
    ) -> None:
        self.now = now
        self.left = budget
        self.depth = 0
        self.types = types or {}
        self.warnings: list[FeelWarning] = []

    def charge(self, steps: int) -> None:
        """Take steps from the budget."""
        self.left -= steps
        if self.left < 0:
            raise BudgetExceededError

    def charge_for(self, value: Any) -> None:
        """Take the steps that building, comparing or handing on a value costs, by its parts."""
        if isinstance(value, list | dict):
            limit = self.left * NODES_PER_STEP
            self.charge(weight(value, limit) // NODES_PER_STEP)

    def warn(self, code: str, **data: Any) -> None:
        """Note a warning; the value of what went wrong is null, which is what this returns."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(FeelWarning(code, data))


class JsonNames(dict[str, Any]):
    """The caller's variables, turned into FEEL values when first used."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Mapping[str, Any]) -> None:
        super().__init__()
        self._scope = scope

    def __missing__(self, name: str) -> Any:
        value = self[name] = from_json(self._scope[name])
        return value

    @override
    def __contains__(self, name: object) -> bool:
        return name in self._scope


class Frame:
    """One layer of names over its parent's (作用域)."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, run: Run, names: Names, parent: "Frame | None" = None) -> None:
        self.run = run
        self.names = names
        self.parent = parent

    def child(self, names: Names) -> "Frame":
        """A layer above this one."""
        return Frame(self.run, names, self)

    def holder(self, name: str) -> Names | None:
        """The nearest layer that has the name."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names
            frame = frame.parent
        return None
