"""Whatever the bytes: entries, reasons, or one sentence; no other error, and no row lost.

`IMPORT_MUTATIONS=100000 pytest tests/components/bank_files/test_any_bytes.py -k damaged` tries that many
damaged files, and others with another `IMPORT_SEED`.
"""

import csv
import io
import json
import os
import random
import re
import sys
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.components.bank_files.entry import Entry, Rejected
from src.components.bank_files.formats.delimited import normalized
from src.components.bank_files.formats.encodings import decode
from src.components.bank_files.inference.amounts import marks_that_fit, parse_amount
from src.components.bank_files.inference.dates import orders_that_fit, parse_date, readings
from src.components.bank_files.plan import Format, Plan
from src.components.bank_files.read import fingerprint_of_header, preview
from src.domain.money import decimal_places
from src.errors import InvalidInput
from tests.components.bank_files.files import CAMT, MT940, OFX_SGML, OFX_XML, QIF, packed, workbook
from tests.components.bank_files.reading import entries
from tests.components.bank_files.test_apps import EXPORTS
from tests.components.bank_files.test_banks import CHINESE, JAPANESE, POLISH, TWO_TABLES
from tests.components.bank_files.test_messages import INDIAN, WESTERN
from tests.components.bank_files.test_packed_and_json import OF_A_BANK
from tests.components.bank_files.test_tables import BRITISH, GERMAN
from tests.components.bank_files.test_tables import INDIAN as INDIAN_TABLE

MUTATIONS = int(os.environ.get("IMPORT_MUTATIONS", "1500"))
SEED = int(os.environ.get("IMPORT_SEED", "20260304"))
MOST_WORK = 3_000_000
"""Calls of functions for one of these files, of a few kilobytes each; the most needed so far is a tenth."""
SHEET = workbook(["Date", "Text", "Debit"], [date(2026, 3, 4), "Kiosk", 1.5], ["2026-03-05", "Bar", "2.50"])
FILES = [
    *(text.encode() for text in (OFX_SGML, OFX_XML, QIF, MT940, CAMT, INDIAN, WESTERN)),
    *(text.encode() for text in (BRITISH, GERMAN, INDIAN_TABLE)),
    *(text.encode() for text, _ in EXPORTS.values()),
    GERMAN.encode("cp1252"),
    TWO_TABLES.encode("cp1252"),
    POLISH.encode("cp1250"),
    CHINESE.encode("gb18030"),
    JAPANESE.encode("cp932"),
    json.dumps(OF_A_BANK).encode(),
    packed({"statement.csv": BRITISH.encode()}),
    BRITISH.encode("utf-16"),
    SHEET,
]
PIECES = [
    *(bytes([byte]) for byte in b"\x00\"'\n\r,;\t|<>^-(%"),
    *(b"\xff\xfe", b"</OFX>", b"]]>", b"<![CDATA[", b"&#x110000;", b"&amp;", b"<!DOCTYPE a>"),
    *(b"!Type:Bank", b":61:", b":86:", b"-}", b"1e999", b"NaN", b"Infinity", b"=1+1", b"9" * 20),
    *(b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xd9\xa1", b"\xef\xbc\x91", b"\xc2\xb2"),
    *(b"0000-00-00", b"31/02/2026", b"OTP", b"Rs.", b"PK\x03\x04"),
]


def whole(content, plan=None):
    """Read as a user does: preview, first answer to each question, read. None where it was refused."""
    try:
        shown = preview(content, plan or Plan(default_currency="EUR", default_date=date(2026, 1, 1)))
        for _ in range(8):
            if not shown.questions:
                break
            question = shown.questions[0]
            value = question.choices[0].value if question.choices else "2026-01-01"
            shown = preview(content, shown.plan.answered(question.key, value))
        plan = Plan.from_dict(shown.plan.to_dict())
        results = list(entries(content, plan))
    except InvalidInput:
        return None
    assert shown.entry_count + shown.rejected_count + shown.left_out_count == len(results)
    check_that_none_is_lost(content, plan, results)
    for result in results:
        assert isinstance(result, (Entry, Rejected))
        if isinstance(result, Entry):
            check(result)
    return results


def check_that_none_is_lost(content, plan, results):
    """Each transaction in the bytes is an entry, rejected, or ignored: counted without the readers."""
    if content.startswith(b"PK"):
        return
    text, rows = decode(content, plan.encoding or "utf-8"), [result.row for result in results]
    assert len(rows) == len(set(rows))
    if plan.format is Format.CSV:
        below = {start for start in starts_of_records(text, plan.delimiter) if start > plan.header}
        assert below <= set(rows)
    elif plan.format is Format.MESSAGES:
        lines = [bool(line.strip()) for line in io.StringIO(text, newline=None)]
        blocks = sum(filled and not before for before, filled in pairwise([False, *lines]))
        assert len(rows) in (sum(lines), blocks)
    elif plan.format in MARKS and "<!" not in text:
        statement = text[max(text.upper().find("<OFX>"), 0) :]
        assert len(rows) >= len(MARKS[plan.format].findall(statement))


def starts_of_records(text, delimiter):
    reader, start = csv.reader(io.StringIO(normalized(text), newline=""), delimiter=delimiter), 1
    for cells in reader:
        if any(cells):
            yield start
        start = reader.line_num + 1


MARKS = {
    Format.OFX: re.compile(r"<STMTTRN>(?=<[A-Z]+>[^<])"),
    Format.QIF: re.compile(r"^D.*\nT.*$", re.MULTILINE),
    Format.MT940: re.compile(r"^:61:", re.MULTILINE),
    Format.CAMT: re.compile(r"<Ntry>"),
}
"""Where a transaction begins."""


def check(entry):
    """What whoever stores an entry may rely on."""
    assert 0 < entry.amount <= 10**12
    assert entry.amount == round(entry.amount, decimal_places(entry.currency))
    assert 1900 <= entry.date.year <= 2200
    assert type(entry.date) is date
    assert entry.row >= 1
    assert entry.description or entry.subcategory
    for text, most in (
        (entry.description, 500),
        (entry.mode, 100),
        (entry.subcategory, 100),
        (entry.bank_id, 100),
    ):
        if text is not None:
            assert len(text) <= most
            assert text == text.strip()
            assert not any(
                char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" for char in text
            )


def mutated(content, draw):
    """`content` with a few bytes changed, taken, doubled, moved or put in."""
    damaged = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 5, 20))):
        at = draw.randrange(len(damaged) + 1)
        end = min(len(damaged), at + draw.choice((1, 1, 3, 30, 300)))
        kind = draw.randrange(6)
        if kind == 0:
            damaged[at:end] = b""
        elif kind == 1:
            damaged[at:at] = draw.choice(PIECES) * draw.choice((1, 1, 2, 50))
        elif kind == 2:
            damaged[at:at] = damaged[at:end] * draw.choice((1, 2, 10))
        elif kind == 3:
            damaged[at : at + 1] = bytes([draw.randrange(256)])
        elif kind == 4:
            other = draw.choice(FILES)
            start = draw.randrange(len(other))
            damaged[at:at] = other[start : start + 100]
        else:
            damaged[at:end] = draw.choice(PIECES)
    return bytes(damaged)


def test_damaged_files_end_in_rows_or_in_a_sentence():
    draw = random.Random(SEED)
    read = 0
    for number in range(MUTATIONS):
        content = mutated(draw.choice(FILES), draw)
        try:
            with counted_work(number % 10 == 0):
                read += whole(content) is not None
            if content:
                fingerprint(content)
        except Exception as error:
            raise AssertionError(f"mutation {number} of seed {SEED}: {content[:3000]!r}") from error
    assert read > MUTATIONS / 4


@contextmanager
def counted_work(wanted):
    """Fails as soon as more than MOST_WORK functions are called within; counts nothing unless `wanted`."""
    calls = 0

    def count(_frame, _event, _argument):
        nonlocal calls
        calls += 1
        if calls > MOST_WORK:
            sys.setprofile(None)
            raise AssertionError("This file takes too much work.")

    sys.setprofile(count if wanted else None)
    try:
        yield
    finally:
        sys.setprofile(None)


def fingerprint(content):
    try:
        return fingerprint_of_header(content)
    except InvalidInput:
        return None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content):
    whole(content)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text(text):
    whole(text.encode("utf-8", "surrogatepass"))


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=15)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_no_record_of_a_table_is_lost(rows):
    quoted = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"' for row in rows]
    filled = [row for row in rows if any(row)]
    content = "\n".join(["Date,Description,Debit", "2026-03-04,Kiosk,1.00", *quoted]).encode() + b"\n"
    results = whole(content)
    assert results is not None
    assert len(results) == 1 + len(filled)
    assert [result.row for result in results] == sorted(result.row for result in results)


@settings(max_examples=300, deadline=None)
@given(
    st.decimals(min_value=Decimal("0.01"), max_value=10**11, places=2),
    st.sampled_from([",", " ", "'", ".", ""]),
)
def test_an_amount_that_is_written_is_read_back(amount, thousands):
    mark = "," if thousands == "." else "."
    text = f"{amount:,.2f}".replace(".", "#").replace(",", thousands).replace("#", mark)
    assert parse_amount(text, mark).value == amount
    assert parse_amount(f"({text})", mark).value == -amount
    assert mark in marks_that_fit([text])


@settings(max_examples=300, deadline=None)
@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2069, 12, 31)))
def test_a_day_that_is_written_is_read_back(day):
    for pattern, order in (
        ("%d/%m/%Y", "dmy"),
        ("%m/%d/%y", "mdy"),
        ("%Y-%m-%d", "ymd"),
        ("%d. %b %Y", "dmy"),
    ):
        text = day.strftime(pattern)
        assert parse_date(text, order) == day
        assert readings(text)[order] == day
        assert orders_that_fit([text])


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-14T10:20:00.000Z",
        "2026-03-14 10:20:00 +0000 UTC",
        "14.03.2026, 10:20 Uhr",
        "14-03-2026 10:20:33 p. m.",
        "Mar 14, 2026 at 3:04 PM ET",
        "14 Mar 2026 10:20:00 GMT+0100 (CET)",
        "2026-03-14 10:20 Europe/Berlin",
        "14.03.2026 10:20 МСК",
    ],
)
def test_a_time_behind_a_day_may_have_its_zone(text):
    assert set(readings(text).values()) == {date(2026, 3, 14)}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_as_an_amount_or_a_day(text):
    for mark in ".,":
        amount = parse_amount(text, mark)
        assert amount is None or amount.value.is_finite()
    assert all(isinstance(day, date) for day in readings(text).values())


@pytest.mark.parametrize("content", FILES, ids=range(len(FILES)))
def test_the_undamaged_files_are_read(content):
    assert any(isinstance(result, Entry) for result in whole(content))
