"""Personal data, encrypted."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class PersonalValue(SQLModel, table=True):
    """One personal text (个人信息), encrypted with the data key of its person.

    Records take the `commitment` in its place; those stored before there were any have none.
    """

    __tablename__ = "personal_value"

    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    ciphertext: bytes
    commitment: bytes | None = None
    created_at: datetime = Field(sa_type=Timestamp)
