"""Batches of products."""

from datetime import date

from sqlmodel import Field, SQLModel


class ProductBatch(SQLModel, table=True):
    """A batch (批次): what was made together, and from whom it came."""

    __tablename__ = "batch"

    number: str = Field(primary_key=True)
    product: str
    supplier: str | None = Field(default=None, index=True)
    produced_at: date | None = None
    demo: bool = False
