"""What a reviewer may know of whose answers they are."""

import asyncio
import secrets
from collections.abc import Collection

from service.domain.naming import Naming
from service.store import accounts, pseudonyms
from service.store.engine import Store, Tx

KEY_BYTES = 32


class Names:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._keys: dict[str, str] = {}

    async def naming(self, organisation: str, blind: bool, ids: Collection[str | None] | None = ()) -> Naming:
        """Pseudonyms only where `blind`; else with the names that go with `ids`, or (None) everybody's."""
        if blind:
            return Naming(key=await asyncio.to_thread(self._key, organisation))
        wanted = None if ids is None else {who for who in ids if who is not None}
        look = self.store.look
        return Naming(names=await asyncio.to_thread(look, lambda tx: accounts.names(tx, organisation, wanted)))

    def _key(self, organisation: str) -> str:
        if organisation not in self._keys:
            found = self.store.look(lambda tx: pseudonyms.key(tx, organisation))
            self._keys[organisation] = found or self._made(organisation)
        return self._keys[organisation]

    def _made(self, organisation: str) -> str:
        def make(tx: Tx) -> str | None:
            pseudonyms.keep(tx, organisation, secrets.token_hex(KEY_BYTES))
            return pseudonyms.key(tx, organisation)

        made = self.store.change(make)
        assert made is not None, "it was kept in the same transaction"
        return made
