"""What graders spend on language models: counted, and held within daily budgets.

    reserve the most that a call may cost ── ask ── put what it did cost in its place

All of that stands in the database, so that many processes keep one budget. A process that dies leaves its reservations,
which lapse after a while; what its calls cost is not known then, and not counted.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from service.domain.attempt import Answer, Person
from service.domain.grade import Marking, Ungraded
from service.domain.rubric import Item
from service.errors import BudgetSpent, StoreUnavailable
from service.graders import Grader, Tell, estimate, heard
from service.llm.meter import Meter, Use, metering
from service.metrics import Metrics
from service.store import spending
from service.store.engine import Store
from service.store.spending import Account

log = logging.getLogger(__name__)

MILLION = 1_000_000
SOON_SECONDS = 5.0
"""When to ask again where only calls that are under way stand in between."""
HELD = "The rest of today's budget for the language model is held by answers that are being graded."


@dataclass(frozen=True)
class Budget:
    """What a day (UTC) may cost; None: as much as it likes."""

    unit: Literal["tokens", "price"] = "tokens"
    person: float | None = None
    organisation: float | None = None

    def amount(self, use: Use) -> int:
        """In millionths of the unit."""
        return round(MILLION * (use.sent + use.received if self.unit == "tokens" else use.price or 0))

    @property
    def limits(self) -> tuple[int | None, int | None]:
        person, organisation = (None if limit is None else round(MILLION * limit) for limit in self._both)
        return person, organisation

    @property
    def none(self) -> bool:
        return self._both == (None, None)

    @property
    def _both(self) -> tuple[float | None, float | None]:
        return self.person, self.organisation


def next_day(now: datetime) -> datetime:
    """When budgets begin anew: at midnight, UTC."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


class Spending:
    """`lease`: seconds after which a call that nothing was heard of counts as lost."""

    def __init__(
        self, *, store: Store, metrics: Metrics, clock: Callable[[], datetime], budget: Budget, lease: float
    ) -> None:
        self.store = store
        self.metrics = metrics
        self.clock = clock
        self.budget = budget
        self.lease = lease

    async def mark(
        self, grader: Grader, person: Person, item: Item, answer: Answer, tell: Tell | None = None
    ) -> Marking | Ungraded:
        """What `grader` says, on behalf of `person`, and to `tell` as it goes, where it can.

        Raises BudgetSpent, and what the grader raises.
        """
        most = estimate(grader, item, answer)
        if most is None:
            return await heard(grader, item, answer, tell)
        held = await self._reserve(person, most)
        with metering() as meter:
            try:
                return await heard(grader, item, answer, tell)
            finally:
                self._count(meter)
                if held:
                    await self._settle(*held, meter.use)

    async def standing(self, person: Person, now: datetime) -> tuple[float, float]:
        """What was spent today by the person, and by their organisation, in the budget's unit."""
        account = self._account(person, now.astimezone(UTC))
        spent = await asyncio.to_thread(self.store.look, lambda tx: spending.totals(tx, account))
        return spent[0] / MILLION, spent[1] / MILLION

    async def _reserve(self, person: Person, most: Use) -> tuple[Account, UUID] | None:
        if self.budget.none:
            return None
        now = self.clock().astimezone(UTC)
        account = self._account(person, now)
        found = await asyncio.to_thread(self._reserved, account, self.budget.amount(most), now)
        if isinstance(found, UUID):
            return account, found
        self.metrics.budget_spent.inc()
        if found == "reserved":
            raise BudgetSpent(HELD, retry_after=SOON_SECONDS)
        raise BudgetSpent(retry_after=(next_day(now) - now).total_seconds())

    def _account(self, person: Person, now: datetime) -> Account:
        return Account(person=person, day=f"{now:%Y-%m-%d}", unit=self.budget.unit)

    def _count(self, meter: Meter) -> None:
        for request in meter.requests:
            model, use = request.settings.model, request.use
            self.metrics.llm_tokens.labels(model, "sent").inc(use.sent)
            self.metrics.llm_tokens.labels(model, "received").inc(use.received)
            self.metrics.llm_price.labels(model).inc(use.price or 0)
            if request.error:
                self.metrics.llm_errors.labels(model, request.error).inc()

    async def _settle(self, account: Account, reservation: UUID, use: Use) -> None:
        """A database that is away now costs the count, not the grade."""
        try:
            await asyncio.to_thread(self._settled, account, reservation, self.budget.amount(use))
        except StoreUnavailable as error:
            log.warning("what a grade cost is not counted: %s", error)

    # Blocking parts, for worker threads

    def _reserved(self, account: Account, amount: int, now: datetime) -> UUID | Literal["spent", "reserved"]:
        with self.store.write() as tx:
            until = now + timedelta(seconds=self.lease)
            return spending.reserve(tx, account, amount, self.budget.limits, now, until)

    def _settled(self, account: Account, reservation: UUID, cost: int) -> None:
        with self.store.write() as tx:
            spending.settle(tx, account, reservation, cost)
