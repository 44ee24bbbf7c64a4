"""The file or the pasted text of a summary, which pages carry on because nothing is stored."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from flask import request

from src.errors import InvalidInput
from src.web.summary.text import PASTED

if TYPE_CHECKING:
    from src.config import Settings

_MOST_TEXT = 8_000_000
"""Bytes of all fields but the file."""
_MOST_PACKED = 6_000_000


def submitted(settings: Settings) -> tuple[bytes, str]:
    """(content, name) of the uploaded file, the pasted text, or what an earlier page has packed.

    Raises InvalidInput without any of them, 413 if it is too large.
    """
    most = settings.max_import_mb * 1_000_000
    request.max_content_length = most + 64 * 1024
    request.max_form_memory_size = _MOST_TEXT
    form, file = request.form, request.files.get("file")
    if packed := form.get("packed"):
        return _unpacked(packed, most), form.get("name", "")
    text = form.get("text", "").strip()
    if file is not None and file.filename:
        if text:
            raise InvalidInput("Choose a file or paste text, not both.", field="text")
        return file.read(), file.filename
    if text:
        return text.encode("utf-8", "replace"), PASTED
    raise InvalidInput("Choose a file, or paste messages or a table.", field="file")


def packed(content: bytes) -> str:
    """For a field of a form; "" if it is too large for one."""
    text = b64encode(zlib.compress(content)).decode()
    return text if len(text) <= _MOST_PACKED else ""


def _unpacked(text: str, most: int) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        content = decompressor.decompress(b64decode(text, validate=True), most)
    except (ValueError, zlib.error):
        content = b""
    if not decompressor.eof:
        raise InvalidInput("The page has lost the file. Choose it again.", field="file")
    return content
