"""What people type: emoji stay, control characters go, bounds hold (文本字段)."""

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from api.problem import FieldError

# Zero-width joiners build emoji; marks that reverse the direction of a line serve deception only.
_DIRECTION_MARKS = dict.fromkeys((*range(8234, 8239), *range(8294, 8298)))


def clean(value: object) -> object:
    """Return a text in NFC without control characters, trimmed; anything else as it is.

    Raises:
        FieldError: half of a surrogate pair, which is no character.
    """
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldError("characters_invalid") from None
    lines = value.replace("\r\n", "\n").replace("\r", "\n").translate(_DIRECTION_MARKS)
    kept = (c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _filled(value: object) -> object:
    if value == "":
        raise FieldError("missing")
    return value


def _absent_if_empty(value: object) -> object:
    return None if value == "" else value


Clean = BeforeValidator(clean)
# The validators before run from right to left: first cleaned, then seen to be empty or not.
Filled = BeforeValidator(_filled)
AbsentIfEmpty = BeforeValidator(_absent_if_empty)

Line = Annotated[str, StringConstraints(max_length=200), Filled, Clean]
Reason = Annotated[str, StringConstraints(min_length=2, max_length=500), Filled, Clean]
