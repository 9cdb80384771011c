"""What a rule found, and what rules are told of the house around the drawings (检查结果)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bpmn.model import Definition

ERROR = "error"
WARNING = "warning"
# A text of a drawing can fill pages; its beginning tells which one it is.
_LONGEST_FOUND = 300
# Shown, deployed all the same; every other code refuses the deployment.
WARNINGS = frozenset(
    {
        "compensation_unused",
        "condition_ignored",
        "correlation_key_missing",
        "default_flow_conditional",
        "diagram_missing",
        "elements_overlap",
        "end_event_missing",
        "end_implicit",
        "gateway_join_fork",
        "gateway_superfluous",
        "global_name_missing",
        "global_name_not_unique",
        "global_unused",
        "join_implicit",
        "label_missing",
        "label_superfluous",
        "limit_not_constant",
        "split_implicit",
        "termination_superfluous",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule: where, which, how grave, and what was found.

    Attributes:
        resource: the file, empty while it is not known.
        process: the id of the process, empty outside one.
        code: the rule that was broken; what it means and how to mend it stands in the catalogues.
        element, name: the id and the name of the element or sequence flow.
    """

    code: str
    process: str = ""
    element: str = ""
    name: str = ""
    line: int = 0
    found: str = ""
    resource: str = ""

    @property
    def severity(self) -> str:
        """Return `error`, which refuses the deployment, or `warning`."""
        return WARNING if self.code in WARNINGS else ERROR

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the API tells it."""
        cut = len(self.found) > _LONGEST_FOUND
        found = f"{self.found[:_LONGEST_FOUND]}…" if cut else self.found
        return asdict(self) | {"severity": self.severity, "found": found}


@dataclass(frozen=True, slots=True)
class Law:
    """How far an output of a decision may go (期限上限): numbers or ISO 8601 durations."""

    decision: str
    output: str
    least: str | None = None
    most: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows and drawings refer to; what is None is not checked.

    Attributes:
        job_types: of the steps that exist.
        groups: candidate groups that people can be in.
        personal: variables that hold references to personal texts when an instance begins, or that
            messages bring, as dotted paths; those of forms are read from the forms.
        limits: names of the service clocks that timers can belong to.
        laws: the bounds of limits.
        paths: further findings about the order in which elements follow one another, such as
            statuses that the status machine refuses.
    """

    job_types: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    limits: frozenset[str] | None = None
    personal: frozenset[str] = frozenset()
    laws: tuple[Law, ...] = ()
    paths: Callable[[Definition], Iterable[Finding]] | None = None
