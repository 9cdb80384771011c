"""The keyword library applied to a text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from nlp.segment import tokens

# A short Chinese word also turns up inside other words; from this length on it does not.
SHORT = 2
_NEGATIONS = frozenset({"没", "没有", "未", "并未", "无", "不是", "并非", "并没有", "毫无"})
# A fault that is not there is no fault; a refund that did not come is still about a refund.
_FAULT_TYPE = "repair"


class Entry(Protocol):
    """A word of the library (关键词) as the table holds it."""

    @property
    def word(self) -> str:
        """The word."""
        ...

    @property
    def type(self) -> str | None:
        """The type of feedback that it points to."""
        ...

    @property
    def category(self) -> str | None:
        """The category that it points to."""
        ...

    @property
    def department(self) -> str | None:
        """The department that it points to."""
        ...

    @property
    def weight(self) -> float:
        """How strongly."""
        ...


@dataclass(frozen=True)
class Match:
    """A library word found in a text (命中).

    Attributes:
        word: as the library writes it.
        type: type of feedback, as in the library.
        category: category, as in the library.
        department: department, as in the library.
        weight: weight, as in the library.
        places: where the word begins in the text.
    """

    word: str
    type: str | None
    category: str | None
    department: str | None
    weight: float
    places: tuple[int, ...]


@dataclass(frozen=True)
class Verdict:
    """What the found words say together (关键词判定).

    Attributes:
        type: the type with the most weight, None if no word names one.
        category: likewise.
        department: likewise.
        share: the part of all category weight that the best category has, 0 to 1.
        words: the words behind the verdict, strongest first.
    """

    type: str | None = None
    category: str | None = None
    department: str | None = None
    share: float = 0.0
    words: tuple[str, ...] = ()


def match(text: str, library: Iterable[Entry]) -> list[Match]:
    """Return the library words that a text holds, strongest first.

    A long word is found anywhere, and hides shorter ones inside it; a short or Latin one only
    where it is a word. A fault word right after a negation does not count.
    """
    plain = _normalise(text)
    page = _Page(plain)
    found = []
    for entry in sorted(library, key=lambda entry: (-len(entry.word), entry.word)):
        word = _normalise(entry.word)
        places = [at for at in _places(word, plain) if page.counts(word, at, entry.type)]
        page.take(places, len(word))
        if places:
            found.append(_match(entry, places))
    return sorted(found, key=lambda one: (-one.weight, one.places))


class _Page:
    """A text cut into words, and the places that found words already take."""

    def __init__(self, text: str) -> None:
        words = tokens(text)
        self._starts = {token.start for token in words}
        self._ends = {token.end for token in words}
        self._negated = {b.start for a, b in pairwise(words) if a.word in _NEGATIONS}
        self._taken = bytearray(len(text))

    def counts(self, word: str, start: int, kind: str | None) -> bool:
        end = start + len(word)
        whole = start in self._starts and end in self._ends
        denied = kind == _FAULT_TYPE and start in self._negated
        return (whole or _stands_alone(word)) and not denied and not any(self._taken[start:end])

    def take(self, places: Iterable[int], length: int) -> None:
        for start in places:
            self._taken[start : start + length] = b"\x01" * length


def verdict(matches: Sequence[Match]) -> Verdict:
    """Return the best type, category and department of the found words; each counts once."""
    if not matches:
        return Verdict()
    categories = _weights((one.category, one.weight) for one in matches)
    category = _best(categories)
    own = [one for one in matches if one.category == category] if category else list(matches)
    return Verdict(
        type=_best(_weights((one.type, one.weight) for one in matches)),
        category=category,
        department=_best(_weights((one.department, one.weight) for one in own)),
        share=categories[category] / sum(categories.values()) if category else 0.0,
        words=tuple(one.word for one in own),
    )


def _normalise(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _stands_alone(word: str) -> bool:
    return len(word) > SHORT and not word.isascii()


def _places(word: str, text: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(word), text)] if word else []


def _match(entry: Entry, places: Sequence[int]) -> Match:
    labels = (entry.type, entry.category, entry.department)
    return Match(entry.word, *labels, entry.weight, tuple(places))


def _weights(labelled: Iterable[tuple[str | None, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for label, weight in labelled:
        if label is not None:
            sums[label] = sums.get(label, 0.0) + weight
    return sums


def _best(sums: dict[str, float]) -> str | None:
    # The first of equals: dicts keep the order of the matches, strongest first.
    return max(sums, key=lambda label: sums[label], default=None)
