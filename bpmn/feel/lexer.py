"""The lexer: pulled token by token, because names depend on the names in scope (词法分析)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bpmn.feel.result import FeelSyntaxError

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
WORD = re.compile(f"[{_START}][{_PART}]*")
_IN_WORD = re.compile(f"[{_PART}]")
_PLAIN_NAME = re.compile(f"[{_START}][{_PART}]*(?: [{_START}][{_PART}]*)*")
_SKIP = re.compile(r"(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPERATOR = re.compile(r"\.\.|\*\*|<=|>=|!=|->|[-+*/=<>.,:()\[\]{}@]")
_QUOTED = re.compile(r"`([^`]+)`")
_INSTANCE_OF = re.compile(r"instance\s+of\b")
_SPACE = re.compile(r"\s+")
KEYWORDS = frozenset(
    {"and", "or", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies"}
    | {"between", "function", "external", "true", "false", "null"}
)
BUILTIN_NAMES = ("date and time", "years and months duration", "days and time duration")
"""Names of the language that hold a keyword, so that adjacency alone would not find them."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: kind is number, string, name, keyword, operator or end."""

    kind: str
    text: str
    start: int
    end: int


def normalise(name: str) -> str:
    """A name with its white space made single."""
    return _SPACE.sub(" ", name.strip())


def is_plain(name: str) -> bool:
    """Whether the lexer finds the name without being told: words, none of them a keyword."""
    return bool(_PLAIN_NAME.fullmatch(name)) and KEYWORDS.isdisjoint(name.split(" "))


@lru_cache(maxsize=4096)
def _name_pattern(name: str) -> re.Pattern[str]:
    pattern = r"\s+".join(re.escape(word) for word in name.split(" "))
    return re.compile(pattern + (f"(?![{_PART}])" if _IN_WORD.match(name[-1]) else ""))


class Lexer:
    """Cuts one text into tokens, longest known name first."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self.text = text
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        self.know([*BUILTIN_NAMES, *names])

    def know(self, names: Iterable[str]) -> bool:
        """Learn names that hold operators or keywords; whether one of them was new."""
        known = {name for name, _ in self._patterns}
        fresh = [n for n in map(normalise, names) if n and not is_plain(n) and n not in known]
        self._patterns += [(name, _name_pattern(name)) for name in fresh]
        self._patterns.sort(key=lambda pair: -len(pair[0]))
        return bool(fresh)

    def skip(self, position: int) -> int:
        """The position after white space and comments."""
        found = _SKIP.match(self.text, position)
        return found.end() if found else position

    def token(self, position: int) -> Token:
        """The token that begins at or after the position."""
        start = self.skip(position)
        if start >= len(self.text):
            return Token("end", "", start, start)
        for kind, pattern in (("number", _NUMBER), ("string", _STRING)):
            found = pattern.match(self.text, start)
            if found:
                return Token(kind, found[0], start, found.end())
        return self._name(start) or self._operator(start)

    def _operator(self, start: int) -> Token:
        found = _OPERATOR.match(self.text, start)
        if not found:
            raise FeelSyntaxError(start, "unexpected_character")
        return Token("operator", found[0], start, found.end())

    def _name(self, start: int) -> Token | None:
        for name, pattern in self._patterns:
            found = pattern.match(self.text, start)
            if found:
                return Token("name", name, start, found.end())
        found = _QUOTED.match(self.text, start)
        if found:
            return Token("name", normalise(found[1]), start, found.end())
        found = WORD.match(self.text, start)
        if not found:
            return None
        if found[0] in KEYWORDS:
            return Token("keyword", found[0], start, found.end())
        instance = _INSTANCE_OF.match(self.text, start)
        if instance:
            return Token("keyword", "instance of", start, instance.end())
        return self._words(start, found.end())

    def _words(self, start: int, end: int) -> Token:
        """Words in a row are one name: nothing else in FEEL puts two names side by side."""
        words = [self.text[start:end]]
        while True:
            begin = self.skip(end)
            found = WORD.match(self.text, begin) if begin > end else None
            if not found or found[0] in KEYWORDS or _INSTANCE_OF.match(self.text, begin):
                break
            words.append(found[0])
            end = found.end()
        return Token("name", " ".join(words), start, end)
