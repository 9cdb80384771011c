"""OCEL 2.0 as JSON, described after its specification (https://www.ocel-standard.org)."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string", "minLength": 1}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object with exactly these members."""
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_MOMENT = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
# A text whatever is declared, in the schema that is published with the specification.
_VALUE = {"type": "string"}
_KIND = {"enum": ["string", "time", "integer", "float", "boolean"]}
_TYPES = _list(
    _object(
        ["name", "attributes"],
        name=_TEXT,
        attributes=_list(_object(["name", "type"], name=_TEXT, type=_KIND)),
    )
)
_RELATIONS = _list(_object(["objectId", "qualifier"], objectId=_TEXT, qualifier=_TEXT))
_EVENT_VALUES = _list(_object(["name", "value"], name=_TEXT, value=_VALUE))
_OBJECT_VALUES = _list(_object(["name", "value", "time"], name=_TEXT, value=_VALUE, time=_MOMENT))
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        ["objectTypes", "eventTypes", "objects", "events"],
        objectTypes=_TYPES,
        eventTypes=_TYPES,
        objects=_list(
            _object(
                ["id", "type"],
                id=_TEXT,
                type=_TEXT,
                attributes=_OBJECT_VALUES,
                relationships=_RELATIONS,
            )
        ),
        events=_list(
            _object(
                ["id", "type", "time"],
                id=_TEXT,
                type=_TEXT,
                time=_MOMENT,
                attributes=_EVENT_VALUES,
                relationships=_RELATIONS,
            )
        ),
    ),
}
