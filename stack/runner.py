"""The life of one part: start, readiness, restart, stop (运行)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Callable
from typing import Any

from stack.backoff import Backoff
from stack.errors import StackError
from stack.leash import leashed
from stack.logs import Log
from stack.part import Part

PROBE_PAUSE = 0.1
PROBE_SECONDS = 10.0


class PartError(StackError):
    """A part does not come up."""


class Runner:
    """Keeps one part running.

    Args:
        changed: called after each change of what `status` shows.
    """

    def __init__(
        self, part: Part, log: Log, *, changed: Callable[[], None], backoff: Backoff | None = None
    ) -> None:
        self.part = part
        self.up = asyncio.Event()
        self.ready = False
        self.restarts = 0
        self._log = log
        self._changed = changed
        self._backoff = backoff or Backoff()
        self._process: Process | None = None
        self._output: asyncio.Task[None] | None = None

    @property
    def status(self) -> dict[str, Any]:
        """What `status` shows of this part."""
        running = self._process is not None and self._process.returncode is None
        return {
            "name": self.part.name,
            "pid": self._process.pid if running and self._process else None,
            "ready": self.ready,
            "restarts": self.restarts,
            "ports": dict(self.part.ports),
        }

    async def run(self) -> None:
        """Start the part again and again until this is cancelled; a task until it succeeded.

        Raises:
            PartError: it never came up.
        """
        clock = asyncio.get_running_loop().time
        while True:
            born = clock()
            fault = await self._live()
            if fault is None:
                return
            if not self.up.is_set() and self.restarts + 1 >= self.part.tries:
                raise PartError("\n".join([f"{self.part.name}: {fault}", *self._last_words()]))
            wait = self._backoff.after(clock() - born)
            self._log.say(f"{self.part.name}: {fault}; again in {wait:g} s")
            await asyncio.sleep(wait)
            self.restarts += 1

    async def stop(self) -> None:
        """Ask the part to end, and kill what is left of it after a while."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.part.stop_signal)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self.part.stop_seconds)
        await self._bury()

    def kill(self) -> None:
        """End the part at once."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _live(self) -> str | None:
        """Go through one life and return why it ended; None for a task that succeeded."""
        try:
            process = await self._start()
            if self.part.ready is not None and not await self._until_ready(process):
                fault = f"not ready, exit code {process.returncode}"
            else:
                fault = await self._until_end(process)
        except StackError as error:
            fault = str(error)
        # Not in a `finally`: when the supervisor stops, it ends the parts in its own order.
        await self._bury()
        return fault or None

    async def _start(self) -> Process:
        if self.part.prepare is not None:
            await self.part.prepare()
        # A pipe of our own: asyncio's would make `wait` wait for grandchildren that hold it open.
        reader, writer = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *leashed(
                    list(self.part.command),
                    on_parent_death=self.part.death_signal,
                    user=self.part.user,
                ),
                stdin=DEVNULL,
                stdout=writer,
                stderr=STDOUT,
                env=dict(self.part.environment) or None,
                # Ctrl-C in the terminal is for the supervisor alone: it knows the order.
                start_new_session=True,
            )
        finally:
            os.close(writer)
            self._output = asyncio.create_task(self._log.follow(self.part.name, reader))
        self._changed()
        return self._process

    async def _until_ready(self, process: Process) -> bool:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.part.ready_seconds
        while process.returncode is None and clock() < deadline:
            if await self._probe():
                if self.part.settle is not None:
                    await self.part.settle()
                self._is_up()
                return True
            await asyncio.sleep(PROBE_PAUSE)
        return False

    async def _probe(self) -> bool:
        if self.part.ready is None:
            return False
        try:
            return await asyncio.wait_for(self.part.ready(), PROBE_SECONDS)
        except TimeoutError:
            return False

    async def _until_end(self, process: Process) -> str:
        code = await process.wait()
        if self.part.ready is None and code == 0:
            self._is_up()
            return ""
        return f"ended with exit code {code}"

    async def _bury(self) -> None:
        """Kill whatever the part left in its process group, and close its log."""
        self.ready = self.part.ready is None and self.up.is_set()
        process, output = self._process, self._output
        self._process = self._output = None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if output is not None:
            # A grandchild in a session of its own may hold the pipe open.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(output, 2.0)
        self._changed()

    def _is_up(self) -> None:
        self.ready = True
        self.up.set()
        self._log.say(f"{self.part.name} is ready")
        self._changed()

    def _last_words(self) -> list[str]:
        return [f"  {line}" for line in self._log.last(self.part.name)]
