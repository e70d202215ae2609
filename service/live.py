"""Who waits for news of what, in this process. News is a hint: whoever hears it reads the database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

JOBS = "jobs"
"""Topic: there is work."""
RECORDINGS = "recordings"
"""Topic: there is something to listen to."""


def about(changed: UUID) -> str:
    """Topic: something has changed about an attempt, or a recording."""
    return str(changed)


class News:
    """Remembers that there was news, until somebody has waited for it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until there is news, or for `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


class Live:
    """Followers by topic. Everything is called on the event loop's thread."""

    def __init__(self) -> None:
        self._followers: dict[str, set[News]] = {}
        self.closed = False
        """True once the server is about to stop: whoever waits should end."""

    @contextmanager
    def follow(self, topic: str) -> Iterator[News]:
        """Follow first, then read: what happens in between is news already."""
        news = News()
        followers = self._followers.setdefault(topic, set())
        followers.add(news)
        try:
            yield news
        finally:
            followers.discard(news)
            if not followers and self._followers.get(topic) is followers:
                del self._followers[topic]

    def tell(self, topic: str) -> None:
        for news in self._followers.get(topic, ()):
            news.tell()

    def tell_all(self) -> None:
        for topic in list(self._followers):
            self.tell(topic)

    def close(self) -> None:
        self.closed = True
        self.tell_all()
