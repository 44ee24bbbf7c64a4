"""Plain text with one message, or one line of a diary, per transaction: alerts of banks and payment apps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice

from src.components.bank_files.entry import Cell, Line, Reason, Rejected
from src.components.bank_files.formats.labelled import labelled
from src.components.bank_files.inference.dates import readings
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.messages.alert_words import (
    INDIAN,
    is_of_terms,
    message_direction,
    not_a_payment,
)
from src.components.bank_files.messages.alerts import Alert, read_alert
from src.components.bank_files.messages.days import without_days
from src.components.bank_files.messages.splitting import first_line, split
from src.components.bank_files.plan import Field

COLUMNS = (Field.DATE, Field.AMOUNT, Field.DESCRIPTION, Field.MODE, Field.ID, Field.CURRENCY)
"""Of the fields of an Alert."""
_SHORTEST = 20
"""Characters of a message in a table."""
_FEWEST_SPACES = 3
_WORDS_OF_A_FORM = 12
_SHORT = 40
"""Characters of a line of a diary without a day."""
_BLOCKS = 50
"""From which it is seen whether they are messages."""
_COMPLETE = 2
_CENTS = re.compile(r"[.,][0-9]{2}\b")
_LATER = timedelta(days=31)
_RUPEES = re.compile(r"\bRs\b\.?", re.IGNORECASE)

Message = tuple[int, str, Alert | Rejected]
"""(first line, text, what is read from it)"""


def lines_of(read: list[Message]) -> list[Line]:
    """One line per message; raises InvalidInput if hardly a one is a message or a line of a diary."""
    _check(read)
    years = _years([fields.day for _, _, fields in read if isinstance(fields, Alert)])
    return [
        fields if isinstance(fields, Rejected) else (row, _with_year(fields, years))
        for row, _, fields in read
    ]


def forms(read: list[Message]) -> tuple[str, ...]:
    """The forms of the payment messages: their words without names, days and numbers, sorted."""
    alerts = ((message, fields) for _, message, fields in read if isinstance(fields, Alert))
    return tuple(sorted({_form(message, alert) for message, alert in alerts}))


def are_headed(text: str) -> bool:
    """Whether blocks of labelled lines are messages: a line above the labels, such as `Salary credited`, has
    the direction, which the amounts do not have."""
    heads = [first_line(message) for _, message in islice(split(text), _BLOCKS)]
    headed = [head for head in heads if not labelled(head) and message_direction(head)]
    return 2 * len(headed) >= len(heads)


def read_messages(text: str, limits: Limits) -> list[Message]:
    """All messages of a text. Raises InvalidInput if a limit is exceeded."""
    limits.check_messages(len(text))
    currency = currency_of([text])
    return [
        (row, message, alert_fields(row, message, currency)) for row, message in bounded(split(text), limits)
    ]


def _form(message: str, alert: Alert) -> str:
    is_name = len(alert.text) <= len(message) / 2
    words = without_days(message.replace(alert.text, " ") if is_name else message).casefold().split()
    return " ".join([word for word in words if word.strip(".,:;|-/").isalpha()][:_WORDS_OF_A_FORM])


def _check(read: list[Message]) -> None:
    """Raises InvalidInput for prose: a third must be messages or lines of a diary, or a tenth complete
    alerts, because an exported inbox has other messages too."""
    likely = [_likelihood(message, fields) for _, message, fields in read]
    if 3 * sum(map(bool, likely)) < len(read) and 10 * likely.count(_COMPLETE) < len(read):
        raise bad_file(
            "This is no list of transactions: "
            "hardly a line is a payment message, or has a date and an amount."
        )


def _likelihood(message: str, fields: Alert | Rejected) -> int:
    """Whether a text is a message: 0 if not, or _COMPLETE, with a day or a reference."""
    if isinstance(fields, Rejected):
        has_number = any(map(str.isdigit, message))
        return int(fields.reason != Reason.NO_AMOUNT_IN_MESSAGE and has_number and not is_of_terms(message))
    is_marked = fields.amount.endswith((" DR", " CR"))
    if is_marked and (fields.day or fields.reference):
        return _COMPLETE
    is_short = len(message) <= _SHORT and _CENTS.search(fields.amount) is not None
    return int(is_marked or fields.amount[:1].isalpha() or bool(fields.day) or is_short)


def _years(days: Iterable[str]) -> list[date]:
    """The latest day of the file, in a list; none if no day has a year."""
    whole = (readings(day) for day in days if not day.startswith("--"))
    return sorted(max(by_order.values()) for by_order in whole if by_order)[-1:]


def _with_year(alert: Alert, latest: list[date]) -> Alert:
    """A day without a year is in the year before the latest day of the file."""
    if not latest or not alert.day.startswith("--"):
        return alert
    is_earlier = alert.day[2:] > (latest[0] + _LATER).strftime("%m-%d") and latest[0].month < 12
    return alert._replace(day=f"{latest[0].year - is_earlier}{alert.day[1:]}")


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
    if alert and not alert.day and not alert.reference and is_of_terms(message):
        return Rejected(row, Reason.REMINDER, left_out=True)
    if alert is None:
        return Rejected(row, Reason.NO_AMOUNT_IN_MESSAGE, left_out=True)
    has_currency = bool(alert.retired_currency) or not alert.amount[:1].isdigit()
    amount = f"{currency} {alert.amount}" if not has_currency else alert.amount
    return alert._replace(amount=amount.strip())


def is_message(cell: Cell) -> bool:
    """Whether a cell is a message of a bank or payment app, about a payment or not."""
    if not isinstance(cell, str) or len(cell) < _SHORTEST or cell.count(" ") < _FEWEST_SPACES:
        return False
    if not_a_payment(cell):
        return True
    alert = read_alert(cell)
    return alert is not None and bool(alert.reference or message_direction(cell))
