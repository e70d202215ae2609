"""Signatures as Standard Webhooks has them (standardwebhooks.com): HMAC-SHA256 of id, time and body."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What goes with `body`; `timestamp` is that of this try, in seconds, so that an old one can be refused."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
