"""Phrases that a text should not hold, found with the reason for each (措辞检查).

The lexicons are files: patterns, a code for the reason, and a code for what to write instead. What
is negated, quoted or told of somebody else is no breach.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicons"
VAGUE, PROMISES = "vague", "promises"

_QUOTED = re.compile(r"[“\"「『\u2018《][^”\"」』\u2019》]*[”\"」』\u2019》]")
_SENTENCE = re.compile(r"[^。！？；!?;\n]+")
_CLAUSE_ENDS = re.compile(r"[，,。；：:、！？!?;\n]")
# 不能保证, 无法保证, 从未保证; two of them in a row affirm again: 不能不保证.
_NEGATION = re.compile(r"不|无法|未|没|非|勿|莫|难以|避免|禁止|切忌")
_NEGATED_WITHIN = 5
# 客户要求尽快处理: what somebody else says.
_TOLD = re.compile(
    r"(?:客户|用户|顾客|对方|您|来电|买家)[^，,]{0,6}(?:要求|希望|催促|催|表示|提出|询问|请求|认为|说)[^，,]{0,6}$"
)
_TIME = re.compile(
    r"(?:\d+|[一二两三四五六七八九十半]+)\s*(?:个)?(?:工作日|自然日|小时|分钟|天|日|周|星期|月|点|时)"
    r"|\d{1,2}[::]\d{2}|\d{4}-\d{1,2}-\d{1,2}|(?:今|明|后)[天日](?:上午|下午|中午|晚|内|前|\d)?"
    r"|(?:本|下)?(?:周|星期|礼拜)[一二三四五六日天]|当[天日]|(?:上午|下午)\d|下班前|月底前|周内"
)


@dataclass(frozen=True)
class Finding:
    """A phrase that was found (措辞问题): the reason's code, the phrase, what to do instead."""

    code: str
    phrase: str
    advice: str


@dataclass(frozen=True)
class _Entry:
    code: str
    advice: str
    pattern: re.Pattern[str]
    excused_by_time: bool


@cache
def _lexicon(name: str) -> tuple[_Entry, ...]:
    told = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return tuple(
        _Entry(
            one["code"],
            one["advice"],
            re.compile("|".join(one["patterns"])),
            one.get("excused_by_time", False),
        )
        for one in told
    )


def find(text: str, lexicon: str) -> list[Finding]:
    """Return what the text holds of a lexicon, in order, each phrase once.

    Args:
        text: what somebody wrote.
        lexicon: `VAGUE` or `PROMISES`.
    """
    plain = _QUOTED.sub(_blank, normal(text))
    found = dict.fromkeys(_found(plain, _lexicon(lexicon)))
    return list(found)


def names_a_time(text: str) -> bool:
    """Tell whether a text says when, or how long: 3个工作日内, 明天下午, 18:00."""
    return _TIME.search(normal(text)) is not None


def normal(text: str) -> str:
    """Return the text with full-width digits and signs made narrow, without spaces inside."""
    return re.sub(r"[ \t\u3000]+", "", unicodedata.normalize("NFKC", text))


def _blank(match: re.Match[str]) -> str:
    return "、" * len(match[0])


def _found(text: str, entries: tuple[_Entry, ...]) -> Iterator[Finding]:
    for sentence in _SENTENCE.finditer(text):
        timed = _TIME.search(sentence[0]) is not None
        for entry in entries:
            if entry.excused_by_time and timed:
                continue
            for match in entry.pattern.finditer(sentence[0]):
                if not _excused(sentence[0][: match.start()]):
                    yield Finding(entry.code, match[0], entry.advice)


def _excused(before: str) -> bool:
    clause = _CLAUSE_ENDS.split(before)[-1]
    negations = _NEGATION.findall(clause[-_NEGATED_WITHIN:])
    return len(negations) % 2 == 1 or _TOLD.search(clause) is not None
