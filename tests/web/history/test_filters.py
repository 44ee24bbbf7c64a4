"""The page of all transactions: its filters, totals, order and pages."""

import re
from html import unescape

import pytest

from src.services.transactions import matching
from src.web.history import pages


@pytest.fixture
def four(predicted):
    return [
        predicted("SWIGGY", "10", currency="EUR", date="2026-01-01"),
        predicted("CITY CAB", "20.50", currency="USD", date="2026-01-02"),
        predicted("SUPER MARKET", "0.10", currency="USD", date="2026-01-03"),
        predicted("ACME PAYROLL", "4000", currency="USD", date="2026-01-04", direction="income"),
    ]


def texts(response):
    return re.findall(r'class="text"[^>]*>(?:<bdi>)?([^<]*)', response.text)


def links(response):
    return [unescape(address) for address in re.findall(r'href="([^"]+)"', response.text)]


def test_blank_parameters_and_the_default_order_leave_the_address(client):
    response = client.get("/history?q=cab&from=&to=&category=&sort=-date")
    assert (response.status_code, response.location) == (302, "/history?q=cab")


def test_each_active_filter_is_shown_with_a_link_without_it(client, four):
    response = client.get("/history?q=a&direction=expense&from=2026-01-02&sort=amount")
    assert texts(response) == ["SUPER MARKET", "CITY CAB"]
    assert "From: <bdi>Jan 2, 2026</bdi>" in response.text
    assert "Type: <bdi>Expense</bdi>" in response.text
    assert "/history?from=2026-01-02&q=a&sort=amount" in links(response)


def test_what_matches_is_summed_by_currency(client, four):
    totals = client.get("/api/v1/history/totals?from=2026-01-01&min_amount=0.1").json["totals"]
    assert [(total["currency"], total["count"], total["expense"], total["income"]) for total in totals] == [
        ("USD", 3, "20.60", "4000.00"),
        ("EUR", 1, "10.00", "0.00"),
    ]
    page = client.get("/history?from=2026-01-01").text
    assert "$20.60" in page
    assert "$3,979.40" in page


def test_a_click_on_a_heading_sorts_and_a_second_one_turns_the_order(client, four):
    by_date = client.get("/history?q=a")
    assert 'aria-sort="descending"' in by_date.text
    assert {"/history?q=a&sort=date", "/history?q=a&sort=-amount"} <= set(links(by_date))
    by_amount = client.get("/history?q=a&sort=-amount")
    assert texts(by_amount) == ["ACME PAYROLL", "CITY CAB", "SUPER MARKET"]
    assert {"/history?q=a&sort=amount", "/history?q=a"} <= set(links(by_amount))


def test_the_pages_of_a_filter_lead_back_and_forth(client, four):
    first = client.get("/history?limit=2")
    [following] = [link for link in links(first) if "cursor=" in link]
    second = client.get(following)
    assert texts(first) + texts(second) == ["ACME PAYROLL", "SUPER MARKET", "CITY CAB", "SWIGGY"]
    [back] = [link for link in links(second) if "cursor=" in link]
    assert texts(client.get(back)) == texts(first)


def test_very_many_matches_of_a_search_are_not_counted(client, predicted, monkeypatch):
    for amount in ("10", "20", "30"):
        predicted("CAB", amount)
    assert "3 transactions match the filter" in client.get("/history?q=cab&limit=1").text
    monkeypatch.setattr(matching, "_MOST_COMPARED", 1)
    assert "2+ transactions match the filter" in client.get("/history?q=cab&limit=1").text
    body = client.get("/api/v1/history?q=cab&limit=1").json
    assert (body["total"], body["total_is_exact"]) == (2, False)


def test_totals_of_very_many_transactions_come_after_the_page(client, predicted, monkeypatch):
    for amount in ("10", "20"):
        predicted("CAB", amount)
    monkeypatch.setattr(pages, "_TOTALS_OF_TEXTS", 1)
    page = client.get("/history?q=cab&sort=amount").text
    [address] = re.findall(r'id="totals" data-fragment="([^"]+)"', page)
    assert "$30.00" not in page
    assert "$30.00" in client.get(unescape(address)).text
