"""Which files the bank has: questions and rubrics paired by topic folder and stem, and nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.errors import BankError

TOPIC_FILE = "_topic.yaml"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Layout:
    """The folder that holds questions/ and rubrics/. What it finds wrong goes to `errors`."""

    root: Path
    errors: list[BankError]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keeps a BankError for later, so that all files are read before the first one by path is raised."""
        try:
            yield
        except BankError as error:
            self.errors.append(error)

    def wrong(self, path: Path, reason: str) -> None:
        self.errors.append(BankError(path, 1, reason))

    def question(self, topic: str, slug: str) -> Path:
        return self.root / "questions" / topic / f"{slug}.md"

    def rubric(self, topic: str, slug: str) -> Path:
        return self.root / "rubrics" / topic / f"{slug}.yaml"

    def topic(self, topic: str) -> Path:
        return self.root / "questions" / topic / TOPIC_FILE

    def topics(self) -> list[str]:
        """The folders of questions/, by name."""
        found = {kind: self._folders(kind) for kind in ("questions", "rubrics")}
        for name in found["rubrics"]:
            if name not in found["questions"]:
                self.wrong(self.root / "rubrics" / name, f"there is no folder questions/{name}")
        return found["questions"]

    def slugs(self, topic: str) -> list[str]:
        """The stems of a topic's questions that have a rubric."""
        paired = []
        for path in self._visible(self.root / "questions" / topic):
            rubric = self.rubric(topic, path.stem)
            if path.name == TOPIC_FILE:
                continue
            if path.suffix != ".md" or not path.is_file():
                self.wrong(path, f"neither a question (<slug>.md) nor {TOPIC_FILE}")
            elif not SLUG.fullmatch(path.stem):
                self.wrong(path, "a file's name has to be lower-case letters and digits in words joined by -")
            elif not rubric.exists():
                self.wrong(path, f"this question has no rubric {rubric.relative_to(self.root)}")
            else:
                paired.append(path.stem)
        for path in self._visible(self.root / "rubrics" / topic):
            question = self.question(topic, path.stem)
            if path.suffix != ".yaml":
                self.wrong(path, "not a rubric (<slug>.yaml)")
            elif not question.exists():
                self.wrong(path, f"this rubric has no question {question.relative_to(self.root)}")
        return paired

    def _folders(self, kind: str) -> list[str]:
        names = []
        if not (self.root / kind).is_dir():
            self.wrong(self.root / kind, "there is no such folder")
        for path in self._visible(self.root / kind):
            if path.is_dir() and SLUG.fullmatch(path.name):
                names.append(path.name)
            else:
                self.wrong(path, f"{kind}/ holds topic folders only, named like `flash-attention`")
        return names

    def _visible(self, folder: Path) -> list[Path]:
        """What a folder holds, by name; hidden files and editors' backups are nobody's content."""
        if not folder.is_dir():
            return []
        try:
            paths = sorted(folder.iterdir())
        except OSError as error:
            self.wrong(folder, f"cannot be read: {error.strerror}")
            return []
        return [path for path in paths if not path.name.startswith(".") and not path.name.endswith("~")]
