"""Functions: defining them, binding arguments, calling (函数调用)."""

from typing import Any

from bpmn.feel import syntax
from bpmn.feel.callables import Function, Overloads, Parameter
from bpmn.feel.coercion import fit
from bpmn.feel.frame import CHARACTERS_PER_STEP, Frame
from bpmn.feel.interpreter import handles, run
from bpmn.feel.values import kind

_MISSING = object()


@handles(syntax.FunctionNode)
def _function(node: syntax.FunctionNode, frame: Frame) -> Function:
    names = [name for name, _ in node.parameters]

    def code(caller: Frame, *arguments: Any) -> Any:
        if node.body is None:
            caller.run.warn("external_function")
            return None
        return run(node.body, frame.child(dict(zip(names, arguments, strict=True))))

    return Function("", tuple(Parameter(name, kind) for name, kind in node.parameters), code)


@handles(syntax.Call)
def _call(node: syntax.Call, frame: Frame) -> Any:
    function = run(node.function, frame)
    if not isinstance(function, Function | Overloads):
        frame.run.warn("not_a_function", of=kind(function))
        return None
    arguments = [run(argument, frame) for argument in node.arguments]
    return invoke(frame, function, arguments, node.names)


def invoke(
    frame: Frame,
    function: Function | Overloads,
    arguments: list[Any],
    names: tuple[str, ...] = (),
) -> Any:
    """Call a function with arguments by position, or by name where names are given."""
    _charge(frame, arguments)
    signatures = function.signatures if isinstance(function, Overloads) else (function,)
    for signature in signatures:
        bound = _bind(signature, arguments, names)
        ready = None if bound is None else _fitted(frame, signature, bound)
        if ready is not None:
            result = signature.call(frame, ready)
            _charge(frame, (result,))
            return result if signature.result is None else fit(frame, result, signature.result)
    frame.run.warn(
        "invalid_arguments", function=function.name, given=tuple(kind(one) for one in arguments)
    )
    return None


def _charge(frame: Frame, values: Any) -> None:
    for value in values:
        if isinstance(value, list | dict):
            frame.run.charge(len(value))
            frame.run.charge_for(value)
        elif isinstance(value, str):
            frame.run.charge(len(value) // CHARACTERS_PER_STEP)


def _bind(function: Function, arguments: list[Any], names: tuple[str, ...]) -> list[Any] | None:
    parameters = function.parameters
    if names:
        return _bind_names(parameters, dict(zip(names, arguments, strict=True)), len(names))
    if parameters and parameters[-1].variadic:
        fixed = len(parameters) - 1
        return arguments if len(arguments) > fixed else None
    if len(arguments) > len(parameters):
        return None
    missing = parameters[len(arguments) :]
    return [*arguments, *(None for _ in missing)] if all(p.optional for p in missing) else None


def _bind_names(
    parameters: tuple[Parameter, ...], given: dict[str, Any], count: int
) -> list[Any] | None:
    known = {parameter.name for parameter in parameters}
    if len(given) != count or not given.keys() <= known:
        return None
    bound = [
        given.get(parameter.name, None if parameter.optional else _MISSING)
        for parameter in parameters
    ]
    return None if any(value is _MISSING for value in bound) else bound


def _fitted(frame: Frame, function: Function, bound: list[Any]) -> list[Any] | None:
    """The arguments made to fit their parameters' types; None when one cannot."""
    fitted: list[Any] = []
    for position, value in enumerate(bound):
        parameter = function.parameters[min(position, len(function.parameters) - 1)]
        if value is None:
            if not (parameter.nullable or parameter.optional):
                return None
            fitted.append(None)
            continue
        ready = value if parameter.type is None else fit(frame, value, parameter.type, quiet=True)
        if ready is None:
            return None
        fitted.append(ready)
    return fitted
