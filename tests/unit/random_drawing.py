"""Random drawings: block-structured ones with every kind of element, and unstructured ones.

In a structured drawing every path that is opened is joined again, so that an instance can only
wait for something that a command can bring. In an unstructured one tokens may get stuck at a join,
as they may in what people draw.
"""

from __future__ import annotations

from random import Random

from tests.drawings import flow, xml

ZEEBE_EXTENSIONS = "<bpmn:extensionElements>{}</bpmn:extensionElements>"
OUTSIDE = (
    '<bpmn:message id="m1" name="m1" />'
    '<bpmn:message id="m2" name="m2"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=k" /></bpmn:extensionElements></bpmn:message>'
    '<bpmn:signal id="s1" name="s1" /><bpmn:signal id="s2" name="=&quot;s&quot; + &quot;2&quot;" />'
    '<bpmn:error id="e1" errorCode="E1" /><bpmn:error id="e2" errorCode="E2" />'
    '<bpmn:escalation id="c1" escalationCode="C1" />'
)
CONDITIONS = ("b", "not(b)", "n > 2", "n = 1", "true", "false", "n > 0 and b", "b", "missing")
CATCHING = {
    "message": '<bpmn:messageEventDefinition messageRef="m{}" />',
    "signal": '<bpmn:signalEventDefinition signalRef="s{}" />',
    "timer": "<bpmn:timerEventDefinition><bpmn:timeDuration>PT{}H</bpmn:timeDuration>"
    "</bpmn:timerEventDefinition>",
    "conditional": "<bpmn:conditionalEventDefinition><bpmn:condition>=n &gt; {}</bpmn:condition>"
    "</bpmn:conditionalEventDefinition>",
}
CYCLE = (
    "<bpmn:timerEventDefinition><bpmn:timeCycle>R{}/PT1H</bpmn:timeCycle>"
    "</bpmn:timerEventDefinition>"
)
ERROR = '<bpmn:errorEventDefinition errorRef="e{}" />'
ESCALATION = '<bpmn:escalationEventDefinition escalationRef="c1" />'
COMPENSATE = "<bpmn:compensateEventDefinition />"
JOB = '<zeebe:taskDefinition type="work" />'
LISTENER = (
    '<zeebe:executionListeners><zeebe:executionListener eventType="{}" type="look" />'
    "</zeebe:executionListeners>"
)
TASK_LISTENER = (
    '<zeebe:taskListeners><zeebe:taskListener eventType="{}" type="look" /></zeebe:taskListeners>'
)
SCRIPT = '<zeebe:script expression="=n + 1" resultVariable="n" />'
MAPPING = (
    '<zeebe:ioMapping><zeebe:input source="=n" target="here" />'
    '<zeebe:output source="=here" target="there" /></zeebe:ioMapping>'
)
BLOCKS = (
    *("activity",) * 5,
    *("sequence",) * 5,
    *("exclusive", "parallel", "inclusive", "event_based"),
    *("catch", "throw", "link", "cycle"),
)
TASKS = (
    "userTask",
    "userTask",
    "serviceTask",
    "serviceTask",
    "manualTask",
    "task",
    "scriptTask",
    "sendTask",
    "receiveTask",
)
SCOPES = ("subProcess", "transaction", "adHocSubProcess", "callActivity")
ENDS = ("none", "terminate", "error", "escalation", "signal", "compensate", "message")


class Sketch:
    """Draws one process; `room` is how many elements it may still hold."""

    def __init__(self, random: Random, prefix: str = "p", room: int = 24) -> None:
        self.random = random
        self.prefix = prefix
        self.room = room
        self.count = 0
        self.callable = ""

    def key(self, kind: str) -> str:
        self.count += 1
        self.room -= 1
        return f"{self.prefix}_{kind}{self.count}"

    def one_in(self, number: int) -> bool:
        return self.random.randrange(number) == 0

    def catching(self, *others: str) -> str:
        """The definition of an event that waits."""
        kind = self.random.choice([*CATCHING, *others])
        if kind == "error":
            return ERROR.format(self.random.choice((1, 2)))
        if kind == "escalation":
            return ESCALATION
        return CATCHING[kind].format(self.random.choice((1, 2)))

    def node(self, kind: str, key: str, inner: str = "", attributes: str = "") -> str:
        return f'<bpmn:{kind} id="{key}" {attributes}>{inner}</bpmn:{kind}>'

    # Blocks: (XML, first element, last element)

    def block(self, depth: int) -> tuple[str, str, str]:
        kind = self.random.choice(BLOCKS) if depth > 0 and self.room > 0 else "activity"
        made: tuple[str, str, str] = getattr(self, f"_{kind}")(depth - 1)
        return made

    def _sequence(self, depth: int) -> tuple[str, str, str]:
        one, two = self.block(depth), self.block(depth)
        return one[0] + two[0] + flow(one[2], two[1]), one[1], two[2]

    def _fork(self, depth: int, kind: str, conditions: bool) -> tuple[str, str, str]:
        split, join = self.key("split"), self.key("join")
        text, default = "", ""
        branches = [self.block(depth) for _ in range(self.random.choice((2, 2, 3)))]
        for number, (inner, first, last) in enumerate(branches):
            text += inner + flow(last, join)
            if conditions and number:
                text += flow(split, first, self.random.choice(CONDITIONS).replace(">", "&gt;"))
            else:
                text += flow(split, first)
                default = f'default="{split}_{first}"' if conditions else ""
        return self.node(kind, split, "", default) + text + self.node(kind, join), split, join

    def _exclusive(self, depth: int) -> tuple[str, str, str]:
        return self._fork(depth, "exclusiveGateway", conditions=True)

    def _inclusive(self, depth: int) -> tuple[str, str, str]:
        return self._fork(depth, "inclusiveGateway", conditions=True)

    def _parallel(self, depth: int) -> tuple[str, str, str]:
        return self._fork(depth, "parallelGateway", conditions=False)

    def _event_based(self, depth: int) -> tuple[str, str, str]:
        split, join = self.key("race"), self.key("join")
        text = self.node("eventBasedGateway", split) + self.node("exclusiveGateway", join)
        for _ in range(2):
            event = self.key("event")
            inner, first, last = self.block(depth)
            text += self.node("intermediateCatchEvent", event, self.catching())
            text += inner + flow(split, event) + flow(event, first) + flow(last, join)
        return text, split, join

    def _cycle(self, depth: int) -> tuple[str, str, str]:
        """Do, then perhaps once more."""
        into, out = self.key("into"), self.key("out")
        inner, first, last = self.block(depth)
        condition = self.random.choice(("b", "n = 1", "missing", "false"))
        after = self.key("after")
        text = self.node("exclusiveGateway", into) + inner + self.node("task", after)
        text += self.node("exclusiveGateway", out, "", f'default="{out}_{after}"')
        text += flow(into, first) + flow(last, out) + flow(out, into, condition) + flow(out, after)
        return text, into, after

    def _catch(self, _: int) -> tuple[str, str, str]:
        key = self.key("catch")
        return self.node("intermediateCatchEvent", key, self.catching()), key, key

    def _throw(self, _: int) -> tuple[str, str, str]:
        key = self.key("throw")
        signal = CATCHING["signal"].format(self.random.choice((1, 2)))
        inner = self.random.choice(("", signal, ESCALATION, COMPENSATE))
        return self.node("intermediateThrowEvent", key, inner), key, key

    def _link(self, _: int) -> tuple[str, str, str]:
        throw, catch = self.key("away"), self.key("back")
        inner = f'<bpmn:linkEventDefinition name="{throw}" />'
        text = self.node("intermediateThrowEvent", throw, inner)
        return text + self.node("intermediateCatchEvent", catch, inner), throw, catch

    # Activities

    def _activity(self, depth: int) -> tuple[str, str, str]:
        scopes = SCOPES if depth > 0 and self.room > 0 else ()
        kind = self.random.choice((*TASKS, *TASKS, *scopes, *scopes))
        if kind == "callActivity" and not self.callable:
            kind = "userTask"
        key = self.key(kind)
        inner, attributes = self._content(kind, depth)
        text = self.node(kind, key, inner, attributes)
        last = key
        if kind != "callActivity" and self.one_in(6):
            text += self._undoing(key)
        if self.one_in(3):
            more, last = self._boundary(key, kind, depth)
            text += more
        return text, key, last

    def _content(self, kind: str, depth: int) -> tuple[str, str]:
        called = f'<zeebe:calledElement processId="{self.callable}" />'
        own = {"serviceTask": JOB, "sendTask": JOB, "scriptTask": SCRIPT, "callActivity": called}
        extensions = [own.get(kind, "")]
        if kind == "userTask" and self.one_in(4):
            event = self.random.choice(("creating", "assigning", "updating", "completing"))
            extensions.append(TASK_LISTENER.format(event))
        if self.one_in(6):
            extensions.append(LISTENER.format(self.random.choice(("start", "end"))))
        if self.one_in(6):
            extensions.append(MAPPING)
        body = ""
        if kind in {"subProcess", "transaction"}:
            body = self.scope(depth, transaction=kind == "transaction")
        if kind == "adHocSubProcess":
            extensions.append(self._on_demand())
            body = "".join(self.node("task", self.key("free")) for _ in range(2))
            body += self.block(depth)[0]
        inner = ZEEBE_EXTENSIONS.format("".join(extensions)) + body
        if self.one_in(5):
            inner += self._loop()
        return inner, 'messageRef="m1"' if kind == "receiveTask" else ""

    def _on_demand(self) -> str:
        first = f"{self.prefix}_free{self.count + 1}"
        names = self.random.choice(('"' + first + '"', '"nowhere"', ""))
        quoted = names.replace('"', "&quot;")
        return f'<zeebe:adHoc activeElementsCollection="=[{quoted}]" />'

    def _loop(self) -> str:
        kind = self.random.choice(("parallel", "sequential", "standard", "collection"))
        if kind == "standard":
            return (
                '<bpmn:standardLoopCharacteristics loopMaximum="3">'
                "<bpmn:loopCondition>=n &lt; 3</bpmn:loopCondition>"
                "</bpmn:standardLoopCharacteristics>"
            )
        sequential = f'isSequential="{str(kind == "sequential").lower()}"'
        inner = f"<bpmn:loopCardinality>{self.random.choice((0, 1, 3))}</bpmn:loopCardinality>"
        if kind == "collection":
            inner = ZEEBE_EXTENSIONS.format(
                '<zeebe:loopCharacteristics inputCollection="=[1, n, 3]" inputElement="item" '
                'outputCollection="all" outputElement="=item" />'
            )
        if self.one_in(3):
            condition = "numberOfCompletedInstances &gt; 0"
            inner += f"<bpmn:completionCondition>={condition}</bpmn:completionCondition>"
        tag = "bpmn:multiInstanceLoopCharacteristics"
        return f"<{tag} {sequential}>{inner}</{tag}>"

    def _undoing(self, host: str) -> str:
        event, handler = self.key("undo"), self.key("handler")
        kind = self.random.choice(("userTask", "serviceTask", "task"))
        inner = ZEEBE_EXTENSIONS.format(JOB) if kind == "serviceTask" else ""
        text = self.node("boundaryEvent", event, COMPENSATE, f'attachedToRef="{host}"')
        text += self.node(kind, handler, inner, 'isForCompensation="true"')
        return f'{text}<bpmn:association sourceRef="{event}" targetRef="{handler}" />'

    def _boundary(self, host: str, kind: str, depth: int) -> tuple[str, str]:
        event, merge = self.key("edge"), self.key("merge")
        definition = self.catching("error", "error", "escalation")
        if kind == "transaction" and self.one_in(2):
            definition = "<bpmn:cancelEventDefinition />"
        must = "error" in definition or "cancel" in definition
        interrupting = must or self.one_in(2)
        if not interrupting and "timer" in definition and self.one_in(2):
            definition = CYCLE.format(self.random.choice(("", 2)))
        inner, first, last = self.block(depth)
        attributes = f'attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"'
        text = self.node("boundaryEvent", event, definition, attributes)
        text += inner + flow(event, first) + self.node("exclusiveGateway", merge)
        text += flow(host, merge)
        if interrupting:
            return text + flow(last, merge), merge
        end = self.key("aside")
        return text + self.node("endEvent", end) + flow(last, end), merge

    # Scopes

    def scope(self, depth: int, *, transaction: bool = False) -> str:
        """The contents of a process or sub-process."""
        start, end = self.key("start"), self.key("end")
        inner, first, last = self._sequence(depth) if depth > 1 else self.block(depth)
        text = self.node("startEvent", start) + inner + flow(start, first) + flow(last, end)
        text += self._end(end, transaction=transaction)
        if depth > 0 and self.one_in(3):
            text += self._event_sub_process(depth - 1)
        return text

    def _end(self, key: str, *, transaction: bool) -> str:
        kind = self.random.choice(("none",) * 6 + ENDS + (("cancel",) * 4 if transaction else ()))
        inner = {
            "terminate": "<bpmn:terminateEventDefinition />",
            "error": ERROR.format(1),
            "escalation": ESCALATION,
            "signal": CATCHING["signal"].format(1),
            "compensate": COMPENSATE,
            "cancel": "<bpmn:cancelEventDefinition />",
            "message": ZEEBE_EXTENSIONS.format(JOB)
            + "<bpmn:messageEventDefinition messageRef='m1' />",
        }.get(kind, "")
        return self.node("endEvent", key, inner)

    def _event_sub_process(self, depth: int) -> str:
        key, start, end = self.key("react"), self.key("trigger"), self.key("end")
        definition = self.random.choice((self.catching("error", "escalation"), COMPENSATE))
        must = "error" in definition or "compensate" in definition
        interrupting = str(must or self.one_in(2)).lower()
        inner, first, last = self.block(depth)
        body = self.node("startEvent", start, definition, f'isInterrupting="{interrupting}"')
        body += inner + self.node("endEvent", end) + flow(start, first) + flow(last, end)
        return self.node("subProcess", key, body, 'triggeredByEvent="true"')


def structured(random: Random) -> dict[str, bytes]:
    """Files with the process `p`, which may call `q`."""
    called, main = Sketch(random, "q", 8), Sketch(random, "p", 30)
    main.callable = "q"
    return {
        "p.bpmn": xml(main.scope(6), outside=OUTSIDE),
        "q.bpmn": xml(called.scope(2), process="q", outside=OUTSIDE),
    }


ANYTHING = (
    *("userTask", "serviceTask", "task", "exclusiveGateway", "parallelGateway"),
    *("inclusiveGateway", "inclusiveGateway", "intermediateCatchEvent", "endEvent"),
)


def unstructured(random: Random) -> dict[str, bytes]:
    """A file with the process `p`: any elements, with flows between any of them."""
    sketch = Sketch(random)
    nodes = [("startEvent", "start")]
    nodes += [(random.choice(ANYTHING), sketch.key("any")) for _ in range(random.randrange(3, 9))]
    text = ""
    for kind, key in nodes:
        text += _loose(sketch, kind, key)
    sources = [key for kind, key in nodes if kind != "endEvent"]
    targets = [key for kind, key in nodes if kind != "startEvent"]
    pairs = {(key, random.choice(targets)): None for key in sources}
    for _ in range(random.randrange(len(nodes))):
        pairs[(random.choice(sources), random.choice(targets))] = None
    for source, target in pairs:
        condition = random.choice(CONDITIONS).replace(">", "&gt;") if sketch.one_in(3) else ""
        text += flow(source, target, condition)
    return {"p.bpmn": xml(text, outside=OUTSIDE)}


def _loose(sketch: Sketch, kind: str, key: str) -> str:
    if kind == "intermediateCatchEvent":
        return sketch.node(kind, key, sketch.catching())
    inner = ZEEBE_EXTENSIONS.format(JOB) if kind == "serviceTask" else ""
    return sketch.node(kind, key, inner)
