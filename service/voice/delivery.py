"""How something was said: pace, pauses, fillers. Shown to whoever spoke, and never scored."""

import re

from service.domain.attempt import count_words
from service.domain.transcript import Delivery
from service.voice.pauses import Speech

FILLERS = re.compile(r"\b(?:u+h+m*|u+m+|e+r+m*|a+h+|h+m+)\b", re.I)
LEAST_SECONDS = 3.0
"""Of speech: below, a pace says nothing."""


def delivery(text: str, speech: Speech) -> Delivery:
    """From the raw transcript and where speech was found."""
    words, seconds = count_words(text), speech.speech_seconds
    return Delivery(
        words=words,
        words_per_minute=round(words / seconds * 60, 1) if seconds >= LEAST_SECONDS else None,
        speech_seconds=round(seconds, 2),
        pauses=speech.pauses(),
        fillers=len(FILLERS.findall(text)),
    )
