"""Where more than one reading fits all of a file, a person is asked; nothing is guessed in silence."""

from datetime import date

import pytest

from src.components.bank_files.plan import Field, Plan, Sign
from src.components.bank_files.read import preview
from src.errors import InvalidInput
from tests.components.bank_files.reading import DOLLARS, brief, entries, read, seen


def asked(shown, key):
    return next(question for question in shown.questions if question.key == key)


def values(question):
    return [choice.value for choice in question.choices]


def table(*rows, heading="Date,Description,Debit"):
    return "\n".join([heading, *rows]) + "\n"


def test_days_that_fit_both_orders_are_asked_for_and_shown_by_example():
    text = table("04/05/2026,Kiosk,1.00", "04/05/2026,Bar,2.00")
    question = asked(seen(text, DOLLARS), "date_order")
    assert question.sample == "04/05/2026"
    assert [(choice.value, choice.example) for choice in question.choices] == [
        ("dmy", "2026-05-04"),
        ("mdy", "2026-04-05"),
    ]
    assert brief(read(text, DOLLARS, date_order="mdy"))[0][4] == "2026-04-05"
    assert brief(read(text, DOLLARS, date_order="dmy"))[0][4] == "2026-05-04"


@pytest.mark.parametrize(
    ("days", "order"),
    [
        (["04/05/2026", "13/05/2026"], "dmy"),
        (["04/05/2026", "05/13/2026"], "mdy"),
        (["2026/05/04"], "ymd"),
        (["26-03-04", "26-03-15", "26-04-30"], "ymd"),
        (["31/12/26", "30/12/26"], "dmy"),
        (["4 Mar 2026"], "ymd"),
    ],
)
def test_one_day_that_fits_only_one_order_decides_it_for_all(days, order):
    shown = seen(table(*(f"{day},Kiosk,1.00" for day in days)), DOLLARS)
    assert (shown.plan.date_order, shown.questions) == (order, ())


def test_a_mark_that_may_part_thousands_or_decimals_is_asked_for():
    text = table("2026-03-04;Kiosk;1.234", "2026-03-05;Bar;2.500", heading="Date;Description;Debit")
    assert values(asked(seen(text, DOLLARS), "decimal_mark")) == [",", "."]
    assert brief(read(text, Plan(default_currency="EUR"), decimal_mark=","))[0][2] == "-1234"
    settled = seen(text + "2026-03-06;Kino;3,50\n", DOLLARS)
    assert (settled.plan.decimal_mark, settled.questions) == (",", ())


def test_whole_amounts_leave_nothing_to_ask():
    assert seen(table("2026-03-04,Kiosk,12"), DOLLARS).questions == ()


def test_which_sign_is_spending_is_asked_for():
    text = table("2026-03-04,Kiosk,-3.00", "2026-03-05,Refund,4.00", heading="Date,Description,Amount")
    question = asked(seen(text, DOLLARS), "sign")
    assert values(question) == [Sign.NEGATIVE_IS_EXPENSE, Sign.POSITIVE_IS_EXPENSE]
    assert (question.choices[0].spent, question.choices[0].income) == ("-3.00", "4.00")
    assert [entry[2] for entry in brief(read(text, DOLLARS, sign="positive-is-expense"))] == ["3.00", "-4.00"]


def test_amounts_without_any_sign_may_all_be_spending_or_all_income():
    text = table("2026-03-04,Kiosk,3.00", heading="Date,Description,Amount")
    assert values(asked(seen(text, DOLLARS), "sign")) == [Sign.ALL_EXPENSES, Sign.NEGATIVE_IS_EXPENSE]
    assert brief(read(text, DOLLARS, sign="negative-is-expense"))[0][2] == "3.00"


def test_amounts_that_all_have_a_minus_are_spending():
    shown = seen(table("2026-03-04,Kiosk,-3.00", heading="Date,Description,Amount"), DOLLARS)
    assert (shown.plan.sign, shown.questions) == (Sign.NEGATIVE_IS_EXPENSE, ())


def test_a_currency_that_nothing_names_is_asked_for_and_any_code_is_taken():
    text = table("2026-03-04,Kiosk,3.00")
    question = asked(seen(text), "default_currency")
    assert question.any_value
    assert brief(read(text, default_currency="nok"))[0][3] == "NOK"
    with pytest.raises(InvalidInput):
        seen(text).plan.answered("default_currency", "XYZ")


def test_the_usual_currency_is_the_first_choice_where_the_file_does_not_contradict_it():
    def choices(amount, usual):
        content = table(f"2026-03-04,Kiosk,{amount}").encode()
        return values(asked(preview(content, usual_currency=usual), "default_currency"))

    assert choices("3.00", "CHF")[:3] == ["CHF", "USD", "EUR"]
    assert choices("3.00", "PLN")[:2] == ["PLN", "USD"]
    assert choices("$3.00", "AUD")[:3] == ["AUD", "USD", "CAD"]
    assert choices("$3.00", "CHF")[0] == "USD"
    assert choices("3.00", "XYZ")[0] == "USD"


def test_a_sign_of_several_currencies_gives_these_to_choose_from():
    question = asked(seen(table("2026-03-04,Kiosk,$3.00")), "default_currency")
    assert values(question)[:3] == ["USD", "CAD", "AUD"]


@pytest.mark.parametrize(
    "text",
    [
        table("2026-03-04,Kiosk,3.00", heading="Date,Description,Debit (CHF)"),
        table("2026-03-04,Kiosk,CHF 3.00"),
        table("2026-03-04,Kiosk,3.00,CHF", heading="Date,Description,Debit,Currency"),
        "Account in CHF,,\n" + table("2026-03-04,Kiosk,3.00"),
    ],
)
def test_a_currency_named_anywhere_is_not_asked_for(text):
    assert brief(read(text))[0][3] == "CHF"


def test_which_of_several_texts_is_the_description_is_asked_for():
    text = "2026-03-04,Corner Kiosk,Mainstreet Branch,-1.00\n2026-03-05,Blue Bar,Harbour Branch,-2.00\n"
    question = asked(seen(text, DOLLARS), "description_column")
    assert {choice.value: choice.example for choice in question.choices} == {
        "1": "Corner Kiosk",
        "2": "Mainstreet Branch",
    }
    for column, name in (("1", "Corner Kiosk"), ("2", "Mainstreet Branch")):
        assert brief(read(text, DOLLARS, description_column=column))[0][1] == name


def test_which_of_two_days_and_which_of_two_amounts_is_asked_for():
    text = "2026-03-04,2026-03-06,Kiosk,-1.00,7.25\n2026-03-05,2026-03-07,Bar,-2.00,1.75\n"
    shown = seen(text, DOLLARS)
    assert set(shown.plan.open) >= {"date_column", "amount_column"}
    answered = read(text, DOLLARS, date_column="1", amount_column="4", sign="all-expenses")
    assert brief(answered)[0] == (1, "Kiosk", "-7.25", "USD", "2026-03-06")


def test_which_of_two_columns_is_money_out_is_asked_for():
    text = "2026-03-04,Kiosk,1.00,\n2026-03-05,Wages,,2.00\n"
    assert [entry[2] for entry in brief(read(text, DOLLARS, out_column="2"))] == ["-1.00", "2.00"]
    assert [entry[2] for entry in brief(read(text, DOLLARS, out_column="3"))] == ["1.00", "-2.00"]


def test_a_file_without_days_asks_for_one():
    text = table("Kiosk,3.00", heading="Item,Amount")
    plan = Plan(default_currency="EUR", sign=Sign.ALL_EXPENSES)
    assert brief(read(text, plan, default_date="2026-03-04"))[0][4] == "2026-03-04"


def test_nothing_is_read_while_a_question_is_open_or_the_plan_is_incomplete():
    text = table("04/05/2026,Kiosk,1.00").encode()
    with pytest.raises(InvalidInput, match="Answer the questions") as refusal:
        entries(text, preview(text, DOLLARS).plan)
    assert refusal.value.field == "date_order"
    with pytest.raises(InvalidInput, match="incomplete"):
        entries(text, DOLLARS)


def test_a_plan_travels_as_json_and_refuses_what_it_does_not_know():
    shown = seen(
        table("04/05/2026,Kiosk,1.00"), Plan(default_currency="EUR", default_date=date(2026, 1, 1))
    ).plan
    assert Plan.from_dict(shown.to_dict()) == shown
    for wrong in (
        {"colour": "red"},
        {"columns": ["date", "date"]},
        {"columns": "date"},
        {"delimiter": "x"},
        {"decimal_mark": "'"},
        {"date_order": "%q"},
        {"date_order": "%d"},
        {"encoding": "zip"},
        {"header": -1},
        {"header": True},
        {"sign": "maybe"},
        {"default_currency": "EURO"},
        {"default_date": "yesterday"},
        {"take_categories": "yes"},
        {"mode": "x" * 101},
        {"columns": [""] * 1001},
    ):
        with pytest.raises(InvalidInput):
            Plan.from_dict(wrong)


def test_questions_that_nobody_asks_keep_a_plan_from_no_preview():
    content = table("2026-03-04,Kiosk,1.00").encode()
    crafted = Plan.from_dict(
        {"open": ["open", "format", "take_categories", "no such"], "default_currency": "USD"}
    )
    assert preview(content, crafted).plan.open == ()
    with pytest.raises(InvalidInput):
        entries(content, crafted)


def test_an_answer_to_no_question_is_refused():
    for key, value in (("colour", "red"), ("date_order", "ydm"), ("date_column", "99"), ("date_column", "x")):
        with pytest.raises(InvalidInput):
            Plan(columns=(Field.DATE, Field.AMOUNT)).answered(key, value)


def test_a_pattern_of_ones_own_is_taken_for_days():
    text = table("2026.04.05,Kiosk,1.00")
    plan = Plan(default_currency="EUR", date_order="%Y.%d.%m")
    assert brief(read(text, plan))[0][4] == "2026-05-04"
