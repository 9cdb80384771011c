"""The unwrapped data key of one person."""

from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.key_source import seal, unseal
from proof.commitment import commitment


@dataclass(frozen=True)
class DataKey:
    """Seals, opens and commits to the texts of one person (数据密钥); shows nothing of itself."""

    secret: bytes = field(repr=False)
    cipher: AESGCM = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cipher", AESGCM(self.secret))

    def seal(self, reference: UUID, text: str) -> bytes:
        """Return a text encrypted, bound to its reference."""
        return seal(self.cipher, text.encode(), reference.bytes)

    def unseal(self, reference: UUID, sealed: bytes) -> str:
        """Return the text; raises KeySourceError for a wrong key or changed bytes."""
        return unseal(self.cipher, sealed, reference.bytes).decode()

    def commit(self, reference: UUID, text: str) -> bytes:
        """Return the commitment of a text under its reference."""
        return commitment(self.secret, reference, text)
