"""Rules across items: links and learning paths lead somewhere, and no question is asked twice."""

from collections.abc import Sequence
from itertools import combinations

from rapidfuzz import fuzz, utils

from service.bank.files import Entry, TopicEntry
from service.bank_check.findings import Finding, Findings, in_question

SAME = 90
"""Similarity in percent, word order aside, from which two titles or prompts count as one."""


def check(topics: Sequence[TopicEntry], entries: Sequence[Entry]) -> Findings:
    yield from _dangling(topics, entries)
    yield from _paths(topics, entries)
    yield from _duplicates(entries)


def _dangling(topics: Sequence[TopicEntry], entries: Sequence[Entry]) -> Findings:
    slugs = {entry.item.id for entry in entries}
    for entry in entries:
        question = entry.item.question
        points = {point.id for point in entry.item.rubric.points()}
        others = slugs - {question.id}
        for number, slug in enumerate(question.related):
            if slug not in others:
                yield in_question(entry, ("related", number), "link", f"there is no other question {slug}")
        for number, follow_up in enumerate(question.follow_ups):
            if follow_up.slug is not None and follow_up.slug not in others:
                message = f"there is no other question {follow_up.slug}"
                yield in_question(entry, ("follow_ups", number, "slug"), "link", message)
            for point in follow_up.probes:
                if point not in points:
                    message = f"the rubric has no key point {point}"
                    yield in_question(entry, ("follow_ups", number, "probes"), "link", message)
    ids = {entry.topic.id for entry in topics}
    for topic in topics:
        for number, slug in enumerate(topic.topic.related):
            if slug not in ids - {topic.topic.id}:
                yield Finding(topic.path, topic.line(("related", number)), "link", f"there is no other topic {slug}")


def _paths(topics: Sequence[TopicEntry], entries: Sequence[Entry]) -> Findings:
    """A learning path has all questions of its topic, each once, and none that does not exist."""
    slugs = {entry.item.id for entry in entries}
    for topic in topics:
        path = topic.topic.learning_path
        for number, slug in enumerate(path):
            if slug not in slugs:
                reason = f"there is no question {slug}"
            elif slug in path[:number]:
                reason = f"{slug} stands here twice"
            else:
                continue
            yield Finding(topic.path, topic.line(("learning_path", number)), "path", reason)
        own = [entry.item.id for entry in entries if entry.item.question.topic == topic.topic.id]
        if left_out := [slug for slug in own if slug not in path]:
            message = f"leaves out {', '.join(left_out)}"
            yield Finding(topic.path, topic.line(("learning_path",)), "path", message)


def _duplicates(entries: Sequence[Entry]) -> Findings:
    for first, second in combinations(entries, 2):
        one, two = first.item.question, second.item.question
        if one.concept == two.concept:
            continue
        for field in ("title", "prompt"):
            if _alike(getattr(one, field), getattr(two, field)):
                message = f"nearly the {field} of {one.id}: rewrite one, or give both the same `concept`"
                yield in_question(second, (field,), "duplicate", message)
                break


def _alike(one: str, two: str) -> bool:
    return fuzz.token_sort_ratio(one, two, processor=utils.default_process) >= SAME
