"""From a sum to its rows: the filters of what counts."""

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bson import Int64, ObjectId

from src.domain.transactions import Direction
from src.web.history.links import history_link
from tests.services.rows import keep, new

INCOME = Direction.INCOME
TOTAL = {"spent": "expense", "earned": "income", "saved": "saved", "transferred": "transfer"}


@pytest.fixture
def container(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def ledger(container):
    """Every kind of row: split, refunded, transferred, uncategorized, in doubt, in two currencies."""
    rows = [
        new("grocer", "60.10", category="groceries", mode="card", account="Main"),
        new("baker", "3.20", category="dining", day=date(2026, 3, 7)),
        new("big shop", "100", category="dining", account="Main"),
        new("card credit", "70", category=None, direction=INCOME, mode="card", day=date(2026, 4, 2)),
        new("shoe shop", "90", category="dining", account="Joint", day=date(2026, 2, 20)),
        new("shoe shop refunds", "30", category="salary", direction=INCOME, account="Joint"),
        new("acme", "3000", category="salary", direction=INCOME, account="Main"),
        new("acme", "100", category="salary", account="Main", day=date(2026, 4, 4)),
        new("broker", "1000", category="savings"),
        new("broker", "200", category="savings", direction=INCOME),
        new("what", "7.05", category=None),
        new("", "8", category=None, direction=INCOME),
        new("where", "9", category=None, direction=Direction.TRANSFER),
        new("gone", "3", category="a-deleted-category"),
        new("doubtful payer", "500", category="dining", direction=INCOME),
        new("own bank", "500", category="dining", account="Main"),
        new("own name", "500", category="salary", direction=INCOME, account="Joint", day=date(2026, 4, 1)),
        new("bistro", "20", category="dining", currency="EUR"),
    ]
    kept = {row.transaction.merchant: ObjectId(row.id) for row in keep(container.transactions, *rows)}

    def change(merchant, **fields):
        container.database.transactions.update_one({"_id": kept[merchant]}, {"$set": fields})

    part = {"notes": None}
    change(
        "big shop",
        splits=[
            {"amount": Int64(4000), "category": "dining", **part},
            {"amount": Int64(6000), "category": "groceries", **part},
        ],
    )
    lowered = [{"part": 1, "amount": Int64(6000)}, {"part": 0, "amount": Int64(1000)}]
    change("card credit", refund_of=kept["big shop"], refund_parts=lowered)
    change("shoe shop refunds", refund_of=kept["shoe shop"])
    change("doubtful payer", needs_review=True)
    change("own bank", transfer="pair")
    change("own name", transfer="pair")


def behind(client, link):
    """The total on top of the list that `link` leads to, by its flow."""
    address = urlsplit(link)
    totals = client.get(f"/api/v1/history/totals?{address.query}").json["totals"]
    listed = client.get(f"/api/v1/history?{address.query}&limit=500").json
    assert [total["count"] for total in totals] == [listed["total"]] == [len(listed["items"])]
    [flow] = parse_qs(address.query)["counts"]
    return Decimal(totals[0][TOTAL[flow]])


@pytest.mark.parametrize("dimension", ["month", "mode", "account", "weekday", "merchant"])
def test_a_link_leads_to_the_rows_of_its_sum(app, client, container, ledger, dimension):
    sums = defaultdict(Decimal)
    for currency in ("USD", "EUR"):
        for cell in container.analytics.cells(currency=currency, by=[dimension]):
            if not (cell.paired and dimension == "account"):  # of one account, each end counts
                sums[currency, cell.flow, cell.category, getattr(cell, dimension)] += cell.counted
    assert len(sums) >= 12
    with app.test_request_context():
        links = {key: history_link(key[0], key[1], category=key[2], **{dimension: key[3]}) for key in sums}
    assert {key: behind(client, link) for key, link in links.items()} == sums


def test_further_filters_count_the_same_from_the_transactions(client, ledger):
    def spent(query):
        [total] = client.get(f"/api/v1/history/totals?counts=spent&currency=USD&{query}").json["totals"]
        return total["expense"], total["count"]

    for query in ("counted_in=groceries", "counted_in=dining", "merchant=big+shop", "weekday=2,3"):
        assert spent(query) == spent(f"{query}&min_amount=0.01")
    assert spent("counted_in=dining") == ("93.20", 5)


def test_a_category_counts_each_transaction_once(client, ledger):
    for category in ("groceries", "dining", "salary"):
        listed = client.get(f"/api/v1/history?category={category}").json
        assert listed["total"] == len(listed["items"]) > 0


def test_a_parent_category_counts_its_children(app, client, container, ledger, predicted, answered):
    bakery = {"slug": "bakery", "name": "Bakery", "group": "essential", "color": "#111111"}
    client.post("/api/v1/categories", json={**bakery, "parent": "groceries"})
    answered(predicted("MUFFINS", "4.20", currency="EUR")["id"], "bakery")
    with app.test_request_context():
        links = [history_link("EUR", "spent", category=slug) for slug in ("groceries", "bakery")]
    assert [behind(client, link) for link in links] == [Decimal("4.20")] * 2


def test_the_list_says_in_words_what_counts_and_shows_that_total_alone(client, ledger):
    page = client.get(
        "/history?counts=spent&counted_in=groceries&from=2026-03-01&to=2026-03-31&currency=USD"
    ).text
    assert "<bdi>Spending in Groceries, March 2026, USD</bdi>" in page
    [totals] = re.findall(r'id="totals".*?</ul>', page, re.DOTALL)
    assert re.findall(r"\$[0-9.]+", totals) == ["$120.10"]
    page = client.get(
        "/history?counts=earned&weekday=2&without=account,mode&merchant=acme&to=2026-04-01"
    ).text
    words = "Income at ACME, until Apr 1, 2026, without account, payment method, Wednesdays"
    assert f"<bdi>{words}</bdi>" in page


def test_the_spreadsheet_has_only_the_parts_that_count(client, ledger):
    query = "counts=spent&counted_in=groceries&currency=USD"
    lines = client.get(f"/api/v1/history/spreadsheet.csv?{query}").text.splitlines()
    assert sorted(line.split(",")[4:6] for line in lines[1:]) == [
        ["Expense", "-60.00"],
        ["Expense", "-60.10"],
        ["Refund", "60.00"],
    ]


def test_a_bulk_change_and_a_saved_filter_take_these_filters(client, ledger):
    where = {"counts": "spent", "counted_in": "none", "weekday": "2", "without": "account"}
    body = {"filter": where, "set": {"notes": "?"}, "dry_run": True}
    assert client.post("/api/v1/transactions/bulk", json=body).json["matched"] == 1
    saved = client.post("/api/v1/history/filters", json={"name": "Open", "query": urlencode(where)})
    assert saved.json["query"] == "counts=spent&counted_in=none&weekday=2&without=account"


@pytest.mark.parametrize("query", ["counts=lost", "weekday=7", "without=notes", "counted_in=%24ne"])
def test_unknown_values_are_refused(client, query):
    assert client.get(f"/api/v1/history?{query}").status_code == 422


def test_none_is_no_slug(client):
    own = {"name": "None", "group": "essential", "color": "#111111"}
    assert client.post("/api/v1/categories", json={**own, "slug": "none"}).status_code == 422
    assert client.post("/api/v1/categories", json=own).json["slug"] != "none"
