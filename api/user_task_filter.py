"""What a search of user tasks may ask for, as Camunda 8.8 means it (任务筛选)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Text,
    func,
    literal,
    literal_column,
    not_,
    select,
)
from sqlmodel import col

from api.authentication import Caller
from api.conditions import (
    Conditions,
    KeyFilter,
    NumberFilter,
    TextConditions,
    TextFilter,
    TimeFilter,
    kind_of,
    like,
    where,
)
from api.instance_visibility import of_content
from api.paging import Shape
from api.user_task_view import TENANT
from api.variable_values import VariableCondition, holding
from models.instance_visibility import visible
from models.process_definition import ProcessDefinition
from models.user_task import UserTask

State = Literal[
    "CREATING",
    "CREATED",
    "ASSIGNING",
    "UPDATING",
    "COMPLETING",
    "COMPLETED",
    "CANCELING",
    "CANCELED",
    "FAILED",
]


class TaskStateConditions(Conditions[State]):
    """Conditions of the state of a task; only CREATED, COMPLETED and CANCELED are ever seen."""

    like: Annotated[str | None, Field(alias="$like", max_length=100)] = None


StateFilter = Annotated[
    Annotated[State, Tag("value")] | Annotated[TaskStateConditions, Tag("conditions")],
    Discriminator(kind_of),
]
_Variables = Annotated[list[VariableCondition], Field(max_length=20)]


class TaskFilter(Shape):
    """What the tasks have in common; `feedbackNumber` is ours."""

    state: StateFilter | None = None
    assignee: TextFilter | None = None
    priority: NumberFilter | None = None
    name: TextFilter | None = None
    element_id: TextFilter | None = None
    candidate_group: TextFilter | None = None
    candidate_user: TextFilter | None = None
    tenant_id: TextFilter | None = None
    process_definition_id: TextFilter | None = None
    process_definition_key: KeyFilter | None = None
    process_instance_key: KeyFilter | None = None
    element_instance_key: KeyFilter | None = None
    user_task_key: KeyFilter | None = None
    creation_date: TimeFilter | None = None
    completion_date: TimeFilter | None = None
    follow_up_date: TimeFilter | None = None
    due_date: TimeFilter | None = None
    process_instance_variables: _Variables = Field(default_factory=list)
    local_variables: _Variables = Field(default_factory=list)
    feedback_number: TextFilter | None = None


# The planner must know that it is the state that the indexes of open tasks are for.
OPEN: ColumnElement[bool] = col(UserTask.state) == literal_column("'CREATED'", Text)
_COLUMNS: Mapping[str, SQLColumnExpression[Any]] = {
    "assignee": col(UserTask.assignee),
    "priority": col(UserTask.priority),
    "name": col(UserTask.name),
    "element_id": col(UserTask.element_id),
    "tenant_id": literal(TENANT, Text),
    "process_definition_id": col(UserTask.process_id),
    "process_instance_key": col(UserTask.instance_key),
    "element_instance_key": col(UserTask.element_instance_key),
    "user_task_key": col(UserTask.key),
    "creation_date": col(UserTask.created_at),
    "completion_date": col(UserTask.completed_at),
    "follow_up_date": col(UserTask.follow_up_date),
    "due_date": col(UserTask.due_date),
    "feedback_number": col(UserTask.feedback_number),
}


def wanted(caller: Caller, given: TaskFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a filter; tasks are found by variables that the caller may see."""
    yield from _state(given.state)
    for name, asked in _COLUMNS.items():
        yield from where(asked, getattr(given, name))
    yield from _holding(col(UserTask.candidate_groups), given.candidate_group)
    yield from _holding(col(UserTask.candidate_users), given.candidate_user)
    if given.process_definition_key is not None:
        keys = where(col(ProcessDefinition.key), given.process_definition_key)
        yield col(UserTask.definition_digest).in_(
            select(col(ProcessDefinition.digest)).where(*keys)
        )
    if given.process_instance_variables or given.local_variables:
        yield visible(of_content(caller), col(UserTask.instance_key))
    for one in given.process_instance_variables:
        yield holding(one, col(UserTask.instance_key))
    for one in given.local_variables:
        yield holding(one, col(UserTask.element_instance_key))


def _state(given: object) -> Iterator[ColumnElement[bool]]:
    if given == "CREATED" or (isinstance(given, TaskStateConditions) and given.eq == "CREATED"):
        yield OPEN
    yield from where(col(UserTask.state), given)


def _holding(
    names: SQLColumnExpression[Any], given: str | TextConditions | None
) -> Iterator[ColumnElement[bool]]:
    """Yield what is asked of a list of names: one of them fulfils it."""
    if isinstance(given, str):
        yield _HOLDS["eq"](names, given)
    elif given is not None:
        for condition, make in _HOLDS.items():
            if (value := getattr(given, condition)) is not None:
                yield make(names, value)


def _one_like(names: SQLColumnExpression[Any], pattern: str) -> ColumnElement[bool]:
    each = func.unnest(names).table_valued("name").render_derived()
    return select(each.c.name).where(_matches(each.c.name, pattern)).exists()


def _matches(name: SQLColumnExpression[Any], pattern: str) -> ColumnElement[bool]:
    return name.like(like(pattern), escape="\\")


_HOLDS: Mapping[str, Callable[[SQLColumnExpression[Any], Any], ColumnElement[bool]]] = {
    "eq": lambda names, value: names.bool_op("@>")([value]),
    "neq": lambda names, value: not_(names.bool_op("@>")([value])),
    "exists": lambda names, value: (func.cardinality(names) > 0) == value,
    "in_": lambda names, values: names.bool_op("&&")(values),
    "not_in": lambda names, values: not_(names.bool_op("&&")(values)),
    "like": _one_like,
}
