"""Groups of people, digests of definitions, the file of demo logins."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql

from migrations.seeds.demo_people import PEOPLE
from migrations.seeds.departments import DEPARTMENTS
from migrations.seeds.logins import complete
from models.columns import Timestamp
from models.person import ROLES, Person, groups, has_password, hash_password
from models.process_definition import digest
from models.user_task import UserTask
from models.user_task_search import may_see


def person(*roles: str, password_hash: str = "-") -> Person:  # noqa: S107
    return Person(
        username="zhaolei",
        display_name="赵磊",
        staff_number="S1",
        department="technical",
        roles=list(roles),
        password_hash=password_hash,
    )


def task(
    assignee: str | None = None, users: tuple[str, ...] = (), groups: tuple[str, ...] = ()
) -> UserTask:
    return UserTask(
        key=2,
        instance_key=1,
        process_id="feedback",
        definition_digest="d",
        element_id="accept",
        element_instance_key=3,
        name="接单",
        assignee=assignee,
        candidate_users=list(users),
        candidate_groups=list(groups),
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def test_a_head_belongs_to_department_head_and_roles() -> None:
    head = person("head", "management")

    assert groups(head) == ["technical", "technical.head", "role.head", "role.management"]
    assert groups(person("engineer")) == ["technical", "role.engineer"]


def test_a_task_is_seen_by_its_owner_and_by_its_candidates_only() -> None:
    mine = task("zhaolei", groups=("service",))

    assert may_see(mine, "zhaolei", ["technical"])
    assert may_see(mine, "linmei", ["service"])
    assert may_see(task(users=("linmei",)), "linmei", [])
    assert not may_see(mine, "wangqiang", ["technical", "role.engineer"])


def test_a_password_is_kept_as_a_hash_and_known_again() -> None:
    hashed = hash_password("correct horse")
    someone = person(password_hash=hashed)

    assert hashed.startswith("$argon2id$")
    assert "correct horse" not in hashed
    assert has_password(someone, "correct horse")
    assert not has_password(someone, "Correct horse")
    assert not has_password(person(password_hash="broken"), "correct horse")
    assert not has_password(None, "nobody")


def test_a_digest_changes_with_every_part_of_a_definition() -> None:
    files = {"feedback.bpmn": b"<a/>", "limits.dmn": b"<b/>"}
    first = digest(files, 1, "feedback")

    others = [
        digest({**files, "limits.dmn": b"<c/>"}, 1, "feedback"),
        digest({"feedback.bpmn": b"<a/>", "limit.dmn": b"s<b/>"}, 1, "feedback"),
        digest({"feedback.bpmn": b"<a/>"}, 1, "feedback"),
        digest(files, 2, "feedback"),
        digest(files, 1, "extension"),
    ]

    assert len({first, *others}) == 6
    assert first == digest(dict(reversed(files.items())), 1, "feedback")
    assert len(first) == 64


def test_the_demo_people_fill_every_role_and_head_every_department() -> None:
    assert {role for one in PEOPLE for role in one.roles} == set(ROLES)
    heads = [one.department for one in PEOPLE if "head" in one.roles]
    assert sorted(heads) == sorted(code for code, _, _ in DEPARTMENTS)
    assert len({one.username for one in PEOPLE}) == len(PEOPLE)


def test_the_file_of_logins_is_private_and_keeps_the_passwords_it_has(tmp_path: Path) -> None:
    path = tmp_path / "home" / "demo-logins.txt"
    path.parent.mkdir()
    path.write_text("linmei chosen specialist\n")

    logins = complete(path, {"linmei": "specialist", "zhaolei": "head"})

    assert [one.username for one in logins] == ["linmei", "zhaolei"]
    assert logins[0].password == "chosen"
    assert len(logins[1].password) >= 16
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().splitlines()[1] == f"zhaolei {logins[1].password} head"
    assert complete(path, {"linmei": "specialist"}) == logins


def test_a_time_without_a_zone_never_reaches_the_database() -> None:
    bind = Timestamp().process_bind_param
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

    with pytest.raises(ValueError, match="zone"):
        bind(datetime(2026, 11, 21), dialect)  # noqa: DTZ001 - that is the point
    assert bind(None, dialect) is None
