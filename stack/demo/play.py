"""`bihuan demo`: all scenarios at once, then what became of them (演示)."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import httpx

from settings import Settings
from stack.demo.deploying import deploy
from stack.demo.item import Item, post
from stack.demo.life import Life
from stack.demo.limits import bundle, with_limits
from stack.demo.people import People
from stack.demo.scenarios import SCENARIOS, Scenario
from stack.demo.show import Played, Progress, table, wrong
from stack.demo.stage import Stage, own_stage, running_stage
from stack.errors import StackError

LIFE_SECONDS = 120.0


def demo(settings: Settings, *, as_json: bool, running: bool) -> int:
    """Play all lives and return 0 if each was as promised."""
    # However it is ended, its own stack goes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    progress = Progress(as_json)
    progress.say("a stack for the demonstration" if not running else f"stack on {settings.home}")
    with _stage(settings, running=running) as stage:
        played = asyncio.run(_play_all(stage, progress))
    if as_json:
        sys.stderr.writelines(f"{line}\n" for line in wrong(played))
    else:
        sys.stdout.write(f"\n{table(played)}\n")
    return 1 if wrong(played) else 0


def _stage(settings: Settings, *, running: bool) -> AbstractContextManager[Stage]:
    return nullcontext(running_stage(settings)) if running else own_stage()


async def _play_all(stage: Stage, progress: Progress) -> list[Played]:
    people = People(stage.api, stage.logins)
    try:
        progress.say(f"{stage.api}: deploying limits of seconds")
        await deploy(people, "演示期限", with_limits(bundle(), stage.scale))
        try:
            return await _play(people, progress)
        finally:
            if not stage.own:
                await deploy(people, "演示结束", bundle())
    finally:
        await people.close()


async def _play(people: People, progress: Progress) -> list[Played]:
    # Everybody is logged in before the clocks of the items run.
    await people.all_logged_in()
    progress.say(f"playing {len(SCENARIOS)} lives")
    # Each customer has a contact of their own, new in every demonstration.
    first = int(datetime.now(UTC).timestamp()) % 10**6 * 100
    lives = [
        _one(number, scenario, people, progress)
        for number, scenario in enumerate(SCENARIOS, start=first)
    ]
    return await asyncio.gather(*lives)


async def _one(number: int, scenario: Scenario, people: People, progress: Progress) -> Played:
    item = await post(people, f"199{number:08d}", **scenario.fields)
    problems: list[str] = []
    try:
        async with asyncio.timeout(LIFE_SECONDS):
            await scenario.play(item)
            life = await item.ended(scenario.name)
    except (StackError, TimeoutError, httpx.HTTPError) as error:
        problems.append(str(error) or type(error).__name__)
        life = await _what_there_is(item, scenario.name)
    played = Played(scenario.title, life, (*problems, *scenario.expected.problems(life)))
    progress.ended(played)
    return played


async def _what_there_is(item: Item, scenario: str) -> Life:
    try:
        return await item.life(scenario)
    except (StackError, httpx.HTTPError):
        return Life(item.number, scenario, (), (), (), 0.0, ended=False)
