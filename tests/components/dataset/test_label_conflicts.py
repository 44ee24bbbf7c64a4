from dataclasses import replace
from datetime import date, timedelta

import pytest

from src.components.dataset.possible_mistakes import LabelConflicts
from src.components.text.cleaning import merchant_key
from src.domain.transactions import Direction
from tests.components.labelled_rows import NOW, labelled

CONFLICTS = LabelConflicts()


def answers(category, count, *, first=0, text="FRESH LANE MARKET", amount="30.00", on=None):
    """One answer a day, each of its own purchase."""
    made = []
    for number in range(first, first + count):
        one = labelled(
            f"{number:03}",
            f"{text} {4000 + number}",
            category,
            amount=amount,
            day=on or date(2026, 1, 1) + timedelta(number),
            at=NOW + timedelta(number),
        )
        made.append(replace(one, transaction=replace(one.transaction, merchant=merchant_key(text))))
    return made


def doubted(*rows, vouched=()):
    return [doubt.transaction_id for doubt in CONFLICTS.find(rows, vouched)]


def test_one_answer_against_many_alike_is_in_doubt():
    rows = [*answers("groceries", 5), *answers("dining", 1, first=5), *answers("groceries", 9, first=6)]
    [doubt] = CONFLICTS.find(rows)
    assert (doubt.transaction_id, doubt.category) == ("005", "dining")
    assert (doubt.others, doubt.agreeing) == ("groceries", 14)
    assert doubt.labelled_at == rows[5].labelled_at


def test_the_newest_answer_alone_is_in_doubt_too():
    assert doubted(*answers("groceries", 5), *answers("dining", 1, first=5)) == ["005"]


def test_fewer_than_five_others_are_no_habit():
    assert doubted(*answers("groceries", 4), *answers("dining", 1, first=4)) == []


def test_a_newer_run_of_another_name_is_a_change_of_mind():
    assert doubted(*answers("groceries", 20), *answers("dining", 2, first=20)) == []


def test_two_slips_with_other_answers_in_between_are_no_change_of_mind():
    rows = [*answers("groceries", 8), *answers("dining", 1, first=8), *answers("groceries", 4, first=9)]
    assert doubted(*rows, *answers("dining", 1, first=13)) == ["008", "013"]


def test_what_was_answered_three_times_is_meant():
    rows = [*answers("shopping", 9), *answers("dining", 3, first=9), *answers("shopping", 9, first=12)]
    assert doubted(*rows) == []


def test_at_an_ambiguous_merchant_nothing_is_in_doubt():
    rows = [*answers("shopping", 7), *answers("dining", 1, first=7), *answers("pets", 1, first=8)]
    assert doubted(*rows, *answers("home", 1, first=9)) == []


def test_another_amount_is_another_matter():
    fuel = answers("transport", 12, text="ACME FUEL", amount="55.00")
    assert doubted(*fuel, *answers("dining", 1, first=12, text="ACME FUEL", amount="4.20")) == []
    assert doubted(*fuel, *answers("dining", 1, first=12, text="ACME FUEL", amount="60.00")) == ["012"]


@pytest.mark.parametrize("change", [{"direction": Direction.INCOME}, {"currency": "EUR"}, {"merchant": ""}])
def test_rows_that_are_not_alike_have_no_voice(change):
    [odd] = answers("dining", 1, first=12)
    assert (
        doubted(*answers("groceries", 12), replace(odd, transaction=replace(odd.transaction, **change))) == []
    )


def test_one_row_copied_many_times_outvotes_nobody():
    [wrong] = answers("dining", 1, first=6)
    copies = [replace(wrong, id=f"copy-{number}") for number in range(500)]
    assert len(doubted(*answers("groceries", 6), *copies)) == 500


def test_a_monthly_bill_is_as_many_voices_as_it_has_months():
    bills = [
        replace(one, transaction=replace(one.transaction, description="MUSIC BOX"))
        for one in answers("leisure", 6, text="MUSIC BOX", amount="9.99")
    ]
    [wrong] = answers("dining", 1, first=3, text="MUSIC BOX", amount="9.99")
    assert doubted(*bills, replace(wrong, id="slip")) == ["slip"]


def test_what_was_vouched_for_is_asked_no_more():
    rows = [*answers("groceries", 9), *answers("dining", 1, first=9)]
    assert doubted(*rows, vouched={"009"}) == []
