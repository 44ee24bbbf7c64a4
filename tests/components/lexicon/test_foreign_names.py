"""Which own category is proposed for a category of another program."""

import pytest

from src.components.lexicon.foreign_names import Evidence, ForeignNames
from src.components.lexicon.matcher import lexicon_text, matcher_for
from src.domain.categories import Category, Group, LexiconEntry, name_key

CATEGORIES = [
    Category("groceries", "Groceries", Group.ESSENTIAL, "#000000"),
    Category("dining", "Dining out", Group.DISCRETIONARY, "#000000"),
    Category("transport", "Transport", Group.ESSENTIAL, "#000000"),
    Category("housing", "Rent and mortgage", Group.ESSENTIAL, "#000000"),
    Category("other-income", "Other income", Group.INCOME, "#000000"),
    Category("my-cups", "Coffee break", Group.DISCRETIONARY, "#000000"),
]
SYNONYMS = {
    "groceries": "supermarket food",
    "dining": "restaurant cafe ticket",
    "transport": "fuel ticket",
    "housing": "",
    "other-income": "rental",
}
MATCHER = matcher_for(
    lexicon_text(
        [
            LexiconEntry("lebensmittel", "groceries", "word", "supermarket"),
            LexiconEntry("coffee", "dining", "word", "coffee"),
            LexiconEntry("eating out", "dining", "word", "restaurant"),
            LexiconEntry("rent", "housing", "word", "rent"),
            LexiconEntry("taxi", "transport", "word", "taxi"),
        ]
    )
)
BY_NAME = {key: one.slug for one in CATEGORIES for key in (one.slug, name_key(one.name))}


@pytest.fixture
def names():
    return ForeignNames(CATEGORIES, BY_NAME, SYNONYMS, MATCHER)


@pytest.mark.parametrize(
    ("name", "slug", "evidence"),
    [
        ("GROCERIES", "groceries", Evidence.SAME_NAME),
        ("my-cups", "my-cups", Evidence.SAME_NAME),
        ("Grocery", "groceries", Evidence.SIMILAR_NAME),
        ("Everyday: Groceries", "groceries", Evidence.SIMILAR_NAME),
        ("Food > Dining out", "dining", Evidence.SIMILAR_NAME),
        ("Restaurants", "dining", Evidence.SYNONYM),
        ("Auto:Fuel", "transport", Evidence.SYNONYM),
        ("Eating Out", "dining", Evidence.LEXICON),
        ("Lebensmittel", "groceries", Evidence.LEXICON),
        ("Coffee Shops", "my-cups", Evidence.LEXICON),
        ("Tickets", None, Evidence.NONE),
        ("Taxi & eating out", None, Evidence.NONE),
        ("Zorblatt", None, Evidence.NONE),
        ("::", None, Evidence.NONE),
    ],
)
def test_a_name_leads_to_the_category_that_means_it(names, name, slug, evidence):
    assert names.propose(name, income=False) == (slug, evidence)


def test_a_category_of_spending_is_not_proposed_for_income_nor_the_other_way_round(names):
    assert names.propose("Rent", income=False) == ("housing", Evidence.LEXICON)
    assert names.propose("Rent", income=True) == (None, Evidence.NONE)
    assert names.propose("Rental", income=True) == ("other-income", Evidence.SYNONYM)
    assert names.propose("Rental", income=False) == (None, Evidence.NONE)


def test_without_a_model_names_and_synonyms_lead_to_a_category():
    names = ForeignNames(CATEGORIES, BY_NAME, SYNONYMS, None)
    assert names.propose("Restaurants", income=False) == ("dining", Evidence.SYNONYM)
    assert names.propose("Eating Out", income=False) == (None, Evidence.NONE)
