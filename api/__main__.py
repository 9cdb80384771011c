"""Entry of `python -m api`: serve the interface until SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

import settings
from api import access_log, live_events
from api.app import create_app


def main() -> None:
    """Serve on the address of the settings."""
    chosen = settings.load()
    logging.basicConfig(level=chosen.log_level.upper())
    # The libraries' own chatter may name what was sent.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    server = _Server(
        uvicorn.Config(
            create_app(),
            host=chosen.api_host,
            port=chosen.api_port,
            log_level=chosen.log_level.lower(),
            server_header=False,
            # Longer than clients and proxies keep an idle connection (60 s as a rule): who hangs up
            # first must be the one who sends, or a request meets a connection that has just ended.
            timeout_keep_alive=75,
            # Whoever reads nothing cannot be told of the end; a supervisor waits 20 s.
            timeout_graceful_shutdown=15,
        )
    )
    # After the configuration, which sets the loggers up anew.
    access_log.install()
    # The server stops gracefully and then raises the signal again: stopping is no failure.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    server.run()


class _Server(uvicorn.Server):
    """A server that ends the streams of events itself: they would go on for ever."""

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests and wait for those under way."""
        app = self.config.app
        assert isinstance(app, FastAPI)  # noqa: S101 (made by `main`)
        await live_events.close(app)
        await super().shutdown(sockets)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (as signals call it)
    logging.shutdown()
    # Temporal's client may abort the interpreter on its ordinary way out.
    os._exit(0)


if __name__ == "__main__":
    main()
