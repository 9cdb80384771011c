"""The fields of a form-js schema (表单字段)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# What only shows something has no key; a key on one of these counts for nothing.
_SHOWN_ONLY = frozenset(
    {
        "text",
        "html",
        "image",
        "spacer",
        "separator",
        "button",
        "iframe",
        "table",
        "documentPreview",
    }
)
_FREE_TEXT = frozenset({"textfield", "textarea"})
_DECLARED_PLAIN = frozenset({"false", "no"})


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form that has a key.

    Attributes:
        path: the key, and the paths of the groups around it.
        personal: free text that goes to the vault, which it does unless the form declares the
            custom property `personal` to be `no`.
        given: shown or computed by the form, not typed in.
        hide: FEEL conditions of the field and of its groups under which it is not shown.
    """

    path: tuple[str, ...]
    type: str
    required: bool
    personal: bool
    given: bool
    hide: tuple[str, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    component: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The path as one text."""
        return ".".join(self.path)


def fields_of(schema: Mapping[str, Any]) -> dict[tuple[str, ...], FormField]:
    """Return the fields of a form by their path."""
    return {one.path: one for one in _walk(schema.get("components", ()), (), ())}


def _walk(components: Any, prefix: tuple[str, ...], hidden: tuple[str, ...]) -> Iterator[FormField]:
    for component in components:
        kind = component.get("type", "")
        hide = hidden + _hide(component)
        if kind == "group":
            inside = prefix + _path(component.get("path"))
            yield from _walk(component.get("components", ()), inside, hide)
        elif component.get("key") and kind not in _SHOWN_ONLY:
            yield _field(component, prefix, hide)


def _field(
    component: Mapping[str, Any], prefix: tuple[str, ...], hide: tuple[str, ...]
) -> FormField:
    kind = component["type"]
    rules = component.get("validate") or {}
    declared = str((component.get("properties") or {}).get("personal", "")).lower()
    return FormField(
        path=prefix + _path(component["key"]),
        type=kind,
        required=rules.get("required") is True,
        personal=kind in _FREE_TEXT and declared not in _DECLARED_PLAIN,
        given=kind == "expression" or bool(component.get("readonly") or component.get("disabled")),
        hide=hide,
        rules=rules,
        component=component,
    )


def _path(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(".")) if text else ()


def _hide(component: Mapping[str, Any]) -> tuple[str, ...]:
    condition = (component.get("conditional") or {}).get("hide")
    return (condition.removeprefix("="),) if isinstance(condition, str) else ()
