"""Both models, part by part."""

from datetime import date, timedelta

import numpy as np

from src.components.evaluation.slices import Slicer
from tests.components.labelled_rows import labelled, rows_of

CARD = "4111 1111 1111 1111"


def rows(modes=("UPI",) * 6 + (None, "cheque")):
    return rows_of(
        *(
            labelled(f"{n}", f"SHOP {n}", "dining" if n % 2 else "travel", mode=mode, day=_day(n))
            for n, mode in enumerate(modes)
        )
    )


def _day(number):
    return date(2026, 1, 1) + timedelta(number)


def sliced(made, new, old=None, new_met=True, old_met=None):
    size = len(made)
    new_met, old_met = (None if one is None else np.broadcast_to(one, size) for one in (new_met, old_met))
    slices = Slicer().slices(made, np.broadcast_to(new, size), old, new_met, old_met)
    return {(scores.kind, scores.name): scores for scores in slices}


def test_both_models_are_judged_on_the_same_rows_of_each_part():
    made = rows()
    right = made["category"].to_numpy() == "dining"
    scores = sliced(made, right, ~right, True, True)
    dining = scores["category", "dining"]
    assert (dining.rows, dining.challenger, dining.champion) == (4, 1.0, 0.0)
    assert scores["age", "newest-quarter"].rows == 2
    assert scores["direction", "expense"].rows == 8


def test_a_merchant_only_the_challenger_met_counts_neither_as_known_nor_as_unknown():
    made = rows()
    number = np.arange(len(made))
    slices = sliced(made, True, number < 0, number < 5, number < 3)
    parts = {name: item.rows for (kind, name), item in slices.items() if kind == "merchants"}
    assert parts == {"seen": 3, "met-since": 2, "unseen": 3}


def test_without_a_champion_a_merchant_is_known_or_not():
    scores = sliced(rows(), True, new_met=np.arange(8) < 5)
    assert (scores["merchants", "seen"].rows, scores["merchants", "unseen"].rows) == (5, 3)
    assert scores["merchants", "seen"].champion is None
    assert ("merchants", "met-since") not in scores


def test_a_mode_of_few_rows_is_nobodys_slice():
    assert [name for kind, name in sliced(rows(), True) if kind == "mode"] == ["UPI"]


def test_what_could_be_a_number_of_a_persons_is_masked():
    names = [name for kind, name in sliced(rows((f"card {CARD}",) * 6), True) if kind == "mode"]
    assert len(names) == 1
    assert "4111" not in names[0]


def test_no_rows_have_no_slices():
    assert sliced(rows().head(0), True) == {}
