"""Personal texts as people look at them: the one place that decides who sees how much (脱敏).

Whoever answers with a person's data asks here. The table says by role and relation to the item who
sees a kind of text masked; whoever it does not name sees nothing of it. Nobody sees it whole by
looking: that is a reveal, which needs a reason and is recorded, or the download of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.authentication import Caller
from api.means import Means
from api.relation import Relation, Rule
from models import customer, feedback, user_task_search
from models.customer import Customer
from models.feedback import Feedback
from models.person import ROLES
from models.user_task import UserTask
from nlp.masking import mask_contact, mask_name, mask_text

Mask = Callable[[str], str]
Standing = frozenset[Relation]
REFERENCE = "$ref"


class Personal(StrEnum):
    """Kinds of personal texts (个人数据类别)."""

    NAME = "name"
    CONTACT = "contact"
    TEXT = "text"  # what customers and staff write: descriptions, comments, notes, form fields
    FILE_NAME = "file_name"


_EVERYBODY = frozenset(ROLES)
# They speak with customers, or mend what goes wrong on the way to them.
_DESK = frozenset({"specialist", "team_lead", "duty_manager", "auditor", "administrator"})
_MASKS: Mapping[Personal, Mask] = {
    Personal.NAME: mask_name,
    Personal.CONTACT: mask_contact,
    Personal.TEXT: mask_text,
    Personal.FILE_NAME: mask_text,
}
# Who sees it masked. Product managers, management and departments that only help need no way to
# reach a customer, so that they get none, not even half a number.
MASKED: Mapping[Personal, Rule] = {
    Personal.NAME: {Relation.ANY: _EVERYBODY},
    Personal.CONTACT: {
        Relation.ANY: _DESK,
        Relation.DEPARTMENT: _EVERYBODY - {"product_manager", "management"},
        Relation.ASSIGNEE: _EVERYBODY,
        Relation.CANDIDATE: _EVERYBODY,
        Relation.ACCOUNT_MANAGER: frozenset({"account_manager"}),
    },
    Personal.TEXT: {Relation.ANY: _EVERYBODY},
    Personal.FILE_NAME: {Relation.ANY: _EVERYBODY},
}


def is_shown(caller: Caller, kind: Personal, related: Standing) -> bool:
    """Say whether somebody who stands so to an item sees such a text, masked."""
    rule = MASKED[kind]
    named = (rule.get(one, frozenset()) for one in (Relation.ANY, *related))
    return any(not roles.isdisjoint(caller.roles) for roles in named)


def masked(kind: Personal, text: str) -> str:
    """Return a text as those see it who see it masked."""
    return _MASKS[kind](text)


def standings(session: Session, caller: Caller, items: Iterable[Feedback]) -> dict[int, Standing]:
    """Return how somebody stands to each of these items, by instance key."""
    shown = list(items)
    own = _own_customers(session, caller, shown)
    return {item.id: frozenset(_relations(caller, item, own)) for item in shown}


def standing(session: Session, caller: Caller, item: Feedback) -> Standing:
    """Return how somebody stands to an item."""
    return standings(session, caller, [item])[item.id]


def standing_to_customer(caller: Caller, known: Customer) -> Standing:
    """Return how somebody stands to a customer."""
    manages = known.account_manager == caller.username
    return frozenset({Relation.ACCOUNT_MANAGER}) if manages else frozenset()


def texts_for(
    means: Means,
    session: Session,
    caller: Caller,
    wanted: Mapping[UUID, tuple[Personal, Standing]],
) -> dict[UUID, str | None]:
    """Return texts as somebody may see them, each masked by what it is.

    None where one was erased or never stored, and where they may not see it at all: then it is
    not even decrypted.
    """
    shown = {
        found: kind for found, (kind, related) in wanted.items() if is_shown(caller, kind, related)
    }
    texts = means.vault.reveal_all(session, shown)
    texts_shown: dict[UUID, str | None] = dict.fromkeys(wanted)
    for found, kind in shown.items():
        text = texts[found]
        texts_shown[found] = None if text is None else masked(kind, text)
    return texts_shown


def _relations(caller: Caller, item: Feedback, own: frozenset[UUID]) -> Iterator[Relation]:
    if item.assignee == caller.username:
        yield Relation.ASSIGNEE
    if caller.department == item.department:
        yield Relation.DEPARTMENT
    if caller.department in item.collaborators:
        yield Relation.COLLABORATOR
    if item.customer_id in own:
        yield Relation.ACCOUNT_MANAGER


def _own_customers(session: Session, caller: Caller, items: Iterable[Feedback]) -> frozenset[UUID]:
    """Return those of the items' customers whom an account manager looks after."""
    if "account_manager" not in caller.roles:
        return frozenset()
    ids = {item.customer_id for item in items if item.customer_id is not None}
    found = (customer.find(session, one) for one in ids)
    return frozenset(
        one.id for one in found if one is not None and one.account_manager == caller.username
    )


def variables_for(
    means: Means, session: Session, caller: Caller, task: UserTask, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return variables of a task with every reference replaced by what the caller may see."""
    item = feedback.find(session, task.instance_key)
    related = standing(session, caller, item) if item else frozenset[Relation]()
    if task.assignee == caller.username:
        related |= {Relation.ASSIGNEE}
    elif user_task_search.may_see(task, caller.username, caller.groups):
        related |= {Relation.CANDIDATE}
    texts = texts_for(means, session, caller, _wanted(item, related, dict(variables)))
    return {name: _replaced(value, texts) for name, value in variables.items()}


def content_for(
    means: Means, session: Session, caller: Caller, item: Feedback | None, content: Any
) -> Any:
    """Return any JSON that an item's instance holds with every reference replaced likewise."""
    related = standing(session, caller, item) if item else frozenset[Relation]()
    texts = texts_for(means, session, caller, _wanted(item, related, content))
    return _replaced(content, texts)


def _wanted(
    item: Feedback | None, related: Standing, content: Any
) -> dict[UUID, tuple[Personal, Standing]]:
    known = who_told(item) if item else {}
    return {found: (known.get(found, Personal.TEXT), related) for found in _references(content)}


def who_told(one: Feedback | Customer) -> dict[UUID, Personal]:
    """Return where name and contact of a customer lie; other texts are masked by how they look."""
    kinds = {one.name_ref: Personal.NAME, one.contact_ref: Personal.CONTACT}
    return {found: kind for found, kind in kinds.items() if found is not None}


def _references(value: Any) -> Iterator[UUID]:
    if (found := _reference(value)) is not None:
        yield found
    elif isinstance(value, dict):
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _replaced(value: Any, texts: Mapping[UUID, str | None]) -> Any:
    if (found := _reference(value)) is not None:
        return texts[found]
    if isinstance(value, dict):
        return {name: _replaced(one, texts) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, texts) for one in value]
    return value


def _reference(value: Any) -> UUID | None:
    if not isinstance(value, dict) or set(value) != {REFERENCE}:
        return None
    try:
        return UUID(value[REFERENCE])
    except (ValueError, AttributeError, TypeError):
        return None
