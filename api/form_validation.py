"""What was filled in, held against its form (表单校验).

Some of it travels with the process, some goes to the vault, some is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.form_fields import FormField, fields_of
from api.form_values import FaultError, checked
from bpmn.feel import FeelSyntaxError, evaluate

_MOST = 200
Path = tuple[str, ...]


@dataclass
class Submission:
    """The outcome (表单提交).

    Attributes:
        plain: values that travel as they are, nested.
        personal: texts for the vault, by dotted name.
        errors: `{field, code, ...}` for everything that is wrong.
    """

    plain: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def variables(self, references: Mapping[str, str]) -> dict[str, Any]:
        """Return all values, the personal ones as references."""
        found: dict[str, Any] = _copy(self.plain)
        for name in self.personal:
            _put(found, tuple(name.split(".")), {"$ref": references[name]})
        return found

    def _refuse(self, name: str, code: str) -> None:
        self.errors.append({"field": name, "code": code})


def validate(
    schema: Mapping[str, Any] | None,
    variables: Mapping[str, Any],
    *,
    known: Mapping[str, Any],
    now: datetime,
) -> Submission:
    """Hold variables against a form-js schema; a task without a form takes plain values.

    Args:
        schema: the form, None without one.
        variables: what was sent.
        known: what the task sees, for conditions and options.
        now: for expressions of the form.
    """
    if len(variables) > _MOST:
        return Submission(errors=[{"field": "", "code": "too_many"}])
    if schema is None:
        return _without_form(variables)
    return _Validation(fields_of(schema), variables, known, now).run()


class _Validation:
    def __init__(
        self,
        fields: Mapping[Path, FormField],
        sent: Mapping[str, Any],
        known: Mapping[str, Any],
        now: datetime,
    ) -> None:
        self._fields = fields
        self._sent = sent
        self._now = now
        self._result = Submission()
        # Conditions see no personal text: a drawing decides on codes and numbers only.
        self._scope = dict(known)
        for path, one in fields.items():
            value = _get(sent, path)
            if not one.personal and value is not None:
                _put(self._scope, path, value)

    def run(self) -> Submission:
        self._refuse_unknown()
        for one in self._fields.values():
            self._take(one)
        return self._result

    def _take(self, one: FormField) -> None:
        sent = _get(self._sent, one.path)
        # The form sends back what it only shows; nobody may change it that way.
        if one.given:
            return
        if any(self._evaluate(condition) is True for condition in one.hide):
            if sent is not None:
                self._result._refuse(one.name, "field_hidden")  # noqa: SLF001 (its own maker)
            return
        try:
            value = checked(one, sent, self._evaluate)
        except FaultError as error:
            self._result.errors.append({"field": one.name, **error.fault})
            return
        if value is None and one.required:
            self._result._refuse(one.name, "missing")  # noqa: SLF001
        elif one.personal and value is not None:
            self._result.personal[one.name] = value
        elif value is not None or _has(self._sent, one.path):
            _put(self._result.plain, one.path, value)

    def _refuse_unknown(self) -> None:
        inner = {path[:n] for path in self._fields for n in range(1, len(path))}
        for path in _leaves(self._sent, (), inner, self._fields):
            code = "key_reserved" if path[-1].startswith("$") else "unknown"
            self._result._refuse(".".join(path), code)  # noqa: SLF001

    def _evaluate(self, expression: str, more: Mapping[str, Any] | None = None) -> Any:
        try:
            return evaluate(expression, self._scope | dict(more or {}), now=self._now).value
        except FeelSyntaxError:
            return None


def _without_form(variables: Mapping[str, Any]) -> Submission:
    """Take plain values; texts are personal, since nothing declares them otherwise."""
    result = Submission()
    for name, value in variables.items():
        kind = _kind(value)
        if name.startswith("$") or "." in name:
            result.errors.append({"field": name, "code": "key_reserved"})
        elif kind is None:
            result.plain[name] = value
        else:
            one = FormField((name,), kind, required=False, personal=True, given=False)
            try:
                taken = checked(one, value, _nothing)
            except FaultError as error:
                result.errors.append({"field": name, **error.fault})
            else:
                place = result.personal if isinstance(taken, str) else result.plain
                place[name] = taken
    return result


def _nothing(expression: str, more: Mapping[str, Any] | None = None) -> None:
    """Evaluate nothing: there is no form that could hold an expression."""


def _kind(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    return "number" if isinstance(value, int | float) else "textarea"


def _leaves(
    value: Mapping[str, Any], prefix: Path, inner: set[Path], known: Mapping[Path, FormField]
) -> Iterator[Path]:
    """Yield the paths of what no field has asked for."""
    for name, found in value.items():
        path = (*prefix, name)
        if path in known:
            continue
        if path in inner and isinstance(found, Mapping):
            yield from _leaves(found, path, inner, known)
        else:
            yield path


def _get(value: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _has(value: Any, path: Path) -> bool:
    parent = _get(value, path[:-1])
    return isinstance(parent, Mapping) and path[-1] in parent


def _put(into: dict[str, Any], path: Path, value: Any) -> None:
    *outer, last = path
    for name in outer:
        inner = into.get(name)
        into[name] = inner = dict(inner) if isinstance(inner, Mapping) else {}
        into = inner
    into[last] = value


def _copy(value: dict[str, Any]) -> dict[str, Any]:
    return {name: _copy(one) if isinstance(one, dict) else one for name, one in value.items()}
