"""64-bit keys, written as strings (键)."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

_LARGEST = 2**63 - 1
_DIGITS = 19


def _read(value: object) -> object:
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
            raise ValueError(value)
        return int(value)
    return value


def _bounded(key: int) -> int:
    if key > _LARGEST:
        raise ValueError
    return key


Key = Annotated[
    int,
    AfterValidator(_bounded),
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,19}$", "examples": ["1048577"]}),
]
PathKey = Annotated[Key, Path(examples=["1048577"])]
