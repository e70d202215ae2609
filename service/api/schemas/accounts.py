"""Signing in, accounts, tokens, invites."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from service.domain.audit import Action
from service.domain.identity import MAX_NAME, MAX_PASSWORD, MIN_PASSWORD, Role, Scope, Way
from service.domain.rate import Side
from service.domain.session import TimeFactor
from service.team.rosters import What

Email = Annotated[str, Field(min_length=3, max_length=320, examples=["ada@example.org"])]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, examples=["Ada"])]
Code = Annotated[str, Field(min_length=16, max_length=200, examples=["wq3n0cbbWz0mW5kO8yJdNw"])]
NewPassword = Annotated[str, Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD, examples=["seven kettles sing"])]
AnyPassword = Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD, examples=["seven kettles sing"])]


class WaysOut(BaseModel):
    """How people sign in here."""

    needed: bool
    """False where there is one local user, who does not sign in."""
    password: bool
    provider: bool
    """OpenID Connect: `POST /auth/oidc` says where to send the browser."""
    set_up: bool
    """False where the first admin is still to come, by `POST /auth/setup`."""


class DestinationOut(BaseModel):
    """A model that the operator does not run."""

    host: str = Field(examples=["api.openai.com"])
    model: str = Field(examples=["gpt-5-mini"])


class MeOut(BaseModel):
    """Who you are here, and what the credential that you sent may do."""

    id: str
    organisation: str
    name: str
    email: str | None
    role: Role
    way: Way
    """What you are known by."""
    scopes: list[Scope]
    answers_go_to: list[DestinationOut]
    """Who else reads your answers, to grade them; empty where they are graded here."""
    speech_goes_to: DestinationOut | None
    """Who else hears what you say; null where it is heard here, or by nobody."""


class RateOut(BaseModel):
    """Requests within this minute."""

    of: Side
    """Yours, or those of your whole organisation."""
    limit: int
    left: int
    begins_anew: datetime


class BudgetOut(BaseModel):
    """What language models may cost within this day (UTC)."""

    of: Side
    unit: Literal["tokens", "price"]
    limit: float
    spent: float
    begins_anew: datetime


class LimitsOut(BaseModel):
    """Your limits; empty where there are none."""

    requests: list[RateOut]
    budget: list[BudgetOut]


class SetupIn(BaseModel, strict=True):
    """The first admin; `code` is VIVA_SIGN_IN__SETUP_CODE."""

    code: Code
    email: Email
    name: Name
    password: NewPassword


class SignInIn(BaseModel, strict=True):
    email: Email
    password: AnyPassword


class ProviderIn(BaseModel, strict=True):
    to: Annotated[str, Field(max_length=2000)] = "/"
    """The page to show after that."""
    invite: Code | None = None


class ProviderOut(BaseModel):
    url: str
    """Of the provider: send the browser there."""


class PasswordIn(BaseModel, strict=True):
    old: AnyPassword
    new: NewPassword


class TokenIn(BaseModel, strict=True):
    """What a token is to be for. `practice` includes `read`."""

    name: Name
    scopes: list[Scope] = Field(min_length=1, max_length=4, examples=[["read"]])
    days: int = Field(default=90, ge=1, le=365)
    """Until it ends."""


class TokenOut(BaseModel):
    id: UUID
    name: str
    begins: str = Field(examples=["viva_Xk3v9a"])
    """Of the secret, to tell it by."""
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    """To the minute."""
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    secret: str
    """Shown this once. Send it as `Authorization: Bearer`."""


class TokensOut(BaseModel):
    items: list[TokenOut]


class CodeIn(BaseModel, strict=True):
    """`code` is what stands after the `#` of an invite's link."""

    code: Code


class AcceptIn(CodeIn, strict=True):
    email: Email
    name: Name
    password: NewPassword


class InvitedOut(BaseModel):
    """What an invite is for."""

    role: Role
    email: str | None
    """Null where whoever has the link may take it."""
    name: str | None
    """As whoever invited them wrote it, if they did."""
    expires_at: datetime


class InviteIn(BaseModel, strict=True):
    role: Role = "candidate"
    email: Email | None = None
    days: int = Field(default=7, ge=1, le=90)
    """Until it ends."""


class InviteOut(InvitedOut):
    id: UUID
    created_at: datetime


class NewInviteOut(InviteOut):
    link: str
    """Shown this once: send it to whom you invite."""


class ImportLineOut(BaseModel):
    """What came of a line."""

    line: int
    """In a CSV file, where the first one names the columns; in JSON which one of the people, from 1."""
    what: What
    """`invited`: there is a new link; `waiting`: was invited before; `there`: has an account; `refused`."""
    email: str | None
    link: str | None
    """Shown this once: send it to whom it is for."""
    problem: str | None
    """Why it was refused."""


class ImportOut(BaseModel):
    items: list[ImportLineOut]


class InvitesOut(BaseModel):
    items: list[InviteOut]


class PersonOut(BaseModel):
    id: UUID
    name: str
    email: str | None
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    time_factor: float
    """Multiplies every limit of the strict sessions that are assigned to them."""


class PeoplePage(BaseModel):
    items: list[PersonOut]
    next_cursor: str | None


class PersonIn(BaseModel, strict=True):
    role: Role
    disabled: bool = False
    """Who is disabled is signed out, and cannot come in."""
    time_factor: TimeFactor | None = None
    """Null: as it is."""


class ConsentIn(BaseModel, strict=True):
    """What your organisation agrees to."""

    llm: bool
    """That answers are sent to language models elsewhere, to be graded. Never names or addresses."""
    speech: bool
    """That speech is sent elsewhere, to be heard."""


class OrganisationOut(ConsentIn):
    """What your organisation has agreed to, and where that goes as this server is set up."""

    organisation: str
    models: list[DestinationOut]
    """Language models elsewhere; empty where answers never leave, whatever was agreed to."""
    hearer: DestinationOut | None
    """Who hears speech elsewhere."""


class EraseIn(BaseModel, strict=True):
    """That everything of yours is to be deleted; nothing brings it back."""

    everything: Literal[True]
    password: AnyPassword | None = None
    """Where you have one."""


class ErasedOut(BaseModel):
    """It is deleted."""

    clean: bool
    """False where traces may be left in the database's file; `viva db clean` removes them."""


class AuditOut(BaseModel):
    """One thing that somebody did."""

    id: UUID
    at: datetime
    who: str
    """Id of the person; `operator` for the command line."""
    action: Action
    about: str | None
    """Id of what it was done to."""
    detail: str | None = Field(examples=["candidate to reviewer"])


class AuditPage(BaseModel):
    items: list[AuditOut]
    next_cursor: str | None
