"""matches, replace, split and extract (正则函数)."""

import re
from collections.abc import Iterator

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.frame import Frame
from bpmn.feel.regex import Match, PatternError, Program, compiled, search

MAX_TEXT = 50_000
_REFERENCE = re.compile(r"\\([\\$])|\$(\d)|([\\$])|[^\\$]+", re.DOTALL)


def _program(frame: Frame, text: str, pattern: str, flags: str | None) -> Program | None:
    if len(text) > MAX_TEXT:
        frame.run.warn("text_too_long", function="matches", length=len(text))
        return None
    try:
        return compiled(pattern, flags or "")
    except PatternError as error:
        frame.run.warn("pattern_refused", reason=error.code)
        return None


def _matches(frame: Frame, program: Program, text: str) -> Iterator[Match]:
    at = 0
    while at <= len(text):
        found = search(program, text, at, frame.run.charge)
        if found is None:
            return
        yield found
        at = found[1] + (found[0] == found[1])


@builtin("matches(input: string, pattern: string, flags?: string)", framed=True)
def matches(frame: Frame, text: str, pattern: str, flags: str | None) -> bool | None:
    """Whether the pattern occurs in the text."""
    program = _program(frame, text, pattern, flags)
    return None if program is None else search(program, text, 0, frame.run.charge) is not None


@builtin(
    "replace(input: string, pattern: string, replacement: string, flags?: string)", framed=True
)
def replace(
    frame: Frame, text: str, pattern: str, replacement: str, flags: str | None
) -> str | None:
    """The text with each match replaced; `$1` in the replacement is the first group."""
    program = _program(frame, text, pattern, flags)
    pieces = [("", replacement)] if flags and "q" in flags else _pieces(replacement)
    if program is None or pieces is None:
        return None
    parts: list[str] = []
    at = 0
    for match in _matches(frame, program, text):
        parts.append(text[at : match[0]])
        parts += [_group(text, match, number) if number else plain for number, plain in pieces]
        at = match[1]
        frame.run.charge(len(pieces))
    return "".join([*parts, text[at:]])


def _pieces(replacement: str) -> list[tuple[str, str]] | None:
    """The replacement cut into (group number, plain text); None when it is wrong."""
    pieces = []
    for found in _REFERENCE.finditer(replacement):
        if found[3]:
            return None
        pieces.append((found[2] or "", found[1] or found[0]))
    return pieces


def _group(text: str, match: Match, number: str) -> str:
    slot = 2 * int(number)
    begin, end = match[slot : slot + 2] or (-1, -1)
    return text[begin:end] if begin >= 0 else ""


@builtin("split(string: string, delimiter: string)", framed=True)
def split(frame: Frame, text: str, delimiter: str) -> list[str] | None:
    """The parts of the text between the matches of the delimiter."""
    program = _program(frame, text, delimiter, None)
    if program is None:
        return None
    parts: list[str] = []
    at = 0
    for match in _matches(frame, program, text):
        if match[0] == match[1]:
            frame.run.warn("pattern_refused", reason="matches_nothing")
            return None
        parts.append(text[at : match[0]])
        at = match[1]
    return [*parts, text[at:]]


@builtin("extract(string: string, pattern: string)", framed=True)
def extract(frame: Frame, text: str, pattern: str) -> list[str] | None:
    """All matches of the pattern."""
    program = _program(frame, text, pattern, None)
    if program is None:
        return None
    return [text[match[0] : match[1]] for match in _matches(frame, program, text)]
