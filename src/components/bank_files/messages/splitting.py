"""Cuts a text into messages, of one line or several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from src.components.bank_files.entry import Reason
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.formats.labelled import labelled
from src.components.bank_files.messages.alert_words import MAX_READ, not_a_payment
from src.components.bank_files.messages.amounts import has_amount_with_currency
from src.components.bank_files.messages.days import without_days

_MOST_LINES = 20
"""Of one message."""
_SHORT = 6
"""Words of a line that is a part of a message."""
_WORDS_OF_A_MARK = 2
"""Of lines such as `[Web]` above a message."""
_BETWEEN = " | "
"""Between the lines of a message: no name goes over it."""
_LEAD = re.compile(r"[^\W\d_]+")

_Line = tuple[int, str]
"""(its number, from 1; its text)"""


def split(text: str) -> Iterator[_Line]:
    """(first line, message in one line)."""
    numbered = enumerate(lines_of(text), start=1)
    filled = [(row, line.strip()) for row, line in numbered if not line.isspace()]
    for block in _messages(filled):
        yield block[0][0], _BETWEEN.join(line for _, line in block)


def first_line(message: str) -> str:
    """Of a message that `split` put in one line."""
    return message.partition(_BETWEEN)[0]


def _messages(filled: list[_Line]) -> list[list[_Line]]:
    gaps = sum(after > before + 1 for (before, _), (after, _) in pairwise(filled))
    if _is_one_message([line for _, line in filled], has_gaps=gaps > 0):
        return [filled]
    blocks = _blocks(filled)
    # Blank lines separate the messages if they follow at least a third of the lines, if messages are long, or
    # if each block has one amount.
    are_separated = gaps >= (len(filled) - 1) / 3 - 1e-9 or gaps + 1 >= len(filled) / 6
    if gaps and (are_separated or all(map(_has_one_amount, blocks))):
        return blocks
    return _repeated(filled) or [[line] for line in filled]


def _is_one_message(lines: list[str], *, has_gaps: bool) -> bool:
    """Whether the lines are the fields of one message, such as `Amount: AED 12.34`, or parts of it."""
    if not 1 < len(lines) <= _MOST_LINES:
        return False
    labels = [pair[0] for line in lines if (pair := labelled(line))]
    if len(lines) > 2 and 2 * len(labels) > len(lines) and len(set(labels)) == len(labels):
        return True
    amounts = [line for line in lines if _has_amount(line)]
    others = [line for line in lines if line not in amounts]
    are_marks = len(" ".join(others).split()) <= _WORDS_OF_A_MARK
    are_parts = all(map(_is_part, others)) and (are_marks or all(map(_is_part, amounts)))
    return not has_gaps and len(amounts) == 1 and are_parts


def _repeated(filled: list[_Line]) -> list[list[_Line]]:
    """Messages of several lines without blank ones between them: all start with the same word and have one
    amount; none if the lines are not of that kind."""
    lead = _LEAD.match(filled[0][1])
    starts = [index for index, (_, line) in enumerate(filled) if lead and _lead(line) == lead[0]]
    if len(starts) < 2 or len(starts) == len(filled):
        return []
    blocks = [filled[start:end] for start, end in pairwise([*starts, len(filled)])]
    are_parts = all(_is_part(line) or _has_amount(line) for block in blocks for _, line in block)
    return blocks if are_parts and min(map(len, blocks)) > 1 and all(map(_has_one_amount, blocks)) else []


def _lead(line: str) -> str:
    match = _LEAD.match(line)
    return match[0] if match else ""


def _is_part(line: str) -> bool:
    """Whether a line is too short for a message, or the part of one with a label."""
    is_short = len(line.split()) <= _SHORT or labelled(line) is not None
    return is_short and not_a_payment(line) in (None, Reason.BALANCE_MESSAGE)


def _blocks(filled: list[_Line]) -> list[list[_Line]]:
    """The lines between blank ones."""
    blocks = [filled[:1]]
    for (before, _), (row, line) in pairwise(filled):
        if row > before + 1:
            blocks.append([])
        blocks[-1].append((row, line))
    return blocks


def _has_amount(line: str) -> bool:
    return has_amount_with_currency(without_days(line[:MAX_READ]))


def _has_one_amount(block: list[_Line]) -> bool:
    return sum(_has_amount(line) for _, line in block) == 1
