"""One file out of a form, as it arrives: no part of it is laid down anywhere unencrypted."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request

from api.incoming_parts import IncomingParts
from api.problem import Problem

FIELD = "file"


class IncomingFile:
    """The file in the field `file` of a form (上传文件); `name` is known with its first piece.

    The framework's own reader would write larger files to a folder for temporary ones.
    """

    def __init__(self, request: Request) -> None:
        self.name = ""
        self._form = IncomingParts(request)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file as it arrives.

        Raises:
            Problem: `body_malformed` for anything but exactly one field `file` with a file.
        """
        files = 0
        async for part in self._form.parts():
            files += 1
            if part.field != FIELD or not part.is_file or files > 1:
                raise Problem("body_malformed")
            self.name = part.name
            async for piece in part.pieces():
                yield piece
        if files != 1:
            raise Problem("body_malformed")
