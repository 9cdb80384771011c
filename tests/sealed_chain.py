"""Sealed chains without a database, and what attackers do to them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

from proof import chain, manifest
from proof.manifest import Draft, InstanceHead
from proof.signing import Signer

Rows = list[dict[str, Any]]
SIGNER = Signer(b"s" * 32)
STRANGER = Signer(b"x" * 32)


def sealed(instance: int, records: Iterable[Mapping[str, Any]]) -> Rows:
    """Return records as a database gives them back, each with its hash."""
    last = chain.genesis(instance)
    rows: Rows = []
    for record in records:
        row = {**json.loads(json.dumps(record)), "instance": instance, "commitments": None}
        row["at"] = chain.moment(row["at"])
        last = chain.record_hash(last, instance, row)
        rows.append({**row, "hash": last.hex()})
    return rows


def invented(instance: int, count: int, text: str = "") -> Rows:
    """Return a sealed chain of as many records."""
    at = "2026-11-21T09:00:00.000000+00:00"
    keys = {"at": at, "kind": "VARIABLES_SET", "element": "accept", "key": instance}
    return sealed(
        instance,
        ({**keys, "number": n, "data": {"n": n, "text": text}} for n in range(1, count + 1)),
    )


def at(rows: Rows, number: int) -> dict[str, Any]:
    return next(row for row in rows if row["number"] == number)


def changed(rows: Rows, number: int) -> Rows:
    found = copy.deepcopy(rows)
    at(found, number)["data"]["forged"] = True
    return found


def deleted(rows: Rows, number: int) -> Rows:
    return [row for row in copy.deepcopy(rows) if row["number"] != number]


def closed_up(rows: Rows, number: int) -> Rows:
    """Delete a record and give those after it lower numbers."""
    return [
        {**row, "number": row["number"] - 1} if row["number"] > number else row
        for row in deleted(rows, number)
    ]


def inserted(rows: Rows, number: int) -> Rows:
    """Put in a record and give those after it higher numbers."""
    found = copy.deepcopy(rows)
    fake = {**copy.deepcopy(at(rows, number)), "kind": "FORGED"}
    for row in found:
        row["number"] += row["number"] >= number
    return sorted([*found, fake], key=lambda row: row["number"])


def doubled(rows: Rows, number: int) -> Rows:
    """Put in a second record of the same number."""
    fake = {**copy.deepcopy(at(rows, number)), "kind": "FORGED"}
    return sorted([*copy.deepcopy(rows), fake], key=lambda row: row["number"])


def swapped(rows: Rows, number: int, other: int, *, with_hashes: bool = True) -> Rows:
    """Let the contents of two records change places."""
    found = copy.deepcopy(rows)
    left, right = at(found, number), at(found, other)
    kept = {"number"} if with_hashes else {"number", "hash"}
    for name in left.keys() - kept:
        left[name], right[name] = right[name], left[name]
    return found


def truncated(rows: Rows, number: int) -> Rows:
    return [row for row in copy.deepcopy(rows) if row["number"] < number]


def rewritten(rows: Rows, number: int) -> Rows:
    """Change a record and compute all hashes anew, as whoever has the database can."""
    return sealed(rows[0]["instance"], changed(rows, number))


def manifests(
    days: Iterable[Mapping[int, Rows]],
    *,
    signer: Signer = SIGNER,
    access: Iterable[tuple[int, str] | None] = (),
) -> list[dict[str, Any]]:
    """Return a manifest a day; a day tells how far each instance had come."""
    latest: dict[str, InstanceHead] = {}
    previous, files = manifest.FIRST, []
    links = iter(access)
    for number, day in enumerate(days, 1):
        heads = [
            InstanceHead(str(key), rows[-1]["number"], rows[-1]["hash"])
            for key, rows in sorted(day.items())
        ]
        latest |= {one.instance: one for one in heads}
        body = Draft(
            number=number,
            made_at=f"2026-11-{number:02}T16:15:00.000000+00:00",
            previous=previous,
            heads=heads,
            instances=len(latest),
            root=manifest.tree(latest.values()),
            access=next(links, None),
            definitions=["d" * 64],
            erased=[],
        ).body(signer.public)
        files.append({"body": body, "signature": manifest.sign(signer, body).hex()})
        previous = manifest.digest(body).hex()
    return files
