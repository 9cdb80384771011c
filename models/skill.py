"""What people are good at."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import TextArray


class Skill(SQLModel, table=True):
    """Something that some people can and others cannot (技能).

    Attributes:
        categories: the categories of feedback that it is good for, such as `performance`.
    """

    __tablename__ = "skill"

    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    categories: list[str] = Field(default_factory=list, sa_type=TextArray)
    demo: bool = False
    revision: int = 1


class PersonSkill(SQLModel, table=True):
    """Somebody has a skill (人员技能)."""

    __tablename__ = "person_skill"

    username: str = Field(primary_key=True, foreign_key="person.username")
    skill: str = Field(primary_key=True, foreign_key="skill.code", index=True)


def every(session: Session) -> Sequence[Skill]:
    """Return all skills by code."""
    return session.scalars(select(Skill).order_by(col(Skill.code))).all()


def find(session: Session, code: str, *, lock: bool = False) -> Skill | None:
    """Return a skill by its code."""
    return session.get(Skill, code, with_for_update=lock)


def of_people(session: Session, usernames: Iterable[str]) -> dict[str, set[str]]:
    """Return the skills of people; those without any have an empty set."""
    found: dict[str, set[str]] = {name: set() for name in usernames}
    own = select(PersonSkill).where(col(PersonSkill.username).in_(list(found)))
    for one in session.scalars(own):
        found[one.username].add(one.skill)
    return found


def for_category(session: Session, category: str | None) -> set[str]:
    """Return the skills that a category of feedback asks for."""
    if category is None:
        return set()
    serves = col(Skill.categories).bool_op("@>")([category])
    return set(session.scalars(select(col(Skill.code)).where(serves)))


def suited(
    session: Session, usernames: Iterable[str], category: str | None, product: str | None
) -> set[str]:
    """Return who of these people has a skill for the category or the product of an item.

    A skill is for a product if its code or one of its categories is the product's name.
    """
    wanted = [one for one in (category, product) if one]
    if not wanted:
        return set()
    serves = col(Skill.categories).bool_op("&&")(wanted) | (col(Skill.code) == product)
    own = (
        select(col(PersonSkill.username))
        .join(Skill, col(Skill.code) == col(PersonSkill.skill))
        .where(col(PersonSkill.username).in_(list(usernames)), serves)
    )
    return set(session.scalars(own))


def replace(session: Session, username: str, skills: Iterable[str]) -> None:
    """Make these the skills of a person, and no others."""
    session.execute(delete(PersonSkill).where(col(PersonSkill.username) == username))
    rows = [{"username": username, "skill": code} for code in dict.fromkeys(skills)]
    if rows:
        session.execute(insert(PersonSkill).values(rows))
