"""What a deployment takes along of those before it, and how it runs with that."""

from __future__ import annotations

import pytest

from bpmn.deployment import DeploymentError, check, examine, legible, load
from bpmn.dry_run import dry_run
from bpmn.dry_run import from_json as script
from bpmn.linking import is_linked, missing, part
from tests.drawings import Life, chain, user, xml
from tests.unit.test_lint_names import IMPORT, decision, dmn

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
FORM = '<zeebe:formDefinition formId="ask" />'


def call(process: str, attributes: str = "", key: str = "call") -> str:
    return (
        f'<bpmn:callActivity id="{key}"><bpmn:extensionElements><zeebe:calledElement '
        f'processId="{process}" {attributes} /></bpmn:extensionElements></bpmn:callActivity>'
    )


def rule(name: str, attributes: str = "") -> str:
    return (
        '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements><zeebe:calledDecision '
        f'decisionId="{name}" resultVariable="y" {attributes} /></bpmn:extensionElements>'
        "</bpmn:businessRuleTask>"
    )


def drawn(process: str, *elements: str, outside: str = "") -> bytes:
    keys = [one.partition('id="')[2].partition('"')[0] for one in elements]
    body = START + "".join(elements) + END + chain("start", *keys, "end")
    return xml(body, process=process, outside=outside)


CALLED = drawn("q", user("ask", FORM), rule("x"))
SOURCE = {
    "q.bpmn": CALLED,
    "other.bpmn": drawn("other", user("elsewhere")),
    "x.dmn": dmn("x", IMPORT + decision("x", "7")),
    "far.dmn": dmn("far", decision("far")),
    "other.dmn": dmn("other", decision("other")),
    "ask.form": b'{"id": "ask"}',
    "other.form": b'{"id": "other"}',
}
CALLER = {"p.bpmn": drawn("p", call("q"), user("after"))}


def put_together(own: dict[str, bytes]) -> dict[str, bytes]:
    names = part(load("", SOURCE), SOURCE, "q", legible(own).processes)
    return own | {f"q@3/{name}": SOURCE[name] for name in names}


def test_only_what_the_called_process_needs_is_taken_along() -> None:
    names = part(load("", SOURCE), SOURCE, "q", ())

    assert names == {"q.bpmn", "x.dmn", "far.dmn", "ask.form"}


def test_what_is_worked_out_later_may_need_everything() -> None:
    files = SOURCE | {"q.bpmn": drawn("q", rule("=which"))}

    assert part(load("", files), files, "q", ()) == set(files)


def test_a_called_process_takes_along_what_it_calls_itself_unless_that_is_there() -> None:
    files = SOURCE | {"q.bpmn": drawn("q", call("other"))}
    source = load("", files)

    assert part(source, files, "q", ()) == {"q.bpmn", "other.bpmn"}
    assert part(source, files, "q", {"other"}) == {"q.bpmn"}


@pytest.mark.parametrize(
    ("body", "processes", "decisions"),
    [
        (call("q"), {"q": ""}, ()),
        (call("q", 'bindingType="latest"'), {"q": ""}, ()),
        (call("q", 'bindingType="versionTag" versionTag="v2"'), {"q": "v2"}, ()),
        (call("q", 'bindingType="deployment"'), {}, ()),
        (call("=which"), {}, ()),
        (call("p"), {}, ()),
        (rule("x"), {}, ("x",)),
        (rule("x", 'bindingType="deployment"'), {}, ()),
    ],
)
def test_what_is_called_by_a_fixed_name_and_not_there_is_looked_for(
    body: str, processes: dict[str, str], decisions: tuple[str, ...]
) -> None:
    found = missing(legible({"p.bpmn": drawn("p", body), "broken.bpmn": b"<"}))

    assert (found.processes, found.decisions) == (processes, decisions)


def test_an_instance_runs_a_linked_process_with_its_decisions_and_forms() -> None:
    files = put_together(CALLER)
    definition = check("d", files)

    life = Life(definition).start()
    life.task("ask")

    assert definition.own == {"p"}
    assert set(definition.forms) == {"ask"}
    assert life.waiting() == ["after"]
    assert next(life.state.children(0)).variables == {"y": 7}


def test_a_linked_file_is_not_examined_again() -> None:
    files = put_together(CALLER)
    files["q@3/q.bpmn"] = drawn("q", user("ask", FORM), rule("x"), '<bpmn:serviceTask id="bare" />')

    assert not [one for one in examine(files) if is_linked(one.resource)]
    assert [one.code for one in examine(CALLER) if one.severity == "error"] == [
        "called_process_missing"
    ]


@pytest.mark.parametrize(
    "own",
    [
        {"mine.dmn": dmn("mine", decision("x", "8"))},
        {"mine.form": b'{"id": "ask", "components": []}'},
    ],
)
def test_what_a_called_process_needs_is_not_mixed_up_with_what_is_deployed(
    own: dict[str, bytes],
) -> None:
    files = put_together(CALLER | own)

    found = [one for one in examine(files) if one.severity == "error"]

    assert [(one.code, one.found) for one in found] == [("linked_file_differs", next(iter(own)))]
    with pytest.raises(DeploymentError, match="linked_file_differs"):
        check("", files)


def test_a_linked_drawing_that_holds_a_process_of_the_deployment_is_refused() -> None:
    both = CALLED.replace(b"</bpmn:definitions>", b"") + drawn("p", user("u")).partition(b">")[2]
    files = CALLER | {"q@3/both.bpmn": both, "q@3/x.dmn": SOURCE["x.dmn"]}

    with pytest.raises(DeploymentError, match="linked_file_differs"):
        check("", files)


def test_a_tag_must_be_that_of_the_process() -> None:
    tagged = 'bindingType="versionTag" versionTag="v2"'
    tag = '<bpmn:extensionElements><zeebe:versionTag value="v2" /></bpmn:extensionElements>'
    called = drawn("q", user("a"))
    found = called.replace(b'isExecutable="true">', f'isExecutable="true">{tag}'.encode())
    caller = {"p.bpmn": drawn("p", call("q", tagged))}

    assert not [one for one in examine(caller | {"q.bpmn": found}) if one.severity == "error"]
    refused = examine(caller | {"q.bpmn": called})
    assert "called_version_missing" in {one.code for one in refused}


@pytest.mark.parametrize(
    "body",
    [
        call("q", 'bindingType="version"'),
        rule("x", 'bindingType="versionTag"'),
        user("a", '<zeebe:formDefinition formId="ask" bindingType="versionTag" />'),
    ],
)
def test_a_binding_that_does_not_hold_here_is_refused_and_not_overlooked(body: str) -> None:
    files = SOURCE | {"p.bpmn": drawn("p", body)}

    found = [one.code for one in examine(files) if one.severity == "error"]

    assert found == ["binding_not_supported"]


def test_a_dry_run_begins_with_what_is_deployed() -> None:
    report = dry_run(load("", put_together(CALLER)), script({}))

    assert (report.process, report.outcome) == ("p", "completed")
