"""The check of manifests: signatures, order, trees, and what was published of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from proof import manifest
from proof.finding import Finding, Findings
from proof.manifest import InstanceHead
from proof.signing import Verifier
from proof.verify import Head

File = Mapping[str, Any]


class Published(NamedTuple):
    """A manifest as somebody outside has it (外部清单); `content` None where it is none.

    `mark` is what a message told of one: its number, and its hash in hex.
    """

    name: str
    content: File | None
    mark: tuple[int, str] | None = None


@dataclass
class ManifestCheck:
    """Reads manifests in order (清单核验) and keeps what they say of every chain."""

    verifier: Verifier
    findings: Findings
    count: int = 0
    last: int = 0
    heads: dict[str, list[Head]] = field(default_factory=dict)
    access: list[Head] = field(default_factory=list)
    _hash: str = manifest.FIRST
    _hashes: dict[int, str] = field(default_factory=dict)
    _latest: dict[str, InstanceHead] = field(default_factory=dict)
    _whole: bool = True

    def read(self, files: Iterable[File]) -> None:
        """Check the manifests of the house itself."""
        newest: Mapping[str, Any] | None = None
        for file in files:
            newest = self._take(file) or newest
        if newest is not None:
            self._look_at_tree(newest)

    def compare(self, published: Sequence[Published]) -> None:
        """Hold them against those that were published: a later one tells of a cut tail."""
        known = self.last
        for one in sorted(published, key=_number):
            if (mark := self._mark(one)) is None:
                self.findings.add(Finding("published_forged", data={"file": one.name}))
                continue
            number, told = mark
            own = self._hashes.get(number)
            if own is None and number > known:
                data = {"published": number, "file": one.name}
                self.findings.add(Finding("manifests_truncated", number=known + 1, data=data))
                if one.content is not None:
                    self._remember(one.content["body"])
            elif own is not None and own != told:
                self.findings.add(
                    Finding("manifest_replaced", number=number, data={"file": one.name})
                )

    def _mark(self, one: Published) -> tuple[int, str] | None:
        """Return number and hash of what was published, None where nobody signed it."""
        if one.content is None or not self._is_signed(one.content):
            return one.mark if one.content is None else None
        body = one.content["body"]
        return body["number"], manifest.digest(body).hex()

    def _take(self, file: File) -> Mapping[str, Any] | None:
        """Check one manifest and return what it says, None where nobody signed it."""
        self.count += 1
        if not self._is_signed(file):
            number = _number(Published("", file)) or self.last + 1
            self.findings.add(Finding("manifest_forged", number=number))
            self._whole = False
            return None
        body: Mapping[str, Any] = file["body"]
        self._look_at_order(body)
        self._hash = self._hashes[body["number"]] = manifest.digest(body).hex()
        self.last = max(self.last, body["number"])
        self._remember(body)
        return body

    def _look_at_order(self, body: Mapping[str, Any]) -> None:
        number = body["number"]
        if number <= self.last:
            self.findings.add(Finding("manifest_inserted", number=number))
        elif number > self.last + 1:
            if self._whole:
                self.findings.add(Finding("manifest_missing", number=self.last + 1))
            self._whole = False
        elif self._whole and body["previous"] != self._hash:
            self.findings.add(Finding("manifest_unlinked", number=number))

    def _look_at_tree(self, body: Mapping[str, Any]) -> None:
        """Compare the tree; where a manifest is missing nobody knows all heads any more."""
        if not self._whole:
            return
        same = body["instances"] == len(self._latest)
        if not same or manifest.tree(self._latest.values()) != body["root"]:
            self.findings.add(Finding("manifest_root_wrong", number=body["number"]))

    def _remember(self, body: Mapping[str, Any]) -> None:
        for instance, number, own in body["heads"]:
            self._latest[instance] = InstanceHead(instance, number, own)
            self.heads.setdefault(instance, []).append(Head(body["number"], number, own))
        if body["access"] is not None:
            number, own = body["access"]
            self.access.append(Head(body["number"], number, own))

    def _is_signed(self, file: File) -> bool:
        try:
            signature = bytes.fromhex(file["signature"])
            return manifest.is_signed(self.verifier, file["body"], signature)
        except (KeyError, TypeError, ValueError, AttributeError):
            return False


def _number(published: Published) -> int:
    """Return the number that a manifest says it has, 0 where it says none."""
    if published.mark is not None:
        return published.mark[0]
    content = published.content
    body = content.get("body") if isinstance(content, Mapping) else None
    number = body.get("number") if isinstance(body, Mapping) else None
    return number if isinstance(number, int) else 0
