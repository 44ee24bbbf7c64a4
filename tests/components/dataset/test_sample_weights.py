from datetime import date, timedelta

import numpy as np
import pytest

from src.components.dataset.lexicon_training_rows import hidden_phrases
from src.components.dataset.sample_weights import SampleWeights
from src.domain.categories import CategoryProfile
from src.domain.feedback import LabelSource
from src.domain.transactions import Direction
from src.errors import NotEnoughData
from tests.components.labelled_rows import NOW, labelled, rows_of


def weights_of(*labels, entries=(), **settings):
    return SampleWeights(**settings).compute(rows_of(*labels, entries=entries), NOW)


def test_weights_are_positive_and_rows_that_count_weigh_one_on_average():
    labels = [labelled(f"{n:03}", f"SHOP {n}", "shopping" if n % 7 else "travel") for n in range(60)]
    weights = weights_of(*labels, entries=[("acme fuel", "transport")] * 40)
    assert (weights > 0).all()
    assert np.average(weights, weights=weights) == pytest.approx(1)


def test_a_rare_category_weighs_more_a_row_and_full_balance_makes_categories_equal():
    labels = [labelled(f"{n}", f"SHOP {n}", "shopping") for n in range(9)] + [labelled("z", "RAIL", "travel")]
    half = weights_of(*labels, balance=0.5)
    assert half[-1] == pytest.approx(3 * half[0])
    full = weights_of(*labels, balance=1.0)
    assert full[:9].sum() == pytest.approx(full[9])


def test_a_persons_answer_outweighs_an_import_and_an_import_the_lexicon():
    labels = [labelled("a", "ONE", "x"), labelled("b", "TWO", "x", source=LabelSource.IMPORT)]
    answer, imported, shipped = weights_of(*labels, entries=[("three", "x")], balance=0)
    assert answer == pytest.approx(2 * imported) == pytest.approx(10 * shipped)


def test_a_label_loses_half_its_weight_in_a_half_life_but_never_all():
    labels = [
        labelled("a", "ONE", "x"),
        labelled("b", "TWO", "x", at=NOW - timedelta(days=100)),
        labelled("c", "THREE", "x", at=NOW - timedelta(days=9000)),
    ]
    new, older, oldest = weights_of(*labels, half_life_days=100, recency_floor=0.25)
    assert new == pytest.approx(2 * older) == pytest.approx(4 * oldest)


@pytest.mark.parametrize(("days", "counts"), [(1, 1), (6, 6), (500, 24)])
def test_one_row_copied_500_times_counts_as_a_few_and_on_one_day_as_one(days, counts):
    copies = [
        labelled(f"copy{n}", "SAME SHOP", "shopping", day=date(2020, 1, 1) + timedelta(days=n % days))
        for n in range(500)
    ]
    others = [labelled(f"other{n}", f"SHOP {n}", "shopping") for n in range(100)]
    rows = rows_of(*copies, *others)
    weights = SampleWeights(repeats=24).compute(rows, NOW)
    of_copies = rows["id"].str.startswith("copy").to_numpy()
    assert weights[of_copies].sum() / weights[~of_copies].sum() == pytest.approx(counts / 100)


def habit(share=1.0, unlisted=1.0):
    return CategoryProfile(Direction.EXPENSE, 1, 100, share, unlisted)


def test_rows_that_hardly_count_make_no_others_heavier():
    own = [labelled(f"{n}", f"SHOP {n}", "Eating out") for n in range(200)]
    entries = [(f"acme {n}", "transport") for n in range(1000)]
    shared = SampleWeights().compute(rows_of(*own, entries=entries), NOW, {"transport": habit()})
    assert shared[:200].mean() == pytest.approx(1, abs=0.1)


def test_the_rows_of_the_lexicon_weigh_as_often_as_their_categories_occur():
    entries = [(f"bistro {n}", "dining") for n in range(10)] + [(f"vet {n}", "pets") for n in range(40)]
    rows, habits = rows_of(entries=entries), {"dining": habit(6, unlisted=30), "pets": habit(2, unlisted=3)}
    weights, hidden = SampleWeights().compute(rows, NOW, habits), hidden_phrases(rows) != ""
    of_dining = (rows["category"] == "dining").to_numpy()
    for chosen, ratio in ((~hidden, 3), (hidden, 10)):
        assert weights[chosen & of_dining].sum() == pytest.approx(ratio * weights[chosen & ~of_dining].sum())


def test_names_a_person_never_uses_lose_their_weight_and_those_in_use_keep_it():
    own = [labelled(f"{n}", f"SHOP {n}", "Eating out") for n in range(225)]
    mixed = [labelled(f"m{n}", f"CAFE {n}", "dining") for n in range(5)]
    entries = [("bistro", "dining"), ("vet", "pets")]
    shares = {"dining": habit(), "pets": habit()}
    *_, dining, pets = SampleWeights().compute(rows_of(*own, *mixed, entries=entries), NOW, shares)
    assert dining > 5 * pets
    ours = [labelled(f"{n}", f"SHOP {n}", "pets" if n % 9 == 0 else "dining") for n in range(230)]
    *_, dining, pets = SampleWeights().compute(rows_of(*ours, entries=entries), NOW, shares)
    assert dining == pytest.approx(pets)


def test_a_category_never_used_loses_weight_the_more_of_it_was_due():
    own = [labelled(f"{n}", f"SHOP {n}", "groceries") for n in range(200)]
    rows = rows_of(*own, entries=[("bistro", "dining"), ("vet", "pets"), ("market", "groceries")])
    habits = {"groceries": habit(80, 80), "dining": habit(15, 15), "pets": habit(5, 5)}
    *_, dining, pets, groceries = SampleWeights(due_rows=5).compute(rows, NOW, habits)
    assert groceries / 80 == pytest.approx((5 + 30) / 5 * dining / 15)
    assert groceries / 80 == pytest.approx((5 + 10) / 5 * pets / 5)


def test_a_category_of_which_a_person_named_some_types_keeps_the_weight_of_the_others():
    own = [labelled(f"{n}", f"PUMP {n}", "Gas") for n in range(200)]
    rows = rows_of(*own, entries=[("taxi", "transport"), ("fuel", "transport"), ("vet", "pets")])
    named = rows["category"].to_numpy(object)
    named[-2] = "Gas"
    habits = {"transport": habit(2), "pets": habit(1)}
    *_, taxi, fuel, vet = SampleWeights().compute(rows, NOW, habits, named)
    assert taxi == pytest.approx(fuel)
    assert taxi > 10 * vet


def test_one_row_alone_in_its_category_is_held_down():
    labels = [labelled(f"{n:04}", f"SHOP {n}", "shopping") for n in range(1000)]
    weights = weights_of(*labels, labelled("z", "RAIL", "travel"), balance=1.0, most=10.0)
    assert 10 < weights[-1] / np.median(weights) < 21


def test_no_rows_are_refused():
    with pytest.raises(NotEnoughData):
        weights_of()
