"""Whether a value fits its field, type by type as form-js means it (字段取值)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from api.form_fields import FormField
from api.texts import clean


class Evaluate(Protocol):
    """Evaluates a FEEL expression over what is known and some more; None without a value."""

    def __call__(self, expression: str, more: Mapping[str, Any] | None = None) -> Any:
        """Return the value."""
        ...


Fault = dict[str, Any]
_LONGEST = 10_000
_LARGEST = 10**15
_SHAPES = {
    "email": re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(?:\.[^@\s.]{1,63}){1,8}"),
    "phone": re.compile(r"\+?[\d ()\-]{5,25}"),
}


class FaultError(ValueError):
    """The value does not fit: a code and data for the client."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.fault: Fault = {"code": code, **data}


def checked(field: FormField, value: Any, evaluate: Evaluate) -> Any:
    """Return the value as it travels; None means that nothing was filled in.

    Raises:
        FaultError: with the code of what is wrong.
    """
    check = _CHECKS.get(field.type)
    if check is None:
        raise FaultError("field_type_unsupported")
    if value is None or value in ("", []):
        return None
    return check(field, value, evaluate)


def _text(field: FormField, value: Any, evaluate: Evaluate) -> Any:
    if not isinstance(value, str):
        raise FaultError("type_wrong", expected="text")
    try:
        text = str(clean(value))
    except ValueError:
        raise FaultError("characters_invalid") from None
    if not text:
        return None
    longest = min(_LONGEST, int(_limit(field, "maxLength", evaluate, _LONGEST)))
    if len(text) > longest:
        raise FaultError("too_long", limit=longest)
    shortest = int(_limit(field, "minLength", evaluate, 0))
    if len(text) < shortest:
        raise FaultError("too_short", limit=shortest)
    _check_shape(field, text, evaluate)
    return text


def _check_shape(field: FormField, text: str, evaluate: Evaluate) -> None:
    shape = _SHAPES.get(str(field.rules.get("validationType", "")))
    if shape is not None and shape.fullmatch(text) is None:
        raise FaultError("pattern_mismatch")
    pattern = field.rules.get("pattern")
    # FEEL's own expressions take linear time, whatever a form asks for.
    given = {"value": text, "pattern": pattern}
    if pattern and evaluate("matches(value, pattern)", given) is not True:
        raise FaultError("pattern_mismatch")


def _number(field: FormField, value: Any, evaluate: Evaluate) -> Any:
    as_text = field.component.get("serializeToString") is True
    if as_text != isinstance(value, str) or isinstance(value, bool):
        raise FaultError("type_wrong", expected="number")
    number = _decimal(value)
    digits = field.component.get("decimalDigits")
    exponent = number.normalize().as_tuple().exponent
    if isinstance(digits, int) and isinstance(exponent, int) and -exponent > digits:
        raise FaultError("too_many_decimals", limit=digits)
    if number < _limit(field, "min", evaluate, -_LARGEST):
        raise FaultError("too_small", limit=field.rules.get("min"))
    if number > _limit(field, "max", evaluate, _LARGEST):
        raise FaultError("too_large", limit=field.rules.get("max", _LARGEST))
    return value


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, int | float | str):
        raise FaultError("type_wrong", expected="number")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise FaultError("type_wrong", expected="number") from None
    if not number.is_finite():
        raise FaultError("type_wrong", expected="number")
    return number


def _limit(field: FormField, rule: str, evaluate: Evaluate, otherwise: int) -> Decimal:
    given = field.rules.get(rule)
    if isinstance(given, str) and given.startswith("="):
        given = evaluate(given[1:])
    if isinstance(given, bool) or not isinstance(given, int | float | str | Decimal):
        return Decimal(otherwise)
    try:
        return Decimal(str(given))
    except InvalidOperation:
        return Decimal(otherwise)


def _checkbox(field: FormField, value: Any, _: Evaluate) -> Any:
    if not isinstance(value, bool):
        raise FaultError("type_wrong", expected="boolean")
    # A box that must be ticked is not filled in while it is not.
    return None if field.required and not value else value


def _choice(field: FormField, value: Any, evaluate: Evaluate) -> Any:
    if isinstance(value, list):
        raise FaultError("type_wrong", expected="one of the options")
    if not _is_among(value, _options(field, evaluate)):
        raise FaultError("value_unknown")
    return value


def _choices(field: FormField, value: Any, evaluate: Evaluate) -> Any:
    if not isinstance(value, list):
        raise FaultError("type_wrong", expected="list")
    options = _options(field, evaluate)
    if len(value) > len(options) or not all(_is_among(one, options) for one in value):
        raise FaultError("value_unknown")
    return value


def _is_among(value: Any, options: Iterable[Any]) -> bool:
    # True equals 1 in Python, but not in JSON.
    return any(value == option and type(value) is type(option) for option in options)


def _options(field: FormField, evaluate: Evaluate) -> list[Any]:
    component = field.component
    found: Any = component.get("values")
    if isinstance(component.get("valuesKey"), str):
        found = evaluate(component["valuesKey"])
    elif isinstance(component.get("valuesExpression"), str):
        found = evaluate(component["valuesExpression"].removeprefix("="))
    if not isinstance(found, list):
        return []
    return [one.get("value") if isinstance(one, Mapping) else one for one in found]


def _moment(field: FormField, value: Any, _: Evaluate) -> Any:
    kind = field.component.get("subtype", "date")
    readers: dict[str, Callable[[str], object]] = {
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "datetime": datetime.fromisoformat,
    }
    if not isinstance(value, str) or len(value) > 40 or kind not in readers:  # noqa: PLR2004
        raise FaultError("type_wrong", expected=str(kind))
    try:
        readers[kind](value)
    except ValueError:
        raise FaultError("type_wrong", expected=str(kind)) from None
    return value


_CHECKS: Mapping[str, Callable[[FormField, Any, Evaluate], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "radio": _choice,
    "select": _choice,
    "checklist": _choices,
    "taglist": _choices,
    "datetime": _moment,
}
