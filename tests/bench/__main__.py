"""`python -m tests.bench [--full] [section …]`: all sections but `crowd` and `ablation`, or those that are named.

`--full` adds a database with a million answers, which takes some minutes and 10 GB.
"""

import sys
from collections.abc import Callable

from tests.bench import ablation, clients, crowd, engines, events, grading, growth, llm, start

SECTIONS: dict[str, Callable[[], None]] = {
    "grading": grading.report,
    "llm": llm.report,
    "start": start.report,
    "engines": engines.report,
    "clients": clients.report,
    "events": events.report,
    "growth": lambda: growth.report(full="--full" in sys.argv),
    "crowd": crowd.report,
    "ablation": ablation.report,
}
LONG = {"crowd", "ablation"}
"""Only where they are named."""


def main() -> None:
    named = [argument for argument in sys.argv[1:] if argument != "--full"]
    if unknown := [name for name in named if name not in SECTIONS]:
        sys.exit(f"There is no section {', '.join(unknown)}: use {', '.join(SECTIONS)}.")
    for name in named or [name for name in SECTIONS if name not in LONG]:
        print(f"\n## {name}", flush=True)
        SECTIONS[name]()


if __name__ == "__main__":
    main()
