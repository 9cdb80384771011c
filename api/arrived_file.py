"""A file that arrives, encrypted on its way to the disk, and is gone unless it is kept (收文件)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from anyio import to_thread

from api.file_kinds import ENDINGS, KINDS, Sniffer, claimed, safe_name
from api.incoming_file import IncomingFile
from api.incoming_parts import IncomingPart
from api.problem import Problem
from models import attachment
from models.attachment_folder import Arriving, AttachmentFolder
from models.sealed_file import Sealer


@dataclass(frozen=True)
class ArrivedFile:
    """A file that is written and not yet kept."""

    id: UUID
    key: str
    name: str
    media_type: str
    sealer: Sealer
    arriving: Arriving


@asynccontextmanager
async def arrived(
    incoming: IncomingFile | IncomingPart, folder: AttachmentFolder, limit: int
) -> AsyncIterator[ArrivedFile]:
    """Take a file of a request, up to so many bytes.

    Raises:
        Problem: for what is no file, too large, empty, or not what its name says.
    """
    sniffer = Sniffer()
    file_id, key = uuid4(), attachment.new_key()
    with folder.arriving() as arriving:
        sealer = Sealer(arriving.file, bytes.fromhex(key), file_id)
        async for piece in incoming.pieces():
            if sealer.size + len(piece) > limit:
                raise Problem("attachment_too_large", limit=limit)
            await to_thread.run_sync(_take, sealer, sniffer, piece)
        name = safe_name(incoming.name)
        media_type = _media_type(name, sniffer, sealer.size)
        sealer.finish()
        yield ArrivedFile(file_id, key, name, media_type, sealer, arriving)


def _take(sealer: Sealer, sniffer: Sniffer, piece: bytes) -> None:
    sniffer.feed(piece)
    sealer.write(piece)


def _media_type(name: str, sniffer: Sniffer, size: int) -> str:
    kind = claimed(name)
    if kind is None:
        raise Problem("attachment_type_refused", endings=ENDINGS)
    if size == 0:
        raise Problem("attachment_empty")
    if not sniffer.is_a(kind):
        raise Problem("attachment_type_differs", claimed=kind, found=sniffer.found())
    return KINDS[kind].media_type
