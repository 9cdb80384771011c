"""String literals and their escapes (字符串字面量)."""

import re

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|([nrt\"'\\])|(.))", re.DOTALL)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def _decode(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else found[0]  # noqa: PLR2004 - Unicode's end
    # An unknown escape stays as it is: "\s" is how people write regular expressions.
    return _SIMPLE[found[3]] if found[3] else found[0]


def _join(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def unescape(literal: str) -> str:
    """The string a literal (with its quotes) stands for."""
    if "\\" not in literal:
        return literal[1:-1]
    return _PAIR.sub(_join, _ESCAPE.sub(_decode, literal[1:-1]))


def quote(text: str) -> str:
    """The literal of a string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
