"""One list of transactions reads to the same list, however a bank arranges it; and rows are never lost."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.statement_files import content_of
from src.components.bank_files.entry import Entry
from src.components.bank_files.plan import Plan
from src.components.bank_files.read import preview
from src.errors import InvalidInput
from tests.components.bank_files.reading import entries
from tests.components.bank_files.test_reference import FILES, answered

FEW = settings(max_examples=25, deadline=None, derandomize=True)
NAMES = ("Buchungstag", "Verwendungszweck", "Betrag", "Währung", "Saldo", "IBAN")
SHOPS = ("Bäckerei Kornblume", "Müller & Söhne; Berlin", 'Café "Zur Eiche"', "Kiosk, Ost", "Otto Birke")
PREAMBLES = ("", "Umsätze\n", "Konto: Girokonto\nStand: heute\n\n")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")

transactions = st.lists(
    st.tuples(
        st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 28)),
        st.sampled_from(SHOPS),
        st.integers(min_value=-999_999, max_value=999_999).filter(bool),
    ),
    min_size=4,
    max_size=8,
)


def number(cents, mark):
    text = f"{cents / 100:,.2f}"
    return text if mark == "." else text.translate(str.maketrans(",.", ".,"))


def table(rows, order, delimiter, mark, preamble):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([NAMES[column] for column in order])
    balance = 0
    for day, shop, cents in rows:
        balance += cents
        iban = "DE02120300000000202051"
        cells = (f"{day:%d.%m.%Y}", shop, number(cents, mark), "EUR", number(balance, mark), iban)
        writer.writerow([cells[column] for column in order])
    return preamble + text.getvalue()


@FEW
@given(
    rows=transactions,
    order=st.permutations(range(len(NAMES))),
    delimiter=st.sampled_from(",;\t|"),
    mark=st.sampled_from(".,"),
    preamble=st.sampled_from(PREAMBLES),
    encoding=st.sampled_from(ENCODINGS),
)
def test_a_list_reads_the_same_in_any_arrangement(rows, order, delimiter, mark, preamble, encoding):
    rows = sorted(rows, key=lambda row: row[0])
    content = table(rows, order, delimiter, mark, preamble).encode(encoding)
    shown = preview(content, Plan())
    assert shown.questions == ()
    read = [result for result in entries(content, shown.plan) if isinstance(result, Entry)]
    assert [(entry.date, entry.description, entry.amount) for entry in read] == [
        (day, shop, abs(Decimal(cents)) / 100) for day, shop, cents in rows
    ]
    assert [entry.direction.value for entry in read] == [
        "expense" if cents < 0 else "income" for *_, cents in rows
    ]


WITH_LINES = [case for case in FILES if case["format"] == "csv" and "lines" in case and "refused" not in case]


@FEW
@given(case=st.sampled_from(WITH_LINES), share=st.floats(min_value=0.3, max_value=1))
def test_a_file_that_ends_early_loses_only_what_was_cut(case, share):
    """Rows before the cut are read as they are in the whole file, by the plan of the whole file."""
    plan = answered(case).plan
    whole = dict(results_of(content_of(case), plan))
    cut = {**case, "lines": case["lines"][: max(1, round(share * len(case["lines"])))]}
    try:
        read = dict(results_of(content_of(cut), plan))
    except InvalidInput:  # a quotation is not closed
        return
    last = max(read, default=0)
    assert {row: result for row, result in read.items() if row != last} == {
        row: result for row, result in whole.items() if row in read and row != last
    }


def results_of(content, plan):
    for result in entries(content, plan):
        yield result.row, result


@pytest.mark.parametrize("take", [True, False], ids=["with categories", "without"])
def test_the_counts_of_every_file_add_up_to_its_rows(take):
    for case in FILES:
        if case.get("refused"):
            continue
        shown = preview(content_of(case), Plan(take_categories=take, default_currency="EUR"))
        plan = shown.plan
        while plan.open:
            question = preview(content_of(case), plan).questions[0]
            value = question.choices[0].value if question.choices else "2026-03-01"
            plan = preview(content_of(case), plan.answered(question.key, value)).plan
        results = list(entries(content_of(case), plan))
        assert len({result.row for result in results}) == len(results)
        counted = preview(content_of(case), plan)
        assert counted.entry_count + counted.rejected_count + counted.left_out_count == len(results)
