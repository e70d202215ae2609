"""How people are named to a reviewer: openly, or by pseudonyms that stay the same and lead nowhere."""

import hashlib
import hmac
from collections.abc import Mapping

from service.domain import Value

DIGITS = 8
"""Of a pseudonym: among 1,000 people two have the same one once in about 9,000 organisations."""


class Naming(Value):
    """Ids and names as one reviewer may see them."""

    key: str | None = None
    """The organisation's secret behind its pseudonyms; None where people are named openly."""
    names: Mapping[str, str] = {}
    """By id; none in blind mode."""

    def candidate(self, who: str) -> str:
        """An id, or a pseudonym."""
        return self._shown("candidate", who)

    def reviewer(self, who: str | None) -> str | None:
        """The same for somebody who graded or replied: not the pseudonym that they have as a candidate."""
        return None if who is None else self._shown("reviewer", who)

    def _shown(self, what: str, who: str) -> str:
        if self.key is None:
            return who
        digest = hmac.new(bytes.fromhex(self.key), f"{what} {who}".encode(), hashlib.sha256).hexdigest()
        return f"{what} {digest[:DIGITS]}"
