"""What accounts sign in with, and stay signed in by. Of each secret only a digest is here."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.identity import Account, Scope, Token
from service.errors import NotFound
from service.store.accounts import account_of
from service.store.engine import Tx, insert
from service.store.tables import AccountRow, ApiTokenRow, SignInFlowRow, SignInRow, ThrottleRow

USE_SECONDS = 60
"""A token's last use is written no more often."""


def sign_in(tx: Tx, account: Account, digest: str, now: datetime, expires_at: datetime) -> None:
    tx.exec(delete(SignInRow).where(col(SignInRow.expires_at) <= now))
    owned = {"owner": account.person.id, "organisation": account.organisation}
    tx.add(SignInRow(digest=digest, account_id=account.id, created_at=now, expires_at=expires_at, **owned))


def signed_in(tx: Tx, digest: str, now: datetime) -> Account | None:
    """Whose browser it is; None where it is over, or the account is disabled."""
    query = select(AccountRow).join(SignInRow, col(SignInRow.account_id) == AccountRow.id)
    query = query.where(SignInRow.digest == digest, SignInRow.expires_at > now, col(AccountRow.disabled_at).is_(None))
    row = tx.exec(query).first()
    return account_of(row) if row else None


def signed_in_since(tx: Tx, digest: str) -> datetime | None:
    row = tx.get(SignInRow, digest)
    return row.created_at if row else None


def sign_out(tx: Tx, digest: str) -> None:
    tx.exec(delete(SignInRow).where(col(SignInRow.digest) == digest))


def sign_out_all(tx: Tx, account_id: UUID, besides: str | None = None) -> None:
    """From every browser, but the one whose digest is `besides`."""
    query = delete(SignInRow).where(col(SignInRow.account_id) == account_id)
    tx.exec(query if besides is None else query.where(col(SignInRow.digest) != besides))


def add_token(
    tx: Tx,
    account: Account,
    name: str,
    secret: tuple[str, str],
    scopes: Iterable[Scope],
    now: datetime,
    until: datetime,
) -> Token:
    """`secret` is how it begins, and its digest."""
    row = ApiTokenRow(
        id=uuid7(),
        account_id=account.id,
        owner=account.person.id,
        organisation=account.organisation,
        name=name,
        begins=secret[0],
        digest=secret[1],
        scopes=" ".join(sorted(scopes)),
        created_at=now,
        expires_at=until,
    )
    tx.add(row)
    return _token(row)


def by_token(tx: Tx, digest: str, now: datetime) -> tuple[Account, Token] | None:
    """None where it is over or revoked, or the account is disabled."""
    query = select(ApiTokenRow, AccountRow).join(AccountRow, col(AccountRow.id) == ApiTokenRow.account_id)
    query = query.where(ApiTokenRow.digest == digest, ApiTokenRow.expires_at > now)
    query = query.where(col(ApiTokenRow.revoked_at).is_(None), col(AccountRow.disabled_at).is_(None))
    found = tx.exec(query).first()
    return (account_of(found[1]), _token(found[0])) if found else None


def unnoted(token: Token, now: datetime) -> bool:
    """Whether this use is to be written down."""
    return token.last_used_at is None or now - token.last_used_at >= timedelta(seconds=USE_SECONDS)


def note_use(tx: Tx, token_id: UUID, now: datetime) -> None:
    tx.exec(update(ApiTokenRow).where(col(ApiTokenRow.id) == token_id).values(last_used_at=now))


def tokens(tx: Tx, account_id: UUID) -> list[Token]:
    """The newest first, revoked ones too."""
    query = select(ApiTokenRow).where(ApiTokenRow.account_id == account_id).order_by(col(ApiTokenRow.id).desc())
    return [_token(row) for row in tx.exec(query)]


def revoke(tx: Tx, account_id: UUID, token_id: UUID, now: datetime) -> bool:
    """Once more changes nothing: False. Raises NotFound, also for another's token."""
    query = select(ApiTokenRow).where(ApiTokenRow.id == token_id, ApiTokenRow.account_id == account_id)
    row = tx.exec(query.with_for_update()).first()
    if row is None:
        raise NotFound("There is no such token.")
    before, row.revoked_at = row.revoked_at, row.revoked_at or now
    return before is None


def begin_flow(tx: Tx, digest: str, body: str, now: datetime, until: datetime) -> None:
    tx.exec(delete(SignInFlowRow).where(col(SignInFlowRow.expires_at) <= now))
    tx.add(SignInFlowRow(digest=digest, body=body, expires_at=until))


def end_flow(tx: Tx, digest: str, now: datetime) -> str | None:
    """What it began with; None where it is over. It can be ended once."""
    query = delete(SignInFlowRow).where(col(SignInFlowRow.digest) == digest, col(SignInFlowRow.expires_at) > now)
    return tx.exec(query.returning(col(SignInFlowRow.body))).scalar()


def count_try(tx: Tx, key: str, now: datetime, window: timedelta) -> tuple[int, datetime]:
    """How many tries `key` has with this one, and since when they are counted: at most for `window`."""
    tx.exec(delete(ThrottleRow).where(col(ThrottleRow.since) <= now - window))
    added = insert(tx, ThrottleRow).values(key=key, count=1, since=now)
    counted = added.on_conflict_do_update(index_elements=["key"], set_={"count": ThrottleRow.count + 1})
    row = tx.connection().execute(counted.returning(ThrottleRow.count, ThrottleRow.since)).one()  # type: ignore[call-overload]
    return row[0], row[1]


def forget_tries(tx: Tx, keys: Iterable[str]) -> None:
    tx.exec(delete(ThrottleRow).where(col(ThrottleRow.key).in_(list(keys))))


def _token(row: ApiTokenRow) -> Token:
    return Token.model_validate(row.model_dump(include=set(Token.model_fields)) | {"scopes": row.scopes.split()})
