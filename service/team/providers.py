"""Signing in at a provider: a browser goes there, and what it has to come back with is kept here meanwhile."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from service.domain import Value
from service.domain.identity import Account
from service.errors import Conflict, SignInFailed
from service.identity import secrets
from service.identity.oidc import Begun, Oidc
from service.store import credentials
from service.team.accounts import Accounts

FLOW = timedelta(minutes=10)
"""For so long a browser may be away."""


class _Kept(Value):
    begun: Begun
    to: str
    """The path that somebody wanted to see."""
    invite: str | None


class Provider:
    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.store = accounts.store
        self._oidc = Oidc(accounts.settings) if accounts.settings.oidc_issuer else None

    async def begin(self, to: str, invite: str | None, now: datetime) -> tuple[str, str]:
        """Where to send the browser, and the secret that it has to come back with. Raises ProviderUnavailable."""
        begun = await self._provider().begin()
        kept, secret = _Kept(begun=begun, to=local_path(to), invite=invite), secrets.new()

        def change() -> None:
            with self.store.write() as tx:
                credentials.begin_flow(tx, secrets.digest(secret), kept.model_dump_json(), now, now + FLOW)

        await asyncio.to_thread(change)
        return begun.url, secret

    async def finish(self, secret: str, answer: Mapping[str, str], now: datetime) -> tuple[Account, str, str]:
        """Who came back, the secret by which they stay, and the path to show. Once for each `begin`.

        Raises Forbidden, ProviderUnavailable, SignInFailed.
        """
        provider = self._provider()

        def change() -> str | None:
            with self.store.write() as tx:
                return credentials.end_flow(tx, secrets.digest(secret), now)

        body = await asyncio.to_thread(change)
        if body is None:
            raise SignInFailed("This sign-in has taken too long: begin again.")
        kept = _Kept.model_validate_json(body)
        known = await provider.finish(kept.begun, answer)
        account, stays = await self.accounts.by_provider(known, kept.invite, now)
        return account, stays, kept.to

    def _provider(self) -> Oidc:
        if self._oidc is None:
            raise Conflict("Nobody signs in at a provider here.")
        return self._oidc


def local_path(path: str) -> str:
    """`path` where it leads to a page of ours, else the first page: nobody is sent elsewhere after signing in."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\", "/api/")) and path.isprintable()
    return path if ours and "\\" not in path else "/"
