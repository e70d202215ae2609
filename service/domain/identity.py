"""Who is asking, by which credential, and what they may do with it. One rule: what is asked for is in `scopes`."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from service.domain import Value
from service.domain.attempt import LOCAL, Person, clean
from service.domain.session import TimeFactor
from service.errors import Invalid

Role = Literal["candidate", "reviewer", "admin"]
"""Each may do what the one before it may, and more."""
Scope = Literal["read", "practice", "review", "admin"]
Way = Literal["local", "cookie", "token", "header"]
"""What somebody is known by. `local`: nobody signs in, as only this machine can ask."""

ROLES: tuple[Role, ...] = ("candidate", "reviewer", "admin")
SCOPES: tuple[Scope, ...] = ("read", "practice", "review", "admin")
OF_ROLE: dict[Role, frozenset[Scope]] = {
    "candidate": frozenset({"read", "practice"}),
    "reviewer": frozenset({"read", "practice", "review"}),
    "admin": frozenset(SCOPES),
}
MIN_PASSWORD, MAX_PASSWORD = 10, 200
"""Characters."""
MAX_NAME = 100
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}@[^@\s\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,250}")


class Account(Value):
    """Somebody who can sign in."""

    id: UUID
    organisation: str
    email: str | None
    """In small letters; none where a provider gave none."""
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None
    time_factor: TimeFactor = 1
    """Multiplies every limit of the strict sessions that are assigned to them."""

    @property
    def person(self) -> Person:
        return Person(id=str(self.id), organisation=self.organisation)


class Token(Value):
    """A credential for programs. The secret itself is not kept."""

    id: UUID
    name: str
    begins: str
    """Of the secret, to tell it by."""
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class Invite(Value):
    """A link by which one person gets an account. The secret in it is not kept."""

    id: UUID
    organisation: str
    role: Role
    email: str | None
    """Whom it is for; none where whoever has the link may take it."""
    name: str | None = None
    cohort_id: UUID | None = None
    """That they are put in when they come, if it is still there."""
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None


class Caller(Value):
    """Who is asking, as what."""

    person: Person
    name: str
    email: str | None
    role: Role
    scopes: frozenset[Scope]
    way: Way


THE_LOCAL_USER = Caller(person=LOCAL, name="You", email=None, role="admin", scopes=OF_ROLE["admin"], way="local")


def caller(account: Account, way: Way, scopes: Iterable[Scope] = SCOPES) -> Caller:
    """`account`, with no more than its role allows, whatever the credential was made for."""
    asked = set(scopes)
    if "practice" in asked:
        asked.add("read")
    return Caller(
        person=account.person,
        name=account.name,
        email=account.email,
        role=account.role,
        scopes=OF_ROLE[account.role] & asked,
        way=way,
    )


def higher(roles: Iterable[Role]) -> Role | None:
    """The one that may do most; None of none."""
    return max(roles, key=ROLES.index, default=None)


def normal_email(text: str) -> str:
    """In one form, by which it is found again. Raises Invalid."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid("That is no e-mail address.")
    return email


def normal_name(text: str) -> str:
    """On one line. Raises Invalid."""
    name = " ".join(clean(text).split())
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"A name has 1 to {MAX_NAME} characters.")
    return name


def check_password(password: str) -> None:
    """Raises Invalid. What it is made of is not asked: length is what counts."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Invalid(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
