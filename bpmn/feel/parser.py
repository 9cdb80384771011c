"""A Pratt parser from FEEL text to its tree (语法分析)."""

import re
from collections.abc import Iterable

from bpmn.feel.expression import mentions
from bpmn.feel.lexer import Lexer, Token, normalise
from bpmn.feel.parse_infix import INFIX, LEVELS
from bpmn.feel.parse_prefix import prefix
from bpmn.feel.result import FeelSyntaxError
from bpmn.feel.syntax import Node, UnaryComparison, UnaryTests

MAX_LENGTH = 65_536
MAX_NESTING = 80
MAX_DEPTH = 150
"""Of the tree: a chain such as `a + b + c` is as deep as it has operators."""
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
_ARITHMETIC_LEVEL = LEVELS["+"]
_NOT = re.compile(r"\s*not\s*\(")


class Parser:
    """Reads one text; prefix and infix constructs live in modules of their own."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        if len(text) > MAX_LENGTH:
            raise FeelSyntaxError(MAX_LENGTH, "too_long")
        self.lexer = Lexer(text, names)
        self.position = 0
        self.in_range_end = False
        self._next: Token | None = None
        self._nesting = 0

    def know(self, names: Iterable[str]) -> None:
        """Names that are in scope from here on."""
        if self.lexer.know(names):
            self._next = None

    def peek(self) -> Token:
        """The token ahead."""
        if self._next is None:
            self._next = self.lexer.token(self.position)
        return self._next

    def take(self) -> Token:
        """The token ahead, now passed."""
        token = self.peek()
        self.position = token.end
        self._next = None
        return token

    def seek(self, position: int) -> None:
        """Go on reading from the position."""
        self.position = position
        self._next = None

    def at(self, *texts: str) -> bool:
        """Whether the token ahead is one of these operators or keywords."""
        token = self.peek()
        return token.kind in ("operator", "keyword") and token.text in texts

    def accept(self, *texts: str) -> bool:
        """Pass the token ahead if it is one of these."""
        if self.at(*texts):
            self.take()
            return True
        return False

    def expect(self, *texts: str) -> str:
        """Pass one of these or fail."""
        if not self.at(*texts):
            raise self.error("unexpected_token")
        return self.take().text

    def error(self, code: str) -> FeelSyntaxError:
        """The error to raise at the token ahead."""
        return FeelSyntaxError(self.peek().start, code)

    def raw_name(self, stop: re.Pattern[str]) -> str:
        """A name that is being declared: everything before the stop pattern."""
        begin = self.lexer.skip(self.position)
        found = stop.search(self.lexer.text, begin)
        name = normalise(self.lexer.text[begin : found.start()]) if found else ""
        if not name or found is None:
            raise FeelSyntaxError(begin, "name_expected")
        self.seek(found.start())
        return name

    def expression(self, level: int = 0) -> Node:
        """An expression whose operators all bind tighter than the level."""
        self.enter()
        node = self.rest(prefix(self), level)
        self.leave()
        return node

    def enter(self) -> None:
        """Go one construct deeper, which leave() undoes."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self.error("too_deep")

    def leave(self) -> None:
        """Come back from a construct."""
        self._nesting -= 1

    def rest(self, node: Node, level: int) -> Node:
        """What goes on behind an expression, as far as it binds tighter than the level."""
        depth = self._nesting
        while True:
            token = self.peek()
            binding = LEVELS.get(token.text, 0) if token.kind in ("operator", "keyword") else 0
            if binding <= level or self._closes_range(token):
                break
            node = INFIX[token.text](self, node)
            depth += 1
            if depth > MAX_DEPTH:
                raise self.error("too_deep")
        return node

    def _closes_range(self, token: Token) -> bool:
        """Whether `[` ends a range such as `1..10[` rather than beginning a filter."""
        if not self.in_range_end or token.text != "[":
            return False
        after = self.lexer.token(token.end)
        return (
            after.kind == "end"
            or after.text in ("and", "or", "then", "else", "return")
            or (after.kind == "operator" and after.text not in ("(", "[", "{", "-", "@"))
        )

    def test(self) -> Node:
        """One positive unary test: `< 5`, `[1..3]` or an expression."""
        token = self.peek()
        if token.kind == "operator" and token.text in _COMPARISONS:
            self.take()
            return UnaryComparison(token.text, self.expression(_ARITHMETIC_LEVEL - 1))
        return self.expression()

    def tests(self, *closers: str) -> tuple[Node, ...]:
        """Tests separated by commas, up to (and without) a closer."""
        found = [self.test()]
        while self.accept(","):
            found.append(self.test())
        if closers and not self.at(*closers):
            raise self.error("unexpected_token")
        return tuple(found)

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self.peek().kind != "end":
            raise self.error("unexpected_token")


def parse_expression(text: str, names: Iterable[str]) -> Node:
    """The tree of an expression.

    Raises:
        FeelSyntaxError: the text is no FEEL expression.
    """
    try:
        parser = Parser(text, names)
        node = parser.expression()
        parser.end()
    except RecursionError as error:
        # Only when the caller's own stack is nearly full: MAX_NESTING stops texts before.
        raise FeelSyntaxError(0, "too_deep") from error
    return node


def parse_tests(text: str, names: Iterable[str]) -> UnaryTests:
    """The tree of unary tests, `-` and the empty text being none.

    Raises:
        FeelSyntaxError: the text is no list of unary tests.
    """
    if text.strip() in ("", "-"):
        return UnaryTests(())
    try:
        return _read_tests(text, names)
    except RecursionError as error:
        raise FeelSyntaxError(0, "too_deep") from error


def _read_tests(text: str, names: Iterable[str]) -> UnaryTests:
    found = _NOT.match(text)
    if found:
        negated = _negated(Parser(text, names), found.end())
        if negated is not None:
            return negated
    parser = Parser(text, names)
    tests = parser.tests()
    parser.end()
    return _unary(tests)


def _unary(tests: tuple[Node, ...], *, negated: bool = False) -> UnaryTests:
    return UnaryTests(tests, tuple(mentions(test, "?") for test in tests), negated)


def _negated(parser: Parser, position: int) -> UnaryTests | None:
    """`not(a, b)` over the whole cell; None when more follows, as in `not(x) and y`."""
    parser.seek(position)
    tests = parser.tests(")")
    parser.take()
    return _unary(tests, negated=True) if parser.peek().kind == "end" else None
