"""Where attachments lie, how large they may be, and who scans them (附件规则)."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from api.scanner import Scanner
from models.attachment import Attachment
from models.attachment_folder import AttachmentFolder
from settings import Settings

MAX_FILES = 200


@dataclass(frozen=True)
class AttachmentRules:
    """What a deployment chose.

    Attributes:
        folder: where the encrypted files lie.
        file_limit: bytes of one file.
        item_limit: bytes of all files of an item.
        scanner: None where nobody looks at what is sent.
        upload_files: how many a customer may send with an item; 0: none.
        upload_bytes: how many bytes these may be together.
        waiting_bytes: bytes of all files whose items are not told yet.
    """

    folder: AttachmentFolder
    file_limit: int = 20_000_000
    item_limit: int = 200_000_000
    scanner: Scanner | None = None
    upload_files: int = 10
    upload_bytes: int = 50_000_000
    waiting_bytes: int = 5_000_000_000

    def lets_out(self, one: Attachment) -> bool:
        """Say whether a file may be downloaded as far as scanning goes."""
        if self.scanner is None:
            return one.scan != "infected"
        return one.scan == "clean"


def opened(chosen: Settings) -> AttachmentRules:
    """Return the rules of the settings."""
    command = shlex.split(chosen.scan_command)
    return AttachmentRules(
        AttachmentFolder(chosen.attachments_path),
        chosen.attachment_bytes,
        chosen.attachment_item_bytes,
        Scanner(command, chosen.scan_seconds) if command else None,
        chosen.intake_files,
        min(chosen.intake_bytes, chosen.attachment_item_bytes),
        chosen.intake_waiting_bytes,
    )
