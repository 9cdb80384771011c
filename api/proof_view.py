"""What a verification found, as the API tells it (核验结果)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from proof.finding import Finding, Findings


class ProofFinding(BaseModel):
    """The first place of a kind: of an instance, a record or a manifest; `count` in all (发现).

    `subject` is the key of the instance, "" where it is about none.
    """

    code: str
    subject: str
    number: int
    data: dict[str, Any]
    count: int


def finding_views(found: Findings | Iterable[Finding]) -> list[ProofFinding]:
    """Return the first finding of each kind."""
    if not isinstance(found, Findings):
        kinds = Findings()
        for one in found:
            kinds.add(one)
        found = kinds
    return [ProofFinding(**one) for one in found.to_json()]


FINDING = {
    "code": "record_changed",
    "subject": "1048576",
    "number": 41,
    "data": {},
    "count": 1,
}
