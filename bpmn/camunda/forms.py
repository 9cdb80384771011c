"""Forms that a drawing holds itself: fields of `camunda:` (7) tasks, schemas of Zeebe's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bpmn.camunda import values
from bpmn.camunda.attributes import attribute, extensions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.xml import Node

_ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_TYPES = {
    "string": "textfield",
    "long": "number",
    "boolean": "checkbox",
    "date": "datetime",
    "enum": "select",
}
_LIMITS = {"minlength": "minLength", "maxlength": "maxLength", "min": "min", "max": "max"}


def form_id(node: Node) -> str:
    """Return the form that a user task names; fields in the drawing are the form `<task>.fields`.

    The key is kept as it stands (`embedded:app:forms/a.html`): lint looks for it in the deployment.
    """
    if named := attribute(node, "formRef", "formKey"):
        return values.text(named)
    return _own(node) if any(_fields(node)) else ""


def drawn_forms(root: Node) -> dict[str, dict[str, Any]]:
    """Return the forms that a drawing holds, as form-js schemas by the id that tasks name.

    Zeebe's are JSON in `zeebe:userTaskForm`, named `camunda-forms:bpmn:<id>`.
    """
    found: dict[str, dict[str, Any]] = {}
    ahead = [root]
    while ahead:
        node = ahead.pop()
        ahead += node.children
        if (node.namespace, node.name) == (_ZEEBE, "userTaskForm"):
            found |= _embedded(node)
        if node.name == "userTask" and form_id(node) == _own(node):
            fields = [_component(field) for field in _fields(node)]
            found[_own(node)] = {"type": "default", "id": _own(node), "components": fields}
    return found


def _embedded(node: Node) -> dict[str, dict[str, Any]]:
    try:
        schema = json.loads(node.text)
    except (ValueError, RecursionError):
        # The task names a form that there is not then, which lint says.
        return {}
    key = f"camunda-forms:bpmn:{node.get('id')}"
    return {key: {**schema, "id": key}} if isinstance(schema, dict) else {}


def _own(node: Node) -> str:
    return f"{node.get('id')}.fields"


def _fields(node: Node) -> Iterator[Node]:
    for block in extensions(node, "formData"):
        yield from (child for child in block.children if child.name == "formField")
    # The ancestor's fields stand without a block around them.
    yield from extensions(node, "formProperty")


def _component(field: Node) -> dict[str, Any]:
    kind = _TYPES.get(field.get("type", "string"), "textfield")
    key = field.get("id")
    component: dict[str, Any] = {"type": kind, "id": key, "key": key}
    component["label"] = field.get("label") or field.get("name") or key
    if kind == "datetime":
        component |= {"subtype": "date", "dateLabel": component["label"]}
    if choices := _choices(field):
        component["values"] = choices
    if rules := _rules(field):
        component["validate"] = rules
    default = field.get("defaultValue")
    plain = default and kind == "textfield" and not values.looks_foreign(default)
    return component | ({"defaultValue": default} if plain else {})


def _choices(field: Node) -> list[dict[str, str]]:
    return [
        {"value": one.get("id"), "label": one.get("name") or one.get("id")}
        for one in field.children
        if one.name == "value"
    ]


def _rules(field: Node) -> dict[str, Any]:
    rules: dict[str, Any] = {"required": True} if field.get("required") == "true" else {}
    for validation in field.children:
        for one in validation.children if validation.name == "validation" else ():
            name, limit = one.get("name"), one.get("config")
            if name == "required":
                rules["required"] = limit != "false"
            elif name in _LIMITS and limit.isdecimal():
                rules[_LIMITS[name]] = int(limit)
    return rules
