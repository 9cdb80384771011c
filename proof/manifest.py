"""What a manifest says, its hash and its signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from proof import merkle
from proof.canonical import canonical
from proof.signing import Signer, Verifier

PURPOSE = "manifest 1"
FIRST = "0" * 64
_HASH = b"bihuan manifest 1\0"


class InstanceHead(NamedTuple):
    """What the chain of an instance had come to (链尾); the hash in hex."""

    instance: str
    number: int
    hash: str


@dataclass(frozen=True)
class Draft:
    """What goes into the next manifest (清单草稿).

    Attributes:
        number: one more than that of the manifest before.
        made_at: as `proof.chain.moment` writes it.
        previous: the hash of the manifest before in hex, `FIRST` without one.
        heads: of the instances that changed since, sorted by key.
        instances, root: how many instances there are, and the tree over the heads of all.
        access: number and hash of the last access record, None without any.
        definitions: the digests of all definitions.
        erased: persons erased since, each with the epoch of the destroyed key, None unknown.
    """

    number: int
    made_at: str
    previous: str
    heads: Sequence[InstanceHead]
    instances: int
    root: str
    access: tuple[int, str] | None
    definitions: Sequence[str]
    erased: Sequence[tuple[str, int | None]]

    def body(self, public: str) -> dict[str, Any]:
        """Return what is signed, as JSON."""
        return {
            "version": 1,
            "number": self.number,
            "made_at": self.made_at,
            "previous": self.previous,
            "key": public,
            "heads": [list(one) for one in self.heads],
            "instances": self.instances,
            "root": self.root,
            "access": None if self.access is None else list(self.access),
            "definitions": list(self.definitions),
            "erased": [list(one) for one in self.erased],
        }


def digest(body: Mapping[str, Any]) -> bytes:
    """Return the hash of a manifest, which the next one names."""
    return sha256(_HASH + canonical(dict(body))).digest()


def sign(signer: Signer, body: Mapping[str, Any]) -> bytes:
    """Return the signature of a manifest."""
    return signer.sign(PURPOSE, canonical(dict(body)))


def is_signed(verifier: Verifier, body: Mapping[str, Any], signature: bytes) -> bool:
    """Tell whether the house signed this."""
    return verifier.accepts(PURPOSE, canonical(dict(body)), signature)


def tree(heads: Iterable[InstanceHead]) -> str:
    """Return the root over the heads of all instances, sorted by their keys, in hex."""
    ordered = sorted(heads, key=lambda one: int(one.instance))
    return merkle.root(canonical(list(one)) for one in ordered).hex()
