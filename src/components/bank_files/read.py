"""The two verbs: show how a file would be read, and read it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from src.components.bank_files.entry import Entry, Preview, Rejected
from src.components.bank_files.formats.sections import below
from src.components.bank_files.inference.column_summaries import summarized
from src.components.bank_files.inference.headings import layout_of_rejects
from src.components.bank_files.inference.layout import Layout, find_header, layout_of
from src.components.bank_files.inference.plan_inference import Inference
from src.components.bank_files.inference.questions import name_of
from src.components.bank_files.limits import DEFAULT, Limits
from src.components.bank_files.messages.tables import filled, widened
from src.components.bank_files.own_export.reader import OwnExport
from src.components.bank_files.plan import (
    COLUMN_QUESTIONS,
    NO_HEADER,
    PLAIN_QUESTIONS,
    TABLES,
    Field,
    Format,
    Plan,
)
from src.components.bank_files.record import Line, Record
from src.components.bank_files.rows import RowReader
from src.components.bank_files.source import BankFile, Source
from src.errors import InvalidInput

SHOWN = 20
"""Entries, and rejects, a preview shows."""
_SAMPLE = 2_000
"""Records from which the layout is told."""
_NEEDED = ("format", "columns", "date_order", "decimal_mark", "sign")


def preview(
    content: bytes | BankFile, plan: Plan | None = None, *, limits: Limits = DEFAULT, usual_currency: str = ""
) -> Preview:
    """Find what `plan` leaves None or open, and show what `entries` would yield with the plan found.

    usual_currency: the first choice where the file leaves open which it is.
    Raises InvalidInput where the file is none that can be read.
    """
    file = _file(content, limits)
    if own := file.own(plan or Plan()):
        return _preview_of_own(own)
    asked = _without_open(plan or Plan())
    source = file.source(asked)
    known = replace(asked, format=source.format, **{**source.settled, **_said(asked, source)})
    sample = _sample(source, known)
    still_open = [COLUMN_QUESTIONS[key] for key in (plan or known).open if key in COLUMN_QUESTIONS]
    layout = _layout(source, sample, known, still_open)
    columns, lines = _lines(source, layout.header, layout.columns, limits)
    inference = Inference(
        known,
        replace(layout, columns=columns),
        _filled_sample(sample, layout, lines),
        lines(),
        usual_currency,
    )
    found = inference.run()
    entries, rejects, counts = _counted(RowReader(found).read_all(lines()))
    found = replace(found, columns=layout.columns)
    app = f" of {layout.app.name}" if layout.app else ""
    names = tuple(name_of(place, layout.names) for place in range(len(layout.columns)))
    return Preview(
        source.detected + app,
        found,
        tuple(inference.questions),
        names if source.format in TABLES else (),
        tuple(entries),
        tuple(rejects),
        *counts,
        summarized(layout, sample) if source.format in TABLES else (),
    )


def _preview_of_own(own: OwnExport) -> Preview:
    """It says itself what everything is, so nothing is asked."""
    shown, rejects, counts = _counted(own.entries())
    return Preview(
        own.detected, Plan(format=Format.LEDGERLOOP), (), (), tuple(shown), tuple(rejects), *counts
    )


def entries(content: bytes | BankFile, plan: Plan, *, limits: Limits = DEFAULT) -> Iterator[Entry | Rejected]:
    """One for each record, in the order of the file; what `preview` showed.

    plan: one that `preview` completed. Raises InvalidInput at once where it is not or has open questions,
    and on the way where a limit is met.
    """
    return (result for _, result in lines_and_entries(content, plan, limits=limits))


def lines_and_entries(
    content: bytes | BankFile, plan: Plan, *, limits: Limits = DEFAULT
) -> Iterator[tuple[Line, Entry | Rejected]]:
    """The same as `entries`, each beside the line it was made of."""
    if plan.open:
        raise InvalidInput("A question about this file is not answered yet.", field=plan.open[0])
    file = _file(content, limits)
    if plan.format is Format.LEDGERLOOP:
        own = file.own(plan)
        if own is None:
            raise InvalidInput("This file is no export of Ledgerloop.", field="format")
        return ((each if isinstance(each, Rejected) else (each.row, ()), each) for each in own.entries())
    missing = next((name for name in _NEEDED if getattr(plan, name) is None), None)
    if missing:
        raise InvalidInput("The plan is not complete: preview the file with it first.", field=missing)
    source, header = file.source(plan), plan.header or 0
    columns, lines = _lines(source, header, plan.columns or (), limits)
    reader = RowReader(replace(plan, columns=columns))
    if columns == plan.columns:
        return ((line, reader.result(line)) for line in lines())
    pairs = zip(_body(source, header), lines(), strict=True)
    return ((line, reader.result(filled_line)) for line, filled_line in pairs)


def fingerprint_of_header(content: bytes | BankFile, *, limits: Limits = DEFAULT) -> str:
    """The same for all files of one layout, so that an answered plan can be remembered by it.

    Of the names of the columns, or where there are none of the number and kinds of the columns; never of a
    transaction. Raises InvalidInput.
    """
    file = _file(content, limits)
    if own := file.own(Plan()):
        return own.detected
    source = file.source(Plan())
    layout = _layout(source, _sample(source, Plan()), Plan())
    if of_rejects := layout_of_rejects(layout.names):
        return of_rejects
    named = [re.sub(r"[\W\d_]+", " ", name.casefold()).strip() for name in layout.names]
    parts = [source.format.value, str(source.settled.get("delimiter")), *(named or layout.columns)]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _file(content: bytes | BankFile, limits: Limits) -> BankFile:
    return content if isinstance(content, BankFile) else BankFile(content, limits)


def _without_open(plan: Plan) -> Plan:
    plain = {name: None for name in plan.open if name in PLAIN_QUESTIONS}
    return replace(plan, open=(), **plain)  # type: ignore[arg-type]


def _said(plan: Plan, source: Source) -> dict[str, object]:
    """What the plan says already of the parts that the source settles."""
    given = {name: getattr(plan, name) for name in source.settled}
    return {name: value for name, value in given.items() if value is not None}


def _layout(source: Source, sample: list[Record], plan: Plan, still_open: Sequence[Field] = ()) -> Layout:
    if source.columns is not None:
        return Layout(0, (), source.columns, None)
    header = plan.header if source.names is None else NO_HEADER
    return layout_of(sample, header, plan.columns, still_open, source.names)


def _sample(source: Source, plan: Plan) -> list[Record]:
    """The first records of a table; what they hold needs no telling in other formats."""
    if source.columns is not None:
        return []
    raw = [each for each in islice(source.records(), _SAMPLE) if not isinstance(each, Rejected)]
    if source.names is not None:
        return raw
    header = find_header(raw) if plan.header is None else plan.header
    above = [each for each in raw if header and each[0] <= header]
    return [*above, *(each for each in below(raw, header) if not isinstance(each, Rejected))]


def _body(source: Source, header: int) -> Iterator[Line]:
    """What stands below the heading, and what else might be a transaction."""
    return below(source.records(), header if source.names is None else NO_HEADER)


def _lines(
    source: Source, header: int, columns: tuple[Field, ...], limits: Limits
) -> tuple[tuple[Field, ...], Callable[[], Iterator[Line]]]:
    """(what the columns hold, the lines below the heading), filled from payment messages if it has some."""
    if Field.PAYMENT_MESSAGE not in columns:
        return columns, lambda: _body(source, header)
    lines = filled(_body(source, header), columns, limits)
    return widened(columns), lambda: iter(lines)


def _filled_sample(sample: list[Record], layout: Layout, lines: Callable[[], Iterator[Line]]) -> list[Record]:
    if Field.PAYMENT_MESSAGE not in layout.columns:
        return sample
    above = [record for record in sample if record[0] <= layout.header]
    return [*above, *islice((line for line in lines() if not isinstance(line, Rejected)), _SAMPLE)]


def _counted(
    results: Iterator[Entry | Rejected],
) -> tuple[list[Entry], list[Rejected], tuple[int, int, int]]:
    """The first entries and rejects, and how many entries, rejects and lines left out there are.

    Raises InvalidInput where there is none of them.
    """
    first: list[Entry] = []
    rejects: list[Rejected] = []
    entry_count = left_out = rejected = 0
    for each in results:
        if isinstance(each, Entry):
            entry_count += 1
            if entry_count <= SHOWN:
                first.append(each)
            continue
        left_out += each.left_out
        rejected += not each.left_out
        if len(rejects) < SHOWN:
            rejects.append(each)
    if not entry_count + rejected + left_out:
        raise InvalidInput("No transactions were found in this file.", field="file")
    return first, rejects, (entry_count, rejected, left_out)
