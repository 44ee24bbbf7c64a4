"""A category without a label is predicted from its name and description."""

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from src.components.dataset.schema import MODEL_FIELDS
from src.components.features.vectorizer import TransactionFeatures
from src.components.lexicon.category_phrases import phrases_of
from src.components.lexicon.matcher import lexicon_text
from src.components.model.classifier import LinearCategorizer
from src.components.model.named_categories import NamedScorer
from src.components.model.scorer import MergedScorer
from src.domain.categories import Category, Group, LexiconEntry
from src.domain.transactions import Direction
from tests.components.invented import rows, scorer_of, transaction

LEXICON = lexicon_text(
    [
        LexiconEntry("coffee", "dining", "word", "coffee"),
        LexiconEntry("cafe", "dining", "word", "coffee"),
        LexiconEntry("espresso bar", "dining", "word", "coffee"),
        LexiconEntry("bars", "dining", "word", "bar"),
        LexiconEntry("moonbean", "dining", "merchant", "coffee"),
        LexiconEntry("pizza", "dining", "word", "restaurant"),
        LexiconEntry("cab", "transport", "word", "taxi"),
        LexiconEntry("mobility", "transport", "word"),
        LexiconEntry("payroll", "salary", "word", "wages"),
    ]
)
CAFE, PIZZA, CAB = map(transaction, ("MOONBEAN 0042", "PIZZA CORNER 17", "CITY CAB 99"))


def named(name, description="", parent=None, slug=None, group=Group.DISCRETIONARY):
    return Category(slug or name.lower(), name, group, "#7a5195", description, parent)


@pytest.fixture(scope="module")
def learned():
    training = rows(300)
    model = Pipeline(
        [
            ("features", TransactionFeatures(lexicon=LEXICON)),
            ("classifier", LinearCategorizer(temperature=0.3)),
        ]
    )
    return scorer_of(model.fit(training[MODEL_FIELDS], training["category"]))


def shares(scorer, row):
    [probabilities] = scorer.probabilities([row])
    return dict(zip(scorer.classes, probabilities.tolist(), strict=True))


def test_it_takes_most_of_its_source_where_the_type_of_merchant_matches_and_nothing_elsewhere(learned):
    scorer = NamedScorer(learned, [named("Coffee")])
    before, after = shares(learned, CAFE), shares(scorer, CAFE)
    assert after["coffee"] == pytest.approx(0.6 * before["dining"])
    assert after["dining"] == pytest.approx(0.4 * before["dining"])
    assert sum(after.values()) == pytest.approx(1)
    for row in (PIZZA, CAB):
        assert shares(scorer, row) == {**shares(learned, row), "coffee": 0}


@pytest.mark.parametrize(
    "description", ["Moonbean", "cafés, espresso bars", "Cafés and the like", "for coffee"]
)
def test_a_description_counts_as_the_name_does(learned, description):
    assert shares(NamedScorer(learned, [named("Little joys", description)]), CAFE)["little joys"] > 0.4


def test_a_name_that_the_lexicon_does_not_have_matches_as_a_whole_phrase(learned):
    scorer = NamedScorer(learned, [named("Projects", "Zorblatt Labs; other things")])
    assert shares(scorer, transaction("ZORBLATT LABS 0042"))["projects"] > 0.3
    assert shares(scorer, transaction("ZORBLATT MOVERS"))["projects"] == 0


def test_a_part_of_a_learned_category_takes_a_little_of_it_where_the_type_is_unknown(learned):
    scorer = NamedScorer(learned, [named("Lunch out", parent="dining")])
    unknown = transaction("NOODLE GARDEN")
    assert 0 < shares(scorer, unknown)["lunch out"] < 0.1
    assert shares(scorer, PIZZA)["lunch out"] == 0
    assert scorer.explain(unknown, "lunch out")[0].feature == "part-of:dining"


def test_a_name_for_a_whole_category_of_the_lexicon_takes_little_of_it(learned):
    after = shares(NamedScorer(learned, [named("Mobility")]), CAB)
    assert 0 < after["mobility"] < after["transport"]


def test_a_category_of_ones_own_that_is_learned_is_a_source_too(learned):
    renamed = MergedScorer(learned, {"dining": "out"})
    own = [named("Espresso bar, pizza", slug="out"), named("Coffee")]
    assert shares(NamedScorer(renamed, own), CAFE)["coffee"] > 0.4


def test_two_categories_of_one_meaning_share(learned):
    after = shares(NamedScorer(learned, [named("Coffee"), named("Cafés")]), CAFE)
    assert after["coffee"] == pytest.approx(after["cafés"])
    assert sum(after.values()) == pytest.approx(1)
    assert min(after.values()) >= 0


def test_a_category_of_income_is_not_offered_for_an_expense(learned):
    scorer = NamedScorer(learned, [named("Payroll job", group=Group.INCOME)])
    assert shares(scorer, transaction("PAYROLL JOB"))["payroll job"] == 0
    assert shares(scorer, transaction("PAYROLL JOB", direction=Direction.INCOME))["payroll job"] > 0.4


def test_the_reasons_name_the_word(learned):
    scorer = NamedScorer(learned, [named("Coffee")])
    first, *rest = scorer.explain(CAFE, "coffee")
    assert (first.feature, first.weight) == ("named:coffee", 0.6)
    assert rest == list(learned.explain(CAFE, "dining", 4))
    assert scorer.explain(CAFE, "dining") == learned.explain(CAFE, "dining")
    assert scorer.explain(CAB, "coffee") == ()


def test_what_is_learned_is_not_predicted_from_its_name(learned):
    scorer = NamedScorer(learned, [named("Coffee", slug="groceries")])
    assert (scorer.named, scorer.classes) == ([], learned.classes)


def test_no_rows_and_names_without_words(learned):
    scorer = NamedScorer(learned, [named("& / -"), named("Shop"), named("x")])
    assert scorer.probabilities([]).shape == (0, len(scorer.classes))
    np.testing.assert_allclose(scorer.probabilities([CAFE]).sum(), 1)


def test_the_phrases_of_a_name():
    category = named("Coffee Shops", "cafés, espresso bars and Starbucks. Credit card payments")
    assert [(phrase.text, phrase.whole) for phrase in phrases_of(category)] == [
        ("coffee", False),
        ("cafes", True),
        ("espresso bars", True),
        ("starbucks", True),
        ("credit card payments", True),
    ]


def test_a_category_of_few_labels_keeps_its_share_of_the_others(learned):
    own = [named("Coffee", slug="groceries")]
    scorer = NamedScorer(learned, own, set(learned.classes) - {"groceries"})
    before, after = shares(learned, CAFE), shares(scorer, CAFE)
    assert scorer.classes == learned.classes
    assert after["groceries"] == pytest.approx(before["groceries"] + 0.6 * before["dining"])
    assert sum(after.values()) == pytest.approx(1)
    assert scorer.explain(CAFE, "groceries")[0].feature == "named:coffee"
    assert shares(scorer, CAB) == shares(learned, CAB)
