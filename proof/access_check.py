"""The check of the access records, page by page: there may be many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from proof.chain import Row
from proof.diagnosis import SWAPPED, Place
from proof.finding import Finding, Findings
from proof.links import AccessLinks
from proof.verify import Head

LINKS = AccessLinks()


@dataclass
class AccessCheck:
    """Walks the chain of the access records (访问链核验) up to the first that does not fit.

    A row without a record, which holds number and hash only, is one whose record is gone.
    """

    heads: Sequence[Head]
    findings: Findings
    verified: int = 0
    records: int = 0
    _before: bytes = field(default_factory=LINKS.genesis)
    _broken: bool = False
    _at_heads: dict[int, str] = field(default_factory=dict)
    _wanted: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self._wanted = frozenset(head.number for head in self.heads)

    def read(self, pages: Iterable[Sequence[Row]]) -> None:
        """Check all pages, then what the manifests say."""
        for page in pages:
            self.records += len(page)
            if not self._broken:
                self._walk(page)
        if not self._broken:
            self._end()

    def _walk(self, page: Sequence[Row]) -> None:
        for at, row in enumerate(page):
            number = self.verified + 1
            if row["number"] == number and "at" not in row:
                self._break(Finding("access_record_deleted", number=number))
                return
            made = None if "at" not in row else LINKS.hash(self._before, row, number)
            if row["number"] != number or made is None or made.hex() != row["hash"]:
                self._break(self._misfit(page, at, number))
                return
            self._before, self.verified = made, number
            if number in self._wanted:
                self._at_heads[number] = made.hex()

    def _misfit(self, page: Sequence[Row], at: int, number: int) -> Finding:
        known = [row for row in page[at:] if "at" in row]
        if page[at]["number"] > number or not known or known[0] is not page[at]:
            return Finding("access_record_deleted", number=number)
        found = Place(LINKS, known, 0, number, self._before).diagnose()
        data = {"other": found.other} if found.kind == SWAPPED else {}
        return Finding(f"access_record_{found.kind}", number=found.number, data=data)

    def _break(self, finding: Finding) -> None:
        self._broken = True
        self.findings.add(finding)

    def _end(self) -> None:
        agreed = 0
        for head in self.heads:
            if head.number > self.verified:
                data = {"expected": head.number, "manifest": head.manifest}
                self._break(Finding("access_records_truncated", "", self.verified + 1, data))
                return
            if self._at_heads.get(head.number) != head.hash:
                data = {"until": head.number, "manifest": head.manifest}
                self._break(Finding("access_record_rewritten", "", agreed + 1, data))
                return
            agreed = head.number
