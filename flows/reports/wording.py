"""The words of reports, by language."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from models.measures.measure import UNKNOWN

FOLDER = Path(__file__).parent / "words"


@cache
def words(locale: str) -> dict[str, Any]:
    """Return the catalogue of a language (词表); Chinese where there is none."""
    path = FOLDER / f"{locale}.json"
    chosen = path if path in FOLDER.glob("*.json") else FOLDER / "zh-CN.json"
    read: dict[str, Any] = json.loads(chosen.read_text("utf-8"))
    return read


def key_word(locale: str, dimension: str, key: str) -> str:
    """Return the word for a key; names that people gave stand for themselves."""
    known: dict[str, Any] = words(locale)["keys"]
    if key == UNKNOWN:
        return str(known[UNKNOWN])
    return str(known.get(dimension, {}).get(key, key))
