"""What the records of an instance say that its drawing does not allow (偏差)."""

from __future__ import annotations

from dataclasses import dataclass

CODES = (
    "record_missing",
    "definition_differs",
    "process_unknown",
    "element_unknown",
    "flow_unknown",
    "kind_differs",
    "scope_differs",
    "entry_not_drawn",
    "token_missing",
    "join_incomplete",
    "flow_not_from_here",
    "flows_differ",
    "element_not_active",
    "scope_not_empty",
    "host_not_active",
    "task_not_drawn",
    "left_over",
)


@dataclass(frozen=True)
class Misfit:
    """One record that the drawing does not allow.

    Attributes:
        number: of the record.
        code: one of `CODES`.
        element: of the record, an element or a sequence flow.
    """

    number: int
    code: str
    process: str
    element: str
