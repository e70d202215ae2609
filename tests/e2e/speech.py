"""What the tests of speaking share: a microphone that hears an answer, and steps at it."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from service.voice.decode import RATE, decode
from tests.e2e.steps import box
from tests.voice.sounds import AUDIO, write

MICROPHONE: dict[str, Any] = {"permissions": ["microphone"]}
"""Options of a context that may use it."""
LONG = 60_000
"""Milliseconds in which an answer is written down, on a machine that has other things to do."""
CHUNK = re.compile(r"/recording/chunks/\d")
SAID = "decoding"
"""In the first chunk."""


def microphone(folder: Path) -> tuple[str, ...]:
    """Flags of a browser whose microphone hears the start of an answer to `kv-cache` each time that it is opened."""
    said = decode(AUDIO / "kv.webm", 60)[: 5 * RATE]
    file = write(folder / "kv.wav", said, "pcm_s16le")
    return "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={file}%noloop"


def says(page: Page, text: str, timeout: float = LONG) -> None:
    """The line that tells how a spoken answer is going."""
    expect(page.locator(".spoken-line .status")).to_contain_text(text, timeout=timeout)


def record(page: Page) -> None:
    """Record until the server has acknowledged the first chunk."""
    box(page)
    with page.expect_response(lambda response: bool(CHUNK.search(response.url)) and response.ok, timeout=LONG):
        page.get_by_role("button", name="Record").click()
    says(page, "Recording")


def recorded(page: Page, seconds: int) -> None:
    """Wait until so much was recorded."""
    expect(page.locator(".took")).to_have_text(f"0:0{seconds}", timeout=LONG)


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()


def written(page: Page) -> str:
    """The transcript, once it is in the box."""
    says(page, "Written down")
    return box(page).input_value()
