"""Evaluating texts: parse once, run often (求值入口)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from bpmn.feel.expression import Expression
from bpmn.feel.frame import Frame, JsonNames, Run
from bpmn.feel.interpreter import run
from bpmn.feel.lexer import is_plain
from bpmn.feel.parser import parse_expression, parse_tests
from bpmn.feel.result import BudgetExceededError, FeelWarning, Result
from bpmn.feel.syntax import Node
from bpmn.feel.unary import holds_for
from bpmn.feel.values import to_python
from bpmn.feel.weight import LARGEST, is_heavy, weight

BUDGET = 100_000
_NAME_DEPTH = 4


@lru_cache(maxsize=4096)
def _expression(text: str, names: frozenset[str]) -> Expression:
    return Expression(text, parse_expression(text, names))


@lru_cache(maxsize=4096)
def _tests(text: str, names: frozenset[str]) -> Expression:
    return Expression(text, parse_tests(text, names))


def telling(text: str, names: Iterable[str]) -> frozenset[str]:
    """The names that change how the text is cut: those with operators or keywords in them."""
    return frozenset(n for n in names if not _plain(n) and n.split(" ", 1)[0] in text)


@lru_cache(maxsize=4096)
def _plain(name: str) -> bool:
    return not name or is_plain(name)


def scope_names(value: Any, depth: int = 0) -> Iterator[str]:
    """All names in a scope, those of contexts in it included."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield name
            if depth < _NAME_DEPTH and isinstance(item, dict | list):
                yield from scope_names(item, depth + 1)
    elif isinstance(value, list) and value and depth < _NAME_DEPTH:
        yield from scope_names(value[0], depth + 1)


def parse(text: str, names: Iterable[str] = ()) -> Expression:
    """The parsed expression, from the cache when it was met before.

    Raises:
        FeelSyntaxError: the text is no FEEL expression.
    """
    return _expression(text, telling(text, names))


def parse_unary(text: str, names: Iterable[str] = ()) -> Expression:
    """The parsed unary tests, from the cache when they were met before.

    Raises:
        FeelSyntaxError: the text is no list of unary tests.
    """
    return _tests(text, telling(text, names))


def evaluate(text: str, scope: Mapping[str, Any], *, now: datetime, budget: int = BUDGET) -> Result:
    """The value of an expression (without the leading `=`) in a scope (求值).

    The scope holds JSON, Python or FEEL values. The value comes with Python's datetime, date,
    time and timedelta where they carry it exactly; numbers are Decimal. Whatever the data make
    go wrong is null and a warning; too many steps are null and `budget_exceeded`.

    Raises:
        FeelSyntaxError: the text is no FEEL expression.
    """
    expression = parse(text, scope_names(scope))
    return _result(expression.node, run, scope, Run(now, budget))


def unary_test(
    text: str, value: Any, scope: Mapping[str, Any], *, now: datetime, budget: int = BUDGET
) -> Result:
    """Whether a value passes the unary tests of a decision table's cell: true, false or null.

    Raises:
        FeelSyntaxError: the text is no list of unary tests.
    """
    expression = parse_unary(text, scope_names(scope))
    return _result(expression.node, holds_for, {**scope, "?": value}, Run(now, budget))


def written(value: Any) -> Any:
    """The value of an expression, unless it is too large to be written out.

    Raises:
        BudgetExceededError: it has more than `LARGEST` parts.
    """
    if is_heavy(value) and weight(value, LARGEST) > LARGEST:
        raise BudgetExceededError
    return value


def _result(
    node: Node, meaning: Callable[[Node, Frame], Any], scope: Mapping[str, Any], counter: Run
) -> Result:
    budget = counter.left
    try:
        value = to_python(written(meaning(node, Frame(counter, JsonNames(scope)))))
    except (BudgetExceededError, RecursionError):
        return Result(None, (*counter.warnings, FeelWarning("budget_exceeded")), budget)
    return Result(value, tuple(counter.warnings), budget - counter.left)
