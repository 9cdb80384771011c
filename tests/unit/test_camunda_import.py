"""Files of Camunda 7 and Activiti are read as what they mean here, or kept as foreign."""

from __future__ import annotations

import pytest

from bpmn import camunda, feel
from bpmn.camunda.values import is_foreign
from bpmn.model import Call, Listener, MultiInstance, TaskDefinition, VariableMapping
from bpmn.xml import Node, read

_OPEN = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:activiti="http://activiti.org/bpmn"'
)


def node(kind: str, attributes: str = "", inside: str = "", extension: str = "") -> Node:
    block = f"<extensionElements>{extension}</extensionElements>" if extension else ""
    return read(f'<{kind} {_OPEN} id="e" {attributes}>{block}{inside}</{kind}>'.encode())


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("${approved}", "approved"),
        ("#{order.address}", "order.address"),
        ("${ 1 + 1 }", "1 + 1"),
        ("${amount > 100}", "amount > 100"),
        ("${amount gt 100 and state eq 'open'}", 'amount > 100 and state = "open"'),
        ("${a == 1 && (b != 2 || c)}", "a = 1 and (b != 2 or c)"),
        ("${!approved}", "not(approved)"),
        ("${not (a < b)}", "not((a < b))"),
        ("${vip ? 'fast' : \"slow\"}", 'if vip then "fast" else "slow"'),
        ("${nrOfCompletedInstances >= 2}", "numberOfCompletedInstances >= 2"),
        ("Dear ${name}, no. ${1+2}", '"Dear " + string(name) + ", no. " + string(1 + 2)'),
        ('plain "text"', '"plain \\"text\\""'),
    ],
)
def test_paths_and_comparisons_become_feel(expression: str, meant: str) -> None:
    found = camunda.source(expression)

    assert found == meant
    feel.parse(found)


@pytest.mark.parametrize(
    "expression",
    [
        "${execution.getVariable('priority')}",
        "${bean.method()}",
        "${list[0]}",
        "${empty list}",
        "${a b}",
        "${}",
        "${for}",
        "${a",
        "Dear ${bean.name()}",
        "${" + "(" * 10_000 + "}",
        "${" + "a+" * 10_000 + "a}",
    ],
)
def test_what_feel_cannot_say_stays_as_a_foreign_text_that_is_no_feel(expression: str) -> None:
    found = camunda.source(expression)

    assert is_foreign(found)
    with pytest.raises(feel.FeelSyntaxError):
        feel.parse(found)


def test_people_dates_and_priority_of_a_user_task_are_read() -> None:
    attributes = (
        'camunda:assignee="${clerk}" camunda:candidateUsers="li, wang" camunda:dueDate="${due}" '
        'camunda:candidateGroups="technical,${other}" camunda:followUpDate="P1D" '
        'camunda:priority="30" camunda:formRef="accept"'
    )

    task = camunda.user_task_definition(node("userTask", attributes))

    assert (task.assignee, task.candidate_users) == ("=clerk", "li,wang")
    assert task.candidate_groups == '=flatten(["technical", other])'
    assert (task.due_date, task.follow_up_date) == ("=due", '=now() + duration("P1D")')
    assert (task.priority, task.form) == ("30", "accept")


def test_the_standards_own_roles_name_people_too() -> None:
    roles = "".join(
        f"<{role}><resourceAssignmentExpression><formalExpression>{text}</formalExpression>"
        f"</resourceAssignmentExpression></{role}>"
        for role, text in (
            ("potentialOwner", "user(li), group(technical), quality"),
            ("humanPerformer", "wang"),
        )
    )

    task = camunda.user_task_definition(node("userTask", 'activiti:candidateUsers="zhao"', roles))

    assert task.candidate_users == "zhao,li"
    assert task.candidate_groups == "technical,quality"
    assert task.assignee == "wang"


def test_fields_in_the_drawing_become_a_form() -> None:
    field = (
        '<camunda:formData><camunda:formField id="colour" label="Colour" type="enum">'
        '<camunda:value id="r" name="red" /><camunda:validation>'
        '<camunda:constraint name="required" /><camunda:constraint name="maxlength" config="9" />'
        "</camunda:validation></camunda:formField></camunda:formData>"
    )
    task = node("userTask", extension=field)

    [form] = camunda.drawn_forms(task).values()

    assert camunda.user_task_definition(task).form == form["id"] == "e.fields"
    [component] = form["components"]
    assert component["values"] == [{"value": "r", "label": "red"}]
    assert component["validate"] == {"required": True, "maxLength": 9}
    assert (component["type"], component["key"], component["label"]) == (
        "select",
        "colour",
        "Colour",
    )


def test_a_form_inside_a_drawing_is_deployed_with_it() -> None:
    inside = (
        '<zeebe:userTaskForm xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="f">'
        '{"id": "x", "components": []}</zeebe:userTaskForm>'
    )
    broken = inside.replace("{", "").replace('id="f"', 'id="g"')

    forms = camunda.drawn_forms(node("process", extension=inside + broken))

    key = "camunda-forms:bpmn:f"
    assert forms == {key: {"id": key, "components": []}}


def test_an_external_task_names_its_topic_and_its_retries() -> None:
    cycle = "<camunda:failedJobRetryTimeCycle>R5/PT1M</camunda:failedJobRetryTimeCycle>"
    task = node("serviceTask", 'camunda:type="external" camunda:topic="send.mail"', "", cycle)

    assert camunda.task_definition(task) == TaskDefinition("send.mail", "5")


@pytest.mark.parametrize(
    "attributes",
    [
        'camunda:class="org.example.Task"',
        'activiti:delegateExpression="${bean}"',
        'camunda:expression="${bean.run()}"',
        'camunda:type="mail"',
    ],
)
def test_code_of_another_engine_is_kept_as_foreign(attributes: str) -> None:
    task = camunda.task_definition(node("serviceTask", attributes))

    assert task is not None
    assert is_foreign(task.type)


def test_a_task_without_attributes_of_that_engine_has_no_definition() -> None:
    assert camunda.task_definition(node("serviceTask")) is None


def test_parameters_hold_texts_lists_maps_and_scripts() -> None:
    parameters = """<camunda:inputOutput>
      <camunda:inputParameter name="text">hello</camunda:inputParameter>
      <camunda:inputParameter name="none"/>
      <camunda:inputParameter name="list"><camunda:list><camunda:value>a</camunda:value>
        <camunda:value>${b}</camunda:value></camunda:list></camunda:inputParameter>
      <camunda:inputParameter name="map"><camunda:map><camunda:entry key="k">${ v }</camunda:entry>
        </camunda:map></camunda:inputParameter>
      <camunda:inputParameter name="script"><camunda:script scriptFormat="Groovy">1 + 1
        </camunda:script></camunda:inputParameter>
      <camunda:outputParameter name="out">${x}</camunda:outputParameter>
    </camunda:inputOutput>"""
    task = node("serviceTask", extension=parameters)

    found = {one.target: one.source for one in camunda.mappings(task, "input")}

    assert found.pop("script").startswith("${groovy:")
    assert found == {"text": '"hello"', "none": "null", "list": '["a", b]', "map": '{"k": v}'}
    assert camunda.mappings(task, "output") == (VariableMapping("x", "out"),)


def test_a_call_activity_passes_what_it_names() -> None:
    ways = (
        '<camunda:in source="a" target="b" /><camunda:in sourceExpression="${1 + c}" target="d" />'
        '<camunda:out variables="all" />'
    )
    call = node("callActivity", 'calledElement="child"', extension=ways)

    assert camunda.call(call) == Call("child", propagate_parent=False, propagate_child=True)
    assert camunda.mappings(call, "input") == (
        VariableMapping("a", "b"),
        VariableMapping("1 + c", "d"),
    )
    assert camunda.call(node("callActivity", 'calledElement="child"')) == Call("child")
    dynamic = camunda.call(node("callActivity", 'calledElement="${which}"'))
    assert dynamic is not None
    assert dynamic.target == "=which"


def test_decisions_and_scripts_are_called() -> None:
    decide = 'camunda:decisionRef="routing" camunda:resultVariable="department"'
    script = node("scriptTask", 'scriptFormat="javascript"', "<script>next()</script>")
    ours = node("scriptTask", 'scriptFormat="feel"', "<script>=1 + 1</script>")

    assert camunda.call(node("businessRuleTask", decide)) == Call("routing", "department")
    assert camunda.call(script) == Call("${javascript:next()}")
    assert camunda.call(ours) == Call("1 + 1")


def test_a_multi_instance_runs_over_a_collection_or_a_number() -> None:
    over = (
        '<multiInstanceLoopCharacteristics isSequential="true" camunda:collection="${people}" '
        'camunda:elementVariable="person"><completionCondition>${nrOfCompletedInstances == 1}'
        "</completionCondition></multiInstanceLoopCharacteristics>"
    )
    times = (
        "<multiInstanceLoopCharacteristics><loopCardinality>${n}</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )

    assert camunda.multi_instance(node("userTask", inside=over)) == MultiInstance(
        input_collection="people",
        input_element="person",
        sequential=True,
        completion_condition="numberOfCompletedInstances = 1",
    )
    assert camunda.multi_instance(node("userTask", inside=times)) == MultiInstance(cardinality="n")
    assert camunda.multi_instance(node("userTask")) is None


def test_listeners_of_another_engine_are_foreign_steps() -> None:
    listening = (
        '<camunda:executionListener event="end" class="org.example.Listener" />'
        '<camunda:taskListener event="create" expression="${bean.told()}" />'
        '<camunda:executionListener><camunda:script scriptFormat="groovy">1</camunda:script>'
        "</camunda:executionListener>"
    )

    found = camunda.listeners(node("userTask", extension=listening))

    assert found[0] == Listener("end", TaskDefinition("${class:org.example.Listener}"))
    assert [one.event for one in found] == ["end", "start", "creating"]
    assert all(is_foreign(one.task.type) for one in found)
