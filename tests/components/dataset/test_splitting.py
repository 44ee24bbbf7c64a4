from datetime import date, timedelta

import numpy as np
import pytest

from src.components.dataset.splitting import Splitting, learns_for
from src.domain.feedback import LabelSource
from src.errors import NotEnoughData
from tests.components.labelled_rows import labelled, rows_of

NAMES = [a + b + c for a in "bdfgk" for b in "aeiou" for c in ("rim", "lop", "tuk", "nes")]


def shops(count, **how):
    return [labelled(f"{n:04}", f"SHOP {NAMES[n]}", "shopping", **how) for n in range(count)]


def test_held_out_rows_judge_and_never_train():
    rows = rows_of(
        *shops(20), labelled("held", "RAIL", "travel", holdout=True), entries=[("acme", "transport")]
    )
    split = Splitting().split(rows)
    assert rows["id"][split.judging].tolist() == ["held"]
    assert not (split.training & split.judging).any()
    assert "held" not in set(rows["id"][split.training])
    assert len(split.folds) == len(split.scored) == split.training.sum() == 21


def test_an_answer_for_a_whole_merchant_judges_nobody_and_trains_nobody_where_it_is_held_out():
    similar = [
        labelled("held", "RAIL", "travel", holdout=True, source=LabelSource.SIMILAR),
        labelled("kept", "RAIL", "travel", amount="9", source=LabelSource.SIMILAR),
    ]
    rows = rows_of(*shops(5), *similar)
    split = Splitting().split(rows)
    assert not split.judging.any()
    assert "held" not in set(rows["id"][split.training])
    assert "kept" in set(rows["id"][split.training])


def test_a_row_that_was_edited_into_the_words_of_a_judging_row_does_not_train():
    rows = rows_of(
        *shops(5), labelled("held", "RAIL", "travel", holdout=True), labelled("twin", "RAIL", "travel")
    )
    split = Splitting().split(rows)
    assert "twin" not in set(rows["id"][split.training])


def test_rows_of_one_group_never_cross_a_fold_and_every_fold_has_rows():
    entries = [(f"brand {n % 30}", "shopping") for n in range(120)]
    rows = rows_of(*shops(60), entries=entries)
    split = Splitting(folds=5).split(rows)
    groups = rows["group"][split.training]
    assert groups.groupby(groups.to_numpy()).size().max() == 4
    for group in groups.unique():
        assert len(np.unique(split.folds[(groups == group).to_numpy()])) == 1
    assert sorted(np.unique(split.folds)) == [0, 1, 2, 3, 4]


def test_a_row_keeps_its_fold_when_others_arrive():
    few, many = rows_of(*shops(60)), rows_of(*shops(100))
    before = dict(zip(few["id"], Splitting().split(few).folds, strict=True))
    after = dict(zip(many["id"], Splitting().split(many).folds, strict=True))
    assert before == {id: after[id] for id in before}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_handful_of_rows_still_makes_two_folds(count):
    assert len(np.unique(Splitting(folds=5).split(rows_of(*shops(count))).folds)) >= 2


def test_nothing_left_to_train_on_is_refused():
    with pytest.raises(NotEnoughData):
        Splitting().split(rows_of(*shops(3, holdout=True)))


def test_a_persons_rows_choose_the_candidate_once_there_are_enough():
    entries = [(f"brand {n}", "shopping") for n in range(30)]
    few = Splitting(min_scored=50).split(rows_of(*shops(20), entries=entries))
    assert few.scored.all()
    many = Splitting(min_scored=50).split(rows_of(*shops(60), entries=entries))
    assert many.scored.sum() == 60


def test_a_merchant_and_the_newest_rows_are_kept_apart_from_those_who_answer_for_them():
    days = [date(2026, 1, 1) + timedelta(n) for n in range(80)]
    labels = [
        labelled(f"{n:04}", f"SHOP {NAMES[n % 30]}", "shopping", amount=f"{n}.10", day=day)
        for n, day in enumerate(days)
    ]
    rows = rows_of(*labels, entries=[(f"brand {n}", "shopping") for n in range(20)])
    split = Splitting().split(rows)
    training = rows[split.training].reset_index(drop=True)
    for fold in np.unique(split.folds):
        inside = split.folds == fold
        learns = learns_for(inside, split.subjects, split.excluded)
        mine = training["source"] != "knowledge"
        assert learns.any()
        assert not (learns & inside).any()
        if fold < split.folds.max():
            assert not set(training["merchant"][inside & mine]) & set(training["merchant"][learns & mine])
    newest = (split.folds == split.folds.max()) & mine.to_numpy()
    assert training["date"][newest].min() > training["date"][~newest & mine].max()


def test_the_newest_rows_are_answered_by_all_older_ones_as_in_use():
    """A merchant's older rows are known to who answers for its newest, and nothing newer is to the others."""
    days = [date(2026, 1, 1) + timedelta(n) for n in range(80)]
    labels = [
        labelled(f"{n:04}", f"SHOP {NAMES[n % 30]}", "shopping", amount=f"{n}.10", day=day)
        for n, day in enumerate(days)
    ]
    rows = rows_of(*labels, labelled("held", "RAIL", "travel", holdout=True, day=days[-1]))
    split = Splitting().split(rows)
    training = rows[split.training].reset_index(drop=True)
    newest = split.folds == split.folds.max()
    learns = learns_for(newest, split.subjects, split.excluded)
    assert (learns == ~newest).all()
    assert set(training["merchant"][newest]) & set(training["merchant"][learns])
    assert "held" not in set(training["id"])


def test_without_dates_that_distinguish_rows_some_are_drawn_to_be_answered_as_in_use():
    labels = [labelled(f"{n:04}", f"SHOP {NAMES[n % 30]}", "shopping", amount=f"{n}.10") for n in range(200)]
    split = Splitting().split(rows_of(*labels))
    last = split.folds == split.folds.max()
    assert 20 <= last.sum() <= 60
    assert (learns_for(last, split.subjects, split.excluded) == ~last).all()
    again = Splitting().split(rows_of(*reversed(labels)))
    assert (again.folds == split.folds).all()


def test_rows_of_one_merchant_alone_are_grouped_by_their_content():
    labels = [labelled(f"{n}", "SHOP", "shopping", amount=f"{n}.10") for n in range(6)]
    split = Splitting().split(rows_of(*labels))
    for fold in np.unique(split.folds):
        assert learns_for(split.folds == fold, split.subjects, split.excluded).any()
