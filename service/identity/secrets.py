"""Random secrets. They have 256 bits, so that a plain digest of one can be kept: there is nothing to guess."""

import secrets
from hashlib import sha256


def new(prefix: str = "") -> str:
    """One that nobody has had; it can stand in a link."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of it: 64 hex digits."""
    return sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing."""
    return secrets.compare_digest(one.encode(), other.encode())
