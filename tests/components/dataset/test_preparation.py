import pytest

from src.components.dataset.preparation import Validation
from src.domain.training_runs import SetAside
from src.errors import LedgerloopError, NotEnoughData
from tests.components.labelled_rows import labelled, rows_of

GOOD = [labelled("a", "CORNER BAKERY", "dining"), labelled("b", "", "my-own-word", subcategory="chess club")]


def test_rows_with_nothing_to_read_are_set_aside_and_counted():
    rows = rows_of(*GOOD, labelled("c", " ", "dining"), labelled("d", "", "travel"))
    valid, excluded = Validation().check(rows)
    assert valid["id"].tolist() == ["a", "b"]
    assert excluded == {SetAside.UNREADABLE: 2}


def test_a_row_without_any_text_is_kept_for_its_mode():
    bare = labelled("c", "", "savings", mode="Fund B")
    assert "c" in set(Validation().check(rows_of(*GOOD, bare))[0]["id"])


def test_a_category_of_the_persons_own_is_as_good_as_any():
    assert "my-own-word" in set(Validation().check(rows_of(*GOOD))[0]["category"])


def test_the_input_is_left_as_it_was():
    rows = rows_of(*GOOD, labelled("c", "", "dining"))
    before = rows.copy()
    Validation().check(rows)
    assert rows.equals(before)


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_readable_rows_are_refused_with_the_number_there_are(count):
    rows = rows_of(*GOOD[:count], labelled("c", "", "dining"))
    with pytest.raises(NotEnoughData, match=f"needs 2 labelled transactions and has {count}"):
        Validation().check(rows)


def test_a_single_category_cannot_be_learned():
    rows = rows_of(labelled("a", "CORNER BAKERY", "dining"), labelled("b", "TEA HOUSE", "dining"))
    with pytest.raises(LedgerloopError, match="needs two categories"):
        Validation().check(rows)
