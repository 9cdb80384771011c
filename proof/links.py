"""The two kinds of chains, as the check of a chain needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from proof import chain
from proof.chain import Row


class Links(Protocol):
    """How one chain is made (链规则): what it begins with, and what binds a record to it."""

    @property
    def noun(self) -> str:
        """What its members are called in codes."""
        ...

    @property
    def subject(self) -> str:
        """Whose chain it is, "" for the only one of its kind."""
        ...

    def genesis(self) -> bytes:
        """Return what comes before the first."""
        ...

    def hash(self, previous: bytes, row: Row, number: int) -> bytes:
        """Return the hash of a member as if it had this number."""
        ...


@dataclass(frozen=True)
class RecordLinks:
    """The chain of the engine records of one instance (实例链)."""

    instance_key: int
    noun: str = "record"

    @property
    def subject(self) -> str:
        """The instance's key."""
        return str(self.instance_key)

    def genesis(self) -> bytes:
        """Return what comes before the first record."""
        return chain.genesis(self.instance_key)

    def hash(self, previous: bytes, row: Row, number: int) -> bytes:
        """Return the hash of a record as if it had this number."""
        return chain.record_hash(previous, self.instance_key, row, number)


@dataclass(frozen=True)
class AccessLinks:
    """The one chain of the access records (访问链)."""

    noun: str = "access_record"
    subject: str = ""

    def genesis(self) -> bytes:
        """Return what comes before the first record."""
        return chain.access_genesis()

    def hash(self, previous: bytes, row: Row, number: int) -> bytes:
        """Return the hash of a record as if it had this number."""
        return chain.access_hash(previous, row, number)
