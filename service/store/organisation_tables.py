"""What is an organisation's and nobody's in it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.store.tables import utc


class ConsentRow(SQLModel, table=True):
    """What an organisation has agreed to have sent elsewhere."""

    __tablename__ = "consent"
    organisation: str = Field(primary_key=True)
    llm: bool
    speech: bool
    changed_at: datetime = utc()


class PseudonymKeyRow(SQLModel, table=True):
    """The secret behind an organisation's pseudonyms, as hex digits. It names nobody."""

    __tablename__ = "pseudonym_key"
    organisation: str = Field(primary_key=True)
    key: str
