"""How many requests a person and an organisation may send in a minute, all servers together.

The count stands in the database, and a server takes some at a time from it: what it has in hand it gives out without
asking. So a limit is never exceeded, and most requests write nothing. What a server takes and does not need within the
minute is lost to the others: that is the price, a few requests of a limit.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime

from service.domain.attempt import Person
from service.domain.rate import Standing, window
from service.errors import StoreUnavailable
from service.store import rates
from service.store.engine import Store

log = logging.getLogger(__name__)

SHARE = 40
"""A server takes this part of a limit at a time: enough that asking costs little, and that little is lost."""


@dataclass
class _Hand:
    """What this server may still give out in a window."""

    limit: int
    left: int = 0
    taken: int = 0
    """By all servers, as far as is known here."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def batch(self) -> int:
        return max(1, self.limit // SHARE)

    @property
    def wants(self) -> bool:
        """Whether there is nothing left here, but may be elsewhere."""
        return self.left == 0 and self.taken < self.limit


class Rates:
    """Limits in requests a minute; 0: none."""

    def __init__(self, store: Store, *, person: int, organisation: int) -> None:
        self.store = store
        self._person = person
        self._organisation = organisation
        self._window = 0
        self._hands: dict[tuple[str, str], _Hand] = {}

    async def count(self, person: Person, now: datetime) -> tuple[bool, list[Standing]]:
        """Whether one more request of theirs is let through, and how they stand with it."""
        number, seconds = window(now)
        if number > self._window:
            self._window, self._hands = number, {}
        hands = self._hands_of(person)
        while (empty := next((owner for owner, hand in hands.items() if hand.wants), None)) is not None:
            async with hands[empty].asking:  # one asks for all that wait
                if hands[empty].wants:
                    await self._fill(person.organisation, empty, hands[empty], number)
        allowed = all(hand.left > 0 for hand in hands.values())
        for hand in hands.values() if allowed else ():
            hand.left -= 1
        return allowed, [self._standing(owner, hand, seconds) for owner, hand in hands.items()]

    def _hands_of(self, person: Person) -> dict[str, _Hand]:
        limits = {person.id: self._person, rates.WHOLE: self._organisation}
        return {
            owner: self._hands.setdefault((person.organisation, owner), _Hand(limit))
            for owner, limit in limits.items()
            if limit
        }

    async def _fill(self, organisation: str, owner: str, hand: _Hand, number: int) -> None:
        """Without the database nobody is refused: a limit is there so that a server goes on."""
        wanted = hand.batch

        def take() -> int:
            with self.store.write() as tx:
                return rates.take(tx, organisation, owner, wanted, number)

        try:
            before = await asyncio.to_thread(take)
        except StoreUnavailable as error:
            log.warning("requests are not counted: %s", error)
            hand.left = wanted
        else:
            hand.left = max(0, min(wanted, hand.limit - before))
            hand.taken = before + wanted

    def _standing(self, owner: str, hand: _Hand, seconds: int) -> Standing:
        left = max(0, hand.limit - hand.taken) + hand.left
        return Standing(
            of="organisation" if owner == rates.WHOLE else "person", limit=hand.limit, left=left, seconds=seconds
        )
