"""Random commands for an instance: what people, steps, timers, messages and operators may send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any

from bpmn.commands import (
    ActivateElements,
    BroadcastSignal,
    CancelInstance,
    Command,
    CompleteJob,
    FailJob,
    FireTimers,
    ModifyInstance,
    PublishMessage,
    ResolveIncident,
    SetVariables,
    ThrowError,
)
from bpmn.state import State
from bpmn.task_commands import (
    AddSigner,
    AssignUserTask,
    CompleteUserTask,
    DelegateUserTask,
    RemoveSigner,
    ReturnUserTask,
    UnassignUserTask,
    UpdateUserTask,
)

Made = Callable[[Random, State], Command | None]


def variables(random: Random) -> dict[str, Any]:
    return random.choice(
        ({}, {"n": random.randrange(5)}, {"b": random.random() < 0.5}, {"n": 1, "b": True})
    )


def some(random: Random, found: Mapping[int, Any]) -> int:
    """A key that is there, now and then one that is not."""
    return random.choice([*found, *found, *found, 7])


def _complete_task(random: Random, state: State) -> Command | None:
    key = some(random, state.user_tasks)
    return CompleteUserTask(id="c", actor="li", key=key, variables=variables(random))


def _touch_task(random: Random, state: State) -> Command | None:
    key = some(random, state.user_tasks)
    who = random.choice(("li", "li", "wang", "zhao"))
    where = random.choice(("before", "after", "parallel", "nowhere"))
    return random.choice(
        (
            AssignUserTask(id="c", key=key, assignee=who, allow_override=random.random() < 0.5),
            UnassignUserTask(id="c", key=key),
            UpdateUserTask(id="c", key=key, changes={"priority": 70}),
            DelegateUserTask(id="c", key=key, assignee=who),
            ReturnUserTask(id="c", key=key, variables=variables(random)),
            AddSigner(id="c", key=key, assignee=who, position=where),
            RemoveSigner(id="c", key=key, assignee=who),
        )
    )


def _complete_job(random: Random, state: State) -> Command | None:
    key = some(random, {j.key: j for j in state.jobs.values() if j.retries})
    return CompleteJob(id="c", key=key, variables=variables(random))


def _fail_job(random: Random, state: State) -> Command | None:
    key = some(random, {j.key: j for j in state.jobs.values() if j.retries})
    return random.choice(
        (
            FailJob(id="c", key=key, code="broken"),
            ThrowError(id="c", key=key, code=random.choice(("E1", "E2"))),
            ThrowError(id="c", key=key, code=random.choice(("E1", "E2", "E3"))),
        )
    )


def _message(random: Random, state: State) -> Command | None:
    name = random.choice(("m1", "m2"))
    key = random.choice(("k", "other"))
    waiting = [s.key for s in state.subscriptions.values() if s.type == "message"]
    chosen = random.choice([0, 0, *waiting])
    return PublishMessage(
        id="c", name=name, correlation_key=key, variables=variables(random), subscription=chosen
    )


def _signal(random: Random, _: State) -> Command | None:
    return BroadcastSignal(
        id="c", name=random.choice(("s1", "s2", "s3")), variables=variables(random)
    )


def _timers(_random: Random, _state: State) -> Command | None:
    return FireTimers(id="c")


def _resolve(random: Random, state: State) -> Command | None:
    return ResolveIncident(id="c", key=some(random, state.incidents))


def _set(random: Random, state: State) -> Command | None:
    scope = random.choice((0, some(random, state.elements)))
    return SetVariables(
        id="c", scope=scope, variables=variables(random), local=random.random() < 0.3
    )


def _activate(random: Random, state: State) -> Command | None:
    hosts = [e for e in state.elements.values() if e.kind == "adHocSubProcess"]
    if not hosts:
        return None
    host = random.choice(hosts)
    number = int(host.element.rpartition("adHocSubProcess")[2])
    element = random.choice((f"{host.process}_free{number + 1}", "nowhere"))
    return ActivateElements(id="c", key=host.key, elements=[{"element": element}])


def _modify(random: Random, state: State) -> Command | None:
    """Begin an element that stands or stood somewhere, end one that is active."""
    elements = [*state.elements.values()]
    if not elements:
        return None
    begun, ended = random.choice(elements), random.choice(elements)
    activate = {"element": random.choice((begun.element, begun.element, "nowhere"))}
    return ModifyInstance(
        id="c",
        activate=[activate] if random.random() < 0.7 else [],
        terminate=[ended.key] if random.random() < 0.5 else [],
    )


def _cancel(_random: Random, _state: State) -> Command | None:
    return CancelInstance(id="c", reason="enough")


FREQUENT: tuple[Made, ...] = (_complete_task, _complete_job, _message, _signal, _timers, _activate)
SELDOM: tuple[Made, ...] = (_fail_job, _fail_job, _resolve, _set, _modify)


def command(random: Random, state: State) -> Command | None:
    """Any command, whether the state allows it or not."""
    if random.random() < 0.005:
        return _cancel(random, state)
    if random.random() < 0.4:
        return wanted(random, state)
    if state.user_tasks and random.random() < 0.25:
        return _touch_task(random, state)
    group = FREQUENT if random.random() < 0.75 else SELDOM
    return random.choice(group)(random, state)


def delay(random: Random) -> timedelta:
    """How long nothing happens."""
    return random.choice((timedelta(0), timedelta(minutes=20), timedelta(hours=3)))


def wanted(random: Random, state: State) -> Command | None:
    """Something that the instance asks for; None when it asks for nothing that can be brought."""
    asked: list[Command] = [CompleteUserTask(id="c", key=key) for key in state.user_tasks]
    asked += [
        ReturnUserTask(id="c", key=task.key) for task in state.user_tasks.values() if task.owner
    ]
    asked += [CompleteJob(id="c", key=j.key) for j in state.jobs.values() if j.retries]
    for one in state.subscriptions.values():
        if one.type == "message":
            asked.append(PublishMessage(id="c", name=one.name, subscription=one.key))
        elif one.type == "signal":
            asked.append(BroadcastSignal(id="c", name=one.name))
    if state.timers:
        asked.append(FireTimers(id="c"))
    return random.choice(asked) if asked else None
