"""What was read: all items and topics, by id, by digest, by what somebody looks for."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from service.bank.search import Index
from service.domain.question import Explanation, Frequency, Kind, Level, Topic
from service.domain.rubric import Item
from service.errors import NotFound


@dataclass(frozen=True)
class Bank:
    """All items by question id, in the order of topics and then file names."""

    items: Mapping[str, Item]
    topics: Mapping[str, Topic]
    digest: str
    """SHA-256 (hex) of everything in it."""

    @classmethod
    def of(cls, items: Iterable[Item], topics: Iterable[Topic]) -> "Bank":
        """A bank of these; every item's topic has to be among `topics`."""
        ordered_topics = {topic.id: topic for topic in sorted(topics, key=lambda topic: (topic.order, topic.id))}
        place = {topic: number for number, topic in enumerate(ordered_topics)}
        ordered = sorted(items, key=lambda item: (place[item.question.topic], item.id))
        content = hashlib.sha256()
        for part in (*ordered_topics.values(), *ordered):
            content.update(part.model_dump_json().encode() + b"\n")
        return cls(
            items=MappingProxyType({item.id: item for item in ordered}),
            topics=MappingProxyType(ordered_topics),
            digest=content.hexdigest(),
        )

    def item(self, question_id: str) -> Item:
        """Raises NotFound."""
        if (item := self.items.get(question_id)) is None:
            raise NotFound(f"There is no question {question_id!r}.")
        return item

    def topic(self, topic_id: str) -> Topic:
        """Raises NotFound."""
        if (topic := self.topics.get(topic_id)) is None:
            raise NotFound(f"There is no topic {topic_id!r}.")
        return topic

    def by_digest(self, digest: str) -> Item | None:
        """The item as an attempt knew it, unless it was edited since."""
        return self._digests.get(digest)

    def search(
        self,
        *,
        topic: str | None = None,
        level: Level | None = None,
        frequency: Frequency | None = None,
        kind: Kind | None = None,
        explanation: Explanation | None = None,
        tag: str | None = None,
        q: str | None = None,
    ) -> list[Item]:
        """Items for which every given filter holds; with `q` the best match first, otherwise in bank order."""
        wanted = {"topic": topic, "level": level, "frequency": frequency, "kind": kind, "explanation": explanation}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        return [
            item
            for item in self._index.ranked(q or "")
            if all(getattr(item.question, name) == value for name, value in wanted.items())
            and (tag is None or tag in item.question.tags)
        ]

    @cached_property
    def _digests(self) -> dict[str, Item]:
        return {item.digest: item for item in self.items.values()}

    @cached_property
    def _index(self) -> Index:
        return Index([(item, self.topics[item.question.topic]) for item in self.items.values()])
