"""How the invented people are organised: deputies, teams, skills and a duty roster."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from migrations.seeds.plan import Plan
from models.deputy import Deputy
from models.roster import Duty
from models.shift import WEEKDAYS, Shift
from models.skill import PersonSkill, Skill
from models.team import Team, TeamMember

DEPUTIES = (("technical", "liyang"), ("service", "zhouning"))
TEAMS = (
    ("senior_quality", "资深质量小组", "Senior quality team", "quality", ("majun", "hejing")),
    ("field", "外勤小组", "Field team", None, ("wangqiang", "luoyong")),
)
SKILLS = (
    ("hardware", "硬件维修", "Hardware", ("fault", "compatibility")),
    (
        "software",
        "软件排查",
        "Software",
        ("system_fault", "performance", "data_error", "compatibility"),
    ),
    ("refunds", "退款与发票", "Refunds and invoices", ("refund", "invoice", "price")),
    ("inspection", "质量检验", "Inspection", ("quality", "supply")),
)
SKILLED = (
    ("wangqiang", "hardware"),
    ("liyang", "software"),
    ("liyang", "hardware"),
    ("chenxiao", "refunds"),
    ("majun", "inspection"),
)
DAY, NIGHT = ["08:00", "20:00"], ["20:00", "08:00"]
SHIFTS = (
    ("service_day", "客服白班", "Service, day", "service", DAY),
    ("service_night", "客服夜班", "Service, night", "service", NIGHT),
    ("technical_day", "技术白班", "Technical, day", "technical", DAY),
    ("technical_night", "技术夜班", "Technical, night", "technical", NIGHT),
)
# Who begins by day; they change over every week. The duty manager is there by day and by night.
PAIRS = (("service", ("chenxiao", "linmei")), ("technical", ("wangqiang", "liyang")))
DUTY_MANAGER = "gaofeng"
AHEAD = timedelta(days=31)
_ONE = timedelta(days=1)


def seed(session: Session, plan: Plan) -> None:
    """Organise the demo people once, and plan their duties a month ahead at every start."""
    if plan.demo_logins is None:
        return
    today = plan.now.date()
    if session.scalar(select(func.count()).select_from(Shift).where(col(Shift.demo))) == 0:
        _organise(session, today)
    planned = select(func.max(col(Duty.day))).join(Shift, col(Shift.code) == col(Duty.shift))
    last = session.scalar(planned.where(col(Shift.demo)))
    # Days that are planned already belong to whoever has changed them since.
    first = today - _ONE if last is None else max(last + _ONE, today)
    _insert(session, list(_duties(first, today + AHEAD)))


def _organise(session: Session, today: date) -> None:
    _insert(session, [Deputy(department=code, username=name) for code, name in DEPUTIES])
    for code, name_zh, name_en, department, members in TEAMS:
        team = Team(code=code, name_zh=name_zh, name_en=name_en, department=department, demo=True)
        _insert(session, [team])
        _insert(session, [TeamMember(team=code, username=name) for name in members])
    for code, name_zh, name_en, categories in SKILLS:
        skill = Skill(
            code=code, name_zh=name_zh, name_en=name_en, categories=list(categories), demo=True
        )
        _insert(session, [skill])
    _insert(session, [PersonSkill(username=name, skill=code) for name, code in SKILLED])
    for code, name_zh, name_en, department, frame in SHIFTS:
        shift = Shift(
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            department=department,
            frames={weekday: [frame] for weekday in WEEKDAYS},
            valid_from=today - AHEAD,
            demo=True,
        )
        _insert(session, [shift])


def _duties(first: date, last: date) -> Iterator[Duty]:
    for number in range((last - first).days + 1):
        day = first + number * _ONE
        for department, pair in PAIRS:
            by_day, by_night = pair if day.isocalendar().week % 2 else pair[::-1]
            yield Duty(shift=f"{department}_day", day=day, username=by_day)
            yield Duty(shift=f"{department}_night", day=day, username=by_night)
        yield Duty(shift="service_day", day=day, username=DUTY_MANAGER)
        yield Duty(shift="service_night", day=day, username=DUTY_MANAGER)


def _insert(session: Session, rows: Sequence[SQLModel]) -> None:
    if rows:
        values = [row.model_dump() for row in rows]
        session.execute(insert(type(rows[0])).values(values).on_conflict_do_nothing())
