"""Zip archives with one file in them: banks pack a statement so, and mail does."""

from __future__ import annotations

import io
import zipfile
import zlib

from src.components.bank_files.limits import Limits
from src.errors import InvalidInput

MARK = b"PK\x03\x04"
_MOST_PARTS = 1_000
_OF_OFFICE = ("[Content_Types].xml", "mimetype", "xl/workbook.xml")
"""Parts of a document of an office program, which is no archive to its owner."""


def unpacked(content: bytes, limits: Limits) -> bytes:
    """The one file in an archive; `content` itself where it is none. Raises InvalidInput."""
    if not content.startswith(MARK):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if any(part.filename in _OF_OFFICE for part in parts):
                return content
            return _read(archive, _only(parts), limits)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, IndexError, EOFError):
        raise InvalidInput("This file is a damaged archive.", field="file") from None
    except RuntimeError:  # what zipfile raises where a password is wanted
        raise InvalidInput("This archive has a password. Unpack it first.", field="file") from None


def _only(parts: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [part for part in parts[:_MOST_PARTS] if not part.is_dir() and not _is_hidden(part.filename)]
    if len(files) != 1 or len(parts) > _MOST_PARTS:
        told = "several files" if files else "no file"
        raise InvalidInput(
            f"This archive has {told} in it. Unpack it, and bring in one file after the other.", field="file"
        )
    return files[0]


def _is_hidden(name: str) -> bool:
    """Whether a system put it there, not its owner."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits) -> bytes:
    """No more than the limit is unpacked, whatever the archive says of its size."""
    with archive.open(part) as file:
        content = file.read(limits.size + 1)
    limits.check_size(content)
    return content
