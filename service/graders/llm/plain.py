"""What a model writes to candidates, as plain text: no markup, no addresses, nothing invisible."""

import re
import unicodedata

from service.graders.llm.sanitise import sanitised

_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)?")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>?")
_ADDRESS = re.compile(r"\b(?:[a-z][a-z0-9+.-]*://|www\.|(?:javascript|data|vbscript|mailto):)\S*", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` in one line; links keep their words, tags and addresses go."""
    text = sanitised(text).text
    text = _TAG.sub(" ", _ADDRESS.sub(" ", _LINK.sub(r"\1", text)))
    text = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else char for char in text)
    return " ".join(text.split())
