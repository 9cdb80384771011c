"""Sets of characters: escapes, categories, blocks and classes (字符集)."""

import re
import unicodedata

from bpmn.feel.regex.tree import Matcher, PatternError

_NAME_START = re.compile(r"[:A-Z_a-z\u00c0-\u02ff\u0370-\u1fff\u2c00-\ud7ff\U00010000-\U000effff]")
_NAME = re.compile(r"[-.:\w\u00b7]")
_SPACES = " \t\n\r"
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_PUNCTUATION = set("\\|.?*+(){}-[]^$")
_BLOCKS = {
    "IsBasicLatin": (0x0, 0x7F),
    "IsLatin-1Supplement": (0x80, 0xFF),
    "IsGreek": (0x370, 0x3FF),
    "IsCyrillic": (0x400, 0x4FF),
    "IsHiragana": (0x3040, 0x309F),
    "IsKatakana": (0x30A0, 0x30FF),
    "IsCJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "IsHangulSyllables": (0xAC00, 0xD7AF),
}
_CATEGORY = re.compile(r"L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?")


def one(character: str) -> Matcher:
    """The set of one character."""
    return lambda given: given == character


def span(first: str, last: str) -> Matcher:
    """All characters between two."""
    if first > last:
        raise PatternError("reversed_range")
    return lambda given: first <= given <= last


def inverse(matcher: Matcher) -> Matcher:
    """All characters but those of a set."""
    return lambda given: not matcher(given)


def union(matchers: list[Matcher]) -> Matcher:
    """The characters of any of the sets."""
    return lambda given: any(matcher(given) for matcher in matchers)


def without(matcher: Matcher, less: Matcher) -> Matcher:
    """The characters of one set that are not in another."""
    return lambda given: matcher(given) and not less(given)


def caseless(matcher: Matcher) -> Matcher:
    """The set with the other cases of its characters."""

    def match(given: str) -> bool:
        return any(matcher(form) for form in {given, *_forms(given)})

    return match


def _forms(given: str) -> list[str]:
    forms = (given.lower(), given.upper(), given.casefold(), given.lower().upper())
    return [form for form in forms if len(form) == 1]


def any_character(*, lines: bool) -> Matcher:
    """`.`: everything, or everything but the ends of lines."""
    return (lambda _: True) if lines else (lambda given: given not in "\n\r")


def _property(name: str) -> Matcher:
    if name in _BLOCKS:
        low, high = _BLOCKS[name]
        return lambda given: low <= ord(given) <= high
    if not _CATEGORY.fullmatch(name):
        raise PatternError("unknown_property")
    return lambda given: unicodedata.category(given).startswith(name)


_CLASSES: dict[str, Matcher] = {
    "s": lambda given: given in _SPACES,
    "d": lambda given: unicodedata.category(given) == "Nd",
    "w": lambda given: unicodedata.category(given)[0] not in "PZC",
    "i": lambda given: bool(_NAME_START.match(given)),
    "c": lambda given: bool(_NAME.match(given)),
}


def escape(letter: str, name: str = "") -> Matcher:
    """The set of an escape: a digit, a line feed, a category and so on.

    Raises:
        PatternError: there is no such escape, or it is a backreference.
    """
    if letter.isdigit():
        raise PatternError("backreference")
    if letter in "pP":
        found = _property(name)
        return found if letter == "p" else inverse(found)
    if letter in _CLASSES:
        return _CLASSES[letter]
    if letter.lower() in _CLASSES:
        return inverse(_CLASSES[letter.lower()])
    return one(escaped_character(letter))


def escaped_character(letter: str) -> str:
    """The one character an escape stands for.

    Raises:
        PatternError: it stands for a set, or for nothing.
    """
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    if letter not in _PUNCTUATION:
        raise PatternError("unknown_escape")
    return letter
