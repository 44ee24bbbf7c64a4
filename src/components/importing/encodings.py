"""Bytes to text: the marks at the start are believed, then UTF-8, then what the single bytes suggest."""

from __future__ import annotations

import codecs
import re

from src.errors import InvalidInput

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
_CYRILLIC_RUN = re.compile(rb"[\xc0-\xff\xa8\xb8]{2,}")
_HIGH_LETTER = re.compile(rb"[\xc0-\xff\xa8\xb8]")
_WELL_FORMED = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows Western",
    "cp1251": "Windows Cyrillic",
    "iso8859-15": "Latin-9",
    "latin-1": "Latin-1",
}


def detect_encoding(content: bytes) -> str:
    """A codec of Python that reads `content`, as far as its bytes say."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return codec
    sample = content[:_SAMPLE]
    if wide := _without_mark(sample):
        return wide
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        at = next(re.finditer(rb"[\x80-\xff]", content)).start()
        return _single_bytes(content[at : at + _SAMPLE])
    return "utf-8"


def decode(content: bytes, encoding: str) -> str:
    """What cannot be read becomes a replacement character; no NULs and no halves of characters remain."""
    try:
        text = content.decode(encoding, "replace")
    except (UnicodeError, LookupError):
        raise InvalidInput(
            "The text of this file cannot be read in that encoding.", field="encoding"
        ) from None
    text = text.removeprefix("\ufeff")
    return text.replace("\0", "") if "\0" in text else text


def in_words(encoding: str) -> str:
    return _NAMES.get(encoding, encoding)


def _without_mark(sample: bytes) -> str:
    """UTF-16 without its mark: of plain letters every other byte is zero."""
    half = len(sample) // 2
    if half < 2:
        return ""
    even, odd = sample[0 : half * 2 : 2].count(0), sample[1 : half * 2 : 2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return ""


def _single_bytes(sample: bytes) -> str:
    """UTF-8 with some damage, or one of the alphabets of single bytes."""
    letters = len(_HIGH_LETTER.findall(sample))
    in_sequences = sum(map(len, _WELL_FORMED.findall(sample)))
    others = sum(each >= 0x80 for each in sample) - in_sequences
    if in_sequences > 4 * others:
        return "utf-8"
    in_words_of_them = sum(map(len, _CYRILLIC_RUN.findall(sample)))
    if letters and in_words_of_them > 0.7 * letters:
        return "cp1251"
    has_windows = any(0x80 <= each <= 0x9F for each in sample)
    if not has_windows:
        return "iso8859-15" if b"\xa4" in sample else "cp1252"
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
