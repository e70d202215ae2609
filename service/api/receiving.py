"""Whole recordings as they come in: a form or just the bytes, written to a file while they do."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from service.errors import Invalid, StoreFull, TooLarge

PATHS = re.compile(r"/(transcribe|recording)$")
"""Of requests that carry a recording."""
FORM_BYTES = 10_000
"""That a form has around it."""
SLICE = 1 << 18
"""Bytes that are copied at a time."""
_BINARY = {"type": "string", "format": "binary"}
_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": _BINARY, "question_id": {"type": "string", "description": "As in the query."}},
}
RECORDING: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM},
            "application/octet-stream": {"schema": _BINARY},
            "audio/*": {"schema": _BINARY},
        },
    }
}
"""What a recording is sent as; its first bytes say what it is, not its media type."""


@asynccontextmanager
async def received(request: Request, limit: int) -> AsyncIterator[tuple[Path, str | None]]:
    """The recording as a file that is there for a while, and the form's `question_id`. Raises Invalid, StoreFull."""
    with TemporaryDirectory(prefix="viva-") as folder:
        path = Path(folder, "recording")
        try:
            named = await _read(request, path, limit)
        except OSError as error:  # from our own files: the connection's are other errors
            raise StoreFull from error
        yield path, named


async def _read(request: Request, path: Path, limit: int) -> str | None:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _from_form(request, path, limit)
    await _write(path, request.stream(), limit)
    return None


async def _from_form(request: Request, path: Path, limit: int) -> str | None:
    try:
        form = await request.form(max_files=1, max_fields=4, max_part_size=1000)
    except HTTPException as error:
        if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        raise Invalid("The form cannot be read.") from error
    try:
        upload, named = form.get("file"), form.get("question_id")
        if not isinstance(upload, UploadFile):
            raise Invalid("The form has no file in its field `file`.")
        await _write(path, _slices(upload), limit)
    finally:
        await form.close()
    return named if isinstance(named, str) else None


async def _slices(upload: UploadFile) -> AsyncIterator[bytes]:
    while part := await upload.read(SLICE):
        yield part


async def _write(path: Path, parts: AsyncIterator[bytes], limit: int) -> None:
    """Raises TooLarge."""
    size = 0
    with path.open("wb") as file:
        async for part in parts:
            size += len(part)
            if size > limit:
                raise TooLarge(f"A recording has at most {limit:,} bytes.")
            await asyncio.to_thread(file.write, part)
