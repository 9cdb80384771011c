"""The words of an audit report, by language; records and acts as the console says them (措辞)."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

Language = Literal["zh-CN", "en"]
_WORDS = Path(__file__).with_name("words")
_ZONE = ZoneInfo("Asia/Shanghai")


@cache
def words(language: str) -> dict[str, Any]:
    """Return the catalogue of a language."""
    return _read(f"audit_report.{language}.json")


def kind_in_words(language: str, kind: str) -> str:
    """Return what a record of this kind says, the kind itself where no words are known."""
    return str(_read(f"kinds.{language}.json").get(kind, kind))


def act_in_words(language: str, act: str) -> str:
    """Return a look or act of access_record in words; parts of its name nest: `attachment.add`."""
    found: Any = _read(f"acts.{language}.json")
    for part in act.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, str) else act


def value_in_words(language: str, room: str, code: str | None) -> str:
    """Return a value such as a status in words; names that people gave stand for themselves."""
    return str(words(language)["values"][room].get(code, code)) if code else ""


def moment(at: datetime | None) -> str:
    """Return a moment to the second in the house's zone, "" for none."""
    return at.astimezone(_ZONE).isoformat(sep=" ", timespec="seconds")[:19] if at else ""


@cache
def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((_WORDS / name).read_text("utf-8"))
    return read
