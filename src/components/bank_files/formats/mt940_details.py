"""Field :86: of MT940, what a transaction was: in parts with numbers (`?32`) or names (`/NAME/`)."""

from __future__ import annotations

import re

_CODE = re.compile(r"[0-9]{3}([^\w\s])(?=[0-9]{2})")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP)\+")
_TAG = re.compile(
    r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|KREF|PREF|CNTP|MARF|CSID|ORDP|BENM|ISDT|ADDR|ID|PURP|SVCL|RTRN|"
    r"ULTB|ULTD)/"
)
_PURPOSE = (*map(str, range(20, 30)), *map(str, range(60, 64)))
_NAME = ("32", "33")


def told(details: str) -> tuple[str, str, str]:
    """(the other party, the purpose, how it was booked), each "" where it is not told."""
    whole = "".join(details.splitlines())
    if code := _CODE.match(whole):
        return _of_numbers(whole, code[1])
    if _TAG.match(whole):
        return _of_names(whole)
    return "", re.sub(r"\s*\n\s*", " ", details), ""


def _of_numbers(whole: str, mark: str) -> tuple[str, str, str]:
    parts: dict[str, str] = {}
    for each in whole.split(mark)[1:]:
        parts.setdefault(each[:2], each[2:])
    between = "" if mark == "?" else " "  # in Germany a part goes on in the midst of a word
    name = between.join(parts[number] for number in _NAME if parts.get(number))
    purpose = _said(between.join(parts[number] for number in _PURPOSE if parts.get(number)))
    return name.strip(), purpose, parts.get("00", "").strip()


def _said(purpose: str) -> str:
    """What the payer wrote, without the numbers that banks put beside it."""
    split = _SEPA.split(purpose)
    parts = dict(zip(split[1::2], split[2::2], strict=True))
    return (parts.get("SVWZ", "") if parts else purpose).strip() or split[0].strip()


def _of_names(whole: str) -> tuple[str, str, str]:
    split = _TAG.split(whole)
    parts = dict(zip(split[1::2], split[2::2], strict=True))
    counterparty = parts.get("CNTP", "").split("/")
    name = parts.get("NAME", "") or (counterparty[2] if len(counterparty) > 2 else "")
    purpose = re.sub(r"^(?:USTD|STRD)/+(?:CUR/+)?", "", parts.get("REMI", ""))
    return name.strip(" /"), purpose.strip(" /"), parts.get("TRTP", "").strip(" /")
