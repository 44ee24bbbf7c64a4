"""Plain text with one message, or one line of a diary, per transaction: alerts of banks and payment apps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from src.components.bank_files.entry import Cell, Line, Reason, Rejected
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.formats.labelled import labelled
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.messages.alert_words import INDIAN, MAX_READ, message_direction, not_a_payment
from src.components.bank_files.messages.alerts import Alert, has_amount_with_currency, read_alert
from src.components.bank_files.plan import Field

COLUMNS = (Field.DATE, Field.AMOUNT, Field.DESCRIPTION, Field.MODE, Field.ID)
"""Of the fields of an Alert."""
_SHORTEST = 20
"""Characters of a message in a table."""
_FEWEST_SPACES = 3
_MOST_LINES = 20
"""Of one message."""
_RUPEES = re.compile(r"\bRs\b\.?", re.IGNORECASE)


def records(text: str, limits: Limits) -> list[Line]:
    """One line per message. If blank lines separate them, a message may have several lines."""
    limits.check_messages(len(text))
    currency = currency_of([text])
    lines: list[Line] = []
    for row, message in bounded(_messages(text), limits):
        fields = alert_fields(row, message, currency)
        lines.append(fields if isinstance(fields, Rejected) else (row, fields))
    return lines


def bounded(messages: Iterable[tuple[int, str]], limits: Limits) -> Iterator[tuple[int, str]]:
    """The same messages. Raises InvalidInput while reading if there is too much.

    messages: (row, message).
    """
    length = 0
    for count, (row, message) in enumerate(messages, start=1):
        length += len(message)
        limits.check_row(count)
        if count > limits.message_count:
            raise bad_file(f"The file has more than {limits.message_count:,} messages. Split it.")
        if len(message) > limits.cell:
            raise bad_file(f"Line {row} has more than {limits.cell:,} characters.")
        limits.check_messages(length)
        yield row, message


def currency_of(texts: Iterable[str]) -> str:
    """The currency of amounts without one; "" if the messages do not show it."""
    return "INR" if any(map(INDIAN.search, texts)) else ""


def alert_fields(row: int, message: str, currency: str) -> Alert | Rejected:
    """currency: of amounts without one, "" if unknown."""
    message = _RUPEES.sub("INR ", message) if currency else message
    if reason := not_a_payment(message):
        return Rejected(row, reason, left_out=True)
    alert = read_alert(message)
    if alert is None:
        return Rejected(row, Reason.NO_AMOUNT_IN_MESSAGE, left_out=True)
    amount = f"{currency} {alert.amount}" if alert.amount[:1].isdigit() else alert.amount
    return alert._replace(amount=amount.strip())


def is_message(cell: Cell) -> bool:
    """Whether a cell is a message of a bank or payment app, about a payment or not."""
    if not isinstance(cell, str) or len(cell) < _SHORTEST or cell.count(" ") < _FEWEST_SPACES:
        return False
    if not_a_payment(cell):
        return True
    alert = read_alert(cell)
    return alert is not None and bool(alert.reference or message_direction(cell))


def _messages(text: str) -> Iterator[tuple[int, str]]:
    """(first line, message in one line)."""
    numbered = enumerate(lines_of(text), start=1)
    filled = [(row, line.strip()) for row, line in numbered if not line.isspace()]
    if _is_one_message([line for _, line in filled]):
        yield filled[0][0], " ".join(line for _, line in filled)
        return
    gaps = sum(after > before + 1 for (before, _), (after, _) in pairwise(filled))
    blocks = _blocks(filled)
    # Blank lines separate the messages if they follow at least a third of the lines, if messages are long, or
    # if each block has one amount.
    are_separated = gaps >= (len(filled) - 1) / 3 - 1e-9 or gaps + 1 >= len(filled) / 6
    if gaps and (are_separated or all(map(_has_one_amount, blocks))):
        yield from ((block[0][0], " ".join(line for _, line in block)) for block in blocks)
    else:
        yield from filled


def _is_one_message(lines: list[str]) -> bool:
    """Whether the lines are the fields of one message, such as `Amount: AED 12.34`."""
    labels = [pair[0] for line in lines[:_MOST_LINES] if (pair := labelled(line))]
    is_short = 2 < len(lines) <= _MOST_LINES
    return is_short and 2 * len(labels) > len(lines) and len(set(labels)) == len(labels)


def _blocks(filled: list[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """The lines between blank ones."""
    blocks = [filled[:1]]
    for (before, _), (row, line) in pairwise(filled):
        if row > before + 1:
            blocks.append([])
        blocks[-1].append((row, line))
    return blocks


def _has_one_amount(block: list[tuple[int, str]]) -> bool:
    return sum(has_amount_with_currency(line[:MAX_READ]) for _, line in block) == 1
