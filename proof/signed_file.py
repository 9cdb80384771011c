"""A file and a signature beside it, so that anybody can check where it comes from (签名文件)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from proof.signing import Signer, Verifier

ALGORITHM = "Ed25519"
_PREFIX = "file "


def signature(signer: Signer, name: str, content: bytes, made_at: str) -> dict[str, Any]:
    """Return what stands in the file beside: the digest and the signature over it, in hex.

    Name and moment are signed as well, so that neither can be changed.
    """
    digest = hashlib.sha256(content).hexdigest()
    told = {"name": name, "made_at": made_at, "sha256": digest, "algorithm": ALGORITHM}
    signed = signer.sign(_PREFIX + name, _bytes(told))
    return {**told, "public_key": signer.public, "signature": signed.hex()}


def is_genuine(verifier: Verifier, content: bytes, beside: Mapping[str, Any]) -> bool:
    """Say whether a file is the one that was signed, by the key that is trusted.

    The public key in the signature file is not believed.
    """
    told = {name: str(beside.get(name, "")) for name in ("name", "made_at", "sha256", "algorithm")}
    if told["sha256"] != hashlib.sha256(content).hexdigest() or told["algorithm"] != ALGORITHM:
        return False
    try:
        signed = bytes.fromhex(str(beside.get("signature", "")))
    except ValueError:
        return False
    return verifier.accepts(_PREFIX + told["name"], _bytes(told), signed)


def _bytes(told: Mapping[str, str]) -> bytes:
    return "\n".join(f"{name}={told[name]}" for name in sorted(told)).encode()
