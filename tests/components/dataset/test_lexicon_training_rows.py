import pandas as pd

from src.components.dataset.lexicon_training_rows import StatementWriter
from src.components.dataset.schema import ROW_COLUMNS
from src.components.text.cleaning import processor
from src.domain.categories import CategoryProfile, LexiconEntry
from src.domain.transactions import Direction

HABITS = {
    "dining": CategoryProfile(Direction.EXPENSE, 3, 120),
    "salary": CategoryProfile(Direction.INCOME, 500, 6000),
}
ENTRIES = [
    LexiconEntry("blue door cafe", "dining", "merchant"),
    LexiconEntry("noodle house", "dining", "word"),
    LexiconEntry("direct deposit payroll", "salary", "statement"),
]


def statements(entries=ENTRIES):
    return StatementWriter().write(entries, HABITS)


def test_every_entry_is_written_in_several_ways_within_one_group():
    rows = statements()
    assert list(rows.columns) == ROW_COLUMNS
    assert rows.groupby("group")["category"].nunique().eq(1).all()
    assert rows.groupby("group").size().min() >= 2
    assert rows["id"].is_unique


def test_what_is_bought_is_also_a_subcategory_without_a_description():
    rows = statements()
    assert ((rows["subcategory"] == "noodle house") & (rows["description"] == "")).any()


def test_equal_lexicons_give_equal_rows_and_a_longer_one_changes_no_earlier_row():
    pd.testing.assert_frame_equal(statements(), statements())
    longer = statements([*ENTRIES, LexiconEntry("green gate", "dining", "merchant")])
    pd.testing.assert_frame_equal(statements(), longer.head(len(statements())))


def test_amounts_are_typical_of_the_category_and_some_rows_have_nothing_but_the_text():
    many = [
        LexiconEntry(f"shop {chr(97 + i)}{chr(97 + j)}", "dining", "merchant")
        for i in range(20)
        for j in range(9)
    ]
    rows = statements(many)
    assert rows["amount"].isna().mean() > 0.2
    assert 3 < rows["amount"].median() < 120
    assert set(rows.loc[rows["amount"].isna(), "direction"]) == {""}


def test_some_names_come_after_the_payment_processors_of_their_category():
    habits = {"dining": CategoryProfile(Direction.EXPENSE, 3, 120, processors=(("tst", 0.5),))}
    entries = [LexiconEntry(f"blue door {number}", "dining", "merchant") for number in range(40)]
    texts = StatementWriter().write(entries, habits)["description"]
    share = texts.map(processor).eq("tst").mean()
    assert 0.3 < share < 0.7
    assert set(texts[texts.map(processor) == ""].str.startswith("TST")) == {False}


def test_income_is_written_as_income():
    rows = statements()
    typed = rows[(rows["category"] == "salary") & (rows["direction"] != "")]
    assert set(typed["direction"]) <= {"income"}
