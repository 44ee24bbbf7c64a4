import numpy as np
import pytest

from src.components.splitting import Splitting
from src.domain import LabelSource
from src.errors import NotEnoughData
from tests.components.labelled_rows import labelled, rows_of


def shops(count, **how):
    return [labelled(f"{n:04}", f"SHOP {n}", "shopping", **how) for n in range(count)]


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
    few, many = rows_of(*shops(40)), rows_of(*shops(80))
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
