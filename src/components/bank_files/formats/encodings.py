"""Bytes to text: the marks at the start are believed, then UTF-8, then what the letters suggest."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

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
"""Of a hundred accents so many may be a slip of the pen."""
_FEW = 12
"""Accents up to which a guess by frequency is worse than the rule above."""
_NO_ACCENT = re.compile(
    rb"[\x80-\xff]{3}|[^\x00-\x7f\x8a\x8c-\x8f\x9a\x9c-\x9f\xa3\xa5\xaa\xaf\xb3\xb9\xba\xbc\xbe-\xff]"
)
"""Bytes that are no accented letters of Latin writing, or too many of them in a row."""
_NEARLY = 0.8
"""Of a few accents the alphabets of Europe are told apart hardly; the western one is the likeliest."""
_WELL_FORMED = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1250": "Windows Central European",
    "cp1251": "Windows Cyrillic",
    "cp1252": "Windows Western",
    "cp1253": "Windows Greek",
    "cp1254": "Windows Turkish",
    "cp1255": "Windows Hebrew",
    "cp1256": "Windows Arabic",
    "cp1257": "Windows Baltic",
    "cp1258": "Windows Vietnamese",
    "cp874": "Windows Thai",
    "cp932": "Shift JIS",
    "cp949": "Windows Korean",
    "euc_jp": "EUC, Japanese",
    "euc_kr": "EUC, Korean",
    "gb18030": "GB 18030, Chinese",
    "big5": "Big5, Chinese",
    "big5hkscs": "Big5, Chinese",
    "koi8-r": "KOI8, Cyrillic",
    "koi8-u": "KOI8, Cyrillic",
    "iso8859-15": "Latin-9",
    "iso8859-1": "Latin-1",
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
        start = 0 if at < _SAMPLE // 2 else at
        return _by_its_letters(content[start : start + _SAMPLE])
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


def lines(text: str) -> Iterator[str]:
    """Each with its end, in whatever system's way.

    `io.StringIO` does the same and takes four times the memory of the text; `str.splitlines` ends lines at
    other characters as well.
    """
    return (found[0] for found in _LINE.finditer(text))


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


def _by_its_letters(sample: bytes) -> str:
    """UTF-8 with some damage, or the alphabet in which the letters make up a language best."""
    in_sequences = sum(map(len, _WELL_FORMED.findall(sample)))
    others = sum(each >= 0x80 for each in sample) - in_sequences
    if in_sequences > 4 * others:
        return "utf-8"
    if in_sequences + others <= _FEW and not _NO_ACCENT.search(sample):
        return _western(sample) if _may_be("cp1252", sample) else "cp1250"
    import chardet  # its models take memory; a worker that reads plain UTF-8 is spared them

    found = chardet.detect_all(sample, encoding_era=chardet.EncodingEra.MODERN_WEB, prefer_superset=True)
    likely = {codecs.lookup(each["encoding"] or "cp1252").name: each["confidence"] for each in found}
    fitting = {codec: share for codec, share in likely.items() if _may_be(codec, sample)}
    best = max(fitting, key=lambda codec: fitting[codec], default="cp1252")
    if fitting.get("cp1252", 0.0) >= _NEARLY * fitting.get(best, 0.0):
        return _western(sample)
    return best


def _may_be(codec: str, sample: bytes) -> bool:
    if codec == "cp1252":
        accents = sum(each >= 0x80 for each in sample)
        return len(_NEVER_WESTERN.findall(sample)) <= _SLIPS * accents
    if codec in _LATIN:
        return True
    if codec == "cp932":
        return "\ufffd" not in codecs.getincrementaldecoder(codec)("replace").decode(sample)
    runs = [len(each) for each in re.findall(rb"[\x80-\xff]+", sample)]  # of an alphabet like Cyrillic
    in_runs = sum(each for each in runs if each > 1)
    return codec in _NAMES and not codec.startswith("utf") and in_runs > 0.7 * sum(runs)


def _western(sample: bytes) -> str:
    if not any(0x80 <= each <= 0x9F for each in sample):
        return "iso8859-15" if b"\xa4" in sample else "cp1252"
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return "iso8859-1"
    return "cp1252"
