"""What process mining found, as it is shown (挖掘视图)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from audit.mining import Mine
from audit.span import Span
from audit.variants import Variant


class SpanView(BaseModel):
    """Seconds that something took: median, ninetieth percentile, and all of them together."""

    median: float
    p90: float
    total: float


class InstanceCounts(BaseModel):
    """How many instances of the process itself there are, by what became of them.

    Only the `mined` newest of them were looked at.
    """

    total: int
    active: int
    completed: int
    terminated: int
    mined: int


class Mined(BaseModel):
    """What was looked at; working time is that of `calendar`."""

    process: str
    definition: str | None
    calendar: int
    instances: InstanceCounts


class ElementView(BaseModel):
    """The runs of an element; times are of those that ended, null before any has."""

    element: str
    name: str
    kind: str
    instances: int
    active: int
    completed: int
    terminated: int
    wall: SpanView | None
    worked: SpanView | None


class FlowView(BaseModel):
    """How often a sequence flow was taken; times are what tokens waited, where flows join."""

    flow: str
    taken: int
    instances: int
    wall: SpanView | None
    worked: SpanView | None


class VariantView(BaseModel):
    """A way that ended instances went; `share` is of all ended ones."""

    id: str
    count: int
    share: float
    completed: int
    terminated: int
    path: list[str]
    wall: SpanView
    worked: SpanView
    example: str


class MinedElements(Mined):
    """The elements of a process, those that took longest in sum first."""

    items: list[ElementView]


class MinedFlows(Mined):
    """The sequence flows of a process, the most frequent first."""

    items: list[FlowView]


class MinedVariants(Mined):
    """The most frequent variants, of `total`."""

    total: int
    items: list[VariantView]


def head(mine: Mine, definition: int | None) -> dict[str, Any]:
    """Return the members of `Mined`."""
    return {
        "process": mine.sample.process,
        "definition": None if definition is None else str(definition),
        "calendar": mine.calendar.version,
        "instances": InstanceCounts(**asdict(mine.counted())),
    }


def span_view(span: Span) -> SpanView:
    """Return a span as it is shown."""
    return SpanView(**asdict(span))


def variant_view(one: Variant, instances: int) -> VariantView:
    """Return a variant and its share of so many instances."""
    plain = {name: getattr(one, name) for name in ("id", "count", "completed", "terminated")}
    return VariantView(
        **plain,
        share=round(one.count / instances, 4),
        path=list(one.path),
        wall=span_view(one.wall),
        worked=span_view(one.worked),
        example=str(one.example),
    )


_SPAN = {"median": 5400.0, "p90": 86400.0, "total": 950400.0}
_HEAD = {
    "process": "feedback",
    "definition": "2097152",
    "calendar": 3,
    "instances": {"total": 120, "active": 9, "completed": 108, "terminated": 3, "mined": 120},
}
ELEMENTS: Mapping[str, Any] = {
    **_HEAD,
    "items": [
        {
            "element": "accept",
            "name": "接单",
            "kind": "userTask",
            "instances": 118,
            "active": 2,
            "completed": 117,
            "terminated": 4,
            "wall": _SPAN,
            "worked": {"median": 3600.0, "p90": 28800.0, "total": 410400.0},
        }
    ],
}
FLOWS: Mapping[str, Any] = {
    **_HEAD,
    "items": [
        {
            "flow": "accepted_to_process",
            "taken": 117,
            "instances": 115,
            "wall": None,
            "worked": None,
        }
    ],
}
VARIANTS: Mapping[str, Any] = {
    **_HEAD,
    "total": 14,
    "items": [
        {
            "id": "9e107d9d372bb6826bd81d3542a419d6",
            "count": 61,
            "share": 0.5495,
            "completed": 61,
            "terminated": 0,
            "path": ["received", "receive", "classify", "assign", "accept"],
            "wall": _SPAN,
            "worked": _SPAN,
            "example": "1048576",
        }
    ],
}
