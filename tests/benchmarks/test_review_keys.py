"""The keys that a person presses in the review, as the benchmark counts them."""

import pytest

from benchmarks.review_keys import Picker, keys_to_leave_out

PICKER = Picker(
    {
        "dining": ("dining out", " dining restaurant cafe"),
        "debt": ("debt", " debt loan card"),
        "credit-card-payment": ("credit card payment", " credit-card-payment"),
        "shop": ("shopping", " shop"),
        "shopping-online": ("shopping online", " shopping-online"),
    }
)


@pytest.mark.parametrize(
    ("category", "keys"),
    [
        ("dining", 3),  # / d Enter
        ("debt", 4),  # / d e Enter
        ("credit-card-payment", 3),  # c: a name before the synonyms of others
        ("shop", 3),
        ("shopping-online", 4),  # / o Down Enter: "dining out" has a word with o too, and is earlier
    ],
)
def test_the_picker_takes_the_fewest_letters_and_arrows_to_a_category(category, keys):
    assert PICKER.keys(category) == keys


@pytest.mark.parametrize(
    ("exceptions", "keys"),
    [
        ([False] * 3, 0),
        ([True, False], 1 + 0 + 1),
        ([False, True, True, False, False], 1 + 2 + 2),
        ([False, False, False, True], 1 + 1 + 1),  # up, to the last
        ([False] * 9 + [True] * 6, 1 + 6 + 3),  # the last alone, then the first of the run with Shift
        ([False, True, False, False, False, True], 1 + 3 + 2),  # down one, up two
        ([False, False, True, False, False, False, False, True], 1 + 4 + 2),  # up one, down three
    ],
)
def test_exceptions_cost_opening_moving_and_leaving_out(exceptions, keys):
    assert keys_to_leave_out(exceptions) == keys
