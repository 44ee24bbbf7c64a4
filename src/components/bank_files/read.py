"""Preview how a file would be read, and read it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice

from src.components.bank_files.balance_check import BalanceCheck
from src.components.bank_files.entry import (
    Entry,
    FileCategory,
    FileSum,
    Line,
    Preview,
    Question,
    Record,
    Rejected,
)
from src.components.bank_files.formats.balance_signs import signs_by_balance
from src.components.bank_files.formats.continuations import joined, most_continuations
from src.components.bank_files.formats.conversions import with_conversions
from src.components.bank_files.formats.sections import below
from src.components.bank_files.inference.column_detection import Layout, find_header, layout_of
from src.components.bank_files.inference.headings import layout_of_rejects
from src.components.bank_files.inference.plan_inference import Inference
from src.components.bank_files.inference.questions import summarize_columns
from src.components.bank_files.limits import DEFAULT, Limits, bad_file
from src.components.bank_files.messages.tables import fill_from_messages, widened_columns
from src.components.bank_files.plan import (
    ADDED_FIELDS,
    COLUMN_QUESTIONS,
    NO_HEADER,
    PLAIN_QUESTIONS,
    TABLES,
    Field,
    Format,
    Plan,
)
from src.components.bank_files.rows import RowReader
from src.components.bank_files.source import BankFile, Source
from src.domain.transactions import Direction
from src.errors import InvalidInput

SHOWN = 20
"""Entries, and rejects, in a preview."""
_MAX_ACCOUNTS = 50
"""Own accounts in a preview."""
_MAX_CATEGORIES = 300
"""Of the file, in a preview."""
_SAMPLE = 2_000
"""Records from which the layout is detected."""
_MAY_GO_ON = (Format.CSV, Format.XLSX, Format.WORKBOOK, Format.MARKUP)
"""Formats in which a text may go on in the next row."""
_REQUIRED = ("format", "columns", "date_order", "decimal_mark", "sign")


def preview(
    content: bytes | BankFile,
    plan: Plan | None = None,
    *,
    limits: Limits = DEFAULT,
    usual_currency: str = "",
    entries: int = SHOWN,
    shown: int = SHOWN,
) -> Preview:
    """Detect what `plan` leaves None or open, and show the results of the completed plan.

    usual_currency: the first choice if the file does not name its currency.
    entries: how many to return at most; `shown` of a Ledgerloop export, whose entries are large.
    shown: how many rejected rows to return at most.
    Raises InvalidInput if the file cannot be read.
    """
    file, plan = _file(content, limits), plan or Plan()
    if export := file.export(plan):
        detected = f"{Format.LEDGERLOOP.value}:{export.form}"
        return _previewed(export.entries(), detected, Plan(format=Format.LEDGERLOOP), most=shown, shown=shown)
    unanswered = {name: None for name in plan.open if name in PLAIN_QUESTIONS}
    requested = replace(plan, open=(), **unanswered)  # type: ignore[arg-type]
    source = file.source(requested)
    determined = {
        name: value for name, value in source.plan_fields.items() if getattr(requested, name) is None
    }
    known = replace(requested, format=source.format, **determined)
    sample = _sample(source, known)
    still_open = [COLUMN_QUESTIONS[key] for key in plan.open if key in COLUMN_QUESTIONS]
    layout = _layout(source, sample, known, still_open)
    columns, lines = _lines(source, layout.header, layout.columns, limits)
    above = [record for record in sample if record[0] <= layout.header]
    below = islice((line for line in lines() if not isinstance(line, Rejected)), _SAMPLE)
    filled_sample = [*above, *below] if source.columns is None else sample
    balance = BalanceCheck()
    inference = Inference(known, replace(layout, columns=columns), filled_sample, lines(), usual_currency)
    completed = inference.run()
    summaries = summarize_columns(layout, sample) if source.format in TABLES else ()
    result = _previewed(
        balance.watched(lines(), RowReader(replace(completed, take_categories=True))),
        source.format.value + (f":{layout.app.name}" if layout.app else ""),
        replace(completed, columns=_without_dropped(layout.columns, completed.columns or ())),
        tuple(inference.questions),
        tuple(summary.name for summary in summaries),
        most=entries,
        shown=shown,
    )
    if not completed.take_categories:
        result = replace(result, entries=tuple(replace(entry, category=None) for entry in result.entries))
    evidence = (*inference.evidence, *balance.evidence())
    return replace(result, column_summaries=summaries, evidence=evidence)


def lines_and_entries(
    content: bytes | BankFile, plan: Plan, *, limits: Limits = DEFAULT
) -> Iterator[tuple[Line, Entry | Rejected]]:
    """Each line with its result, in the order of the file, as `preview` showed them.

    plan: completed by `preview`. Raises InvalidInput at once if it is not or has open questions, and while
    reading if a limit is exceeded.
    """
    if plan.open:
        raise InvalidInput("Answer the questions about this file first.", field=plan.open[0])
    file = _file(content, limits)
    if plan.format is Format.LEDGERLOOP:
        export = file.export(plan)
        if export is None:
            raise InvalidInput("This file is not a Ledgerloop export.", field="format")
        return (
            (result if isinstance(result, Rejected) else (result.row, ()), result)
            for result in export.entries()
        )
    missing = next((name for name in _REQUIRED if getattr(plan, name) is None), None)
    if missing:
        raise InvalidInput("The plan is incomplete. Preview the file with it first.", field=missing)
    source, header = file.source(plan), plan.header or 0
    planned = source.columns or plan.columns or ()  # another release may have planned fewer columns
    columns, lines = _lines(source, header, planned, limits)
    reader = RowReader(replace(plan, columns=columns))
    if columns == planned:
        return ((line, reader.read(line)) for line in lines())
    pairs = zip(_body(source, header), lines(), strict=True)
    return ((line, reader.read(filled_line)) for line, filled_line in pairs)


def fingerprint_of_header(content: bytes | BankFile, *, limits: Limits = DEFAULT) -> str:
    """The same for all files of one layout, so that a plan can be saved as a profile of it.

    Made of the column names, of the forms of messages, or else of the fields of the columns; never of a
    transaction.
    Raises InvalidInput.
    """
    file = _file(content, limits)
    if export := file.export(Plan()):
        return f"{Format.LEDGERLOOP.value}:{export.form}"
    source = file.source(Plan())
    layout = _layout(source, _sample(source, Plan()), Plan())
    if corrected := layout_of_rejects(layout.names):
        return corrected
    names = [re.sub(r"[\W\d_]+", " ", name.casefold()).strip() for name in layout.names]
    columns = [column for column in layout.columns if column not in ADDED_FIELDS]
    parts = [
        source.format.value,
        str(source.plan_fields.get("delimiter")),
        *(names or source.forms() or columns),
    ]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _file(content: bytes | BankFile, limits: Limits) -> BankFile:
    return content if isinstance(content, BankFile) else BankFile(content, limits)


def _layout(source: Source, sample: list[Record], plan: Plan, still_open: Sequence[Field] = ()) -> Layout:
    if source.columns is not None:
        return Layout(0, (), source.columns, None)
    header = plan.header if source.names is None else NO_HEADER
    return layout_of(sample, header, plan.columns, still_open, source.names)


def _sample(source: Source, plan: Plan) -> list[Record]:
    """The first records of a table; the columns of other formats are known."""
    if source.columns is not None:
        return []
    records = [line for line in islice(source.records(), _SAMPLE) if not isinstance(line, Rejected)]
    if source.names is not None:
        return records
    header = find_header(records) if plan.header is None else plan.header
    above = [record for record in records if header and record[0] <= header]
    return [*above, *(line for line in below(records, header) if not isinstance(line, Rejected))]


def _without_dropped(columns: Sequence[Field], completed: Sequence[Field]) -> tuple[Field, ...]:
    """`columns` without those that the plan does not use. completed: its columns, with those of messages."""
    return tuple(
        field if index < len(completed) and completed[index] is field else Field.NOTHING
        for index, field in enumerate(columns)
    )


def _body(source: Source, header: int) -> Iterator[Line]:
    """The lines below the heading, and rejected lines above it that may be transactions."""
    return below(source.records(), header if source.names is None else NO_HEADER)


def _lines(
    source: Source, header: int, columns: tuple[Field, ...], limits: Limits
) -> tuple[tuple[Field, ...], Callable[[], Iterator[Line]]]:
    """(the columns, the lines below the heading), filled from the payment messages if there are any."""
    if Field.PAYMENT_MESSAGE not in columns:
        most = most_continuations(_body(source, header), columns) if source.format in _MAY_GO_ON else 0

        def body() -> Iterator[Line]:
            lines = _body(source, header)
            return joined(lines, columns, most) if most else lines

        if source.format not in TABLES:
            return columns, body
        return with_conversions(body, columns) or (columns, signs_by_balance(body, columns) or body)
    lines = fill_from_messages(_body(source, header), columns, limits)
    return widened_columns(columns), lambda: iter(lines)


def _previewed(
    results: Iterable[Entry | Rejected],
    detected: str,
    plan: Plan,
    questions: tuple[Question, ...] = (),
    columns: tuple[str, ...] = (),
    *,
    most: int,
    shown: int,
) -> Preview:
    """The preview with what all results amount to. Raises InvalidInput if there are none."""
    names: dict[str, None] = {}
    numbers: dict[str, None] = {}
    entries: list[Entry] = []
    rejects: list[Rejected] = []
    days: set[date] = set()
    counts: Counter[tuple[str, Direction]] = Counter()
    amounts: dict[tuple[str, Direction], Decimal] = defaultdict(Decimal)
    labels: Counter[str] = Counter()
    labels_of_income: Counter[str] = Counter()
    entry_count = rejected = left_out = 0
    for result in results:
        if isinstance(result, Entry):
            entry_count += 1
            names |= {result.account: None} if result.account else {}
            numbers |= {result.account_number: None} if result.account_number else {}
            days.add(result.date)
            kind = (result.currency, result.direction)
            counts[kind] += 1
            amounts[kind] += result.amount
            if result.category:
                labels[result.category] += 1
                labels_of_income[result.category] += result.direction is Direction.INCOME
            if entry_count <= most:
                entries.append(result)
            continue
        left_out += result.left_out
        rejected += not result.left_out
        if len(rejects) < shown:
            rejects.append(result)
    if not entry_count + rejected + left_out:
        raise bad_file("No transactions were found in this file.")
    return Preview(
        detected,
        plan,
        questions,
        columns,
        tuple(entries),
        tuple(rejects),
        entry_count,
        rejected,
        left_out,
        account_names=tuple(names)[:_MAX_ACCOUNTS],
        account_numbers=tuple(numbers)[:_MAX_ACCOUNTS],
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        sums=tuple(FileSum(*kind, counts[kind], amounts[kind]) for kind in sorted(counts)),
        categories=tuple(
            FileCategory(label, count, labels_of_income[label])
            for label, count in labels.most_common(_MAX_CATEGORIES)
        ),
    )
