"""What a verification found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed (发现): a code, and where.

    Attributes:
        code: what; the words are in `proof/words.*.json`.
        subject: the instance's key, or "" for access records, manifests and files.
        number: of the record or the manifest, 0 for a file.
        data: what else is known: codes, numbers, names of files.
    """

    code: str
    subject: str = ""
    number: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "code": self.code,
            "subject": self.subject,
            "number": self.number,
            "data": dict(self.data),
        }


@dataclass
class Findings:
    """The first finding of each kind, and how many of the kind there were (发现汇总)."""

    first: dict[str, Finding] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Take one more."""
        self.first.setdefault(finding.code, finding)
        self.counts[finding.code] = self.counts.get(finding.code, 0) + 1

    def __bool__(self) -> bool:
        return bool(self.first)

    def to_json(self) -> list[dict[str, Any]]:
        """Return them as JSON holds them, each with the count of its kind."""
        return [
            {**found.to_json(), "count": self.counts[code]} for code, found in self.first.items()
        ]
