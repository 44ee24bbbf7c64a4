"""A snapshot contains exactly what was trained on, to the last bit."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.components.dataset.ingestion import FromSnapshot, Ingestion, read_snapshot, snapshot
from src.components.dataset.schema import ROW_COLUMNS
from src.domain.feedback import LabelSource
from src.domain.transactions import Direction, LabelledTransaction, Transaction
from src.errors import InvalidInput
from tests.components.labelled_rows import labelled, lexicon

SHIPPED = lexicon([("acme fuel", "transport")])
# Lone surrogates can be stored neither in MongoDB nor in a pandas text.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "",
        " ",
        "nan",
        "NaT",
        "True",
        "\r",
        "\n",
        "a\r\nb",
        'a,"b"',
        "'",
        "\0",
        "\x85\u2028",
        "café 日本 🍣",
        "1e5",
    ]
)
transactions = st.builds(
    Transaction,
    description=texts,
    amount=st.decimals("0.0001", "1e12", places=4) | st.just(Decimal("0.1") + Decimal("0.2")),
    currency=st.sampled_from(["USD", "JPY", ""]),
    date=st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    direction=st.sampled_from(Direction),
    mode=st.none() | texts,
    subcategory=st.none() | texts,
    merchant=texts,
)
answers = st.lists(
    st.builds(
        LabelledTransaction,
        id=st.text("0123456789abcdef", min_size=1, max_size=24),
        transaction=transactions,
        category=texts,
        source=st.sampled_from([one for one in LabelSource if one is not LabelSource.KNOWLEDGE]),
        labelled_at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        holdout=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda one: one.id,
)


@settings(max_examples=150, deadline=None)
@given(answers)
def test_rows_come_back_from_their_snapshot_as_they_were(labels):
    rows = Ingestion().gather(labels, SHIPPED)
    stored = snapshot(rows, "lexicon")
    again = FromSnapshot(stored.csv).gather([], SHIPPED)
    pd.testing.assert_frame_equal(again, rows, check_exact=True)
    assert snapshot(again, "lexicon") == stored


def test_no_row_at_all_comes_back_as_none():
    stored = snapshot(Ingestion().gather([], lexicon([])), "lexicon")
    assert list(read_snapshot(stored.csv).columns) == ROW_COLUMNS
    assert len(FromSnapshot(stored.csv).gather([], SHIPPED)) == len(SHIPPED)


def test_a_snapshot_without_account_counterparty_and_code_is_read():
    gathered = Ingestion().gather([labelled("a", "CORNER BAKERY", "dining")], lexicon([]))
    earlier = (
        snapshot(gathered, "k")
        .csv.replace(b",account,counterparty,mcc\r\n", b"\r\n")
        .replace(b",,,\r\n", b"\r\n")
    )
    assert read_snapshot(earlier)["mcc"].tolist() == [""]
    assert FromSnapshot(earlier).gather([], lexicon([])).equals(gathered)


@pytest.mark.parametrize("damage", [b"id,text\r\n1,a\r\n", b""])
def test_another_table_is_refused(damage):
    with pytest.raises(InvalidInput, match="other columns"):
        read_snapshot(damage)


def test_a_damaged_line_is_refused_and_named():
    csv = snapshot(Ingestion().gather([labelled("a", "CORNER BAKERY", "dining")], lexicon([])), "k").csv
    with pytest.raises(InvalidInput, match="Line 2"):
        read_snapshot(csv.replace(b"4.2", b"four"))
