"""FEEL, the expression language of DMN and BPMN models (FEEL 表达式语言).

`evaluate` and `unary_test` raise for a text that is no FEEL and for nothing else: whatever the
data hold, they answer a value (null at worst) with warnings. The time is an argument.
"""

from collections.abc import Iterable

from bpmn.feel import access, control, invocation, operators, unary
from bpmn.feel.builtins import (
    arithmetic,
    contexts,
    conversion,
    days,
    figures,
    lists,
    moments,
    patterns,
    range_text,
    sorting,
    spans,
    text,
)
from bpmn.feel.evaluation import evaluate, parse, parse_unary, unary_test
from bpmn.feel.expression import Expression, free_names
from bpmn.feel.result import FeelSyntaxError, FeelWarning, Result

# Importing these modules gives the nodes their meaning and the functions their names.
LOADED = (
    *(access, control, invocation, operators, unary),
    *(arithmetic, contexts, conversion, days, figures, lists, moments),
    *(patterns, range_text, sorting, spans, text),
)


def names_in(text: str, names: Iterable[str] = ()) -> frozenset[str]:
    """The names and dotted paths an expression takes from its scope.

    Raises:
        FeelSyntaxError: the text is no FEEL expression.
    """
    return frozenset(free_names(parse(text, names).node))


__all__ = [
    "Expression",
    "FeelSyntaxError",
    "FeelWarning",
    "Result",
    "evaluate",
    "names_in",
    "parse",
    "parse_unary",
    "unary_test",
]
