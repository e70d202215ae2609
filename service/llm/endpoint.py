"""One endpoint: asks it, and turns whatever goes wrong into one of two errors.

GraderUnavailable: the endpoint has a fault, and when it is mended the same question gets its answer.
BadReply: the endpoint works, and what it says to this question is of no use; it would say it again.
Neither quotes the key, the question or the reply.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from service.errors import BadReply, GraderUnavailable
from service.llm import canary, meter
from service.llm.choices import likely
from service.llm.failures import Refused, never_sent, unreachable, unusable
from service.llm.replies import Said, Tokens, read_chat, read_response
from service.llm.requests import Dialect, Message, chat_request, choice_request, responses_request
from service.llm.settings import LlmSettings
from service.llm.streaming import STREAMED, Hear, heard
from service.llm.transport import http_client

RETRIES = 1
"""By the client, at once. Later ones are the job engine's; nothing else retries."""
FAILURES = 5
"""In a row, after which the endpoint is left alone ..."""
REST_SECONDS = 30.0
"""... for so long."""
PATIENCE_SECONDS = 30.0
"""How long a call waits for its turn."""


@dataclass(frozen=True)
class Completion:
    """A whole reply, and what it took."""

    text: str
    requested_model: str
    model: str
    """As the server names it: some answer with another model than was asked for."""
    digest: str
    """SHA-256 (hex) of the request's body."""
    request_id: str | None
    finish_reason: str
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    seconds: float
    retries: int
    tokens: Tokens = ()
    """The text in pieces with their log-probabilities, where the server gives them."""
    first: Tokens = ()
    """What might stand in place of the first piece, where that was asked for."""


class Endpoint:
    """Ask a language model. One for each base URL and process; close it in the loop that used it."""

    def __init__(self, settings: LlmSettings) -> None:
        self.settings = settings
        key = settings.api_key.get_secret_value() if settings.api_key else "none"
        self._client = AsyncOpenAI(
            base_url=str(settings.base_url),
            api_key=key,
            default_headers={"Authorization": f"Bearer {key}"},  # whatever the environment has for others
            timeout=None,  # the HTTP client's own holds
            max_retries=RETRIES,
            http_client=http_client(settings),
        )
        self._places = asyncio.Semaphore(settings.concurrency)
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=FAILURES,
            default_ttl=REST_SECONDS,
            exclude=[(BaseException, lambda error: not isinstance(error, GraderUnavailable))],
        )
        self._dialect: Dialect | None = None
        self._learning = asyncio.Lock()
        self._streams = settings.stream and settings.api == "chat"
        self._chooses = settings.wants_logprobs and settings.api == "chat"

    @property
    def longest_seconds(self) -> float:
        """How long `complete` may take."""
        return PATIENCE_SECONDS + self.settings.timeout_seconds

    async def complete(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        hear: Hear | None = None,
        enough: Callable[[str], bool] = lambda _: False,
    ) -> Completion:
        """The reply to `messages`, which ought to fit `schema`: look yourself. Raises GraderUnavailable, BadReply.

        With `hear`, it is streamed where the server does that. `enough` says whether one that was cut off will do.
        """
        async with self._place(), self._fuse(), self._deadline():
            return await self._complete(messages, schema, hear, enough)

    @property
    def chooses(self) -> bool:
        """Whether `choose` may be of use: not where the server is known to give no log-probabilities."""
        return self._chooses and (self._dialect is None or self._dialect.logprobs)

    async def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> tuple[dict[str, float], Completion]:
        """How likely each of `choices`, words in small letters, is to come next: their log-probabilities.

        Empty where none of them is to be seen among the likeliest. Raises GraderUnavailable, BadReply; a failure here
        does not count against the endpoint, which may well do all that `complete` needs.
        """
        async with self._place(), self._deadline():
            body = choice_request(self.settings, await self._learned(), messages)
            try:
                said = await self._asked(body, None)
            except Refused:
                self._chooses = False
                raise
        return likely(said.first, choices), said

    async def check(self) -> Dialect:
        """What the server takes: asked without anybody's words. Raises GraderUnavailable."""
        async with self._deadline():
            return await self._learned()

    async def aclose(self) -> None:
        """End every connection."""
        await self._client.close()

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the calls that may run at once."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise GraderUnavailable("Too many answers wait for the language model.") from None
        try:
            yield
        finally:
            self._places.release()

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        """Ends what takes too long. The client's own timeout is for each byte that comes."""
        seconds = self.settings.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise GraderUnavailable(f"The language model took longer than {seconds:g} seconds.") from None

    @asynccontextmanager
    async def _fuse(self) -> AsyncIterator[None]:
        """Raises GraderUnavailable at once while the endpoint is left alone."""
        breaker = await self._breakers.get_breaker(self.settings.host)
        try:
            async with breaker:
                yield
        except OpenedState as opened:
            rest = max(1.0, opened.opened_at + REST_SECONDS - time.time())
            opened.__traceback__ = None  # it is one object for all who come: their frames would pile up
            raise GraderUnavailable(
                f"The language model failed {FAILURES} times in a row and is left alone for a while.", retry_after=rest
            ) from None

    async def _complete(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        hear: Hear | None,
        enough: Callable[[str], bool],
    ) -> Completion:
        dialect = await self._learned()
        first = await self._ask(dialect, messages, schema, self.settings.max_tokens, hear)
        if first.finish_reason != "length" or enough(first.text):
            return first
        second = await self._ask(dialect, messages, schema, 2 * self.settings.max_tokens, hear)
        if second.finish_reason == "length" and not enough(second.text):
            raise BadReply("The language model's reply was cut off, and again with twice the tokens.")
        return _together(first, second)

    async def _learned(self) -> Dialect:
        """What this server takes; asked once, by whoever comes first."""
        async with self._learning:
            if self._dialect is None:
                with meter.unmetered():
                    self._dialect = await canary.learn(self._ask, Dialect(logprobs=self.settings.wants_logprobs))
            return self._dialect

    async def _ask(
        self,
        dialect: Dialect,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        tokens: int,
        hear: Hear | None = None,
    ) -> Completion:
        """One request, with the client's retry. Raises GraderUnavailable, BadReply."""
        write = responses_request if self.settings.api == "responses" else chat_request
        body = write(self.settings, dialect, messages, schema, tokens)
        if hear is None or not self._streams:
            return await self._asked(body, None)
        try:
            return await self._asked(body | STREAMED, hear)
        except Refused:
            whole = await self._asked(body, None)  # raises where it was not the streaming
            self._streams = False
            return whole

    async def _asked(self, body: dict[str, Any], hear: Hear | None) -> Completion:
        started, noted = time.perf_counter(), meter.note(self.settings, body)
        try:
            said, request_id, retries = await (self._streamed(body, hear) if hear else self._exchange(body))
        except APIStatusError as error:
            noted.failed(str(error.status_code), free=True)
            raise unusable(error) from error
        except APIConnectionError as error:
            noted.failed("connection", free=never_sent(error))
            raise unreachable(error) from error
        except BadReply as error:
            noted.failed("reply")
            noted.count(*error.tokens)
            raise
        except GraderUnavailable:
            noted.failed("protocol", free=hear is None)  # a stream that broke off may have cost all the same
            raise
        except asyncio.CancelledError:  # the deadline's way to end it, too
            noted.failed("broken off")
            raise
        except OpenAIError as error:
            noted.failed("client", free=True)
            raise GraderUnavailable(f"The language model cannot be asked ({type(error).__name__}).") from error
        noted.count(said.prompt_tokens, said.completion_tokens)
        return Completion(
            text=said.text,
            requested_model=self.settings.model,
            model=said.model,
            digest=hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(),
            request_id=request_id,
            finish_reason=said.finish_reason,
            prompt_tokens=said.prompt_tokens,
            cached_tokens=said.cached_tokens,
            completion_tokens=said.completion_tokens,
            seconds=time.perf_counter() - started,
            retries=retries,
            tokens=said.tokens,
            first=said.first,
        )

    async def _streamed(self, body: dict[str, Any], hear: Hear) -> tuple[Said, str | None, int]:
        """As `_exchange`."""
        async with self._client.chat.completions.with_streaming_response.create(**body) as response:
            return await heard(response, hear), response.request_id, response.retries_taken

    async def _exchange(self, body: dict[str, Any]) -> tuple[Said, str | None, int]:
        """What is said, the request's id at the server, and how often the client tried again."""
        if self.settings.api == "responses":
            response = await self._client.responses.with_raw_response.create(**body)
            return read_response(response.http_response.content), response.request_id, response.retries_taken
        chat = await self._client.chat.completions.with_raw_response.create(**body)
        return read_chat(chat.http_response.content), chat.request_id, chat.retries_taken


def _together(first: Completion, second: Completion) -> Completion:
    """The second reply, with what both took."""

    def total(a: int | None, b: int | None) -> int | None:
        return None if a is None or b is None else a + b

    return replace(
        second,
        prompt_tokens=total(first.prompt_tokens, second.prompt_tokens),
        cached_tokens=total(first.cached_tokens, second.cached_tokens),
        completion_tokens=total(first.completion_tokens, second.completion_tokens),
        seconds=first.seconds + second.seconds,
        retries=first.retries + second.retries + 1,
    )
