"""A reply of Chat Completions as it is written. It ends in the same `Said`, or error, as one that comes whole."""

from collections.abc import Callable
from typing import Any

import httpx2
from openai import AsyncAPIResponse, AsyncStream

from service.errors import GraderUnavailable
from service.llm.replies import Said, Spelling, read_chat

STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
"""What a request has beside the rest."""
Hear = Callable[[str], None]
"""Called with all of the reply's text so far, each time that there is more of it."""


async def heard(response: AsyncAPIResponse[Any], hear: Hear) -> Said:
    """Raises GraderUnavailable where the connection breaks or this is no such API's reply, and as `read_chat`."""
    try:
        if "text/event-stream" not in response.headers.get("content-type", ""):
            return read_chat(await response.read())  # a server that does not stream, and does not say so
        spelling = Spelling()
        async for chunk in await response.parse(to=AsyncStream[object]):
            if spelling.add(chunk):
                hear(spelling.text)
        return spelling.said()
    except httpx2.HTTPError as error:
        raise GraderUnavailable(f"The language model cannot be reached ({type(error).__name__}).") from error
    except ValueError:  # an event that is no JSON; its message quotes it
        raise GraderUnavailable("The language model's server sends what is no stream of its API.") from None
