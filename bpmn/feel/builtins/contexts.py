"""Functions of contexts (上下文函数)."""

from typing import Any

from bpmn.feel.builtins.registry import builtin

_Context = dict[str, Any]


@builtin("get value(m: context, key: string)", "get value(context: context, key: string)")
def get_value(context: _Context, key: str) -> Any:
    """The entry of a key, null without one."""
    return context.get(key)


@builtin("get entries(m: context)", "get entries(context: context)")
def get_entries(context: _Context) -> list[_Context]:
    """The entries as a list of {key, value}."""
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context put(context: context, key: string, value: any)")
def context_put(context: _Context, key: str, value: Any) -> _Context:
    """The context with one entry more, or another."""
    return {**context, key: value}


@builtin("context put(context: context, keys: list<string>, value: any)")
def context_put_deep(context: _Context, keys: list[str | None], value: Any) -> _Context | None:
    """The context with an entry set inside the contexts that the keys lead through."""
    if not keys or keys[0] is None:
        return None
    inner: Any = value
    if len(keys) > 1:
        below = context.get(keys[0], {})
        inner = context_put_deep(below, keys[1:], value) if isinstance(below, dict) else None
        if inner is None:
            return None
    return {**context, keys[0]: inner}


@builtin("context merge(contexts: list<context>)")
def context_merge(contexts: list[_Context | None]) -> _Context | None:
    """The entries of all contexts, later ones before earlier ones."""
    merged: _Context = {}
    for context in contexts:
        if context is None:
            return None
        merged |= context
    return merged


@builtin("context(entries: list<context>)")
def context_of(entries: list[_Context | None]) -> _Context | None:
    """The context of a list of {key, value}."""
    made: _Context = {}
    for entry in entries:
        if entry is None or not entry.keys() >= {"key", "value"}:
            return None
        key = entry["key"]
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made
