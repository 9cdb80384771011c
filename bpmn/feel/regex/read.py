"""Reading a pattern (正则语法分析)."""

import re

from bpmn.feel.regex import sets
from bpmn.feel.regex.reader_of_sets import SetReader
from bpmn.feel.regex.tree import (
    Anchor,
    Characters,
    Choice,
    Group,
    Matcher,
    PatternError,
    Repeat,
    Sequence,
    Tree,
)

FLAGS = frozenset("smixq")
MAX_LENGTH = 1_000
MAX_NESTING = 40
MAX_TIMES = 1_000
_TIMES = re.compile(r"\{(\d{1,6})(,(\d{0,6}))?\}")
_SIMPLE_TIMES = {"?": (0, 1), "*": (0, None), "+": (1, None)}


def read_pattern(pattern: str, flags: str) -> tuple[Tree, str]:
    """The tree of a pattern, with its flags.

    Raises:
        PatternError: the pattern or its flags are wrong or too large.
    """
    if not FLAGS.issuperset(flags):
        raise PatternError("unknown_flag")
    if len(pattern) > MAX_LENGTH:
        raise PatternError("too_long")
    if "q" in flags:
        plain = tuple(Characters(_cased(sets.one(one), flags)) for one in pattern)
        return Sequence(plain), flags
    reader = _Reader(_without_spaces(pattern) if "x" in flags else pattern, flags)
    tree = reader.choice()
    if reader.position < len(reader.pattern):
        raise PatternError("unbalanced_parenthesis")
    return tree, flags


def _cased(matcher: Matcher, flags: str) -> Matcher:
    return sets.caseless(matcher) if "i" in flags else matcher


def _without_spaces(pattern: str) -> str:
    """The pattern without white space, except inside character classes."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for one in pattern:
        if not escaped:
            depth += (one == "[") - (one == "]")
        if depth or not one.isspace():
            kept.append(one)
            escaped = one == "\\" and not escaped
    return "".join(kept)


class _Reader(SetReader):
    def __init__(self, pattern: str, flags: str) -> None:
        super().__init__(pattern, flags)
        self._groups = 0
        self._nesting = 0

    def choice(self) -> Tree:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise PatternError("too_deep")
        options = [self._sequence()]
        while self.ahead() == "|":
            self.position += 1
            options.append(self._sequence())
        self._nesting -= 1
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Tree:
        parts: list[Tree] = []
        while self.ahead() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Sequence(tuple(parts))

    def _repeated(self, inside: Tree) -> Tree:
        times = self._times()
        if times is None:
            return inside
        greedy = self.ahead() != "?"
        self.position += not greedy
        if self.ahead() in ("?", "*", "+"):
            raise PatternError("double_quantifier")
        return Repeat(inside, *times, greedy)

    def _times(self) -> tuple[int, int | None] | None:
        simple = _SIMPLE_TIMES.get(self.ahead())
        if simple is not None:
            self.position += 1
            return simple
        found = _TIMES.match(self.pattern, self.position)
        if not found:
            return None
        self.position = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if max(least, most or 0) > MAX_TIMES or (most is not None and most < least):
            raise PatternError("bad_quantifier")
        return least, most

    def _atom(self) -> Tree:
        letter = self.take()
        if letter == "(":
            return self._group()
        if letter in ("^", "$"):
            return Anchor(letter == "$")
        if letter == ".":
            return Characters(sets.any_character(lines="s" in self.flags))
        if letter == "[":
            return Characters(self.character_class())
        if letter == "\\":
            return Characters(_cased(self.escape(), self.flags))
        if letter in ("?", "*", "+", "{", "}", "]"):
            raise PatternError("misplaced_character")
        return Characters(_cased(sets.one(letter), self.flags))

    def _group(self) -> Tree:
        if self.pattern.startswith("?:", self.position):
            self.position += 2
            return self._closed(self.choice())
        if self.ahead() == "?":
            raise PatternError("unknown_group")
        self._groups += 1
        number = self._groups
        return Group(number, self._closed(self.choice()))

    def _closed(self, tree: Tree) -> Tree:
        if self.take() != ")":
            raise PatternError("unbalanced_parenthesis")
        return tree
