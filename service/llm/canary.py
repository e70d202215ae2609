"""Finding out what a server takes, once, by a request that has nothing to do with anybody.

Servers differ in which parameters they refuse, and some accept a schema without a word and ignore it. So the canary
asks for something that no model would say unprompted: only where the schema holds does the reply fit it.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from service.errors import BadReply, GraderUnavailable
from service.llm.failures import Refused
from service.llm.replies import Tokens
from service.llm.requests import Dialect, Message

TOKENS = 500
"""Enough for a model that thinks first."""
WORDS = ("quillon", "morphet")
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"tavrin": {"type": "string", "enum": list(WORDS)}},
    "required": ["tavrin"],
    "additionalProperties": False,
}
MESSAGES: Sequence[Message] = (
    Message(role="system", content="You are polite."),
    Message(role="user", content="Please wish me a good morning."),
)


class _Reply(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def tokens(self) -> Tokens: ...


async def learn(
    ask: Callable[[Dialect, Sequence[Message], Mapping[str, Any], int], Awaitable[_Reply]], dialect: Dialect
) -> Dialect:
    """The strictest dialect that works, `dialect` to begin with. Raises GraderUnavailable where none does."""
    while True:
        following: Dialect | None
        try:
            reply = await ask(dialect, MESSAGES, SCHEMA, TOKENS)
        except Refused as error:
            following = dialect.without(error.param)
            if following is None:  # nobody's answer is in it: it is not the request that is at fault
                raise GraderUnavailable(str(error)) from None
        except BadReply:
            following = dialect.plainer()
        else:
            dialect = replace(dialect, logprobs=bool(reply.tokens))  # some servers take the wish and do not fulfil it
            following = None if _fits(reply.text) else dialect.plainer()
        if following is None:
            return dialect
        dialect = following


def _fits(text: str) -> bool:
    try:
        said = json.loads(text)
    except ValueError:
        return False
    return isinstance(said, dict) and set(said) == {"tavrin"} and said["tavrin"] in WORDS
