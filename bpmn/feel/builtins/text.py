"""Functions of strings, apart from regular expressions (字符串函数)."""

from decimal import Decimal

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.decimals import is_integral


@builtin("substring(string: string, start position: number, length?: number)")
def substring(text: str, start: Decimal, length: Decimal | None) -> str | None:
    """The part from a position (from 1, or from -1 at the end) of a length in characters."""
    first = int(start)
    if not first or abs(first) > len(text) or (length is not None and length < 1):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin:] if length is None else text[begin : begin + int(length)]


@builtin("string length(string: string)")
def string_length(text: str) -> Decimal:
    """The number of characters."""
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(text: str) -> str:
    """The text in capitals."""
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(text: str) -> str:
    """The text in small letters."""
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(text: str, match: str) -> str:
    """What stands before the first match, nothing without one."""
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(text: str, match: str) -> str:
    """What stands behind the first match, nothing without one."""
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(text: str, match: str) -> bool:
    """Whether the match occurs."""
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(text: str, match: str) -> bool:
    """Whether the text begins with the match."""
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(text: str, match: str) -> bool:
    """Whether the text ends with the match."""
    return text.endswith(match)


@builtin("trim(string: string)")
def trim(text: str) -> str:
    """The text without white space at its ends."""
    return text.strip()


@builtin("is blank(string: string)")
def is_blank(text: str) -> bool:
    """Whether there is nothing but white space."""
    return not text.strip()


@builtin("string join(list: list<string>, delimiter?: string)")
def string_join(items: list[str | None], delimiter: str | None) -> str:
    """The items with the delimiter between them; null items are left out."""
    return (delimiter or "").join(item for item in items if item is not None)


@builtin("repeat(string: string, count: number)")
def repeat(text: str, count: Decimal) -> str | None:
    """The text so many times over, up to a million characters."""
    if not is_integral(count) or not 0 <= count * max(len(text), 1) <= 1_000_000:  # noqa: PLR2004
        return None
    return text * int(count)
