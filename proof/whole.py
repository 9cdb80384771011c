"""Everything verified: all instances, all access records, all manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from proof.access_check import AccessCheck
from proof.chain import Row
from proof.finding import Finding, Findings
from proof.manifest_check import File, ManifestCheck, Published
from proof.signing import Verifier
from proof.verify import check_chain


class Instance(NamedTuple):
    """The records of one instance, and how many it has by its own row, None unknown (实例)."""

    key: int
    rows: Sequence[Row]
    last_number: int | None = None


class Material(Protocol):
    """What is verified (核验材料): an export, or the database itself."""

    @property
    def is_partial(self) -> bool:
        """Whether only some instances were taken along."""
        ...

    def manifests(self) -> Iterator[File]:
        """Yield the manifests in order."""
        ...

    def instances(self) -> Iterator[Instance]:
        """Yield the instances, each once."""
        ...

    def access(self) -> Iterator[Sequence[Row]]:
        """Yield the access records in the order of their chain, in pages."""
        ...

    def damages(self) -> Iterator[Finding]:
        """Yield, after all else was read, what could not be read."""
        ...


@dataclass
class Report:
    """The outcome of a verification (核验报告)."""

    instances: int = 0
    records: int = 0
    verified: int = 0
    access_records: int = 0
    access_verified: int = 0
    manifests: int = 0
    last_manifest: int = 0
    is_partial: bool = False
    findings: Findings = field(default_factory=Findings)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        counted = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "findings"
        }
        return {"sound": self.is_sound, **counted, "findings": self.findings.to_json()}


def verify(material: Material, verifier: Verifier, published: Iterable[Published] = ()) -> Report:
    """Verify everything (全库核验) and name the first bad place of each kind.

    Args:
        material: what is verified.
        verifier: holds the public key of the house.
        published: manifests as they are known outside.
    """
    report = Report(is_partial=material.is_partial)
    manifests = ManifestCheck(verifier, report.findings)
    manifests.read(material.manifests())
    manifests.compare(list(published))
    report.manifests, report.last_manifest = manifests.count, manifests.last
    _look_at_instances(material, manifests, report)
    access = AccessCheck(manifests.access, report.findings)
    access.read(material.access())
    report.access_records, report.access_verified = access.records, access.verified
    for damage in material.damages():
        report.findings.add(damage)
    return report


def _look_at_instances(material: Material, manifests: ManifestCheck, report: Report) -> None:
    unseen = {} if material.is_partial else dict.fromkeys(manifests.heads)
    for instance in material.instances():
        name = str(instance.key)
        unseen.pop(name, None)
        heads = manifests.heads.get(name, ())
        found = check_chain(
            instance.key, instance.rows, heads=heads, last_number=instance.last_number
        )
        report.instances += 1
        report.records += found.records
        report.verified += found.verified
        for one in found.findings:
            report.findings.add(one)
    for name in unseen:
        vouching = manifests.heads[name][-1]
        data = {"manifest": vouching.manifest, "expected": vouching.number}
        report.findings.add(Finding("instance_deleted", name, 1, data))
