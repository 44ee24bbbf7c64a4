"""The lexicon's rows of a type carry the person's own name for it."""

import numpy as np

from src.components.dataset.ingestion import join_rows
from src.components.dataset.lexicon_training_rows import StatementWriter
from src.components.dataset.own_category_names import LexiconRenaming, OwnCategoryNames
from src.components.lexicon.matcher import lexicon_text, matcher_for
from src.domain.categories import CategoryProfile, LexiconEntry
from src.domain.transactions import Direction
from tests.components.labelled_rows import labelled, rows_of

ENTRIES = [
    *(LexiconEntry(name, "dining", "merchant", "restaurant") for name in ("trattolino", "brasserella")),
    *(LexiconEntry(name, "dining", "merchant", "fast-food") for name in ("burgolo", "friteria", "wrapunzel")),
    *(LexiconEntry(name, "dining", "merchant", "bakery") for name in ("panetto", "crustina")),
    *(LexiconEntry(name, "dining", "merchant", "bar") for name in ("tapvine", "hopmere")),
    *(LexiconEntry(name, "transport", "merchant", "fuel") for name in ("petrolux", "fuelstar")),
    *(LexiconEntry(name, "transport", "merchant", "taxi") for name in ("cabify hill", "ridelane")),
    *(LexiconEntry(name, "housing", "word", "rent") for name in ("rent", "lease")),
    LexiconEntry("gemuesia", "groceries", "merchant", "supermarket"),
    LexiconEntry("fast food", "dining", "word", "fast-food"),
    LexiconEntry("restaurants", "dining", "word", "restaurant"),
]
HABITS = {
    name: CategoryProfile(Direction.EXPENSE, 3, 100)
    for name in ("dining", "transport", "housing", "groceries")
}
LEXICON_ROWS = StatementWriter().write(ENTRIES, HABITS)


def inherited(answers, learns=None):
    """By phrase, the category that the lexicon's rows of it are learned by."""
    mine = rows_of(*(labelled(str(number), *one) for number, one in enumerate(answers)))
    rows = join_rows(mine[LEXICON_ROWS.columns], LEXICON_ROWS)
    learns = np.ones(len(rows), bool) if learns is None else learns(rows)
    names = LexiconRenaming(rows, matcher_for(lexicon_text(ENTRIES)), OwnCategoryNames()).categories(learns)
    assert names[: len(answers)].tolist() == [category for _, category in answers]
    shipped = zip(rows["group"][len(answers) :], names[len(answers) :], strict=True)
    return {group.removeprefix("entry:"): name for group, name in shipped}


def test_a_type_takes_the_name_that_most_of_its_merchants_have():
    names = inherited([("BURGOLO 12", "Quick Bites"), ("FRITERIA", "Quick Bites"), ("WRAPUNZEL", "dining")])
    assert {names[phrase] for phrase in ("burgolo", "friteria", "wrapunzel", "fast food")} == {"Quick Bites"}
    assert names["trattolino"] == "dining"


def test_many_labels_of_one_merchant_are_one_vote():
    names = inherited([("BURGOLO", "Lunch At Work")] * 40)
    assert names["friteria"] == "dining"


def test_a_name_that_the_lexicon_knows_is_taken_without_a_known_merchant_of_the_type():
    names = inherited([("HOUSE ON THE HILL LTD", "mortgage-rent"), ("CORNER PLACE", "Fast Food")])
    assert (names["lease"], names["burgolo"]) == ("mortgage-rent", "Fast Food")


def test_a_name_for_several_types_takes_the_undecided_ones_of_the_category():
    names = inherited(
        [
            ("TRATTOLINO", "Restaurants"),
            ("BRASSERELLA", "Restaurants"),
            ("PANETTO", "Restaurants"),
            ("TAPVINE", "Restaurants"),
            ("BURGOLO", "Fast Food"),
        ]
    )
    assert {names[phrase] for phrase in ("crustina", "hopmere", "trattolino")} == {"Restaurants"}
    assert names["friteria"] == "Fast Food"


def test_a_name_for_one_type_leaves_the_other_types_as_they_are():
    names = inherited([("PETROLUX", "Gas"), ("FUELSTAR", "Gas")])
    assert (names["fuelstar"], names["ridelane"]) == ("Gas", "transport")


def test_who_uses_the_shipped_names_sees_no_change():
    names = inherited([("PETROLUX", "transport"), ("BURGOLO", "groceries"), ("FRITERIA", "groceries")])
    assert names == {entry.phrase: entry.category for entry in ENTRIES}


def test_a_held_out_merchant_has_no_vote():
    answers = [("BURGOLO", "Quick Bites"), ("FRITERIA", "Quick Bites")]
    names = inherited(answers, learns=lambda rows: (rows["description"] != "FRITERIA").to_numpy())
    assert names["wrapunzel"] == "dining"
