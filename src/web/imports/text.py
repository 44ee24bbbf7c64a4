"""The words of imports, for the pages, the API and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from src.domain.imports import ImportStatus

if TYPE_CHECKING:
    from src.components.bank_files.entry import Choice, Evidence, Preview, Question

IMPORT_STATUSES = {
    ImportStatus.READING: ("Being read", "accent"),
    ImportStatus.PREVIEW: ("Waiting for you", "warn"),
    ImportStatus.QUEUED: ("Waiting to start", "accent"),
    ImportStatus.RUNNING: ("Running", "accent"),
    ImportStatus.DONE: ("Done", "good"),
    ImportStatus.FAILED: ("Failed", "bad"),
    ImportStatus.STOPPED: ("Stopped", "warn"),
    ImportStatus.UNDOING: ("Being undone", "accent"),
    ImportStatus.UNDONE: ("Undone", ""),
}
"""Words and tone."""

COLUMN_FIELDS = {
    "": "Not used",
    "date": "Date",
    "second-date": "Date, if the other is blank",
    "party": "Other party",
    "payer": "Payer (of income)",
    "description": "Text",
    "amount": "Amount",
    "out": "Money out",
    "in": "Money in",
    "type": "Type (expense, income, transfer)",
    "currency": "Currency",
    "other-amount": "Amount in another currency",
    "fee": "Fee",
    "gross": "Amount before the fee",
    "other-text": "Text, if a row has no other",
    "category": "Category",
    "payment-message": "Payment message",
    "subcategory": "Note",
    "mode": "Payment method",
    "id": "Reference",
    "status": "Status",
    "balance": "Balance",
    "account": "Own account (name)",
    "account-number": "Own account (number)",
    "source": "Account the money leaves",
    "destination": "Account the money enters",
    "counterparty": "Other party (not in the text)",
    "notes": "Notes",
    "mcc": "Merchant category code",
    "tags": "Tags",
    "effect": "Effect on the balance (debit, credit, memo)",
    "original-amount": "Original amount",
    "original-currency": "Original currency",
}
"""The meanings of a file's columns."""

SUMS = {"expense": "Money out", "income": "Money in", "transfer": "Transfers"}
"""Of a file, by direction."""

SIGNS = {
    "negative-is-expense": "Amounts with a minus",
    "positive-is-expense": "Amounts without a minus",
    "two-columns": "Two columns, money out and money in",
    "two-columns-with-refunds": "Two columns; a minus goes the other way",
    "two-columns-signed": "Two columns; amounts with a minus",
    "type-column": "A column gives the type",
    "unmarked-is-expense": "A column marks income",
    "unmarked-is-income": "A column marks spending",
    "all-expenses": "All amounts",
}
"""Which amounts are spending."""

DATE_ORDERS = {"dmy": "Day, month, year", "mdy": "Month, day, year", "ymd": "Year, month, day"}
DECIMAL_MARKS = {".": "1,234.50", ",": "1.234,50"}

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Western (Windows)",
    "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "cp1253": "Greek (Windows)",
    "cp1254": "Turkish (Windows)",
    "cp1255": "Hebrew (Windows)",
    "cp1256": "Arabic (Windows)",
    "cp1257": "Baltic (Windows)",
    "cp932": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "cp949": "Korean (Windows)",
}
"""Offered on the page."""
_DETECTED_ENCODINGS = {
    **ENCODINGS,
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1258": "Vietnamese (Windows)",
    "cp874": "Thai (Windows)",
    "euc_jp": "Japanese (EUC)",
    "euc_kr": "Korean (EUC)",
    "big5hkscs": "Chinese (Big5)",
    "koi8-r": "Cyrillic (KOI8)",
    "koi8-u": "Cyrillic (KOI8)",
    "iso8859-15": "Western (Latin-9)",
    "iso8859-1": "Western (Latin-1)",
}

_FORMATS = {
    "csv": "CSV",
    "xlsx": "Excel workbook",
    "workbook": "workbook (Excel 97 or OpenDocument)",
    "markup": "table of a web page or of Excel 2003",
    "json": "JSON",
    "labelled": "Text with a line per field",
    "ofx": "OFX statement",
    "qif": "QIF file",
    "mt940": "MT940 statement",
    "camt": "camt statement (ISO 20022)",
    "messages": "Messages",
    "ledgerloop": "Ledgerloop export",
}
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def format_name(detected: str, plan: Mapping[str, Any]) -> str:
    """detected: of a Preview; older imports have words instead of a code."""
    code, _, detail = detected.partition(":")
    if code not in _FORMATS:
        return detected
    if code == "ledgerloop":
        return f"Ledgerloop export ({detail})"
    if code != "csv":
        return f"{detail} {_FORMATS[code]}".strip()
    encoding = plan.get("encoding") or ""
    name = f"{detail} CSV" if detail else f"CSV, {_DELIMITERS[plan.get('delimiter') or ',']}-separated"
    return f"{name}, {_DETECTED_ENCODINGS.get(encoding, encoding)}".removesuffix(", ")


REASONS = {
    "amount-missing": "The amount is missing or cannot be read.",
    "date-missing": "The date is missing or cannot be read.",
    "date-and-amount-missing": "The date and the amount are missing.",
    "date-or-type-missing": "The date or the type (expense or income) is missing.",
    "zero-amount": "The amount is zero.",
    "amount-too-large": "The amount is too large.",
    "too-many-decimals": "The amount has more decimals than its currency.",
    "two-amounts": "It has both money out and money in.",
    "unknown-currency": "The currency is unknown.",
    "direction-unknown": "The balance does not show whether this amount is spending or income. Write a minus "
    "before it if it is spending, a plus if it is income.",
    "unknown-type": "The word for the type (expense, income, transfer) is unknown.",
    "date-out-of-range": "The date is before 1900 or after 2200.",
    "no-text": "It has no text that describes the transaction.",
    "too-many-columns": "It has more columns than the rest of the file.",
    "damaged": "This transaction is damaged and cannot be read.",
    "not-json": "This line cannot be read as JSON.",
    "unsettled": "It is not settled: pending, declined or reversed.",
    "balance": "It is a balance, not a transaction.",
    "total": "It is a balance or a total, not a transaction.",
    "summary": "It is part of a summary, not a transaction.",
    "repeated-heading": "It repeats the heading.",
    "above-heading": "It is above the heading of the table.",
    "date-misplaced": "It is not a transaction: its date is in another column.",
    "no-transaction": "It is not a transaction: it has neither a date nor an amount.",
    "other-account": "It is not from a bank, card or cash account.",
    "conversion": "It is a step of a currency conversion: the row with the converted amount has the payment.",
    "memo": "The file says that it does not change the balance.",
    "one-time-code": "It is a one-time code, not a payment.",
    "payment-failed": "The payment failed or was declined.",
    "reminder": "It is a reminder or a request, not a payment.",
    "advertisement": "It is an advertisement, not a payment.",
    "balance-message": "It reports a balance, not a payment.",
    "no-amount-in-message": "The message has no amount.",
    "amount-not-in-message": "The amount in its column is not in its message.",
    "line-too-long": "The line is too long.",
    "column-count": "It has more or fewer columns than the heading.",
    "cell-not-json": "Its answers, predictions or categories cannot be read as JSON.",
    "nested-too-deeply": "It is nested too deeply.",
    "invalid-field": "The field “{}” is missing or invalid.",
    "inconsistent-category": "Its category does not match its answers and predictions.",
    "duplicate": "The same transaction is further above in the file.",
}


def reason(code: str) -> str:
    """code: of a rejected row, perhaps with a detail; older imports have sentences instead."""
    name, _, detail = code.partition(":")
    return REASONS[name].format(detail.replace("_", " ")) if name in REASONS else code


def column_name(name: str, position: int) -> str:
    return name or f"Column {position + 1}"


_QUESTIONS = {
    "date_order": "Which part of a date is the day, and which is the month?",
    "decimal_mark": "Which character separates the decimals of an amount?",
    "sign": "Which amounts are spending?",
    "default_currency": "In which currency are these amounts?",
    "default_date": "Some transactions have no date. Which date should they get?",
    "date_column": "Which column has the date of the transaction?",
    "description_column": "Which column has the text of the transaction?",
    "amount_column": "Which column has the amount?",
    "out_column": "Which column has the money that went out?",
}
_CHOICES = {"dmy": "Day first", "mdy": "Month first", "ymd": "Year first", ".": "Point", ",": "Comma"}


CATEGORY_EVIDENCE = {
    "chosen": "as chosen before",
    "same-name": "same name",
    "similar-name": "similar name",
    "synonym": "similar meaning",
    "lexicon": "similar meaning",
    "none": "",
}
"""Why an own category is proposed for one of the file."""


def account_hint(preview: Preview) -> str:
    """What the file says about the own account of its rows."""
    if preview.account_names:
        return "The file names the account of each row. A name here replaces it."
    if len(preview.account_numbers) > 1:
        return "The file has several account numbers. Leave this blank to keep their rows apart."
    if preview.account_numbers and preview.plan.account:
        return "Files with the same account number are recognized from now on."
    if preview.account_numbers:
        return "The account number in the file is not known yet. With a name, it is recognized from now on."
    return "For all rows. Remembered for files like this."


_BASES = {
    "balance": "the running balance ({agree} of {of} steps)",
    "marks": "the bank's own marks or columns",
    "signs": "the signs of the amounts",
    "fee": "the fees ({agree} of {of} rows)",
    "words": "words in the columns ({agree} of {of} rows)",
    "texts": "words in the texts ({agree} of {of} rows)",
    "account": "its being a bank account (it has IBANs), where a minus is money out",
    "program": "the layout of the program that wrote the file",
}


def evidence_text(evidence: Evidence) -> str:
    """What a decision about the file is based on."""
    if evidence.decision != "balance":
        basis = _BASES[evidence.basis].format(agree=f"{evidence.agree:,}", of=f"{evidence.of:,}")
        return f"Money out and money in are read by {basis}."
    if evidence.agree == evidence.of:
        return f"The amounts add up to the running balance in the file, in all {evidence.of:,} steps."
    steps = f"in {evidence.agree:,} of {evidence.of:,} steps"
    if contradicts(evidence):
        return (
            f"The amounts add up to the running balance in the file only {steps}. Check which are spending "
            "and which are income, and whether the file is complete."
        )
    return (
        f"The amounts add up to the running balance in the file {steps}; the first row that does not is "
        f"{evidence.conflict:,}."
    )


def contradicts(evidence: Evidence) -> bool:
    """Whether the running balance does not confirm most amounts."""
    return evidence.decision == "balance" and 2 * evidence.agree < evidence.of


def question_text(question: Question) -> str:
    return _QUESTIONS[question.key]


def unanswered(questions: Sequence[Question]) -> str:
    """What is missing before the file can be imported. questions: the open ones, at least one."""
    first = question_text(questions[0])
    if len(questions) == 1:
        return f"Nothing is imported yet, because this question has no answer: {first}"
    return f"Nothing is imported yet, because {len(questions)} questions have no answer. The first: {first}"


def choice_label(question: Question, choice: Choice) -> str:
    if question.key == "sign":
        if choice.spent and choice.income:
            labels = {
                "negative-is-expense": "Those with a minus",
                "positive-is-expense": "Those without a minus",
            }
            return labels.get(choice.value, SIGNS[choice.value])
        return "All of them" if choice.spent else "None: all of them are income"
    if question.key.endswith("_column"):
        return column_name(choice.column, int(choice.value))
    return _CHOICES.get(choice.value, choice.value)


def choice_example(question: Question, choice: Choice) -> str:
    """What a row of the file becomes with this choice."""
    if question.key == "sign":
        amounts = ((choice.spent, "spending"), (choice.income, "income"))
        return ", ".join(f"{amount} is {direction}" for amount, direction in amounts if amount)
    if not choice.example or not question.sample:
        return choice.example
    if question.key == "date_order":
        return f"{question.sample} is {date.fromisoformat(choice.example):%-d %B %Y}"
    return f"{question.sample} is {choice.example}"
