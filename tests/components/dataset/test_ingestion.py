from datetime import timedelta

import pytest

from src.components.dataset.holdout import fingerprint, is_holdout
from src.components.dataset.ingestion import Ingestion, snapshot
from src.components.dataset.schema import ROW_COLUMNS
from tests.components.labelled_rows import NOW, labelled, lexicon, rows_of

BAKERY = labelled("b", "CORNER BAKERY 12", "dining")
METRO = labelled("a", "METRO TICKET", "transport", amount="2.75", subcategory="bus")


def test_a_persons_rows_and_the_lexicon_become_one_frame_of_fixed_types():
    rows = Ingestion().gather([BAKERY, METRO], lexicon([("acme fuel", "transport")]))
    assert list(rows.columns) == ROW_COLUMNS
    assert rows["id"].tolist() == ["a", "b", "knowledge:0"]
    assert {name: str(rows[name].dtype) for name in ("amount", "date", "labelled_at", "holdout")} == {
        "amount": "float64",
        "date": "datetime64[ns]",
        "labelled_at": "datetime64[ns, UTC]",
        "holdout": "bool",
    }
    assert rows["amount"].isna().tolist() == [False, False, True]
    assert rows["subcategory"].tolist() == ["bus", "", ""]


def test_no_labels_at_all_leave_the_lexicon_and_no_lexicon_leaves_the_labels():
    assert len(Ingestion().gather([], lexicon([("acme fuel", "transport")]))) == 1
    assert len(Ingestion().gather([BAKERY], lexicon([]))) == 1
    empty = Ingestion().gather([], lexicon([]))
    assert (len(empty), str(empty["labelled_at"].dtype)) == (0, "datetime64[ns, UTC]")


def test_the_snapshot_does_not_depend_on_the_order_in_which_rows_arrive():
    one = Ingestion().gather([BAKERY, METRO], lexicon([("acme fuel", "transport")]))
    other = Ingestion().gather([METRO, BAKERY], lexicon([("acme fuel", "transport")]))
    assert snapshot(one, "k").csv == snapshot(other, "k").csv
    assert snapshot(one, "k").sha256 == snapshot(other, "k").sha256


@pytest.mark.parametrize(
    "changed",
    [
        labelled("b", "CORNER BAKERY 12", "groceries"),
        labelled("b", "CORNER BAKERY 13", "dining"),
        labelled("b", "CORNER BAKERY 12", "dining", amount="4.21"),
        labelled("b", "CORNER BAKERY 12", "dining", at=NOW + timedelta(milliseconds=1)),
        labelled("b", "CORNER BAKERY 12", "dining", holdout=True),
    ],
)
def test_any_change_of_a_labelled_row_changes_the_hash_of_the_data(changed):
    before = snapshot(Ingestion().gather([BAKERY], lexicon([])), "k")
    assert snapshot(Ingestion().gather([changed], lexicon([])), "k").sha256 != before.sha256


def test_another_lexicon_changes_the_hash_but_not_the_kept_rows():
    rows = Ingestion().gather([BAKERY], lexicon([("acme fuel", "transport")]))
    assert snapshot(rows, "old").sha256 != snapshot(rows, "new").sha256
    assert b"acme fuel" not in snapshot(rows, "old").csv
    assert b"CORNER BAKERY 12" in snapshot(rows, "old").csv


def test_the_merchant_of_a_row_without_text_comes_from_its_subcategory():
    rows = rows_of(labelled("a", "", "transport", subcategory="Chess Club"))
    assert rows["merchant"].tolist() == ["chess club"]


def test_equal_transactions_share_a_fingerprint_whatever_their_day_and_spelling():
    one = labelled("a", "Corner  Bakery", "dining", amount="4.20").transaction
    same = labelled("b", "CORNER BAKERY ", "dining", amount="4.2", day=NOW.date()).transaction
    other = labelled("c", "CORNER BAKERY", "dining", amount="4.21").transaction
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


def test_a_fifth_of_all_fingerprints_is_held_out_and_a_larger_share_keeps_them():
    prints = [fingerprint(labelled("x", f"SHOP {n}", "shopping").transaction) for n in range(4000)]
    held = {one for one in prints if is_holdout(one)}
    assert 0.17 < len(held) / len(prints) < 0.23
    assert held <= {one for one in prints if is_holdout(one, share=0.3)}
