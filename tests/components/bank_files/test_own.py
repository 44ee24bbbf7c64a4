"""What Ledgerloop wrote it reads: whatever the row, and whatever happened to the file since."""

import csv
import io
import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice

import bson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from src.components.bank_files.entry import Entry, Rejected
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Format, Plan
from src.components.bank_files.read import preview
from src.components.dataset.holdout import is_holdout
from src.domain.accounts import Account, AccountKind
from src.domain.anomalies import AnomalyKind, Dismissal
from src.domain.backups import Setup
from src.domain.budgets import Budget
from src.domain.categories import Category, Group
from src.domain.feedback import Feedback, LabelSource
from src.domain.imports import Profile
from src.domain.limits import Limit, LimitPeriod, Measure
from src.domain.merchants import Merchant
from src.domain.money import decimal_places
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason, ShadowPrediction
from src.domain.preferences import Weekday
from src.domain.recurring import SeriesDecision, StoredDecision
from src.domain.review import GroupKey, SkippedGroup
from src.domain.rules import Condition, Field, Match, Operator, Rule
from src.domain.transactions import (
    Direction,
    Edit,
    MistakeMark,
    SavedFilter,
    StoredTransaction,
    Transaction,
    current_state,
)
from src.domain.transfers import Link, LinkedBy, LinkKind, LinkStatus
from src.errors import InvalidInput
from src.services.transactions.documents import plain_of, restored_document
from src.web.exports.backup import Backup
from src.web.exports.backup_formats import csv_lines, heading, json_lines
from src.web.exports.parquet import parquet
from tests.components.bank_files.reading import entries

OWN = Category("books", "Books, “rare”", Group.DISCRETIONARY, "#7a5195")
AT = datetime(2026, 3, 4, 12, 30, 15, 250_000, tzinfo=UTC)
PLAN = Plan(format=Format.LEDGERLOOP)

shares = st.floats(0, 1)
slugs = st.sampled_from(["dining", "travel", "books", "category-00c0ffee"])
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
tokens = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
beginnings = st.sampled_from(["", "'", "''", "=", "'=", "+1", "-", "@", '"', ",", ";"])
texts = st.builds(str.__add__, beginnings, words)
some_texts = texts.filter(bool)
tags = some_texts.filter(lambda text: "," not in text)


@st.composite
def money(draw):
    currency = draw(st.sampled_from(["USD", "JPY", "KWD", "CLF", "XQZ"]))
    smallest = draw(st.integers(1, 10 ** (12 + decimal_places(currency))))
    return Decimal(smallest).scaleb(-decimal_places(currency)), currency


@st.composite
def transactions(draw):
    amount, currency = draw(money())
    return Transaction(
        description=draw(some_texts),
        amount=amount,
        currency=currency,
        date=draw(st.dates(date(1900, 1, 1), date(2200, 12, 31))),
        direction=draw(st.sampled_from(Direction)),
        mode=draw(st.none() | some_texts),
        subcategory=draw(st.none() | some_texts),
        account=draw(st.none() | some_texts),
        counterparty=draw(st.none() | some_texts),
        notes=draw(st.none() | some_texts),
        mcc=draw(st.none() | st.from_regex("[0-9]{4}", fullmatch=True)),
        tags=draw(st.lists(tags, max_size=2).map(tuple)),
    )


reasons = texts.filter(lambda text: ":" not in text)
"""`amount:` and the like are of earlier releases: they are read as words."""
predictions = st.builds(
    Prediction,
    category=st.none() | slugs,
    confidence=shares,
    band=st.sampled_from(Band),
    decided_by=st.sampled_from(DecidedBy),
    alternatives=st.lists(st.builds(Alternative, slugs, shares), max_size=2).map(tuple),
    explanation=st.lists(
        st.builds(Reason, reasons, st.floats(allow_nan=False, allow_infinity=False)), max_size=2
    ).map(tuple),
    model_version=st.none() | tokens,
    at=moments,
    act=st.none() | tokens,
    shadow=st.none() | st.builds(ShadowPrediction, tokens, slugs, shares, slugs),
)
answers = st.builds(Feedback, st.none() | slugs, moments, tokens, st.sampled_from(LabelSource))
marks = st.builds(MistakeMark, slugs, slugs, st.booleans(), moments, moments, st.none() | moments)
edits = st.builds(Edit, tokens, moments, transactions(), transactions(), st.none() | moments)
hexes = st.binary(min_size=32, max_size=32).map(bytes.hex)


@st.composite
def rows(draw):
    life = draw(st.lists(predictions, min_size=1, max_size=2).map(tuple))
    feedback = draw(st.lists(answers, max_size=3).map(tuple))
    state = current_state(life, feedback)
    fingerprint = draw(hexes)
    return StoredTransaction(
        id=draw(st.binary(min_size=12, max_size=12)).hex(),
        transaction=draw(transactions()),
        category=state.category,
        status=state.status,
        predictions=life,
        feedback=feedback,
        created_at=draw(moments),
        audit=draw(st.booleans()),
        source=draw(st.sampled_from(["page", "api", "import"])),
        fingerprint=fingerprint,
        holdout=is_holdout(fingerprint),
        key=draw(st.none() | some_texts),
        mistake=draw(st.none() | marks),
        edits=draw(st.lists(edits, max_size=2).map(tuple)),
    )


WALLET = Account("c" * 24, "=Wallet", "JPY", AccountKind.CASH, Decimal(-5000), AT, former_keys=("purse",))
SETUP = Setup(
    (WALLET,),
    (SavedFilter("", "Large", "q=a+b"),),
    {"month_starts": 25, "week_starts": Weekday.SUNDAY, "digest": True},
    (
        Merchant("blue door", name="=Door", forgotten_at=AT),
        Merchant("blue dor", into="blue door", learn=False),
    ),
    (
        Rule(
            *("one", "=Large", Match.ANY),
            (
                Condition(Field.AMOUNT, Operator.BETWEEN, (Decimal("900.50"), None)),
                Condition(Field.DATE, Operator.EQUALS, date(2026, 3, 4)),
                Condition(Field.MERCHANT, Operator.IN, ("blue door", "blue dor")),
                Condition(Field.MODE, Operator.IS_EMPTY, False),
            ),
            *("dining", ("large",), False, False),
        ),
    ),
    (StoredDecision("d" * 24, frozenset({"d" * 24, "e" * 24}), SeriesDecision("=Films", True, AT.date())),),
    (SkippedGroup(str(GroupKey("blue door", Direction.EXPENSE)), date(2026, 9, 1)),),
    (Profile("a1" * 16, "=My bank", {"columns": ["date", "amount", ""], "date_order": "dmy"}, AT),),
    (
        Budget("JPY", (("2026-01", Decimal(5000)), ("2026-03", Decimal(6000))), group=Group.ESSENTIAL),
        Budget("USD", (("2026-01", Decimal("50.25")),), category="books", carry_over=True),
    ),
    (
        Limit(Measure.HOUSING, Decimal("0.25"), categories=("housing", "books"), enabled=False),
        Limit(Measure.CATEGORY, None, Decimal("9.50"), "USD", "books", period=LimitPeriod.THREE_MONTHS),
    ),
    (
        Dismissal("f" * 24, AnomalyKind.CATEGORY_MONTH, "JPY", 90_000, "", "books", AT),
        Dismissal("0" * 24, AnomalyKind.AMOUNT, "KWD", 1_234, "=blue door", None, AT),
    ),
)


def link_of(row_id):
    return Link(
        *("", LinkKind.REFUND, "d" * 24, row_id, LinkStatus.DISMISSED, LinkedBy.PERSON, 0.5, AT),
        date(2026, 3, 4),
    )


def plain(row):
    return plain_of(bson.decode(bson.encode(restored_document(row, import_id="import-1"))))


def exported(stored):
    batches = batched(map(plain, stored), 2)
    return Backup([OWN], SETUP, lambda ids: [link_of(row_id) for row_id in ids]).rows(batches)


def batched(items, size):
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch


def as_lines(batches):
    return "".join(map(json_lines, batches)).encode()


def as_csv(batches):
    return (heading() + "".join(map(csv_lines, batches))).encode()


def as_parquet(batches):
    return b"".join(parquet(batches))


WRITERS = {"JSON lines": as_lines, "CSV": as_csv, "Parquet": as_parquet}


def one_row(number=0, **fields):
    others = (Alternative("dining", 0.61),)
    first = Prediction("dining", 0.61, Band.SUGGEST, DecidedBy.MODEL, others, (), "7", AT)
    transaction = Transaction("KIOSK", Decimal("3.50"), "USD", date(2026, 3, 4))
    answer = Feedback("books", AT, "click-1")
    state = current_state([first], [answer])
    row = StoredTransaction(
        id=f"{number:024x}",
        transaction=transaction,
        category=state.category,
        status=state.status,
        predictions=(first,),
        feedback=(answer,),
        created_at=AT,
        source="api",
        fingerprint="a" * 64,
    )
    return replace(row, **fields)


def file_of(count=1, form="JSON lines"):
    return WRITERS[form](exported([one_row(number) for number in range(count)]))


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stored=st.lists(rows(), min_size=1, max_size=2, unique_by=lambda row: row.id))
def test_whatever_was_kept_is_read_as_it_was_written(form, stored):
    content = WRITERS[form](exported(stored))
    seen = preview(content)
    assert (seen.detected, seen.questions) == (f"ledgerloop:{form}", ())
    read = list(entries(content, Plan.from_dict(seen.plan.to_dict())))
    assert [result.exported.row for result in read] == stored
    assert [result.exported.links for result in read] == [(link_of(row.id),) for row in stored]
    assert [result.exported.setup for result in read] == [SETUP] + [None] * (len(stored) - 1)
    assert read[0].exported.categories == (OWN,)


def edited(**changes):
    """One row of an export in which a hand has changed something: names are paths into its JSON."""
    body = json.loads(file_of().splitlines()[0])
    for path, value in changes.items():
        *parents, last = path.split("__")
        container = body
        for step in parents:
            container = container[int(step) if isinstance(container, list) else step]
        if value is ...:
            del container[last]
        else:
            container[last] = value
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": {"$gt": ""}}, "id"),
        ({"id": "not an id"}, "id"),
        ({"transaction": "$where"}, "transaction"),
        ({"transaction__amount": "-1"}, "amount"),
        ({"transaction__amount": "NaN"}, "amount"),
        ({"transaction__amount": "3.505"}, "decimals"),
        ({"transaction__amount": "9" * 5000}, "amount"),
        ({"transaction__currency": "dollars"}, "currency"),
        ({"transaction__date": "1492-10-12"}, "date"),
        ({"transaction__date": "2026-02-30"}, "date"),
        ({"transaction__direction": "sideways"}, "direction"),
        ({"transaction__description": "a\u0000b"}, "description"),
        ({"transaction__description": "long " * 1000}, "description"),
        ({"transaction__description": ""}, "no-text"),
        ({"transaction__mode": ["card"]}, "mode"),
        ({"transaction__tags": ["a\u0000b"]}, "tags"),
        ({"transaction__tags": ["two,tags"]}, "tags"),
        ({"category": "travel"}, "inconsistent-category"),
        ({"status": "confirmed"}, "inconsistent-category"),
        ({"status": "settled"}, "status"),
        ({"confidence": 0.99}, "inconsistent-category"),
        ({"confidence": 2}, "confidence"),
        ({"feedback__0__category": "Not A Slug"}, "feedback"),
        ({"feedback__0__source": "heaven"}, "feedback"),
        ({"feedback__0__at": "yesterday"}, "feedback"),
        ({"feedback__0__at": "2026-03-04T12:00:00"}, "feedback"),
        ({"feedback": [{}] * 10_001}, "feedback"),
        ({"predictions": []}, "predictions"),
        ({"predictions__0__confidence": "1e999"}, "predictions"),
        ({"predictions__0__band": ...}, "predictions"),
        ({"predictions__0__alternatives": [{"category": "a", "probability": 0.1}] * 21}, "predictions"),
        ({"own_categories__0__color": "url(evil)"}, "own_categories"),
        ({"own_categories__0__group": "$ne"}, "own_categories"),
        ({"created_at": "0001-01-01T00:00:00Z"}, "created_at"),
        ({"fingerprint": "short"}, "fingerprint"),
        ({"key": "\u0007" * 400}, "key"),
        ({"source": "<script>"}, "source"),
        ({"audit": "perhaps"}, "audit"),
    ],
    ids=repr,
)
def test_a_hand_edited_row_is_rejected_with_what_is_wrong_and_the_others_are_read(changes, named):
    content = edited(**changes) + b"\n" + file_of(3)
    [bad, *good] = entries(content, PLAN)
    assert isinstance(bad, Rejected)
    assert named in bad.reason
    assert (bad.row, bad.left_out) == (1, False)
    assert [type(result) for result in good] == [Entry] * 3
    assert preview(content).rejected_count == 1


@pytest.mark.parametrize("line", ["{", "[1]", "null", '{"id": ' * 100_000, '{"id": 1' + "0" * 5000 + "}"])
def test_a_damaged_line_is_rejected_wherever_it_is(line):
    content = line[:900_000].encode() + b"\n\n" + file_of(2)
    assert [type(entry) for entry in entries(content, PLAN)] == [Rejected, Entry, Entry]


def test_the_same_transaction_twice_in_a_file_is_read_once():
    first, second = entries(file_of() * 2, PLAN)
    assert isinstance(first, Entry)
    assert second.left_out


def test_a_csv_that_a_spreadsheet_has_saved_again_is_still_recognized():
    table = list(csv.reader(io.StringIO(file_of(2, "CSV").decode())))
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows([row[::-1] for row in table])
    content = b"\xef\xbb\xbf" + text.getvalue().encode()
    assert [entry.exported.row.id for entry in entries(content, PLAN)] == [one_row(n).id for n in range(2)]


def test_a_csv_of_other_columns_is_no_export_of_ours():
    assert preview(b"id,date,description,amount\n1,2026-03-04,KIOSK,-3.50\n").plan.format is Format.CSV
    with pytest.raises(InvalidInput, match="not a Ledgerloop export"):
        entries(b"id,date,description,amount\n1,2026-03-04,KIOSK,-3.50\n", PLAN)


def test_an_export_can_be_read_as_any_table_if_a_person_chooses_so():
    assert preview(file_of(2, "CSV"), Plan(format=Format.CSV)).plan.columns


@pytest.mark.parametrize("form", ["JSON lines", "CSV", "Parquet"])
def test_the_limit_on_rows_holds(form):
    with pytest.raises(InvalidInput, match="more than 3 rows"):
        list(entries(file_of(4, form), PLAN, limits=Limits(rows=3)))


def parquet_bytes(table):
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", use_dictionary=True)
    return sink.getvalue()


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["x" * 500_000]),
        pa.array([["a" * 5_000] * 100]),
        pa.array([{"a": {"b": ["c" * 500_000]}}]),
        pa.array([[7] * 70_000]),
    ],
    ids=["text", "list", "nested", "numbers"],
)
def test_a_small_parquet_file_cannot_become_a_large_one(values):
    table = pq.read_table(io.BytesIO(file_of(1, "Parquet")))
    table = table.set_column(table.column_names.index("mode"), "mode", values)
    content = parquet_bytes(pa.concat_tables([table] * 200))
    assert len(content) < 1_000_000
    with pytest.raises(InvalidInput, match="than a transaction can"):
        list(entries(content, PLAN))
    with pytest.raises(InvalidInput, match="larger than"):
        preview(content, limits=Limits(unpacked=1_000))


def test_another_parquet_file_is_refused():
    with pytest.raises(InvalidInput, match="not a Ledgerloop export"):
        preview(parquet_bytes(pa.table({"a": [1]})))


@pytest.mark.parametrize("form", WRITERS)
def test_a_mutated_export_is_read_or_refused_and_no_row_is_lost(form):
    draw = random.Random(20260304)
    whole = file_of(6, form)
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(content))
            content[at : at + draw.choice((0, 1, 1, 8))] = draw.choice(
                (b"", b"\x00", b'"', b"}", b"'", b",", b"\n", b"9" * 20, b"\xff", draw.randbytes(4))
            )
        try:
            seen = preview(bytes(content))
            read = list(entries(bytes(content), seen.plan)) if not seen.questions else []
        except InvalidInput:
            continue
        assert all(isinstance(result, (Entry, Rejected)) for result in read)
        if form == "JSON lines" and seen.plan.format is Format.LEDGERLOOP:
            assert len(read) == sum(bool(line.strip()) for line in content.split(b"\n"))
