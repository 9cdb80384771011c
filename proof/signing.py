"""Signatures by Ed25519 (RFC 8032)."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES = 32
KEY_FILE = "manifest.key"
PUBLIC_FILE = "manifest.pub"


class SigningKeyError(Exception):
    """A key file is missing or holds no key; says which."""


class Signer:
    """Signs in the name of a house (签名者); what each signature is for goes into it."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise SigningKeyError(f"a signing key has {SEED_BYTES} bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @classmethod
    def read(cls, folder: Path) -> Signer:
        """Return the signer of the key file in a folder of secrets."""
        try:
            return cls((folder / KEY_FILE).read_bytes())
        except OSError:
            raise SigningKeyError(f"there is no key file {KEY_FILE}") from None

    @property
    def public(self) -> str:
        """The public key in hex, with which anybody can check."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, purpose: str, content: bytes) -> bytes:
        """Return the signature of `content` for one purpose; it holds for no other."""
        return self._key.sign(_bound(purpose, content))


class Verifier:
    """Checks signatures with a public key alone (验签者)."""

    def __init__(self, public: str) -> None:
        try:
            self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public.strip()))
        except ValueError:
            raise SigningKeyError("the public key is none") from None

    @classmethod
    def read(cls, path: Path) -> Verifier:
        """Return the verifier of a file with a public key in hex."""
        try:
            return cls(path.read_text("ascii"))
        except (OSError, UnicodeDecodeError):
            raise SigningKeyError(f"there is no public key in {path.name}") from None

    def accepts(self, purpose: str, content: bytes, signature: bytes) -> bool:
        """Tell whether a signature is that of the house for this purpose and content."""
        try:
            self._key.verify(signature, _bound(purpose, content))
        except InvalidSignature:
            return False
        return True


def _bound(purpose: str, content: bytes) -> bytes:
    return b"bihuan " + purpose.encode() + b"\0" + content
