"""Unusual spending over the API and on its page."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from src.domain.anomalies import (
    Anomaly,
    AnomalyKind,
    AnomalyReport,
    Counts,
    Method,
    ReasonCode,
    anomaly_id,
)
from src.pipeline.analysis.run import LedgerAnalysis
from tests.services.rows import keep, new
from tests.web.prediction.test_pages import words_of

PATH = "/api/v1/insight/anomalies"


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def row(services):
    [stored] = keep(services.transactions, new("blue door", "70.00"))
    return stored


@pytest.fixture
def reported(services, row):
    """Analyses that find this; returns what they found."""
    amount = Anomaly(
        anomaly_id(AnomalyKind.AMOUNT, row.id),
        AnomalyKind.AMOUNT,
        (row.id,),
        0.998,
        ReasonCode.MERCHANT_AMOUNT,
        {"amount": 7000, "usual": 1400, "times": 5.0, "payments": 14},
        Method.ISOLATION_FOREST,
        date(2026, 3, 4),
        "USD",
        7000,
        "blue door",
        "dining",
    )
    month = replace(
        amount,
        id="m",
        kind=AnomalyKind.CATEGORY_MONTH,
        transaction_ids=(),
        reason=ReasonCode.CATEGORY_MONTH,
        values={"amount": 90000, "usual": 30000, "times": 3.0, "month": "2026-02", "months": 9},
        date=date(2026, 2, 28),
        amount=90000,
        merchant="",
    )
    report = AnomalyReport((amount, month), Counts(120, 7, 0), Method.ISOLATION_FOREST, datetime.now(UTC))

    def store(today, train):
        services.anomaly_reports.store(report)

    analyse(services, store)
    return report.anomalies


def analyse(services, part):
    services.analysis_state.hurry()
    attempt = services.analysis_state.claim(holder="me", even_if_not_due=True)
    LedgerAnalysis(services.analysis_state, {"anomalies": part}).run(holder="me", attempt=attempt)


@pytest.fixture(autouse=True)
def never_analysed(services):
    services.database.states.delete_one({"_id": "analysis"})


def listed(client, **query):
    response = client.get(PATH, query_string={"wait": 0, **query})
    assert response.status_code == 200, response.text
    return response.json


def shown(client, address="/insight/unusual"):
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return words_of(answer.text).replace("\N{WORD JOINER}", "")


def test_an_anomaly_has_its_reason_as_code_and_sentence(client, reported, row):
    body = listed(client)
    assert body["anomalies"][0] == {
        "id": reported[0].id,
        "kind": "amount",
        "transaction_ids": [row.id],
        "score": 0.998,
        "reason": {
            "code": "merchant-amount",
            "values": {"amount": "70.00", "usual": "14.00", "times": 5.0, "payments": 14},
        },
        "sentence": "5.0 times the usual $14.00 at this merchant (14 other payments).",
        "method": "isolation_forest",
        "date": "2026-03-04",
        "amount": "70.00",
        "currency": "USD",
        "merchant": "blue door",
        "category": "dining",
        "status": "open",
    }
    assert body["anomalies"][1]["sentence"] == (
        "Dining out cost $900.00 in February 2026: 3.0 times $300.00, the median of the 9 other months."
    )
    assert (body["analysed"], body["not_analysed"], body["up_to_date"]) == (120, 7, True)
    assert body["why"].startswith("Not analysed: 7 payments because")


def test_a_ledger_that_was_never_analysed_is_not_one_without_anomalies(client, row):
    body = listed(client)
    assert (body["analysed"], body["not_analysed"], body["as_of"]) == (0, 1, None)
    assert body["why"] == "The transactions are not analysed yet. That starts within a minute."
    words = shown(client)
    assert "Not analysed" in words
    assert "Nothing unusual" not in words


def test_a_failed_analysis_is_shown_as_not_analysed(client, services, reported, row):
    def fails(today, train):
        raise ValueError("a test")

    analyse(services, fails)
    body = listed(client)
    assert (body["analysed"], body["not_analysed"], body["up_to_date"]) == (0, 1, False)
    assert "failed" in body["why"]
    assert len(body["anomalies"]) == 2  # of the analysis before, with its time in `as_of`
    services.database.anomalies.delete_many({})
    words = shown(client)
    assert "The newest analysis failed" in words
    assert "Not analysed" in words
    assert "Nothing unusual" not in words


def test_a_change_makes_the_list_out_of_date_until_the_next_analysis(client, services, reported):
    assert listed(client)["up_to_date"]
    keep(services.transactions, new("red door", "5.00"))
    assert not listed(client)["up_to_date"]
    assert "This list is from" in shown(client)
    analyse(services, lambda *_: None)
    assert listed(client)["up_to_date"]


def test_a_dismissed_one_is_listed_apart_and_can_be_undone(client, reported):
    path = f"{PATH}/{reported[0].id}/dismiss"
    body = client.post(path).json
    assert (body["id"], body["status"]) == (reported[0].id, "dismissed")
    assert client.post(path).json["act"] is None
    assert [anomaly["id"] for anomaly in listed(client)["anomalies"]] == ["m"]
    assert [anomaly["id"] for anomaly in listed(client, status="dismissed")["anomalies"]] == [reported[0].id]
    assert "You marked unusual spending as fine: BLUE DOOR" in shown(client, "/acts")
    assert client.post(f"/api/v1/acts/{body['act']}/undo").status_code == 200
    assert len(listed(client)["anomalies"]) == 2
    assert client.post(f"{PATH}/nobody/dismiss").status_code == 404
    assert client.get(PATH, query_string={"status": "other"}).status_code == 422


def test_the_page_lists_them_with_links_and_a_button(client, reported, row):
    words = shown(client)
    assert "120 payments were analysed. Amounts are judged by an Isolation Forest and by thresholds." in words
    assert "March 2026" in words
    assert "5.0 times the usual $14.00 at this merchant" in words
    page = client.get("/insight/unusual").text
    assert f"/transactions/{row.id}" in page
    assert "counted_in=dining" in page
    answer = client.post(f"/insight/unusual/{reported[0].id}/dismiss")
    assert answer.status_code == 303
    words = shown(client, answer.headers["Location"])
    assert "You marked unusual spending as fine: BLUE DOOR. Undo" in words
    assert "Dismissed (1)" in words
    assert "5.0 times" in shown(client, "/insight/unusual?status=dismissed")
    assert "/insight/unusual" in client.get("/analytics", headers={"Accept": "text/html"}).text


def test_a_list_is_limited_and_says_how_many_there_are(client, services, reported):
    body = client.get(PATH, query_string={"limit": 1}).json
    assert ([anomaly["id"] for anomaly in body["anomalies"]], body["total"]) == ([reported[0].id], 2)
    many = AnomalyReport(reported, Counts(120, 0, 0, unlisted=3), Method.THRESHOLD, datetime.now(UTC))
    analyse(services, lambda today, train: services.anomaly_reports.store(many))
    assert client.get(PATH).json["why"] == "3 older ones are not listed, because there are so many."
