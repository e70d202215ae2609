"""Passwords, hashed with Argon2id. The library is loaded with the first one."""

from functools import cached_property
from typing import TYPE_CHECKING

from service.identity import secrets

if TYPE_CHECKING:
    from argon2 import PasswordHasher


class Passwords:
    """`memory` in KiB and `passes` are what one hash costs whoever guesses, and us."""

    def __init__(self, memory: int, passes: int) -> None:
        self.memory = memory
        self.passes = passes

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher(time_cost=self.passes, memory_cost=self.memory, parallelism=1)

    @cached_property
    def _nobodys(self) -> str:
        return self.hash(secrets.new())

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether it is the one; without a hash never, and it takes as long, which would tell who has an account."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher.verify(hashed or self._nobodys, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, hashed: str) -> bool:
        """Whether it was hashed at another cost than today's."""
        return self._hasher.check_needs_rehash(hashed)
