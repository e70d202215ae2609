"""From what the client raises to our two errors. Of a server's own words only a code is passed on: the rest quotes."""

import re
from datetime import UTC, datetime

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout
from openai import APIConnectionError, APIStatusError

from service.errors import BadReply, GraderUnavailable, VivaError
from service.retry_after import retry_after

_THIS_REQUEST = (400, 413, 422)
"""Statuses that are about the request; all others are about the endpoint, its key or its address."""
_CODE = re.compile(r"[a-z][a-z0-9_]{2,40}")


class Refused(BadReply):
    """The endpoint does not take the request; `param` is what it does not take, where it says so."""

    def __init__(self, message: str, param: str | None) -> None:
        self.param = param
        super().__init__(message)


def unusable(error: APIStatusError) -> VivaError:
    """The error for a status that is no success."""
    status = error.status_code
    code = f" {error.code}" if error.code and _CODE.fullmatch(error.code) else ""
    if status in _THIS_REQUEST:
        return Refused(f"The language model's server refuses the request ({status}{code}).", error.param)
    if 300 <= status < 400:
        return GraderUnavailable(f"The language model's server sends us elsewhere ({status}); we do not follow.")
    if status in (401, 403):
        return GraderUnavailable(f"The language model's server does not accept the key ({status}{code}).")
    if status == 404:
        return GraderUnavailable(f"The language model's server has no such address or model (404{code}).")
    asked = retry_after(error.response.headers, datetime.now(UTC))
    return GraderUnavailable(f"The language model's server answers {status}{code}.", retry_after=asked)


def unreachable(error: APIConnectionError) -> GraderUnavailable:
    """The error for a connection that was not made, broke, or stayed silent."""
    return GraderUnavailable(f"The language model cannot be reached ({type(error.__cause__ or error).__name__}).")


def never_sent(error: APIConnectionError) -> bool:
    """Whether the server has had nothing to work on."""
    return isinstance(error.__cause__, (ConnectError, ConnectTimeout, PoolTimeout))
