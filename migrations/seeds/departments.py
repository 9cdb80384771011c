"""The departments that the bundled processes name."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from migrations.seeds.plan import Plan
from models.department import Department

DEPARTMENTS = (
    ("technical", "技术部", "Technical"),
    ("operations", "运营部", "Operations"),
    ("service", "客服部", "Customer service"),
    ("quality", "质检部", "Quality inspection"),
    ("logistics", "物流部", "Logistics"),
    ("procurement", "采购部", "Procurement"),
    ("product", "产品部", "Product"),
    ("management", "管理层", "Management"),
)


def seed(session: Session, _plan: Plan) -> None:
    """Insert the departments that are missing."""
    rows = [
        Department(code=code, name_zh=name_zh, name_en=name_en).model_dump()
        for code, name_zh, name_en in DEPARTMENTS
    ]
    session.execute(insert(Department).values(rows).on_conflict_do_nothing())
