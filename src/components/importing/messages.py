"""Plain text with one message, or one line of a diary, each: the alerts that banks and payment apps send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from src.components.importing.alert_words import INDIAN, not_a_payment
from src.components.importing.alerts import read_alert
from src.components.importing.encodings import lines as lines_of
from src.components.importing.entry import Rejected
from src.components.importing.limits import Limits
from src.components.importing.plan import Field
from src.components.importing.record import Line
from src.errors import InvalidInput

COLUMNS = (Field.DATE, Field.AMOUNT, Field.DESCRIPTION, Field.MODE, Field.ID)
_RUPEES = re.compile(r"\bRs\b\.?", re.IGNORECASE)


def records(text: str, limits: Limits) -> list[Line]:
    """One for each message. Where blank lines part the text, a message may have several lines."""
    if len(text) > limits.messages:
        raise InvalidInput(
            f"The messages have more than {limits.messages:,} letters. Split them.", field="file"
        )
    currency = "INR" if INDIAN.search(text) else ""
    lines: list[Line] = []
    for count, (row, message) in enumerate(_messages(text, limits), start=1):
        if count > limits.message_count:
            raise InvalidInput(
                f"The file has more than {limits.message_count:,} messages. Split it.", field="file"
            )
        if len(message) > limits.cell:
            raise InvalidInput(f"Line {row} has more than {limits.cell:,} letters.", field="file")
        lines.append(_line(row, _RUPEES.sub("INR ", message) if currency else message, currency))
    return lines


def _line(row: int, message: str, currency: str) -> Line:
    """currency: of amounts beside which none stands; "" where the file does not tell."""
    reason = not_a_payment(message)
    if reason:
        return Rejected(row, reason, left_out=True)
    alert = read_alert(message)
    if alert is None:
        return Rejected(row, "It names no amount.", left_out=True)
    amount = f"{currency} {alert.amount}" if alert.amount[:1].isdigit() else alert.amount
    return row, [alert.day, amount.strip(), alert.text, alert.mode, alert.reference]


def _messages(text: str, limits: Limits) -> Iterator[tuple[int, str]]:
    """(line it starts on, message in one line)."""
    numbered = enumerate(lines_of(text), start=1)
    filled = [(row, line.strip()) for row, line in numbered if not line.isspace()]
    rows = [row for row, _ in filled]
    last = rows[-1] if rows else 0
    if len(rows) == last - (rows[0] if rows else 0) + 1 or len(rows) <= 1 or not _in_blocks(rows):
        yield from filled
        return
    start, parts = rows[0], [filled[0][1]]
    for (row, line), before in zip(filled[1:], rows, strict=False):
        if row > before + 1:
            yield start, " ".join(parts)
            start, parts = row, []
        parts.append(line)
    yield start, " ".join(parts)


def _in_blocks(rows: list[int]) -> bool:
    """Whether blank lines part the messages: at least a third of them follow one."""
    gaps = sum(after > before + 1 for before, after in pairwise(rows))
    return gaps >= (len(rows) - 1) / 3 - 1e-9 or gaps + 1 >= len(rows) / 6
