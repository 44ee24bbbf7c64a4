from src.components.baselines import Baselines
from tests.components.labelled_rows import labelled, rows_of

TRAINING = rows_of(
    labelled("a", "CORNER BAKERY", "dining"),
    labelled("b", "CORNER BAKERY", "groceries", amount="9"),
    labelled("c", "CORNER BAKERY", "dining", amount="8"),
    labelled("d", "ACME FUEL", "transport"),
    labelled("e", "TEA HOUSE", "dining"),
)


def test_the_majority_answers_the_most_frequent_category_always():
    new = rows_of(labelled("x", "ACME FUEL", "transport"), labelled("y", "NEVER SEEN", "travel"))
    assert Baselines().fit(TRAINING).majority(new).tolist() == ["dining", "dining"]


def test_the_look_up_answers_what_the_merchant_mostly_was_and_else_the_majority():
    new = rows_of(
        labelled("x", "ACME FUEL", "transport"),
        labelled("y", "CORNER BAKERY", "groceries", amount="7"),
        labelled("z", "NEVER SEEN", "travel"),
    )
    assert Baselines().fit(TRAINING).lookup(new).tolist() == ["transport", "dining", "dining"]


def test_rows_of_no_known_merchant_are_not_one_merchant():
    training = TRAINING.assign(
        merchant=["", "", "", "", "tea house"], category=["x", "x", "x", "dining", "y"]
    )
    nameless = TRAINING.head(1).assign(merchant="")
    assert Baselines().fit(training).by_merchant == {"tea house": "y"}
    assert Baselines().fit(training).lookup(nameless).tolist() == ["x"]
