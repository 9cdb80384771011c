"""A form with fields and files as it arrives: nothing of it is laid down anywhere (表单部分)."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from api.problem import Problem


@dataclass(frozen=True)
class _Begin:
    """A part begins; `filename` is None for a field."""

    name: str
    filename: str | None


class IncomingPart:
    """One part: a field, or a file with the name that its sender gave it (部分)."""

    def __init__(self, form: IncomingParts, begin: _Begin) -> None:
        self.field = begin.name
        self.is_file = begin.filename is not None
        self.name = begin.filename or ""
        self._form = form
        self._over = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what is in it, as it arrives."""
        while not self._over:
            event = await self._form.event()
            if isinstance(event, bytes):
                yield event
            else:
                self._over = True

    async def text(self, limit: int) -> str:
        """Return the text of a field.

        Raises:
            Problem: `body_too_large`.
        """
        read = bytearray()
        async for piece in self.pieces():
            read += piece
            if len(read) > limit:
                raise Problem("body_too_large", limit=limit)
        return read.decode("utf-8", "replace")


class IncomingParts:
    """The parts of a form, one after the other."""

    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise Problem("media_type_unsupported")
        self._stream = request.stream()
        self._events: deque[_Begin | bytes | None] = deque()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._ended = False
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_header_field": lambda d, start, end: self._header[0].extend(d[start:end]),
                "on_header_value": lambda d, start, end: self._header[1].extend(d[start:end]),
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": lambda d, start, end: self._events.append(bytes(d[start:end])),
                "on_part_end": lambda: self._events.append(None),
                "on_end": self._on_end,
            },
        )

    async def parts(self) -> AsyncIterator[IncomingPart]:
        """Yield the parts; what nobody reads of one is passed over.

        Raises:
            Problem: `body_malformed`.
        """
        while True:
            event = await self.event()
            if not isinstance(event, _Begin):
                return
            part = IncomingPart(self, event)
            yield part
            async for _ in part.pieces():
                pass

    async def event(self) -> _Begin | bytes | None:
        """Return the beginning of a part, a piece of it, or None for its end and that of all."""
        while not self._events and not self._ended:
            try:
                self._parser.write(await anext(self._stream))
            except (FormParserError, ClientDisconnect, StopAsyncIteration):
                raise Problem("body_malformed") from None
        return self._events.popleft() if self._events else None

    def _on_header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name, filename = options.get(b"name", b""), options.get(b"filename")
        named = None if filename is None else filename.decode("utf-8", "replace")
        self._events.append(_Begin(name.decode("utf-8", "replace"), named))

    def _on_end(self) -> None:
        self._ended = True
