"""One file out of a form, as it arrives: no part of it is laid down anywhere unencrypted."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from api.problem import Problem

FIELD = b"file"


class IncomingFile:
    """The file in the field `file` of a form (上传文件); `name` is known with its first piece.

    The framework's own reader would write larger files to a folder for temporary ones.
    """

    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise Problem("media_type_unsupported")
        self.name = ""
        self._request = request
        self._arrived = bytearray()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._files = 0
        self._ended = False
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_header_field": self._on_header_name,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_end": self._on_end,
            },
        )

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file as it arrives.

        Raises:
            Problem: `body_malformed` for anything but exactly one field `file` with a file.
        """
        try:
            async for sent in self._request.stream():
                self._parser.write(sent)
                if self._arrived:
                    piece = bytes(self._arrived)
                    self._arrived.clear()
                    yield piece
        except (FormParserError, ClientDisconnect):
            raise Problem("body_malformed") from None
        if not self._ended or self._files != 1:
            raise Problem("body_malformed")

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _on_header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._files += 1
        if options.get(b"name") != FIELD or b"filename" not in options or self._files > 1:
            raise Problem("body_malformed")
        self.name = options[b"filename"].decode("utf-8", "replace")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._arrived += data[start:end]

    def _on_end(self) -> None:
        self._ended = True
