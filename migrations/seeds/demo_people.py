"""Invented people of every role, for the embedded stack only."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from migrations.seeds.logins import Login, complete
from migrations.seeds.plan import Plan
from models import person
from models.department import Department
from models.person import Person


@dataclass(frozen=True)
class DemoPerson:
    """An invented person (演示人员)."""

    username: str
    name: str
    department: str
    roles: tuple[str, ...]


PEOPLE = (
    DemoPerson("chenxiao", "陈晓", "service", ("specialist",)),
    DemoPerson("linmei", "林梅", "service", ("specialist",)),
    DemoPerson("zhouning", "周宁", "service", ("team_lead",)),
    DemoPerson("gaofeng", "高峰", "service", ("duty_manager",)),
    DemoPerson("hushan", "胡珊", "service", ("head",)),
    DemoPerson("wangqiang", "王强", "technical", ("engineer",)),
    DemoPerson("liyang", "李阳", "technical", ("engineer",)),
    DemoPerson("zhaolei", "赵磊", "technical", ("head",)),
    DemoPerson("sunli", "孙丽", "operations", ("staff",)),
    DemoPerson("yejing", "叶菁", "operations", ("account_manager",)),
    DemoPerson("songyi", "宋怡", "operations", ("process_owner",)),
    DemoPerson("xuhui", "徐辉", "operations", ("head",)),
    DemoPerson("majun", "马俊", "quality", ("staff",)),
    DemoPerson("hejing", "何静", "quality", ("head",)),
    DemoPerson("luoyong", "罗勇", "logistics", ("staff",)),
    DemoPerson("tangwei", "唐薇", "logistics", ("head",)),
    DemoPerson("fengtao", "冯涛", "procurement", ("staff",)),
    DemoPerson("dengjie", "邓洁", "procurement", ("head",)),
    DemoPerson("panyue", "潘越", "product", ("product_manager",)),
    DemoPerson("tianmin", "田敏", "product", ("process_owner",)),
    DemoPerson("caolin", "曹琳", "product", ("head",)),
    DemoPerson("weiguo", "魏国", "management", ("management", "head")),
    DemoPerson("jiangbo", "蒋波", "management", ("auditor",)),
    DemoPerson("duanrui", "段睿", "management", ("administrator",)),
)


def seed(session: Session, plan: Plan) -> None:
    """Insert the demo people, and set passwords that the file of logins changed."""
    if plan.demo_logins is None:
        return
    logins = complete(plan.demo_logins, {one.username: one.roles[0] for one in PEOPLE})
    people = {one.username: (number, one) for number, one in enumerate(PEOPLE, start=1)}
    for login in logins:
        if login.username in people:
            _ensure(session, *people[login.username], login)
    _appoint_heads(session)


def _ensure(session: Session, number: int, wanted: DemoPerson, login: Login) -> None:
    known = person.find(session, wanted.username)
    if person.has_password(known, login.password):
        return
    password_hash = person.hash_password(login.password)
    if known is not None:
        known.password_hash = password_hash
        return
    session.add(
        Person(
            username=wanted.username,
            display_name=wanted.name,
            staff_number=f"S{number:04d}",
            department=wanted.department,
            roles=list(wanted.roles),
            password_hash=password_hash,
            demo=True,
        )
    )


def _appoint_heads(session: Session) -> None:
    session.flush()
    for one in PEOPLE:
        if "head" in one.roles:
            vacant = col(Department.head).is_(None)
            own = update(Department).where(col(Department.code) == one.department, vacant)
            session.execute(own.values(head=one.username))
