"""Plain paths and comparisons of the unified expression language as FEEL (表达式转换).

What reads the same in both languages is translated; calls of methods, beans, indexes and scripts
have no meaning here and raise `ForeignError`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TOKENS = 200
MAX_DEPTH = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^'\\]|\\['\"\\])*'|\"(?:[^\"\\]|\\['\"\\])*\")"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?P<sign>\|\||&&|[=!<>]=|[-+*/%<>!?:()]))"
)
_WORDS = {
    "or": "||",
    "and": "&&",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "div": "/",
    "mod": "%",
    "not": "!",
}
_LEVELS: Sequence[dict[str, str]] = (
    {"||": "or"},
    {"&&": "and"},
    {"==": "=", "!=": "!="},
    {"<": "<", ">": ">", "<=": "<=", ">=": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/"},
)
# FEEL would read these as something else than a variable, or the language as an operator.
_RESERVED = frozenset(
    {
        *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between"),
        *("function", "external", "instance", "of", "empty", "instanceof", "date", "time", "list"),
        *("context", "null", "true", "false"),
    }
)
_SAME = frozenset({"null", "true", "false"})
# Counters of a multi-instance activity; the language counts from nought.
_COUNTERS = {
    "nrOfInstances": "numberOfInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
    "loopCounter": "(loopCounter - 1)",
}


class ForeignError(ValueError):
    """The expression has no equal in FEEL."""


def to_feel(text: str) -> str:
    """Return the FEEL of an expression, given without `${` and `}`.

    Raises:
        ForeignError: anything but paths, literals, comparisons, arithmetic and a choice.
    """
    reader = _Reader(_tokens(text))
    found = reader.choice()
    if reader.here:
        raise ForeignError(text)
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or len(found) == MAX_TOKENS:
            raise ForeignError(text)
        kind = str(match.lastgroup)
        word = match[kind]
        found.append(("sign", _WORDS[word]) if word in _WORDS else (kind, word))
        at = match.end()
    return found


class _Reader:
    """Recursive descent over the tokens of one expression, one level of precedence at a time."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def here(self) -> str:
        """The sign at which reading stands, another token as it is, empty at the end."""
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, sign: str) -> bool:
        taken = self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)
        self._at += taken
        return taken

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ForeignError(sign)

    def choice(self) -> str:
        """Read `condition ? one : other` or what is simpler."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ForeignError
        found = self._level(0)
        if self._take("?"):
            one = self.choice()
            self._expect(":")
            found = f"if {found} then {one} else {self.choice()}"
        self._depth -= 1
        return found

    def _level(self, number: int) -> str:
        if number == len(_LEVELS):
            return self._unary()
        found = self._level(number + 1)
        while self.here in _LEVELS[number] and self._tokens[self._at][0] == "sign":
            sign = _LEVELS[number][self.here]
            self._at += 1
            found = f"{found} {sign} {self._level(number + 1)}"
        return found

    def _unary(self) -> str:
        refused = 0
        while self._take("!"):
            refused += 1
        minus = self._take("-")
        found = f"-{self._operand()}" if minus else self._operand()
        for _ in range(refused):
            found = f"not({found})"
        return found

    def _operand(self) -> str:
        if self._take("("):
            inner = self.choice()
            self._expect(")")
            return f"({inner})"
        if self._at == len(self._tokens):
            raise ForeignError
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "sign" or self.here == "(":
            raise ForeignError(text)
        return text if kind == "number" else _string(text) if kind == "text" else _name(text)


def _string(text: str) -> str:
    return json.dumps(re.sub(r"\\(.)", r"\1", text[1:-1]), ensure_ascii=False)


def _name(text: str) -> str:
    if text not in _SAME and _RESERVED.intersection(text.split(".")):
        raise ForeignError(text)
    return _COUNTERS.get(text, text)
