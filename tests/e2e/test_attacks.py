"""Answers that attack whoever reads them, stored and shown in a real browser: nothing runs, nothing is asked for."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import post, running, submit
from tests.server import Server

ATTACKS = Path(__file__).parents[1] / "graders" / "llm" / "attacks.jsonl"
WEAK = "The KV cache stores the keys and values of past tokens."
MARKUP = "".join(
    (
        '<img src="http://127.0.0.1:9/i" onerror="window.ran=1"><script>window.ran=1</script><svg/onload=window.ran=1>',
        '<iframe srcdoc="<script>parent.ran=1</script>"></iframe><style>*{background:url(http://127.0.0.1:9/s)}</style>',
        "<a href=javascript:window.ran=1>click</a> [click](javascript:window.ran=1) ![x](http://127.0.0.1:9/m)",
        '<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/"> {{constructor.constructor("window.ran=1")()}}',
    )
)
"""Of our own, beside those that are meant for graders."""


def answers() -> list[str]:
    """Every attack: alone in its answer where it has markup, with others otherwise."""
    lines = [json.loads(line) for line in ATTACKS.read_text().splitlines()]
    texts = [line["text"].replace("{weak}", WEAK) for line in lines if line["kind"] != "refused"]
    alone = [text for text in texts if re.search(r"[<\[]|://", text)]
    others = [text for text in texts if text not in alone]
    return [MARKUP, *alone, *("\n".join(others[n : n + 10]) for n in range(0, len(others), 10))]


def test_no_stored_answer_runs_or_asks_for_anything(open_page: OpenPage, server: Server) -> None:
    """The page itself fails the test with each request to another place and each breach of its policy."""
    stored = []
    for text in answers():
        attempt = submit(server, running(server, "kv-cache"), text)
        post(server, f"/attempts/{attempt}/disputes", {"point": "M1", "text": text[:1900]})
        stored.append((attempt, text))
    page = open_page("/")
    page.on("dialog", lambda dialog: page.evaluate("window.ran = 1"))
    for attempt, text in stored:
        for path in (f"/attempts/{attempt}", f"/review/{attempt}"):
            page.goto(path)
            shown = page.locator("p.said").first
            expect(shown).to_be_visible()
            words = "".join(shown.inner_text().split())
            assert "".join(text.split())[:20] in words
            assert shown.locator("img, script, iframe, svg, style, meta, a").count() == 0
            assert page.evaluate("window.ran") is None
    page.goto("/review")
    expect(page.get_by_role("list", name="Reviews")).to_contain_text("onerror")
    page.goto("/history")
    assert page.evaluate("window.ran") is None
