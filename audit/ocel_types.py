"""What an object-centric event log of ours holds: types, attributes and relations (OCEL 2.0).

Nothing in it is personal: a customer is a pseudonym, people of the house are left out, and texts
stay where they are. https://www.ocel-standard.org
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Value = str | int | datetime
Attributes = Mapping[str, Value]
# Attributes by type of object, with their types in the words of the standard.
OBJECTS: Mapping[str, Mapping[str, str]] = {
    "feedback": {
        "number": "string",
        "type": "string",
        "urgency": "string",
        "channel": "string",
        "category": "string",
        "region": "string",
        "satisfaction": "string",
        "outcome": "string",
    },
    "instance": {"process": "string", "version": "integer"},
    "task": {"process": "string", "element": "string", "name": "string"},
    "customer": {"level": "string"},
    "product": {"name": "string"},
    "batch": {"number": "string", "produced": "time"},
    "supplier": {"name": "string"},
    "department": {"code": "string"},
}
# Every event has these.
EVENT: Mapping[str, str] = {
    "process": "string",
    "element": "string",
    "name": "string",
    "record": "string",
    "number": "integer",
    "version": "integer",
    "status": "string",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """That an event or an object has to do with an object, and how (关联)."""

    object: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of the log (对象); its attributes are as they were at `at`."""

    id: str
    type: str
    at: datetime
    attributes: Attributes
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the log (事件)."""

    id: str
    type: str
    at: datetime
    attributes: Attributes
    relations: tuple[Relation, ...] = field(default=())
