"""The words of an audit report, by language; records and acts as the console says them (措辞)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

Language = Literal["zh-CN", "en"]
_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Words:
    """The catalogues of one language (词表).

    Attributes:
        folder: where `audit_report`, `kinds` and `acts` lie, each by language.
        language: which.
    """

    folder: Path
    language: Language

    @property
    def own(self) -> dict[str, Any]:
        """Return the words of the report itself."""
        return self._catalogue("audit_report")

    def kind(self, kind: str) -> str:
        """Return what a record of this kind says, the kind itself where no words are known."""
        return str(self._catalogue("kinds").get(kind, kind))

    def act(self, act: str) -> str:
        """Return a look or act of access_record in words; parts of its name nest."""
        found: Any = self._catalogue("acts")
        for part in act.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, str) else act

    def value(self, room: str, code: str | None) -> str:
        """Return a value such as a status; names that people gave stand for themselves."""
        return str(self.own["values"][room].get(code, code)) if code else ""

    def _catalogue(self, name: str) -> dict[str, Any]:
        return _read(self.folder / f"{name}.{self.language}.json")


def moment(at: datetime | None) -> str:
    """Return a moment to the second in the house's zone, "" for none."""
    return at.astimezone(_ZONE).isoformat(sep=" ", timespec="seconds")[:19] if at else ""


@cache
def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read
