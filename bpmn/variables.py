"""Variable scopes, as Zeebe's: inner hides outer; a called process sees nothing outside itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.state import ElementInstance, State

PROCESS = "process"


def chain(state: State, key: int) -> Iterator[ElementInstance]:
    """Yield the instance and its scopes outwards, up to the process it belongs to."""
    while key:
        instance = state.elements[key]
        yield instance
        if instance.kind == PROCESS:
            return
        key = instance.scope


def visible(state: State, key: int) -> dict[str, Any]:
    """Return every variable that an expression at this instance can see."""
    found: dict[str, Any] = {}
    for instance in chain(state, key):
        found = instance.variables | found
    return found


def by_scope(state: State, key: int, variables: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Return where each variable belongs: its nearest holder, or else the process."""
    scopes = list(chain(state, key))
    placed: dict[int, dict[str, Any]] = {}
    for name, value in variables.items():
        holder = next((s for s in scopes if name in s.variables), scopes[-1])
        placed.setdefault(holder.key, {})[name] = value
    return placed


def nest(target: str, value: Any, into: dict[str, Any]) -> None:
    """Set `value` at a dotted mapping target, making the contexts on the way."""
    *path, last = target.split(".")
    for name in path:
        inner = into.get(name)
        into[name] = inner = dict(inner) if isinstance(inner, dict) else {}
        into = inner
    into[last] = value
