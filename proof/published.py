"""What was published of manifests, read back: their files, and the messages that told of them."""

from __future__ import annotations

import email
import json
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from proof.manifest_check import Published

# The last line of each message: the same in every language.
_MARK = re.compile(r"bihuan-manifest (\d{1,9}) ([0-9a-f]{64})(?![0-9a-f])")
_KINDS = (".json", ".eml", ".txt")


def read(path: Path) -> list[Published]:
    """Return what a file tells of manifests (外部清单): one, or those that a message names.

    A message is a mail as it came (`.eml`), the body of a webhook or a text; its sender is not
    checked: whoever keeps it knows where it came from. What is none of these is a `Published`
    without content.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return [Published(path.name, None)]
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if isinstance(told, dict) and "body" in told:
        return [Published(path.name, told)]
    marks = {(int(one[1]), one[2]) for said in _texts(content) for one in _MARK.finditer(said)}
    return [Published(path.name, None, mark) for mark in sorted(marks)] or [
        Published(path.name, None)
    ]


def files(path: Path) -> list[Path]:
    """Return the files of a folder that may tell of manifests, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.suffix in _KINDS and one.name[0] != ".")


def _texts(content: bytes) -> Iterator[str]:
    """Yield the text as it is, and what a mail packs into its parts."""
    yield content.decode("utf-8", "replace")
    for part in email.message_from_bytes(content, EmailMessage, policy=default).walk():
        if part.get_content_maintype() == "text":
            packed = part.get_payload(decode=True)
            yield packed.decode("utf-8", "replace") if isinstance(packed, bytes) else ""
