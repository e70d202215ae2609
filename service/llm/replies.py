"""What is read from a reply, for either API. Nothing in it is taken on trust."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from service.errors import BadReply, GraderUnavailable

Tokens = tuple[tuple[str, float], ...]
"""A text in pieces, each with its log-probability."""


@dataclass(frozen=True)
class Said:
    """What a reply holds. Tokens are as the server counts them; None where it does not."""

    text: str
    model: str
    finish_reason: str
    """`stop`, or `length` where it was cut off."""
    prompt_tokens: int | None
    cached_tokens: int | None
    """Of the prompt's tokens, those that the server had read before."""
    completion_tokens: int | None
    tokens: Tokens = ()
    first: Tokens = ()
    """What might stand in place of the first token, where that was asked for."""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class _Cached(_Wire):
    cached_tokens: int | None = None


class _Usage(_Wire):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Cached | None = None


class _Spoken(_Wire):
    content: str | None = None
    refusal: str | None = None


class _Top(_Wire):
    token: str
    logprob: float


class _Token(_Top):
    top_logprobs: list[_Top] | None = None


class _Logprobs(_Wire):
    content: list[_Token]


class _Choice(_Wire):
    message: _Spoken
    finish_reason: str | None = None
    logprobs: Any = None
    """Read on its own: not every server has it in this form, and the reply is worth as much without."""


class _Chat(_Wire):
    model: str = ""
    choices: list[_Choice]
    usage: _Usage | None = None


def read_chat(body: bytes) -> Said:
    """Raises GraderUnavailable where this is no such API's reply, BadReply where the model gave none."""
    chat = _parsed(_Chat, body)
    usage = chat.usage or _Usage()
    if not chat.choices:
        raise BadReply("The language model's reply is empty.", tokens=(usage.prompt_tokens, usage.completion_tokens))
    choice = chat.choices[0]
    return _said(
        text=choice.message.content,
        refused=bool(choice.message.refusal),
        finish_reason=choice.finish_reason or "stop",
        model=chat.model,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None,
        completion_tokens=usage.completion_tokens,
        tokens=_tokens(choice.logprobs),
        first=_first(choice.logprobs),
    )


class _Delta(_Wire):
    content: str | None = None
    refusal: str | None = None


class _ChunkChoice(_Wire):
    delta: _Delta = _Delta()
    finish_reason: str | None = None
    logprobs: Any = None


class _Chunk(_Wire):
    model: str = ""
    choices: list[_ChunkChoice] = []
    usage: _Usage | None = None


class Spelling:
    """A reply of Chat Completions that comes in pieces."""

    def __init__(self) -> None:
        self.text = ""
        self._refused = False
        self._ended: str | None = None
        self._chosen = False
        self._model = ""
        self._usage = _Usage()
        self._tokens: Tokens = ()

    def add(self, piece: object) -> bool:
        """Whether there is more text now. Raises ValueError where it is no piece of such a reply."""
        chunk = _Chunk.model_validate(piece)
        self._model = chunk.model or self._model
        self._usage = chunk.usage or self._usage
        before = len(self.text)
        for choice in chunk.choices[:1]:
            self._chosen = True
            self.text += choice.delta.content or ""
            self._refused = self._refused or bool(choice.delta.refusal)
            self._ended = choice.finish_reason or self._ended
            self._tokens += _tokens(choice.logprobs)
        return len(self.text) > before

    def said(self) -> Said:
        """The whole. Raises as `read_chat`, and GraderUnavailable where the end is missing."""
        counted = self._usage.prompt_tokens, self._usage.completion_tokens
        if not self._chosen:
            raise BadReply("The language model's reply is empty.", tokens=counted)
        if self._ended is None:
            raise GraderUnavailable("The language model's reply broke off.")
        details = self._usage.prompt_tokens_details
        return _said(
            text=self.text,
            refused=self._refused,
            finish_reason=self._ended,
            model=self._model,
            prompt_tokens=self._usage.prompt_tokens,
            cached_tokens=details.cached_tokens if details else None,
            completion_tokens=self._usage.completion_tokens,
            tokens=self._tokens,
        )


class _Part(_Wire):
    type: str
    text: str | None = None


class _Output(_Wire):
    type: str
    content: list[_Part] | None = None


class _Incomplete(_Wire):
    reason: str | None = None


class _ResponseUsage(_Wire):
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Cached | None = None


class _Response(_Wire):
    model: str = ""
    output: list[_Output]
    incomplete_details: _Incomplete | None = None
    usage: _ResponseUsage | None = None


_ENDINGS = {"max_output_tokens": "length", None: "stop"}


def read_response(body: bytes) -> Said:
    """As `read_chat`, for Responses."""
    response = _parsed(_Response, body)
    parts = [part for output in response.output if output.type == "message" for part in output.content or ()]
    usage = response.usage or _ResponseUsage()
    reason = response.incomplete_details.reason if response.incomplete_details else None
    return _said(
        text="".join(part.text or "" for part in parts if part.type == "output_text"),
        refused=any(part.type == "refusal" for part in parts),
        finish_reason=_ENDINGS.get(reason, reason or "stop"),
        model=response.model,
        prompt_tokens=usage.input_tokens,
        cached_tokens=usage.input_tokens_details.cached_tokens if usage.input_tokens_details else None,
        completion_tokens=usage.output_tokens,
    )


_Model = TypeVar("_Model", bound=_Wire)


def _parsed(model: type[_Model], body: bytes) -> _Model:
    try:
        return model.model_validate_json(body)
    except ValidationError:  # its message quotes the reply, which may quote the answer
        raise GraderUnavailable(
            "What answers in place of the language model does not speak its API: a proxy's page, perhaps."
        ) from None


def _tokens(logprobs: object) -> Tokens:
    try:
        return tuple((piece.token, piece.logprob) for piece in _Logprobs.model_validate(logprobs).content)
    except ValidationError:
        return ()


def _first(logprobs: object) -> Tokens:
    try:
        content = _Logprobs.model_validate(logprobs).content
    except ValidationError:
        return ()
    return tuple((top.token, top.logprob) for top in content[0].top_logprobs or ()) if content else ()


def _said(*, text: str | None, refused: bool, finish_reason: str, **rest: Any) -> Said:
    tokens = rest["prompt_tokens"], rest["completion_tokens"]
    if refused:
        raise BadReply("The language model refused to reply.", tokens=tokens)
    if finish_reason == "content_filter":
        raise BadReply("The language model's content filter stopped the reply.", tokens=tokens)
    if not (text or "").strip() and finish_reason != "length":
        raise BadReply("The language model's reply is empty.", tokens=tokens)
    return Said(text=text or "", finish_reason=finish_reason, **rest)
