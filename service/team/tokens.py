"""API tokens: credentials for programs, which people make for themselves."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.attempt import Person
from service.domain.identity import OF_ROLE, Caller, Scope, Token, caller, normal_name
from service.errors import Forbidden
from service.identity import secrets
from service.store import accounts, audit, credentials
from service.store.engine import Store

PREFIX = "viva_"
"""By which those who search for lost secrets know one."""
SHOWN = len(PREFIX) + 6


class Tokens:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def make(
        self, who: Caller, name: str, scopes: Collection[Scope], days: int, now: datetime
    ) -> tuple[Token, str]:
        """A new one and its secret, which nobody can ever read again. Raises Forbidden, Invalid."""
        if not set(scopes) <= OF_ROLE[who.role]:
            raise Forbidden("A token cannot be for more than you may do yourself.")
        name, secret = normal_name(name), secrets.new(PREFIX)

        def make() -> Token:
            with self.store.write() as tx:
                account = accounts.locked(tx, who.person, UUID(who.person.id))
                kept = (secret[:SHOWN], secrets.digest(secret))
                token = credentials.add_token(tx, account, name, kept, scopes, now, now + timedelta(days=days))
                audit.add(tx, who.person, "token", now, token.id, " ".join(sorted(scopes)))
                return token

        return await asyncio.to_thread(make), secret

    async def all(self, who: Person) -> list[Token]:
        """The newest first, revoked ones too."""

        def look() -> list[Token]:
            with self.store.read() as tx:
                return credentials.tokens(tx, UUID(who.id))

        return await asyncio.to_thread(look)

    async def revoke(self, who: Person, token_id: UUID, now: datetime) -> None:
        """It is refused from now on. Raises NotFound."""

        def change() -> None:
            with self.store.write() as tx:
                if credentials.revoke(tx, UUID(who.id), token_id, now):
                    audit.add(tx, who, "token-revoked", now, token_id)

        await asyncio.to_thread(change)

    async def caller(self, secret: str, now: datetime) -> Caller | None:
        """Whose it is; None where it is over, revoked, or none of ours."""

        def look() -> Caller | None:
            with self.store.read() as tx:
                found = credentials.by_token(tx, secrets.digest(secret), now)
            if found is None:
                return None
            account, token = found
            if credentials.unnoted(token, now):
                with self.store.write() as tx:
                    credentials.note_use(tx, token.id, now)
            return caller(account, "token", token.scopes)

        return await asyncio.to_thread(look)
