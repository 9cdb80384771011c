"""How built-in functions are declared: by the signature the standard writes (内置函数登记)."""

import re
from collections.abc import Callable
from decimal import DecimalException
from typing import Any, TypeVar

from bpmn.feel.callables import Function, Overloads, Parameter
from bpmn.feel.frame import Frame
from bpmn.feel.type_names import FeelType

BUILTINS: dict[str, Overloads] = {}
_Code = TypeVar("_Code", bound=Callable[..., Any])
_SIGNATURE = re.compile(r"([^(]+)\((.*)\)")
_PARAMETER = re.compile(r"([a-zA-Z0-9 ]+)(\?|\.\.\.)?: ([a-z ]+)(?:<([a-z ]+)>)?")


_Value = TypeVar("_Value")


class FunctionError(ValueError):
    """A function cannot do what it was asked; its value is null, the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def required(value: _Value | None, code: str) -> _Value:
    """The value, which must not be null here.

    Raises:
        FunctionError: it is.
    """
    if value is None:
        raise FunctionError(code)
    return value


def builtin(*signatures: str, framed: bool = False) -> Callable[[_Code], _Code]:
    """Make a function a built-in one, under each of the signatures.

    A parameter is `name: type`, `name?: type` when it may be left out, `name...: type` when it
    takes all that follow. Null is refused except by `any` and by what may be left out. A framed
    function is given the frame first.
    """

    def register(code: _Code) -> _Code:
        for signature in signatures:
            found = _SIGNATURE.fullmatch(signature)
            if found is None:
                raise ValueError(signature)
            function = Function(found[1], _parameters(found[2]), _guarded(found[1], code, framed))
            known = BUILTINS.get(function.name, Overloads(function.name, ()))
            BUILTINS[function.name] = Overloads(function.name, (*known.signatures, function))
        return code

    return register


def _parameters(text: str) -> tuple[Parameter, ...]:
    return tuple(_parameter(part) for part in text.split(", ")) if text else ()


def _parameter(text: str) -> Parameter:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    name, mark, type_name, part = found.groups()
    return Parameter(
        name,
        None if type_name == "any" else FeelType(type_name, (FeelType(part),) if part else ()),
        optional=mark == "?",
        variadic=mark == "...",
        nullable=type_name == "any",
    )


def _guarded(name: str, code: Callable[..., Any], framed: bool) -> Callable[..., Any]:
    def call(frame: Frame, *arguments: Any) -> Any:
        try:
            return code(frame, *arguments) if framed else code(*arguments)
        except FunctionError as error:
            frame.run.warn("function_failed", function=name, reason=error.code)
            return None
        except (DecimalException, ArithmeticError, ValueError) as error:
            frame.run.warn("function_failed", function=name, reason=type(error).__name__)
            return None

    return call
