"""Recurring payments over the API and on their page, and what a person decides about them."""

from datetime import date
from decimal import Decimal

import pytest
from bson import ObjectId

from src.domain.transactions import Direction
from src.web.insight.card import recurring_card
from src.web.shared.blueprint import fragment
from tests.services.rows import keep, new
from tests.web.prediction.test_pages import words_of

PATH = "/api/v1/insight/recurring"


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def paid(services):
    """Store a payment of each month from January 2026 on; None for none."""

    def pay(merchant, *amounts, day=5, year=2026, **fields):
        rows = [
            new(merchant, amount, day=date(year, month, day), **fields)
            for month, amount in enumerate(amounts, 1)
            if amount
        ]
        return keep(services.transactions, *rows)

    return pay


def recurring(client):
    response = client.get(PATH)
    assert response.status_code == 200, response.text
    return response.json


def change(client, row, **fields):
    response = client.patch(f"{PATH}/{row.id}", json=fields)
    assert response.status_code == 200, response.text
    return response.json


def undo(client, act):
    return client.post(f"/api/v1/acts/{act}/undo")


def set_fields(web_database, row, **fields):
    web_database.collection("transactions").update_one({"_id": ObjectId(row.id)}, {"$set": fields})


def test_a_subscription_has_all_that_is_known_of_it(client, paid):
    rows = paid("film club", "12.99", "12.99", "12.99", None, "14.99", "14.99", category="subscriptions")
    paid("any shop", "3", "50", "7.10", "19", "2", day=9)
    assert recurring(client) == [
        {
            "id": rows[0].id,
            "merchant": "film club",
            "name": "film club",
            "category": "subscriptions",
            "direction": "expense",
            "interval": "monthly",
            "amount": "14.99",
            "varies": False,
            "currency": "USD",
            "next_date": "2026-07-05",
            "last_date": "2026-06-05",
            "status": "active",
            "missed": ["2026-04-04"],
            "doubled": [],
            "price_changes": [{"from": "12.99", "to": "14.99", "date": "2026-05-05"}],
            "yearly_cost": "179.88",
            "confirmed": False,
        }
    ]


def test_the_newest_transaction_decides_what_is_overdue(client, paid):
    paid("film club", "12.99", "12.99", "12.99")
    paid("gym", "30", "30", "30", "30", day=20)
    [gym, club] = sorted(recurring(client), key=lambda payment: payment["merchant"], reverse=True)
    assert (gym["status"], club["status"]) == ("active", "missed")
    assert club["missed"] == ["2026-04-05"]
    paid("gym", None, None, None, None, "30", "30", day=20)
    [ended] = [payment for payment in recurring(client) if payment["merchant"] == "film club"]
    assert (ended["status"], ended["next_date"]) == ("ended", None)


def test_own_transfers_count_nowhere_and_refunds_are_netted(client, paid, web_database):
    for row in paid("own pot", "500", "500", "500", "500", category="transfer"):
        set_fields(web_database, row, transfer="pair")
    paid("to savings", "50", "50", "50", "50", direction=Direction.TRANSFER)
    rows = paid("film club", "12.99", "12.99", "12.99", "22.99")
    [refund] = paid("bank", None, None, None, "10", direction=Direction.INCOME)
    set_fields(web_database, refund, refund_of=ObjectId(rows[-1].id))
    [payment] = recurring(client)
    assert (payment["merchant"], payment["amount"], payment["price_changes"]) == ("film club", "12.99", [])
    assert change(client, rows[0], confirmed=True)["price_changes"] == []


def test_a_change_searches_the_payments_of_the_merchant_once(client, paid, services, monkeypatch):
    rows = paid("film club", "12.99", "12.99", "12.99")
    history, searched = services.payment_history, []
    by_merchant = history.by_merchant
    monkeypatch.setattr(
        history, "by_merchant", lambda **query: searched.append(query["merchant"]) or by_merchant(**query)
    )
    assert change(client, rows[0], name="Films")["name"] == "Films"
    assert searched == ["film club"]


def test_they_are_searched_again_only_after_a_transaction_has_changed(client, paid, services, monkeypatch):
    rows = paid("film club", "12.99", "12.99", "12.99")
    history, searched = services.payment_history, []
    by_merchant = history.by_merchant
    monkeypatch.setattr(history, "by_merchant", lambda **query: searched.append(1) or by_merchant(**query))
    assert recurring(client) == recurring(client)
    assert len(searched) == 1
    client.patch(f"/api/v1/transactions/{rows[-1].id}", json={"amount": "14.99"})
    assert [row["amount"] for row in recurring(client)] == ["14.99"]
    for row in rows:
        client.delete(f"/api/v1/transactions/{row.id}")
    assert recurring(client) == []


def test_a_merged_merchant_is_one_and_its_name_is_shown(client, paid):
    paid("film club", "12.99", "12.99", "12.99")
    paid("film clb", None, None, None, "12.99", "12.99", "12.99")
    assert len(recurring(client)) == 2
    client.post("/api/v1/merchants/merge", json={"from": ["film clb"], "into": "film club"})
    client.patch("/api/v1/merchants/film club", json={"name": "Film Club"})
    [payment] = recurring(client)
    assert (payment["name"], payment["merchant"]) == ("Film Club", "film club")
    assert payment["last_date"] == "2026-06-05"


def test_a_person_confirms_renames_and_ends_one_and_undoes_it(client, paid):
    rows = paid("film club", "12.99", "12.99", "12.99", "12.99")
    named = change(client, rows[2], name="  Films  at home ", confirmed=True)
    assert (named["name"], named["confirmed"], named["id"]) == ("Films at home", True, rows[0].id)
    assert change(client, rows[0], confirmed=True)["act"] is None
    ended = change(client, rows[0], ended=True)
    assert (ended["status"], ended["next_date"], ended["name"]) == ("ended", None, "Films at home")
    again = change(client, rows[0], name=None)
    assert undo(client, named["act"]).status_code == 409
    for act in (again["act"], ended["act"], named["act"]):
        assert undo(client, act).status_code == 200
    [payment] = recurring(client)
    assert (payment["name"], payment["confirmed"], payment["status"]) == ("film club", False, "active")


def test_a_payment_after_the_end_makes_it_active_again(client, paid):
    rows = paid("film club", "12.99", "12.99", "12.99", "12.99")
    change(client, rows[0], ended=True)
    paid("film club", None, None, None, None, "12.99")
    assert recurring(client)[0]["status"] == "active"


def test_a_decision_stays_with_older_payments_and_without_the_first(client, paid, services):
    rows = paid("film club", "12.99", "12.99", "12.99", "12.99", "12.99")
    change(client, rows[0], name="Films")
    paid("film club", *[None] * 10, "12.99", "12.99", year=2025)
    client.delete(f"/api/v1/transactions/{rows[0].id}")
    assert [payment["name"] for payment in recurring(client)] == ["Films"]


@pytest.mark.parametrize("payment_id", ["nobody", "0" * 24, "%00"])
def test_an_unknown_one_is_not_found(client, payment_id):
    assert client.patch(f"{PATH}/{payment_id}", json={"confirmed": True}).status_code == 404


def test_wrong_fields_are_refused(client, paid):
    [row, *_] = paid("film club", "12.99", "12.99", "12.99", "12.99")
    for body in ({"name": " "}, {"ended": "yes"}, {"status": "ended"}):
        assert client.patch(f"{PATH}/{row.id}", json=body).status_code == 422


def shown(client, address="/insight/recurring"):
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return words_of(answer.text).replace("\N{WORD JOINER}", "")


def test_the_page_lists_them_with_their_yearly_cost_and_takes_forms(client, paid):
    assert "No recurring payments found" in shown(client)
    rows = paid("film club", "12.99", "12.99", "12.99", "14.99", category="subscriptions")
    paid("employer", "2000", "2000", "2000", "2000", category="salary", direction=Direction.INCOME)
    words = shown(client)
    assert "Spent in a year $179.88 Received in a year $24,000.00" in words
    assert "$14.99 every month" in words
    assert (
        "Your newest transaction is of Apr 5, 2026. What is next, overdue or ended is as of that day."
        in words
    )
    assert "$12.99 → $14.99 on Apr 5, 2026" in words
    assert "/insight/recurring" in client.get("/analytics", headers={"Accept": "text/html"}).text
    address = f"/insight/recurring/{rows[0].id}"
    for form, sentence in (
        ({"name": "Films"}, "You renamed the recurring payment film club to Films."),
        ({"confirmed": "true"}, "You marked the recurring payment Films as confirmed."),
        ({"ended": "true"}, "You marked the recurring payment Films as ended."),
    ):
        answer = client.post(address, data=form)
        assert answer.status_code == 303
        assert sentence in shown(client, answer.headers["Location"])
    assert "Spent in a year $0.00" in shown(client)
    refused = client.post(address, data={"name": "x" * 101})
    assert (refused.status_code, "x" * 101 in refused.text) == (422, True)
    assert client.post(address, data={"other": "1"}).status_code == 422
    assert client.post(f"/insight/recurring/{'0' * 24}", data={"name": "x" * 101}).status_code == 404


def test_the_page_lists_savings_and_card_bills_apart_from_spending(client, paid):
    paid("film club", "12.99", "12.99", "12.99", category="subscriptions")
    paid("fund", "100", "100", "100", day=6, category="savings")
    paid("card bill", "300", "300", "300", day=7, category="transfer")
    paid("strange", "5", "5", "5", day=8, category=None, direction=Direction.INCOME)
    words = shown(client)
    positions = [words.index(word) for word in ("Spending", "FILM CLUB", "Income", "STRANGE")]
    positions += [words.index("Savings and transfers"), words.index("FUND"), words.index("CARD BILL")]
    assert positions == sorted(positions)
    assert "Spent in a year $155.88 Received in a year $60.00" in words


def test_of_a_large_ledger_those_that_the_last_analysis_found_are_listed(client, paid, services, monkeypatch):
    monkeypatch.setattr("src.services.insight.payments.MOST_AT_A_REQUEST", 3)
    insight, today = services.recurring_payments, date(2026, 5, 9)
    rows = paid("film club", "12.99", "12.99", "12.99", None, "14.99", category="subscriptions")
    computed = recurring(client)
    insight.analyse(today=today)
    assert recurring(client) == computed
    [period] = insight.between(date(2026, 3, 1), date(2026, 4, 30), today=today)
    assert (period.paid, period.missed) == (((date(2026, 3, 5), Decimal("12.99")),), (date(2026, 4, 4),))
    paid("gym", "30", "30", "30", "30")
    change(client, rows[2], name="Films", ended=True)
    assert [(payment["name"], payment["status"]) for payment in recurring(client)] == [("Films", "ended")]
    insight.analyse(today=today)
    assert [payment["name"] for payment in recurring(client)] == ["gym", "Films"]
    monkeypatch.setattr("src.services.insight.payments.MOST_AT_A_REQUEST", 100)
    insight.analyse(today=today)
    assert services.database.recurring_found.count_documents({}) == 0


@pytest.fixture
def card(app, services):
    """The words of the card, or None."""

    def card(currency="USD"):
        with app.test_request_context():
            card = recurring_card(services.recurring_payments, services.payment_history, currency=currency)
            text = card and fragment("insight/recurring_card.html", recurring_card=card)
            return text and words_of(text).replace("\N{WORD JOINER}", "")

    return card


def test_the_card_says_what_is_next_overdue_and_has_a_new_price(card, paid):
    assert card() is None
    paid("film club", "12.99", "12.99", "12.99", "14.99", category="subscriptions")
    paid("employer", "2000", "2000", "2000", "2000", day=7, category="salary", direction=Direction.INCOME)
    paid("gym", "30", "30", "30", day=20)
    paid("any shop", None, None, None, "3", day=27)
    words = card()
    assert "$539.88 spent in a year, $24,000.00 received." in words
    assert "As of Apr 27, 2026, the day of your newest transaction." in words
    overdue, upcoming, prices = (
        words.index(heading) for heading in ("Overdue", "Next 14 days", "New prices")
    )
    assert words[overdue:upcoming] == "Overdue GYM expected Apr 20, 2026 $30.00 "
    assert words[upcoming:prices].split(" ", 3)[3] == (
        "FILM CLUB May 5, 2026 $14.99 EMPLOYER May 7, 2026 +$2,000.00 "
    )
    assert words[prices:].strip() == "New prices FILM CLUB since Apr 5, 2026 $12.99 → $14.99"
    assert card("EUR") is None
