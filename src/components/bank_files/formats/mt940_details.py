"""Field :86: of MT940, the details: parts with numbers (`?32`) or names (`/NAME/`)."""

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


def parse_details(details: str) -> tuple[str, str, str]:
    """(other party, purpose, booking text), each "" if it is missing."""
    joined = "".join(details.splitlines())
    if code := _CODE.match(joined):
        return _numbered_parts(joined, code[1])
    if _TAG.match(joined):
        return _named_parts(joined)
    return "", re.sub(r"\s*\n\s*", " ", details), ""


def _numbered_parts(joined: str, mark: str) -> tuple[str, str, str]:
    parts: dict[str, str] = {}
    for part in joined.split(mark)[1:]:
        parts.setdefault(part[:2], part[2:])
    between = "" if mark == "?" else " "  # in Germany a part may end within a word
    name = between.join(parts[number] for number in _NAME if parts.get(number))
    purpose = _without_references(between.join(parts[number] for number in _PURPOSE if parts.get(number)))
    return name.strip(), purpose, parts.get("00", "").strip()


def _without_references(purpose: str) -> str:
    """The payer's text, without the references that banks add."""
    split = _SEPA.split(purpose)
    parts = dict(zip(split[1::2], split[2::2], strict=True))
    return (parts.get("SVWZ", "") if parts else purpose).strip() or split[0].strip()


def _named_parts(joined: str) -> tuple[str, str, str]:
    split = _TAG.split(joined)
    parts = dict(zip(split[1::2], split[2::2], strict=True))
    counterparty = parts.get("CNTP", "").split("/")
    name = parts.get("NAME", "") or (counterparty[2] if len(counterparty) > 2 else "")
    purpose = re.sub(r"^(?:USTD|STRD)/+(?:CUR/+)?", "", parts.get("REMI", ""))
    return name.strip(" /"), purpose.strip(" /"), parts.get("TRTP", "").strip(" /")
