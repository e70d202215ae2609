"""Signing in: by a password, by what a provider or a proxy says, and staying signed in.

Whoever comes first is not an admin for that: with a password the first admin knows the setup code, otherwise it is who
the settings name. However many try, there is one: who adds the only row of its table.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from service.domain.attempt import LOCAL, Person, clean
from service.domain.identity import (
    MAX_NAME,
    Account,
    Caller,
    Invite,
    Role,
    caller,
    check_password,
    higher,
    normal_email,
    normal_name,
)
from service.errors import Conflict, Forbidden, Invalid, NotFound, SignInFailed, TooManyTries
from service.identity import secrets
from service.identity.oidc import Known
from service.identity.passwords import Passwords
from service.identity.settings import SignInSettings
from service.store import accounts, audit, cohorts, credentials, invites
from service.store.engine import Store, Tx

T = TypeVar("T")

WINDOW = timedelta(minutes=15)
"""For so long tries are counted together."""
FRESH = timedelta(minutes=10)
"""For so long a sign-in shows that somebody is there in person."""
HASHES = 2
"""Passwords hashed at once: each takes a processor, and much memory."""
HEADER = "header"
"""The provider of who is known by a proxy."""
MAX_SUBJECT = 250
"""Characters of a name in a header."""
NO_INVITE = "This invite is used, withdrawn or over."


class Accounts:
    """Secrets that it gives out belong in a cookie."""

    def __init__(self, store: Store, settings: SignInSettings) -> None:
        self.store = store
        self.settings = settings
        self.passwords = Passwords(settings.password_memory, settings.password_passes)
        self._hashing = asyncio.Semaphore(HASHES)

    async def is_set_up(self) -> bool:
        """Whether there is, or has been, an admin."""
        return await asyncio.to_thread(self.store.look, accounts.first) is not None

    async def set_up(
        self, code: str, email: str, name: str, password: str, address: str, now: datetime
    ) -> tuple[Account, str]:
        """The first admin, signed in. Raises Conflict where there is one, Forbidden, Invalid, TooManyTries."""
        self._require_passwords()
        expected = self.settings.setup_code
        await self._count("setup", address, now)
        if expected is None or not secrets.same(code, expected.get_secret_value()):
            raise Forbidden("That is not the setup code.")
        email, name, hashed = normal_email(email), normal_name(name), await self._hash(password)

        def change(tx: Tx) -> tuple[Account, str]:
            account = accounts.add(tx, LOCAL.organisation, "admin", name, email, now, hashed)
            if not accounts.claim_first(tx, account, now):
                raise Conflict("There is an admin already: ask them for an invite.")
            return account, self._stay(tx, account, "set-up", now)

        return await asyncio.to_thread(self.store.change, change)

    async def sign_in(self, email: str, password: str, address: str, now: datetime) -> tuple[Account, str]:
        """Raises SignInFailed, TooManyTries."""
        self._require_passwords()
        try:
            email = normal_email(email)
        except Invalid:
            raise SignInFailed from None
        keys = await self._count(email, address, now)
        found = await asyncio.to_thread(self.store.look, lambda tx: accounts.by_email(tx, email))
        account, hashed = found or (None, None)
        if not await self._verify(hashed, password) or account is None or account.disabled_at is not None:
            raise SignInFailed
        renewed = await self._hash(password) if hashed and self.passwords.outdated(hashed) else None

        def change(tx: Tx) -> tuple[Account, str]:
            credentials.forget_tries(tx, keys)
            if renewed:
                accounts.set_password(tx, account.id, renewed)
            return account, self._stay(tx, account, "password", now)

        return await asyncio.to_thread(self.store.change, change)

    async def invite(self, code: str, now: datetime) -> Invite:
        """What a link invites to. Raises NotFound."""
        found = await asyncio.to_thread(self.store.look, lambda tx: invites.look(tx, secrets.digest(code), now))
        if found is None:
            raise NotFound(NO_INVITE)
        return found

    async def accept(self, code: str, email: str, name: str, password: str, now: datetime) -> tuple[Account, str]:
        """An account by an invite, signed in. Raises Conflict (there is one for the address), Invalid, NotFound."""
        self._require_passwords()
        await self.invite(code, now)
        email, name, hashed = normal_email(email), normal_name(name), await self._hash(password)

        def change(tx: Tx) -> tuple[Account, str]:
            invite = invites.accept(tx, secrets.digest(code), now)
            if invite is None or invite.email not in (None, email):
                raise NotFound(NO_INVITE)
            if accounts.by_email(tx, email):
                raise Conflict("There is an account for this address: sign in with it.")
            account = accounts.add(tx, invite.organisation, invite.role, name, email, now, hashed)
            _put_in_cohort(tx, invite, account)
            self._note_admin(tx, account, now)
            return account, self._stay(tx, account, "invite", now)

        return await asyncio.to_thread(self.store.change, change)

    async def by_provider(self, known: Known, code: str | None, now: datetime) -> tuple[Account, str]:
        """Whom a provider knows, signed in; `code` is an invite's. Raises Forbidden."""

        def change(tx: Tx) -> tuple[Account, str]:
            account = self._account_of(tx, known, code, now)
            return account, self._stay(tx, account, "provider", now)

        return await self._twice(change)

    async def by_header(self, value: str, now: datetime) -> Caller:
        """Whom a trusted proxy names. Raises Forbidden."""
        if len(value) > MAX_SUBJECT:
            raise Forbidden("That name is too long.")
        found = await asyncio.to_thread(self.store.look, lambda tx: accounts.by_identity(tx, HEADER, value))
        if found is None or found.disabled_at is not None:
            email = value.lower() if "@" in value else None
            known = Known(provider=HEADER, subject=value, name=value, email=email)
            found = await self._twice(lambda tx: self._account_of(tx, known, None, now))
        return caller(found, "header")

    async def by_cookie(self, secret: str, now: datetime) -> Caller | None:
        digest = secrets.digest(secret)
        found = await asyncio.to_thread(self.store.look, lambda tx: credentials.signed_in(tx, digest, now))
        return caller(found, "cookie") if found else None

    async def sign_out(self, secret: str) -> None:
        await asyncio.to_thread(self.store.change, lambda tx: credentials.sign_out(tx, secrets.digest(secret)))

    async def change_password(
        self, who: Person, old: str, password: str, secret: str | None, address: str, now: datetime
    ) -> None:
        """Every other browser is signed out. Raises Conflict, Invalid, SignInFailed, TooManyTries."""
        self._require_passwords()
        account_id = UUID(who.id)
        hashed = await asyncio.to_thread(self.store.look, lambda tx: accounts.password(tx, account_id))
        if hashed is None:
            raise Conflict("You sign in without a password.")
        keys = await self._count(who.id, address, now)
        if not await self._verify(hashed, old):
            raise SignInFailed("The present password is wrong.")
        renewed = await self._hash(password)

        def change(tx: Tx) -> None:
            credentials.forget_tries(tx, keys)
            accounts.set_password(tx, account_id, renewed)
            audit.add(tx, who, "password-change", now)
            credentials.sign_out_all(tx, account_id, besides=secrets.digest(secret) if secret else None)

        await asyncio.to_thread(self.store.change, change)

    async def confirm(self, who: Caller, password: str | None, secret: str | None, address: str, now: datetime) -> None:
        """That it is really they who want what cannot be undone: by their password, or else by a sign-in just now.

        Raises Forbidden, SignInFailed, TooManyTries.
        """
        if who.way == "local":
            return
        account_id = UUID(who.person.id)
        hashed = await asyncio.to_thread(self.store.look, lambda tx: accounts.password(tx, account_id))
        if hashed is None:
            if who.way == "cookie" and not await asyncio.to_thread(self._fresh, secret, now):
                raise Forbidden(f"Sign in anew, and do this within {FRESH.seconds // 60} minutes.")
            return
        keys = await self._count(who.person.id, address, now)
        if password is None or not await self._verify(hashed, password):
            raise SignInFailed("The password is wrong.")
        await asyncio.to_thread(self.store.change, lambda tx: credentials.forget_tries(tx, keys))

    # Blocking parts, for worker threads

    def _fresh(self, secret: str | None, now: datetime) -> bool:
        digest = secrets.digest(secret or "")
        since = self.store.look(lambda tx: credentials.signed_in_since(tx, digest))
        return since is not None and now - since <= FRESH

    def _account_of(self, tx: Tx, known: Known, code: str | None, now: datetime) -> Account:
        """The account of whom a provider knows; a new one where they may have it. Raises Forbidden."""
        account = accounts.by_identity(tx, known.provider, known.subject)
        if account is None:
            ours = accounts.by_email(tx, known.email) if known.email else None
            account = ours[0] if ours else self._newcomer(tx, known, code, now)
            accounts.add_identity(tx, account, known.provider, known.subject)
        if account.disabled_at is not None:
            raise Forbidden("Your account is disabled.")
        role = self._role(tx, account, known, now)
        if role != account.role:
            accounts.set_role(tx, account.id, role)
            audit.add(tx, account.person, "role-change", now, account.id, f"{account.role} to {role}")
        account = account.model_copy(update={"role": role})
        self._note_admin(tx, account, now)
        return account

    def _newcomer(self, tx: Tx, known: Known, code: str | None, now: datetime) -> Account:
        invite = invites.accept(tx, secrets.digest(code), now) if code else None
        if invite is not None and invite.email not in (None, known.email):
            raise Forbidden("This invite is for another address.")
        if invite is None and known.email:
            invite = invites.accept_for(tx, known.email, now)
        role = invite.role if invite else self._groups_role(known) or self.settings.newcomers
        if role is None and self._is_named(known):
            role = "candidate"  # the claim decides whether it is more
        if role is None:
            raise Forbidden("There is no account for you here: ask an admin for an invite.")
        name = " ".join(clean(known.name[:MAX_SUBJECT]).split())[:MAX_NAME] or "?"
        organisation = invite.organisation if invite else LOCAL.organisation
        account = accounts.add(tx, organisation, role, name, known.email, now)
        if invite:
            _put_in_cohort(tx, invite, account)
        return account

    def _role(self, tx: Tx, account: Account, known: Known, now: datetime) -> Role:
        """Today's: the first admin stays one, others get what their groups give, where groups give roles at all."""
        if self._is_named(known) and (accounts.claim_first(tx, account, now) or accounts.first(tx) == account.id):
            return "admin"
        if self.settings.oidc_roles and known.provider != HEADER:
            return self._groups_role(known) or self.settings.newcomers or "candidate"
        return account.role

    def _groups_role(self, known: Known) -> Role | None:
        roles = self.settings.oidc_roles
        return higher(roles[group] for group in known.groups or () if group in roles)

    def _is_named(self, known: Known) -> bool:
        """Whether the settings name them as the first admin."""
        name = self.settings.first_admin
        mine = {known.email, known.subject} if known.provider == HEADER else {known.email}
        return name is not None and name.lower() in {one.lower() for one in mine if one}

    def _note_admin(self, tx: Tx, account: Account, now: datetime) -> None:
        """Where an admin came by another way, nobody sets up any more."""
        if account.role == "admin":
            accounts.claim_first(tx, account, now)

    def _stay(self, tx: Tx, account: Account, by: str, now: datetime) -> str:
        secret = secrets.new()
        until = now + timedelta(hours=self.settings.session_hours)
        audit.add(tx, account.person, "sign-in", now, detail=by)
        credentials.sign_in(tx, account, secrets.digest(secret), now, until)
        return secret

    async def _twice(self, change: Callable[[Tx], T]) -> T:
        """Once more where another request has just made the same account."""
        try:
            return await asyncio.to_thread(self.store.change, change)
        except Conflict:
            return await asyncio.to_thread(self.store.change, change)

    async def _count(self, name: str, address: str, now: datetime) -> Sequence[str]:
        """Count a try before its password is looked at, so that many at once are many. Raises TooManyTries."""
        tries = self.settings.tries
        limits = {f"{name}\0{address}": tries, f"name\0{name}": 10 * tries, f"address\0{address}": 10 * tries}
        keys = {secrets.digest(key): limit for key, limit in limits.items()}

        def change(tx: Tx) -> datetime | None:
            counted = [(limit, *credentials.count_try(tx, key, now, WINDOW)) for key, limit in sorted(keys.items())]
            return max((since for limit, count, since in counted if count > limit), default=None)

        since = await asyncio.to_thread(self.store.change, change)
        if since is not None:
            raise TooManyTries((since + WINDOW - now).total_seconds())
        return list(keys)

    async def _hash(self, password: str) -> str:
        check_password(password)
        async with self._hashing:
            return await asyncio.to_thread(self.passwords.hash, password)

    async def _verify(self, hashed: str | None, password: str) -> bool:
        async with self._hashing:
            return await asyncio.to_thread(self.passwords.verify, hashed, password)

    def _require_passwords(self) -> None:
        if not self.settings.password:
            raise Conflict("Nobody signs in with a password here.")


def _put_in_cohort(tx: Tx, invite: Invite, account: Account) -> None:
    if invite.cohort_id is not None:
        with suppress(NotFound):  # it may be gone by now
            cohorts.put(tx, account.organisation, invite.cohort_id, account.id)
