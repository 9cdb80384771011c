"""One supervisor over all parts: order, readiness, restart, stop (监管)."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from typing import Any

from stack.backoff import Backoff
from stack.errors import StackError
from stack.logs import Log
from stack.part import Part
from stack.runner import Runner

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Runs the parts of one stack.

    Args:
        parts: in the order of their start; they stop in the reverse one.
        changed: gets the status of all parts after each change.
        ready: called once, when every part is ready for the first time.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        log: Log,
        *,
        changed: Callable[[list[dict[str, Any]]], None],
        ready: Callable[[], None],
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self._log = log
        self._changed = changed
        self._ready = ready
        self._stop = asyncio.Event()
        self.runners = {
            part.name: Runner(part, log, changed=self._tell, backoff=backoff()) for part in parts
        }

    async def run(self) -> bool:
        """Run until a signal comes; False if a part did not come up."""
        self._listen()
        tasks = [asyncio.create_task(self._run(runner)) for runner in self.runners.values()]
        stop = asyncio.create_task(self._stop.wait())
        up = asyncio.create_task(self._announce())
        try:
            await self._watch(tasks, stop)
        except StackError as error:
            self._log.say(f"could not start: {error}")
            return False
        finally:
            for task in (*tasks, stop, up):
                task.cancel()
            await asyncio.gather(*tasks, stop, up, return_exceptions=True)
            await self._stop_all()
        return True

    def stop(self) -> None:
        """Stop all parts in order; called a second time, at once."""
        if self._stop.is_set():
            self._log.say("ending everything at once")
            for runner in self.runners.values():
                runner.kill()
        self._stop.set()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            # Under nohup the terminal may close without an end to the service.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self.stop)

    async def _run(self, runner: Runner) -> None:
        for name in runner.part.needs:
            if name in self.runners:
                await self.runners[name].up.wait()
        await runner.run()

    async def _watch(self, tasks: list[asyncio.Task[None]], stop: asyncio.Task[bool]) -> None:
        """Wait for the signal to stop; a part that fails for good raises its error here."""
        waiting: set[asyncio.Task[Any]] = {*tasks, stop}
        while not stop.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _announce(self) -> None:
        for runner in self.runners.values():
            await runner.up.wait()
        self._ready()

    async def _stop_all(self) -> None:
        self._log.say("stopping")
        for name, runner in reversed(self.runners.items()):
            with contextlib.suppress(ProcessLookupError):
                await runner.stop()
            self._log.say(f"{name} has stopped")

    def _tell(self) -> None:
        self._changed([runner.status for runner in self.runners.values()])
