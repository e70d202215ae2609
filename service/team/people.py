"""What admins do within their organisation: see who is there, change roles, disable, invite."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.attempt import LOCAL, Person
from service.domain.audit import Entry
from service.domain.identity import Account, Invite, Role, normal_email
from service.errors import Conflict, Forbidden
from service.identity import secrets
from service.identity.settings import SignInSettings
from service.store import accounts, audit, credentials, invites
from service.store.engine import Store, Tx


class People:
    def __init__(self, store: Store, settings: SignInSettings) -> None:
        self.store = store
        self.settings = settings

    def link(self, secret: str) -> str:
        """What an invite's secret is sent in: behind the `#`, which no server or proxy gets to see, or logs."""
        return f"{self.settings.origin}/invite#{secret}"

    async def page(self, admin: Person, after: UUID | None, limit: int) -> list[Account]:
        return await asyncio.to_thread(self.store.look, lambda tx: accounts.page(tx, admin.organisation, after, limit))

    async def change(
        self, admin: Person, account_id: UUID, role: Role, disabled: bool, factor: float | None, now: datetime
    ) -> Account:
        """Who is disabled is signed out; without a `factor` the time factor stays.

        Raises Conflict for one's own account, so that an admin is left; Forbidden, NotFound.
        """

        def change(tx: Tx) -> Account:
            admins = accounts.admins(tx, admin.organisation)  # locked: of two who demote each other one stays
            if admin != LOCAL and UUID(admin.id) not in admins:
                raise Forbidden("You are no admin any more.")
            account = accounts.locked(tx, admin, account_id)
            if account.person == admin:
                raise Conflict("Ask another admin to change your own account.")
            since = (account.disabled_at or now) if disabled else None
            time_factor = account.time_factor if factor is None else factor
            changed = account.model_copy(update={"role": role, "disabled_at": since, "time_factor": time_factor})
            accounts.save(tx, changed)
            if role != account.role:
                audit.add(tx, admin, "role-change", now, account_id, f"{account.role} to {role}")
            if time_factor != account.time_factor:
                audit.add(tx, admin, "time-factor", now, account_id)  # not which: the log is kept for ever
            if (since is None) != (account.disabled_at is None):
                audit.add(tx, admin, "disable" if disabled else "enable", now, account_id)
            if disabled:
                credentials.sign_out_all(tx, account_id)
            return changed

        return await asyncio.to_thread(self.store.change, change)

    async def invite(
        self, admin: Person, role: Role, email: str | None, days: float, now: datetime
    ) -> tuple[Invite, str]:
        """An invite, and the secret of its link. Raises Conflict (there is an account for the address), Invalid."""
        if not self.settings.configured:
            raise Conflict("There are no accounts here: nobody has to sign in.")
        wanted = normal_email(email) if email is not None else None
        secret = secrets.new()

        def change(tx: Tx) -> Invite:
            if wanted and accounts.by_email(tx, wanted):
                raise Conflict("There is an account for this address already.")
            until = now + timedelta(days=days)
            made = invites.add(tx, admin, role, wanted, secrets.digest(secret), now, until)
            audit.add(tx, admin, "invite", now, made.id, role)
            return made

        return await asyncio.to_thread(self.store.change, change), secret

    async def invites(self, admin: Person, now: datetime) -> list[Invite]:
        """Those that can still be accepted, the newest first."""
        return await asyncio.to_thread(self.store.look, lambda tx: invites.page(tx, admin.organisation, now))

    async def withdraw(self, admin: Person, invite_id: UUID, now: datetime) -> None:
        """Raises NotFound."""

        def change(tx: Tx) -> None:
            invites.withdraw(tx, admin.organisation, invite_id)
            audit.add(tx, admin, "invite-withdrawn", now, invite_id)

        await asyncio.to_thread(self.store.change, change)

    async def log(self, admin: Person, before: UUID | None, limit: int) -> list[Entry]:
        """Who did what in the organisation, the newest first."""
        return await asyncio.to_thread(self.store.look, lambda tx: audit.page(tx, admin.organisation, before, limit))
