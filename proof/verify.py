"""The check of one chain, and of what signed manifests say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from proof.chain import Row
from proof.diagnosis import SWAPPED, Place
from proof.finding import Finding
from proof.links import Links, RecordLinks


class Head(NamedTuple):
    """What a signed manifest says that a chain had come to (已签链尾)."""

    manifest: int
    number: int
    hash: str


@dataclass(frozen=True)
class Checked:
    """The outcome of one chain (核验结果).

    Attributes:
        records: how many there are.
        verified: how many from the first on are as they were sealed.
        head: the hash of the last, "" without any.
        manifest: the number of the last manifest that vouches for some of them, 0 for none.
        covered: the number of the last record that it vouches for.
        findings: what is wrong, the first place only.
    """

    records: int
    verified: int
    head: str
    manifest: int = 0
    covered: int = 0
    findings: list[Finding] = field(default_factory=list)


def check_chain(
    instance_key: int,
    rows: Sequence[Row],
    *,
    heads: Sequence[Head] = (),
    last_number: int | None = None,
) -> Checked:
    """Verify the records of an instance (核验实例链).

    Args:
        instance_key: the instance.
        rows: JSON objects with number, at, kind, element, key, data, commitments and hash (hex),
            in the order of their numbers.
        heads: what manifests say of it, oldest first.
        last_number: how many records the instance has by its own row, where known.
    """
    return check(RecordLinks(instance_key), rows, heads=heads, last_number=last_number)


def check(
    links: Links, rows: Sequence[Row], *, heads: Sequence[Head] = (), last_number: int | None = None
) -> Checked:
    """Verify a chain of either kind; see `check_chain`."""
    verified, broken = _walk(links, rows)
    findings = [] if broken is None else [broken]
    findings += _ends(links, rows, heads, last_number, sound=broken is None)
    agreed = _agreed(rows, heads, verified)
    if not findings and agreed < len(heads):
        findings.append(_rewritten(links, heads, agreed))
    vouching = heads[agreed - 1] if agreed else Head(0, 0, "")
    return Checked(
        records=len(rows),
        verified=verified,
        head=rows[-1]["hash"] if rows else "",
        manifest=vouching.manifest,
        covered=vouching.number,
        findings=findings,
    )


def _walk(links: Links, rows: Sequence[Row]) -> tuple[int, Finding | None]:
    """Return how many rows are sound, and what is wrong with the next."""
    before = links.genesis()
    for at, row in enumerate(rows):
        number = at + 1
        made = links.hash(before, row, number)
        if row["number"] != number or made.hex() != row["hash"]:
            return at, _misfit(Place(links, rows, at, number, before))
        before = made
    return len(rows), None


def _misfit(place: Place) -> Finding:
    found = place.diagnose()
    data = {"other": found.other} if found.kind == SWAPPED else {}
    code = f"{place.links.noun}_{found.kind}"
    return Finding(code, place.links.subject, found.number, data)


def _ends(
    links: Links,
    rows: Sequence[Row],
    heads: Sequence[Head],
    last_number: int | None,
    *,
    sound: bool,
) -> list[Finding]:
    """Find a cut end, or records after the last that the instance knows of."""
    last = max((row["number"] for row in rows), default=0)
    by_manifest = max(heads, key=lambda one: one.number, default=Head(0, 0, ""))
    expected = max(by_manifest.number, last_number or 0)
    if last < expected:
        data = {"expected": expected}
        if last < by_manifest.number:
            data["manifest"] = by_manifest.manifest
        return [Finding(f"{links.noun}s_truncated", links.subject, last + 1, data)]
    if sound and last_number is not None and last > last_number:
        data = {"expected": last_number}
        return [Finding(f"{links.noun}_inserted", links.subject, last_number + 1, data)]
    return []


def _agreed(rows: Sequence[Row], heads: Sequence[Head], verified: int) -> int:
    """Return how many heads, from the first on, name sound records."""
    for count, head in enumerate(heads):
        known = 0 < head.number <= verified
        if not known or rows[head.number - 1]["hash"] != head.hash:
            return count
    return len(heads)


def _rewritten(links: Links, heads: Sequence[Head], agreed: int) -> Finding:
    """The chain holds together and is another one than was signed."""
    first = heads[agreed - 1].number + 1 if agreed else 1
    denied = heads[agreed]
    data = {"until": denied.number, "manifest": denied.manifest}
    return Finding(f"{links.noun}_rewritten", links.subject, first, data)
