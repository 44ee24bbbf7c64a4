"""Own names for what the lexicon lists: answers use them, also about brands that were never seen."""

import random
from datetime import date, timedelta

import numpy as np

from src.components.dataset.ingestion import join_rows
from src.components.dataset.lexicon_training_rows import StatementWriter
from src.components.dataset.own_category_names import LexiconRenaming, OwnCategoryNames
from src.components.dataset.preparation import Transformation
from src.components.dataset.sample_weights import SampleWeights
from src.components.dataset.schema import MODEL_FIELDS
from src.components.dataset.splitting import Splitting
from src.components.lexicon.matcher import lexicon_text, matcher_for
from src.components.model.candidates import CANDIDATES
from src.components.model.model_selection import Search
from src.domain.categories import CategoryProfile, LexiconEntry
from src.domain.transactions import Direction
from tests.components.labelled_rows import NOW, labelled, rows_of

SYLLABLES = [
    a + b for a in ("bar", "dol", "fen", "gim", "kor", "lup", "mas", "nev") for b in ("vo", "ti", "ka")
]


def brands(prefix):
    return [f"{prefix}{syllable}" for syllable in SYLLABLES]


DINERS, BURGERS, GROCERS, FUELS = brands("tr"), brands("sw"), brands("pl"), brands("gr")
ENTRIES = [
    *(LexiconEntry(name, "dining", "merchant", "restaurant") for name in DINERS),
    *(LexiconEntry(name, "dining", "merchant", "fast food") for name in BURGERS),
    LexiconEntry("fast food", "dining", "word", "fast food"),
    *(LexiconEntry(name, "groceries", "merchant", "") for name in GROCERS),
    *(LexiconEntry(name, "transport", "merchant", "") for name in FUELS),
]
HABITS = {name: CategoryProfile(Direction.EXPENSE, 3, 100) for name in ("dining", "groceries", "transport")}
LEXICON = lexicon_text(ENTRIES)
LEXICON_ROWS = StatementWriter().write(ENTRIES, HABITS)


def answers_about(named, rows=120, seed=1):
    """A person's labels: `rows` of the shops in `named`, by the category they have there."""
    draw = random.Random(seed)
    shops = [(shop, category) for category, shops in named.items() for shop in shops]
    made = []
    for number in range(rows):
        shop, category = shops[number % len(shops)]
        amount, day = f"{draw.randint(5, 60)}.{draw.randint(10, 99)}", date(2026, 1, 1) + timedelta(number)
        made.append(labelled(f"{number:04}", shop.upper(), category, amount=amount, day=day))
    return made


def training_rows(named):
    mine = rows_of(*answers_about(named))
    rows = Transformation().prepare(join_rows(mine[LEXICON_ROWS.columns], LEXICON_ROWS))
    split = Splitting().split(rows)
    return rows[split.training].reset_index(drop=True), split


def learned(named):
    """The model that a person who named these shops so gets."""
    rows, split = training_rows(named)
    renaming = LexiconRenaming(rows, matcher_for(LEXICON), OwnCategoryNames())
    names = renaming.categories(np.ones(len(rows), bool))
    return Search(trials=CANDIDATES[:1]).run(
        rows.assign(category=names),
        SampleWeights().compute(rows, NOW, HABITS, names),
        split.folds,
        split.scored,
        lambda _: None,
        subjects=split.subjects,
        excluded=split.excluded,
        lexicon=LEXICON,
        renaming=renaming,
    )


def asked(result, brand):
    """The answer about a brand, and its confidence."""
    row = rows_of(labelled("x", brand.upper(), "?"))[MODEL_FIELDS]
    probabilities = result.model.predict_proba(row)[0]
    return str(result.model.classes_[probabilities.argmax()]), float(probabilities.max())


OTHERS = {"groceries": GROCERS[:5], "Car": FUELS[:5]}


def test_a_brand_never_seen_is_called_by_the_persons_own_name_with_useful_confidence():
    result = learned({"Eating out": [*DINERS[:5], *BURGERS[:4]], **OTHERS})
    for brand in (DINERS[-1], BURGERS[-1]):
        name, confidence = asked(result, brand)
        assert name == "Eating out"
        assert confidence > 0.8
    assert asked(result, FUELS[-1])[0] == "Car"
    assert asked(result, GROCERS[-1])[0] == "groceries"


def test_several_own_names_for_one_shipped_category_are_distinguished_by_the_type_of_the_brand():
    result = learned({"Eating out": DINERS[:6], "Fast food": BURGERS[:6], **OTHERS})
    for brand, own in ((DINERS[-1], "Eating out"), (BURGERS[-1], "Fast food")):
        name, confidence = asked(result, brand)
        assert name == own
        assert confidence > 0.6


def test_a_hundred_labels_of_restaurants_and_fast_food_teach_a_chain_that_none_of_them_mentions():
    """All labels of the second name are of one chain."""
    named = {"Restaurants": DINERS[:10], "Fast Food": BURGERS[:1] * 4, **OTHERS}
    result = learned(named)
    for brand in BURGERS[-4:]:
        name, confidence = asked(result, brand)
        assert name == "Fast Food"
        assert confidence > 0.9
    assert asked(result, DINERS[-1])[0] == "Restaurants"
    assert "dining" not in result.model.classes_


def test_one_own_name_for_several_shipped_categories():
    result = learned({"Household": [*DINERS[:5], *GROCERS[:5]], "Car": FUELS[:5]})
    for brand in (DINERS[-1], GROCERS[-1]):
        name, confidence = asked(result, brand)
        assert name == "Household"
        assert confidence > 0.8


def test_who_uses_the_shipped_names_is_answered_with_them():
    result = learned(
        {"dining": [*DINERS[:5], *BURGERS[:4]], "groceries": GROCERS[:5], "transport": FUELS[:5]}
    )
    assert asked(result, DINERS[-1])[0] == "dining"
    assert set(result.model.classes_) == {"dining", "groceries", "transport"}
