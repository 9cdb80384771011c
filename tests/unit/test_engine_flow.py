"""Sequence, gateways, scopes, variables and incidents in the engine alone."""

from __future__ import annotations

import pytest

from bpmn.commands import (
    CancelInstance,
    CompleteUserTask,
    FailJob,
    Rejection,
    ResolveIncident,
    SetVariables,
    ThrowError,
    from_json,
)
from bpmn.parse import ParseError, parse_processes
from bpmn.records import Kind
from bpmn.run import MAX_ELEMENTS
from bpmn.variables import visible
from tests.drawings import Life, chain, drawing, flow, service, user, xml

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'


def io(*mappings: str) -> str:
    return f"<zeebe:ioMapping>{''.join(mappings)}</zeebe:ioMapping>"


def output(source: str, target: str) -> str:
    return f'<zeebe:output source="={source}" target="{target}" />'


def given(source: str, target: str) -> str:
    return f'<zeebe:input source="={source}" target="{target}" />'


def test_a_user_task_waits_and_its_completion_ends_the_process() -> None:
    life = Life(drawing(START + user("a") + END + chain("start", "a", "end"))).start()

    assert life.waiting() == ["a"]
    life.task("a", answer=1)

    assert life.state.phase == "completed"
    assert life.completed == ["start", "a", "end", "p"]
    assert not life.state.elements
    assert not life.state.tokens


def test_an_exclusive_gateway_takes_the_first_condition_that_holds_or_the_default() -> None:
    body = (
        START
        + '<bpmn:exclusiveGateway id="g" default="g_c" />'
        + "".join(user(k) for k in "abc")
        + flow("start", "g")
        + flow("g", "a", "n &gt; 5")
        + flow("g", "b", "n &gt; 3")
        + flow("g", "c")
    )

    for n, expected in ((9, "a"), (4, "b"), (1, "c")):
        assert Life(drawing(body), {"n": n}).start().waiting() == [expected]


def test_a_condition_that_is_no_truth_value_is_an_incident_and_can_be_mended() -> None:
    body = (
        START
        + '<bpmn:exclusiveGateway id="g" default="g_b" />'
        + user("a")
        + user("b")
        + flow("start", "g")
        + flow("g", "a", "missing &gt; 5")
        + flow("g", "b")
    )
    life = Life(drawing(body)).start()
    [incident] = life.state.incidents.values()
    assert incident.code == "condition_not_boolean"

    life.do(SetVariables(id="s", variables={"missing": 7}))
    life.do(ResolveIncident(id="r", key=incident.key))

    assert life.waiting() == ["a"]
    assert not life.state.incidents


def test_a_parallel_gateway_waits_for_every_branch() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="f" /><bpmn:parallelGateway id="j" />'
        + user("a")
        + user("b")
        + END
        + chain("start", "f", "a", "j", "end")
        + chain("f", "b", "j")
    )
    life = Life(drawing(body)).start()
    assert life.waiting() == ["a", "b"]

    life.task("b")
    assert "end" not in life.completed
    life.task("a")

    assert life.state.phase == "completed"
    assert life.completed.count("j") == 1


def test_outputs_go_to_the_process_and_inputs_stay_inside() -> None:
    mapped = io(given("total * 2", "twice"), output("answer + 1", "result.value"))
    body = START + service("a", mapped) + user("b") + chain("start", "a", "b")
    life = Life(drawing(body), {"total": 4, "result": {"kept": True}}).start()
    [job] = life.state.jobs.values()
    assert visible(life.state, job.host)["twice"] == 8

    life.job("a", answer=41)

    task = life.state.user_tasks[life.task_key("b")]
    assert visible(life.state, task.host) == {
        "total": 4,
        "result": {"kept": True, "value": 42},
    }


def test_outputs_of_a_user_task_know_who_completed_it() -> None:
    mapped = io(output("task.completedBy", "handler"))
    body = START + user("a", mapped) + user("b") + chain("start", "a", "b")
    life = Life(drawing(body)).start()

    life.task("a", actor="wang")

    task = life.state.user_tasks[life.task_key("b")]
    assert visible(life.state, task.host) == {"handler": "wang"}


def test_a_task_completed_again_is_refused_and_nothing_changes() -> None:
    life = Life(drawing(START + user("a") + user("b") + chain("start", "a", "b"))).start()
    key = life.task_key("a")
    life.task("a")
    before = life.state.to_json()

    with pytest.raises(Rejection) as refused:
        life.do(CompleteUserTask(id="again", key=key))

    assert refused.value.code == "user_task_not_active"
    assert life.state.to_json() == before


def test_a_failed_job_is_an_incident_and_is_tried_again_when_resolved() -> None:
    life = Life(drawing(START + service("a") + END + chain("start", "a", "end"))).start()
    [job] = life.state.jobs.values()
    life.do(FailJob(id="f", key=job.key, code="timeout"))
    [incident] = life.state.incidents.values()
    assert incident.code == "job_no_retries"
    assert life.state.jobs[job.key].retries == 0

    life.do(ResolveIncident(id="r", key=incident.key))
    assert (life.state.jobs[job.key].retries, life.state.jobs[job.key].attempt) == (1, 2)
    life.job("a")

    assert life.state.phase == "completed"


ERROR = '<bpmn:error id="e1" errorCode="refused" />'
BOUNDARY = (
    '<bpmn:boundaryEvent id="caught" attachedToRef="{host}">'
    '<bpmn:errorEventDefinition errorRef="e1" /></bpmn:boundaryEvent>'
)


def test_an_error_goes_to_the_boundary_that_catches_it() -> None:
    body = (
        START
        + service("a")
        + BOUNDARY.format(host="a")
        + user("mend")
        + END
        + chain("start", "a", "end")
        + chain("caught", "mend")
    )
    life = Life(drawing(body, outside=ERROR)).start()
    [job] = life.state.jobs.values()

    life.do(ThrowError(id="t", key=job.key, code="refused", variables={"why": "vague"}))

    assert life.waiting() == ["mend"]
    assert not life.state.jobs
    assert "a" in life.of(Kind.ELEMENT_TERMINATED)


def test_an_error_that_nobody_catches_is_an_incident() -> None:
    life = Life(drawing(START + service("a") + END + chain("start", "a", "end"))).start()
    [job] = life.state.jobs.values()

    life.do(ThrowError(id="t", key=job.key, code="refused"))

    [incident] = life.state.incidents.values()
    assert incident.code == "error_not_caught"


def test_an_error_end_event_inside_a_sub_process_ends_all_of_it() -> None:
    body = (
        START
        + '<bpmn:subProcess id="s"><bpmn:startEvent id="s1" /><bpmn:parallelGateway id="f" />'
        + user("x")
        + user("y")
        + '<bpmn:endEvent id="bad"><bpmn:errorEventDefinition errorRef="e1" /></bpmn:endEvent>'
        + chain("s1", "f", "x", "bad")
        + flow("f", "y")
        + "</bpmn:subProcess>"
        + BOUNDARY.format(host="s")
        + user("mend")
        + END
        + chain("start", "s", "end")
        + chain("caught", "mend")
    )
    life = Life(drawing(body, outside=ERROR)).start()
    assert life.waiting() == ["x", "y"]

    life.task("x")

    assert life.waiting() == ["mend"]
    assert life.of(Kind.USER_TASK_CANCELED) == ["y"]


def test_a_terminate_end_event_ends_the_other_branches_of_its_scope_only() -> None:
    body = (
        START
        + '<bpmn:subProcess id="s"><bpmn:startEvent id="s1" /><bpmn:parallelGateway id="f" />'
        + user("x")
        + user("y")
        + '<bpmn:endEvent id="t"><bpmn:terminateEventDefinition /></bpmn:endEvent>'
        + chain("s1", "f", "x", "t")
        + flow("f", "y")
        + "</bpmn:subProcess>"
        + user("after")
        + chain("start", "s", "after")
    )
    life = Life(drawing(body)).start()

    life.task("x")

    assert life.waiting() == ["after"]


def test_a_called_process_sees_the_callers_variables_and_hands_its_own_back() -> None:
    child = xml(
        '<bpmn:startEvent id="start" />' + user("inner") + chain("start", "inner"), process="child"
    )
    called = (
        '<bpmn:callActivity id="call"><bpmn:extensionElements>'
        '<zeebe:calledElement processId="child" /></bpmn:extensionElements></bpmn:callActivity>'
    )
    body = START + called + user("after") + chain("start", "call", "after")
    life = Life(drawing(body, child_bpmn=child), {"n": 1}).start()
    task = life.state.user_tasks[life.task_key("inner")]
    assert visible(life.state, task.host) == {"n": 1}

    life.task("inner", m=2)

    task = life.state.user_tasks[life.task_key("after")]
    assert visible(life.state, task.host) == {"n": 1, "m": 2}


def test_a_script_task_works_out_its_expression() -> None:
    script = (
        '<bpmn:scriptTask id="s"><bpmn:extensionElements>'
        '<zeebe:script expression="=n + 1" resultVariable="m" />'
        "</bpmn:extensionElements></bpmn:scriptTask>"
    )
    life = Life(drawing(START + script + user("a") + chain("start", "s", "a")), {"n": 1}).start()

    assert visible(life.state, life.state.user_tasks[life.task_key("a")].host) == {"n": 1, "m": 2}


def test_a_loop_without_a_wait_ends_in_an_incident_instead_of_running_for_ever() -> None:
    body = (
        START
        + '<bpmn:exclusiveGateway id="a" /><bpmn:task id="b" />'
        + chain("start", "a", "b")
        + flow("b", "a")
    )
    life = Life(drawing(body)).start()

    [incident] = life.state.incidents.values()
    assert incident.code == "too_many_elements"
    assert len(life.of(Kind.ELEMENT_ACTIVATED)) <= MAX_ELEMENTS + 1


def test_a_canceled_instance_leaves_nothing_behind() -> None:
    body = START + user("a") + service("b") + chain("start", "a") + flow("start", "b")
    life = Life(drawing(body)).start()

    life.do(CancelInstance(id="c", reason="by_operator"))

    assert life.state.phase == "canceled"
    assert not life.state.elements
    assert not life.state.user_tasks
    assert not life.state.jobs
    with pytest.raises(Rejection, match="process_instance_ended"):
        life.do(CancelInstance(id="c2"))


def test_variables_that_nobody_could_copy_are_refused() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]

    with pytest.raises(Rejection, match="variables_too_deep"):
        from_json({"kind": "set_variables", "id": "v", "variables": {"v": deep}})


def test_a_drawing_of_more_elements_than_anybody_could_read_is_refused() -> None:
    body = "".join(f'<bpmn:task id="t{n}" />' for n in range(5_001))

    with pytest.raises(ParseError, match="drawing_too_large"):
        parse_processes(xml(body))


def test_a_change_of_variables_says_who_asked_for_it() -> None:
    life = Life(drawing(START + user("a") + chain("start", "a"))).start()

    changed = life.do(SetVariables(id="v", actor="sun", variables={"x": 1}))

    assert [r.data for r in changed] == [{"variables": {"x": 1}, "by": "sun"}]
