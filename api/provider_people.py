"""Which person of ours the provider speaks of (声明与人员对应)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from api.identity_provider import ProviderRules, RefusedError
from models import access_record
from models.person import Person

_NAME = re.compile(r"[\w.@+-]{1,100}")
_LONGEST = 200
ACTOR = "login provider"


def person_of(
    session: Session, rules: ProviderRules, claims: Mapping[str, Any], now: datetime
) -> Person:
    """Return the active person that the claims name, with the roles that they give.

    Raises:
        RefusedError: `claim_missing`, `person_unknown`, `person_inactive` or `role_missing`.
    """
    name = _named(rules, claims)
    found = _find(session, rules, name)
    if found is None and rules.new_department:
        _make_inactive(session, rules, claims, name, now)
        raise RefusedError("person_inactive")
    if found is None:
        raise RefusedError("person_unknown")
    if not found.active:
        raise RefusedError("person_inactive")
    if rules.roles_claim:
        _take_roles(session, found, _roles(rules, claims), now)
    return found


def _named(rules: ProviderRules, claims: Mapping[str, Any]) -> str:
    name = claims.get(rules.claim)
    # Anybody may enter an address that is not theirs.
    unproven = rules.claim == "email" and claims.get("email_verified") is not True
    if unproven or not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RefusedError("claim_missing")
    return name


def _find(session: Session, rules: ProviderRules, name: str) -> Person | None:
    by_number = rules.person_field == "staff_number"
    column = col(Person.staff_number) if by_number else col(Person.username)
    return session.scalars(select(Person).where(column == name)).first()


def _make_inactive(
    session: Session,
    rules: ProviderRules,
    claims: Mapping[str, Any],
    name: str,
    now: datetime,
) -> None:
    """Make somebody who may not yet log in, for an administrator to look at."""
    told = claims.get("name")
    values = {
        "username": name,
        "display_name": told[:_LONGEST] if isinstance(told, str) and told else name,
        "staff_number": name,
        "department": rules.new_department,
        "roles": [],
        # No password has this hash.
        "password_hash": "",
        "active": False,
        "locale": "zh-CN",
        "demo": False,
    }
    made = insert(Person).values(**values).on_conflict_do_nothing().returning(col(Person.username))
    if session.execute(made).first() is not None:
        _record(session, now, "person_created_inactive", name)


def _roles(rules: ProviderRules, claims: Mapping[str, Any]) -> list[str]:
    given = claims.get(rules.roles_claim)
    groups = given if isinstance(given, list) else [given]
    wanted = {rules.roles[one] for one in groups if isinstance(one, str) and one in rules.roles}
    return sorted(wanted)


def _take_roles(session: Session, found: Person, roles: list[str], now: datetime) -> None:
    if sorted(found.roles) != roles:
        data = {"before": sorted(found.roles), "after": roles}
        _record(session, now, "roles_from_provider", found.username, **data)
        found.roles = roles
        session.flush()
    if not roles:
        raise RefusedError("role_missing")


def _record(session: Session, now: datetime, action: str, subject: str, **data: Any) -> None:
    access_record.append(session, at=now, actor=ACTOR, action=action, subject=subject, data=data)
