"""Zip archives with one file, as banks and mail programs make them."""

from __future__ import annotations

import io
import zipfile
import zlib

from src.components.bank_files.limits import Limits, bad_file

MARK = b"PK\x03\x04"
_MAX_PARTS = 1_000
_OF_OFFICE = ("[Content_Types].xml", "mimetype", "xl/workbook.xml")
"""Parts of an office document, which is not unpacked here."""


def unpacked(content: bytes, limits: Limits) -> bytes:
    """The one file in an archive, or `content` if it is no archive. Raises InvalidInput."""
    if not content.startswith(MARK):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if any(part.filename in _OF_OFFICE for part in parts):
                return content
            files = [
                part for part in parts[:_MAX_PARTS] if not part.is_dir() and not _is_hidden(part.filename)
            ]
            if len(files) != 1 or len(parts) > _MAX_PARTS:
                count = "several files" if files else "no file"
                raise bad_file(f"This archive contains {count}. Unpack it and import the files one by one.")
            with archive.open(files[0]) as file:
                content = file.read(limits.size + 1)  # no more, whatever size the archive states
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, IndexError, EOFError):
        raise bad_file("This file is a damaged archive.") from None
    except RuntimeError:  # zipfile raises it if a password is needed
        raise bad_file("This archive has a password. Unpack it first.") from None
    limits.check_size(content)
    return content


def _is_hidden(name: str) -> bool:
    """Whether the operating system added it."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
