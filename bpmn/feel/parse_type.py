"""Types as they are written: `list<number>`, `function<string> -> number` (类型语法)."""

import re
from typing import TYPE_CHECKING

from bpmn.feel.lexer import WORD
from bpmn.feel.type_names import NAMES, FeelType

if TYPE_CHECKING:
    from bpmn.feel.parser import Parser

_FIELD_END = re.compile(r"[:,<>]")
_WORDS = (
    "date and time",
    "days and time duration",
    "years and months duration",
)


def parse_type(parser: "Parser") -> FeelType:
    """Read a type; a name that is not FEEL's own stands for an item definition."""
    name = _name(parser)
    known = NAMES.get(name, name)
    if not parser.accept("<"):
        return FeelType(known)
    parser.enter()
    readers = {"context": _fields, "function": _function}
    found = readers.get(known, _parts)(parser, known)
    parser.leave()
    return found


def _name(parser: "Parser") -> str:
    parts = [_part(parser)]
    while parser.accept("."):
        parts.append(_part(parser))
    return ".".join(parts)


def _part(parser: "Parser") -> str:
    token = parser.peek()
    for words in _WORDS:
        found = re.compile(words.replace(" ", r"\s+") + r"\b").match(parser.lexer.text, token.start)
        if found:
            parser.seek(found.end())
            return words
    found = WORD.match(parser.lexer.text, token.start)
    if token.kind == "name":
        return parser.take().text
    if not found:
        raise parser.error("type_expected")
    parser.seek(found.end())
    return found[0]


def _parts(parser: "Parser", name: str) -> FeelType:
    part = parse_type(parser)
    parser.expect(">")
    return FeelType(name, (part,))


def _fields(parser: "Parser", name: str) -> FeelType:
    fields: list[tuple[str, FeelType]] = []
    while not parser.at(">"):
        key = parser.raw_name(_FIELD_END)
        parser.expect(":")
        fields.append((key, parse_type(parser)))
        if not parser.accept(","):
            break
    parser.expect(">")
    return FeelType(name, fields=tuple(fields))


def _function(parser: "Parser", name: str) -> FeelType:
    parts: list[FeelType] = []
    while not parser.at(">"):
        parts.append(parse_type(parser))
        if not parser.accept(","):
            break
    parser.expect(">")
    parser.expect("->")
    return FeelType(name, tuple(parts), result=parse_type(parser))
