"""A month against others, and its report, over the API."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from src.domain.transactions import Direction
from tests.services.rows import keep, new

COMPARE, MONTHS = "/api/v1/insight/compare", "/api/v1/insight/months"


@pytest.fixture
def store(app):
    return lambda *rows: keep(app.extensions["ledgerloop"].transactions, *rows)


def household(year, month, *, dining=100, through=28, film="13.99"):
    """Groceries of 400 on four days, dining out, rent, a subscription, a salary, and savings."""
    rows = [
        *(new("grocer", "100", category="groceries", day=date(year, month, day)) for day in (3, 10, 17, 24)),
        *(
            new("bistro", str(dining / 4), category="dining", day=date(year, month, day))
            for day in (6, 13, 20, 27)
        ),
        new("landlord", "900", category="housing", day=date(year, month, 2)),
        new("film club", film, category="subscriptions", day=date(year, month, 5)),
        new("acme", "3000", category="salary", direction=Direction.INCOME, day=date(year, month, 28)),
        new("broker", "200", category="savings", day=date(year, month, 28)),
    ]
    return [row for row in rows if row.transaction.date.day <= through]


@pytest.fixture
def year(store):
    """2025, with 100 for dining out in each month but 520 in December."""
    for month in range(1, 13):
        store(*household(2025, month, dining=520 if month == 12 else 100))


def get(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.text
    return response.json


def test_a_month_is_compared_with_the_last_one_and_what_is_usual(client, year):
    body = get(client, f"{COMPARE}?month=2025-12")
    assert (body["partial"], body["last_month"], body["last_year"]) == (False, "2025-11", None)
    assert body["usual_months"] == [f"2025-{month:02}" for month in range(6, 12)]
    against = {"amount": "1413.99", "difference": "420.00", "share": pytest.approx(420 / 1413.99)}
    expense = {"amount": "1833.99", "last_month": against, "last_year": None, "usual": against}
    assert body["totals"]["expense"] == expense
    assert (body["totals"]["net"]["amount"], body["totals"]["saved"]["amount"]) == ("1166.01", "200.00")
    by_category = {row["category"]: row for row in body["by_category"]}
    assert list(by_category) == ["housing", "dining", "groceries", "subscriptions"]
    dining = by_category["dining"]
    assert (dining["share"], dining["usual"]["difference"]) == (pytest.approx(520 / 1833.99), "420.00")
    totals = get(client, f"/api/v1/history/totals?{urlsplit(dining['link']).query}")["totals"]
    assert [total["expense"] for total in totals] == ["520.00"]


def test_a_month_that_is_not_over_is_compared_day_for_day(client, year, store):
    store(*household(2026, 1, dining=120, through=14))
    body = get(client, f"{COMPARE}?currency=USD")
    assert (body["month"], body["partial"], body["until"]) == ("2026-01", True, "2026-01-13")
    expense = body["totals"]["expense"]
    assert expense["amount"] == "1173.99"
    assert (expense["last_month"]["amount"], expense["last_year"]["amount"]) == ("1373.99", "1163.99")
    assert expense["usual"]["amount"] == "1163.99"
    assert body["totals"]["income"]["usual"]["amount"] == "0.00"


def test_too_few_months_have_no_usual_and_say_so(client, store):
    for month in (1, 2):
        store(*household(2025, month))
    body = get(client, f"{COMPARE}?month=2025-02")
    assert (body["usual_months"], body["totals"]["expense"]["usual"]) == ([], None)
    report = get(client, f"{MONTHS}/2025-02")
    assert report["what_changed"]["changes"] == []
    assert report["what_changed"]["note"].startswith("Too few months to tell")
    assert report["habits"]["note"].startswith("Habits are read from three complete months")


def test_the_report_of_a_month_has_what_changed_recurs_and_is_habit(client, year):
    report = get(client, f"{MONTHS}/2025-12")
    assert [change["sentence"] for change in report["what_changed"]["changes"]] == [
        "You spent $520.00 on Dining out, $420.00 more than is usual ($100.00). "
        "Most of the difference is at BISTRO."
    ]
    [change] = report["what_changed"]["changes"]
    totals = get(client, f"/api/v1/history/totals?{urlsplit(change['link']).query}")["totals"]
    assert totals[0]["expense"] == change["amount"] == "520.00"
    assert report["comparison"]["totals"]["expense"]["amount"] == "1833.99"
    assert [(row["merchant"], row["amount"]) for row in report["merchants"]] == [
        ("landlord", "900.00"),
        ("bistro", "520.00"),
        ("grocer", "400.00"),
        ("film club", "13.99"),
    ]
    film = next(row for row in report["recurring"] if row["merchant"] == "film club")
    assert (film["paid"], film["missed"]) == ([{"date": "2025-12-05", "amount": "13.99"}], [])
    sentences = [habit["sentence"] for habit in report["habits"]["habits"]]
    assert any(
        sentence.startswith("Dining out: 12 purchases in three months, $60.00 on average")
        for sentence in sentences
    )
    for habit in report["habits"]["habits"]:
        if habit["code"] not in ("subscriptions", "bills"):
            totals = get(client, f"/api/v1/history/totals?{urlsplit(habit['link']).query}")["totals"]
            assert [Decimal(total["expense"]) for total in totals] == [Decimal(habit["amount"])]


def test_a_new_merchant_in_a_new_category_is_one_sentence(client, year, store):
    store(new("hotel", "1250", category="travel", day=date(2025, 11, 12)))
    changed = get(client, f"{MONTHS}/2025-11")["what_changed"]["changes"]
    assert [change["sentence"] for change in changed] == [
        "You spent $1,250.00 on Travel, usually nothing. Most of it is HOTEL, which is new."
    ]


def test_a_quiet_month_says_that_nothing_is_out_of_the_ordinary(client, year):
    changed = get(client, f"{MONTHS}/2025-11")["what_changed"]
    assert (changed["changes"], changed["months"]) == ([], 10)
    assert changed["note"] == "Nothing is clearly outside the range of the 10 complete months before."


def test_a_new_price_and_a_missing_payment_are_named(client, store):
    for month in range(1, 8):
        rows = household(2025, month, film="17.99" if month == 7 else "13.99")
        store(*(row for row in rows if (row.transaction.merchant, month) != ("acme", 6)))
    july = get(client, f"{MONTHS}/2025-07")["what_changed"]["changes"]
    sentence = "FILM CLUB costs $17.99 instead of $13.99 since Jul 5, 2025: $48.00 more a year."
    assert [change["sentence"] for change in july] == [sentence]
    june = get(client, f"{MONTHS}/2025-06")["what_changed"]["changes"]
    assert [change["code"] for change in june] == ["missed"]
    assert june[0]["sentence"].startswith("No payment from ACME was found about Jun")


def test_one_account_is_compared_with_itself(client, store):
    for month in range(1, 9):
        store(new("grocer", "50", category="groceries", day=date(2025, month, 1), account="Main"))
        store(new("grocer", "70", category="groceries", day=date(2025, month, 28)))
    body = get(client, f"{COMPARE}?month=2025-08&account=Main")
    assert (body["account"], body["totals"]["expense"]["amount"]) == ("Main", "50.00")
    assert body["totals"]["expense"]["usual"]["difference"] == "0.00"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{COMPARE}?month=2025-13", 422),
        (f"{COMPARE}?month=May", 422),
        (f"{COMPARE}?month=2025-05&currency=XXX", 404),
        (f"{COMPARE}?month=2019-05", 404),
        (f"{COMPARE}?month=2026-05", 404),
        (f"{MONTHS}/2025-5", 422),
        (f"{MONTHS}/2025-13", 422),
        (f"{MONTHS}/1901-01", 404),
        (f"{MONTHS}/2199-12", 404),
        (f"{MONTHS}/2025-05?from=2025-01-01", 422),
    ],
)
def test_months_that_cannot_be_are_refused(client, store, address, status):
    store(*household(2025, 5))
    response = client.get(address)
    assert (response.status_code, response.json["status"]) == (status, status)
    assert response.content_type == "application/problem+json"


def test_an_empty_ledger_has_no_months(client):
    assert client.get(COMPARE).status_code == 404


def test_a_known_merchant_that_explains_a_category_is_named(client, year, store):
    store(new("bistro", "1250", category="dining", day=date(2025, 11, 12)))
    [sentence] = [
        change["sentence"] for change in get(client, f"{MONTHS}/2025-11")["what_changed"]["changes"]
    ]
    assert sentence.endswith("Most of the difference is at BISTRO.")


def test_groceries_of_each_week_are_a_habit_and_no_bill(client, year, store):
    days = [date(2025, 6, 7) + timedelta(days=7 * week) for week in range(30)]
    store(*(new("weekly market", f"{90 + 37 * week % 21}", day=day) for week, day in enumerate(days)))
    recurring = get(client, "/api/v1/insight/recurring")
    assert ("weekly market", "weekly", True) in [
        (r["merchant"], r["interval"], r["varies"]) for r in recurring
    ]
    habits = get(client, f"{MONTHS}/2025-12")["habits"]["habits"]
    assert [habit["count"] for habit in habits if habit["code"] == "bills"] == [1]
    assert "weekly market" in [habit["merchant"] for habit in habits]
