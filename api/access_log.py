"""The server's access log without addresses, tokens of links and queries (访问日志)."""

from __future__ import annotations

import logging
import re

from typing_extensions import override

_TOKEN = re.compile(r"/survey/[^/?\s]+")
_PATH = 2


class Redacted(logging.Filter):
    """Takes clients' addresses, tokens of links and queries out of uvicorn's lines."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record's arguments: client, method, path, version, status."""
        if isinstance(record.args, tuple) and len(record.args) > _PATH:
            # Where a customer writes from is personal data as well.
            arguments = ["-", *record.args[1:]]
            arguments[_PATH] = redact(str(arguments[_PATH]))
            record.args = tuple(arguments)
        return True


def redact(path: str) -> str:
    """Return a path without the token of a link and without its query."""
    plain, mark, _ = path.partition("?")
    return _TOKEN.sub("/survey/***", plain) + ("?***" if mark else "")


def install() -> None:
    """Filter what uvicorn writes from now on."""
    logging.getLogger("uvicorn.access").addFilter(Redacted())
