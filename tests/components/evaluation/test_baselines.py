from src.components.evaluation.baselines import Baselines
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
    assert Baselines.fit(TRAINING).majority(new).tolist() == ["dining", "dining"]


def test_the_look_up_answers_what_the_merchant_mostly_was_and_else_the_majority():
    new = rows_of(
        labelled("x", "ACME FUEL", "transport"),
        labelled("y", "CORNER BAKERY", "groceries", amount="7"),
        labelled("z", "NEVER SEEN", "travel"),
    )
    assert Baselines.fit(TRAINING).lookup(new).tolist() == ["transport", "dining", "dining"]


def test_rows_of_no_known_merchant_are_not_one_merchant():
    training = TRAINING.assign(
        merchant=["", "", "", "", "tea house"], category=["x", "x", "x", "dining", "y"]
    )
    nameless = TRAINING.head(1).assign(merchant="")
    assert Baselines.fit(training).by_merchant == {"tea house": "y"}
    assert Baselines.fit(training).lookup(nameless).tolist() == ["x"]


def test_the_lexicons_rows_are_not_counted_with_a_persons():
    entries = [(f"brand {n}", "shopping") for n in range(40)] + [("acme fuel", "shopping")]
    training = rows_of(
        labelled("a", "CARD PAYMENT", "card payments"),
        labelled("b", "CARD PAYMENT", "card payments", amount="9"),
        labelled("c", "ACME FUEL", "transport"),
        entries=entries,
    )
    new = rows_of(labelled("x", "NEVER SEEN", "travel"), labelled("y", "BRAND SEVEN", "travel"))
    fitted = Baselines.fit(training)
    assert fitted.majority(new).tolist() == ["card payments", "card payments"]
    assert fitted.lookup(new).tolist() == ["card payments", "card payments"]
    assert fitted.by_merchant == {"card payment": "card payments", "acme fuel": "transport"}


def test_without_a_label_of_the_person_there_is_no_baseline():
    assert Baselines.fit(rows_of(entries=[("acme fuel", "transport"), ("tea house", "dining")])) is None
