"""An archive: all that is known of a closed instance, replayed without any server (归档)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from temporalio.client import WorkflowHistory

from audit import archive_folder
from audit.compare import Comparison, compare
from audit.history import Memory, remember
from bpmn.records import Record
from bpmn.replayed import Replayed
from bpmn.state import State
from workflows.codec import ServiceKeyCodec

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "bihuan-archive/1"


class UnknownFormatError(ValueError):
    """The file is an archive of another format, or none of an instance."""


@dataclass(frozen=True)
class Archive:
    """One instance as it was archived.

    Attributes:
        instance: the row of the instance, and the number of its item.
        records: as `models.audit_record.read` returns them.
        proofs: by number of the record: its `hash` in hex and its `commitments`.
        batches: which command was committed with which first record, and when.
        histories: each run as Temporal's JSON, its payloads closed with the service key.
        access: who looked at it or did what around it.
        calendars: the versions of the working calendar that it counted with.
        made_at: ISO 8601.
    """

    instance: dict[str, Any]
    records: list[dict[str, Any]]
    proofs: list[dict[str, Any]]
    batches: list[dict[str, Any]]
    histories: list[dict[str, Any]]
    access: list[dict[str, Any]]
    calendars: list[int]
    made_at: str

    @property
    def key(self) -> int:
        """Return the key of the instance."""
        return int(self.instance["key"])

    @property
    def definition(self) -> str:
        """Return the digest of the definition that it ran on."""
        return str(self.instance["digest"])

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {"format": FORMAT, **vars(self)}

    @staticmethod
    def from_json(value: dict[str, Any]) -> Archive:
        """Return what a JSON object tells.

        Raises:
            UnknownFormatError: it is no archive of this format.
        """
        if value.get("format") != FORMAT:
            raise UnknownFormatError(str(value.get("format")))
        return Archive(**{name: one for name, one in value.items() if name != "format"})

    def replay(self, n: int | None = None) -> Replayed:
        """Return what the instance had come to after its first `n` records, by default all."""
        replayed = Replayed(State(self.key, last_key=self.key))
        for row in self.records[:n]:
            replayed.add(Record.from_json(row))
        return replayed

    def runs(self) -> list[WorkflowHistory]:
        """Return Temporal's histories, oldest first, as its replayer takes them."""
        named = str(self.instance["workflow_id"])
        return [WorkflowHistory.from_json(named, one) for one in self.histories]

    def memory(self, service_key: bytes) -> Memory:
        """Return the batches that the histories tell."""
        return remember(self.runs(), ServiceKeyCodec(service_key))

    def compare(self, service_key: bytes) -> Comparison | None:
        """Hold records and histories against each other at every step; None without a history."""
        if not self.histories:
            return None
        return compare(self.key, self.records, self.memory(service_key))


def read(path: Path, service_key: bytes) -> Archive:
    """Return the archive in a file.

    Raises:
        ArchiveError: the file cannot be read.
        UnknownFormatError: it holds something else.
    """
    key = archive_folder.archive_key(service_key)
    return Archive.from_json(archive_folder.read_file(path, key))
