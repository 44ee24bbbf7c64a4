"""Bytes to text: a byte order mark decides, then UTF-8 is tried, then the letters decide."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from src.components.bank_files.inference.headings import field_of
from src.components.bank_files.plan import Field
from src.errors import InvalidInput

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
_LATIN = ("cp1250", "cp1252", "cp1254", "cp1257", "cp1258")
_NEVER_WESTERN = re.compile(
    rb"[\xc0-\xff]{3}|[\xa3\xa5\xaf\xb3\xb9\xbc\xbe](?=[A-Za-z])|[\x81\x83\x8d\x8f\x90\x9d]"
    rb"|(?<=[A-Za-z\xb9])\xbf|(?<![A-Za-z])z\xb3|(?<=[a-z])\x9f|(?<=[aeiouy])\x9c|(?<=[AEIOUY])\x8c"
    rb"|\xf1(?=[b-df-hj-np-tv-xz])|\xd1(?=[B-DF-HJ-NP-TV-XZ])|[\xec\xf9](?=[a-z])"
    rb"|[\xc8\xe8](?=[aeiouy])|[\x8c\x9c](?=[kprwzKPRWZ])"
)
"""Three accents in a row; a sign such as \u00af before a letter, or \u00bf behind one, which in Polish is a
letter; and what no western language has: \u0153 behind a vowel or before a k, \u00f1 before a consonant,
\u00e8 before a vowel, \u00ec and \u00f9 within a word.
"""
_SLIPS = 0.05
"""Share of accents that may be typing errors."""
_FEW = 12
"""Up to so many accents, a guess by frequency is worse than the rule above."""
_NO_ACCENT = re.compile(
    rb"[\x80-\xff]{3}|[^\x00-\x7f\x8a\x8c-\x8f\x9a\x9c-\x9f\xa3\xa5\xaa\xaf\xb3\xb9\xba\xbc\xbe-\xff]"
)
"""Bytes that are no accented Latin letters, or too many of them in a row."""
_NEARLY = 0.8
"""A few accents are too few to distinguish the European encodings; the Western one is the likeliest."""
_WELL_FORMED = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HEAD = 4_000
"""Bytes that may hold the names of columns."""
_CELL = re.compile(r"[^,;|\t\r\n\"]{3,60}")
_BY_NAMES = ("cp1252", "cp1250", "cp1254", "cp1257", "cp1251", "cp1253", "cp1255", "cp1256")
_KNOWN = frozenset(
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 cp932 cp949 euc_jp euc_kr gb18030 "
    "big5 big5hkscs koi8-r koi8-u iso8859-15 iso8859-1".split()
)
"""Codecs that a guess may be, in addition to those of Unicode."""


def detect_encoding(content: bytes) -> str:
    """The likeliest Python codec for `content`."""
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
        start = 0 if at < _SAMPLE // 2 else at
        return _with_most_names(content[:_HEAD], _guess_by_letters(content[start : start + _SAMPLE]))
    return "utf-8"


def decode(content: bytes, encoding: str) -> str:
    """Unreadable bytes become replacement characters, and NULs are removed."""
    try:
        text = content.decode(encoding, "replace")
    except (UnicodeError, LookupError):
        raise InvalidInput(
            "The text of this file cannot be read in that encoding.", field="encoding"
        ) from None
    text = text.removeprefix("\ufeff")
    return text.replace("\0", "") if "\0" in text else text


def lines(text: str) -> Iterator[str]:
    """Lines with their ends, of any operating system.

    `io.StringIO` takes four times the memory of the text; `str.splitlines` also splits at other characters.
    """
    return (match[0] for match in _LINE.finditer(text))


def _without_mark(sample: bytes) -> str:
    """UTF-16 without a byte order mark: every other byte of plain letters is zero."""
    half = len(sample) // 2
    if half < 2:
        return ""
    even, odd = sample[0 : half * 2 : 2].count(0), sample[1 : half * 2 : 2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return ""


def _guess_by_letters(sample: bytes) -> str:
    """Damaged UTF-8, or the encoding in which the letters look most like a language."""
    in_sequences = sum(map(len, _WELL_FORMED.findall(sample)))
    others = sum(byte >= 0x80 for byte in sample) - in_sequences
    if in_sequences > 4 * others:
        return "utf-8"
    if in_sequences + others <= _FEW and not _NO_ACCENT.search(sample):
        return _western(sample) if _may_be("cp1252", sample) else "cp1250"
    import chardet  # its models take memory that plain UTF-8 does not need

    guesses = chardet.detect_all(sample, encoding_era=chardet.EncodingEra.MODERN_WEB, prefer_superset=True)
    likely = {codecs.lookup(guess["encoding"] or "cp1252").name: guess["confidence"] for guess in guesses}
    fitting = {codec: share for codec, share in likely.items() if _may_be(codec, sample)}
    best = max(fitting, key=lambda codec: fitting[codec], default="cp1252")
    if fitting.get("cp1252", 0.0) >= _NEARLY * fitting.get(best, 0.0):
        return _western(sample)
    return best


def _with_most_names(head: bytes, guess: str) -> str:
    """The encoding in which most cells are known names of columns, if it is not the guess."""

    def names(codec: str) -> int:
        text = head.decode(codec, "replace")
        return sum(not cell.isascii() and field_of(cell) is not Field.NOTHING for cell in _CELL.findall(text))

    codecs_by_names = {codec: names(codec) for codec in dict.fromkeys((guess, *_BY_NAMES))}
    return max(codecs_by_names, key=lambda codec: codecs_by_names[codec])


def _may_be(codec: str, sample: bytes) -> bool:
    if codec == "cp1252":
        accents = sum(byte >= 0x80 for byte in sample)
        return len(_NEVER_WESTERN.findall(sample)) <= _SLIPS * accents
    if codec in _LATIN:
        return True
    if codec == "cp932":
        return "\ufffd" not in codecs.getincrementaldecoder(codec)("replace").decode(sample)
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]  # of an alphabet like Cyrillic
    in_runs = sum(length for length in runs if length > 1)
    return codec in _KNOWN and in_runs > 0.7 * sum(runs)


def _western(sample: bytes) -> str:
    if not any(0x80 <= byte <= 0x9F for byte in sample):
        return "iso8859-15" if b"\xa4" in sample else "cp1252"
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return "iso8859-1"
    return "cp1252"
