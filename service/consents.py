"""Who has agreed that answers, or speech, leave the operator's own machines.

Nothing leaves before an organisation's admin has said so. Without sign-in there is nobody but the operator, whose
settings say it: who sets VIVA_LLM to a host elsewhere wants it asked.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from service.domain.attempt import Person
from service.domain.consent import Consent, Destination, stays
from service.errors import NotAgreed
from service.settings import Settings
from service.store import audit, consents
from service.store.engine import Store, Tx

NO_SPEECH = "Your organisation has not agreed to have speech heard by {0.model} at {0.host}. Type your answer."


class Consents:
    """`models` is whom the configured grader asks, `hearer` who hears speech, if it is not this process."""

    def __init__(
        self, store: Store, settings: Settings, models: Sequence[Destination], hearer: Destination | None
    ) -> None:
        own = settings.own_hosts
        self.store = store
        self.models = tuple(dict.fromkeys(model for model in models if not stays(model.host, own)))
        """Those elsewhere."""
        self.hearer = hearer if hearer is not None and not stays(hearer.host, own) else None
        unsaid = not settings.sign_in.configured
        self._unsaid = Consent(llm=unsaid, speech=unsaid)

    def read(self, tx: Tx, organisation: str) -> Consent:
        """What it has agreed to."""
        return consents.get(tx, organisation) or self._unsaid

    async def of(self, organisation: str) -> Consent:
        """As `read`."""
        return await asyncio.to_thread(self.store.look, lambda tx: self.read(tx, organisation))

    async def change(self, admin: Person, consent: Consent, now: datetime) -> None:
        """From now on: an answer that waits for a model elsewhere is graded here, if that is withdrawn."""

        def change(tx: Tx) -> None:
            before = self.read(tx, admin.organisation)
            consents.put(tx, admin.organisation, consent, now)
            if consent != before:
                audit.add(tx, admin, "consent", now, detail=_said(consent))

        await asyncio.to_thread(self.store.change, change)

    async def graded_elsewhere(self, organisation: str) -> tuple[Destination, ...]:
        """Where answers of this organisation go; nowhere where it has not agreed."""
        return self.models if self.models and (await self.of(organisation)).llm else ()

    async def heard_elsewhere(self, organisation: str) -> Destination | None:
        """Where speech of this organisation goes. Raises NotAgreed where it may not go there."""
        if self.hearer is not None and not (await self.of(organisation)).speech:
            raise NotAgreed(NO_SPEECH.format(self.hearer))
        return self.hearer

    async def may_ask(self, organisation: str) -> bool:
        """Whether its answers may be graded as configured."""
        return not self.models or (await self.of(organisation)).llm

    def may_ask_now(self, tx: Tx, organisation: str) -> bool:
        """As `may_ask`."""
        return not self.models or self.read(tx, organisation).llm


def _said(consent: Consent) -> str:
    return ", ".join(f"{name} {'on' if value else 'off'}" for name, value in consent.model_dump().items())
