"""An answer as a model may see it: nothing invisible, nothing that its server takes for markup, and the way back.

Compatibility forms are folded (NFKC), what cannot be seen is left out, Latin words spelled with letters of other
scripts are spelled in Latin, and tokens of chat templates are broken by a space, so that they are text to a tokenizer
while a person can still talk about them. The answer itself is stored as it was given: spans lead back to it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

CHAT_TOKEN = re.compile(
    r"<(?=[|｜][\w▁ ./:-]{1,40}[|｜]>)|<(?=/?(?:s|bos|eos|pad|unk|sys|system|user|assistant|think|tool_call)>)"
    r"|<(?=(?:start|end)_of_(?:turn|text|image)>)|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\])",
    re.IGNORECASE,
)
"""The first character of a token such as `<|im_end|>`, `[INST]` or `</s>`; a space goes in after it."""

_SECRET = re.compile(r"[\u202a-\u202e\u2066-\u2069\U000e0020-\U000e007f\U000e0100-\U000e01ef]")
"""What hides or turns text: bidi embeddings, overrides and isolates, tag characters, the later variation selectors."""
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u115f\u1160\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0]"
)
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f")
"""The flags of England and the like are a flag and tag characters."""
_SPELLED = re.compile(r"(?<=[A-Za-z])[\u200b-\u200d\u2060\ufeff](?=[A-Za-z ])")
_SPELLED_OUT = 3
"""Invisible characters inside Latin words from which on they are no accident of copying."""

_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеіјорсухѕԁӏԛԝһкмтвнгпи" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTYXaeijopcyxsdlqwhkmtbhrnu" + "ABEZHIKMNOPTYXo",
)
"""Cyrillic and Greek letters. Small Greek ones are left: `nα` and `dμ` are mathematics."""
_LONGEST = 3
"""Characters that a form may add: some Arabic ligatures stand for a whole phrase, and would make prompts long."""
_WORD = re.compile(r"[^\W\d_]+")
_LATIN, _FOREIGN = re.compile(r"[A-Za-z]"), re.compile(r"[\u0370-\u052f]")


@dataclass(frozen=True, slots=True)
class Sanitised:
    """A cleaned text and, for each of its characters, the place in the original that it came from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    """Character i of `text` stands for `original[starts[i]:ends[i]]`; nothing where a space was put in."""
    hidden: bool
    """Whether the original holds text that a reader does not see, or sees in another order."""
    tokens: tuple[int, ...]
    """Where in `text` the tokens of chat templates begin that were broken."""

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` came from, which must not be empty."""
        return self.starts[start], max(self.ends[start:end])


def sanitised(text: str) -> Sanitised:
    """`text` as a model may see it."""
    starts: Sequence[int] = range(len(text))
    ends: Sequence[int] = range(1, len(text) + 1)
    clean, hidden = text, False
    if not text.isascii():
        hidden = bool(_SECRET.search(_FLAG.sub("", text))) or len(_SPELLED.findall(text)) >= _SPELLED_OUT
        pieces = list(_pieces(text))
        clean = _latin("".join(plain for *_, plain in pieces))
        starts = [start for start, _, plain in pieces for _ in plain]
        ends = [end for _, end, plain in pieces for _ in plain]
    found = [match.start() for match in CHAT_TOKEN.finditer(clean)]
    if found:
        clean, starts, ends = CHAT_TOKEN.sub(r"\g<0> ", clean), list(starts), list(ends)
        for at in reversed(found):
            starts.insert(at + 1, ends[at])
            ends.insert(at + 1, ends[at])
    return Sanitised(clean, starts, ends, hidden, tuple(at + number for number, at in enumerate(found)))


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Spans of `text` and what becomes of each; a character and what composes with it stay together."""
    raised = False
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _goes_on(text[start:end], text[end]):
            end += 1
        plain, script = _plain(text[start:end])
        yield start, end, plain if raised else script + plain  # n² is n^2, not n2
        raised = bool(script)
        start = end


def _goes_on(piece: str, char: str) -> bool:
    """Whether `char` is one with `piece` before it: a mark on it, or a letter that composes with it."""
    if char.isascii():
        return False
    if unicodedata.category(char) == "Mn":
        return len(piece) < 30
    return len(unicodedata.normalize("NFC", piece + char)) <= len(unicodedata.normalize("NFC", piece))


@lru_cache(maxsize=4096)
def _plain(piece: str) -> tuple[str, str]:
    """What a piece is without disguise, and `^` or `_` where it is raised or lowered."""
    if piece.isascii():
        return piece, ""
    visible = _INVISIBLE.sub("", _SECRET.sub("", piece))
    kind = unicodedata.decomposition(visible[0]).partition(" ")[0] if visible else ""
    plain = unicodedata.normalize("NFKC", visible)
    if len(plain) > len(visible) + _LONGEST:
        return unicodedata.normalize("NFC", visible), ""
    return plain, {"<super>": "^", "<sub>": "_"}.get(kind, "")


def _latin(text: str) -> str:
    """Words that mix Latin with letters that only look like it, in Latin. As long as it was."""

    def spelled(match: re.Match[str]) -> str:
        word = match[0]
        return word.translate(_LOOKALIKES) if _LATIN.search(word) and _FOREIGN.search(word) else word

    return _WORD.sub(spelled, text)
