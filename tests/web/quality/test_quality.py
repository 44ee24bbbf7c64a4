"""GET /quality and /api/v1/quality: the figures of a few answers, checked by hand."""

import re
from html import unescape

import pytest

from src.domain.quality import TOO_FEW_ANSWERS
from src.web.shared.labels import DECIDERS

HTML = {"Accept": "text/html"}


@pytest.fixture
def browse(client):
    def get(address, status=200):
        response = client.get(address, headers=HTML)
        assert response.status_code == status, response.text
        text = re.sub(r"<(script|style|option)\b.*?</\1>", " ", response.text, flags=re.S)
        response.words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))
        response.words = response.words.replace("\N{NO-BREAK SPACE}", " ")
        return response

    return get


@pytest.fixture
def ten_answers(client, predicted):
    """Of ten answers to one day's rows eight agree; two say groceries where dining was predicted.

    They are given at once: an answer would update the predictions of the rows that wait.
    """
    rows = [predicted("SWIGGY", date="2026-03-04") for _ in range(TOO_FEW_ANSWERS)]
    assert {row["category"] for row in rows} == {"dining"}
    categories = ["groceries"] * 2 + ["dining"] * (len(rows) - 2)
    answers = [
        {"transaction_id": row["id"], "category": category}
        for row, category in zip(rows, categories, strict=True)
    ]
    assert client.post("/api/v1/feedback/batch", json={"feedback": answers}).status_code == 200
    return rows


def test_the_figures_of_ten_answers(client, ten_answers, predicted):
    predicted("CITY CAB", date="2026-03-05")
    body = client.get("/api/v1/quality").json
    assert body["overall"] == {
        "answers": 10,
        "correct": 8,
        "accuracy": 0.8,
        "ci95": pytest.approx([0.4902, 0.9433], abs=1e-4),
        "enough": True,
        "given": 8,
    }
    assert [(row["category"], row["correct"], row["answers"]) for row in body["by_category"]] == [
        ("dining", 8, 8),
        ("groceries", 0, 2),
    ]
    assert [(row["category"], row["correct"], row["answers"]) for row in body["by_guess"]] == [
        ("dining", 8, 10)
    ]
    assert [(row["predicted"], row["category"], row["answers"]) for row in body["confusion"]] == [
        ("dining", "dining", 8),
        ("dining", "groceries", 2),
    ]
    assert body["unanswered"]["predictions"] == 1
    assert body["decided"]["predictions"] == 11
    assert body["decided"]["decided_by"]["person"] == 2
    assert [row["month"] for row in body["decided_by_month"]] == ["2026-03"]
    curve = {point["version"]: point for point in body["learning_curve"]}
    assert curve.keys() >= {"1", "2"}
    assert (curve["2"]["against"], curve["2"]["difference"]) == (None, None)


def test_automatic_rows_are_measured_by_their_spot_checks_alone(client, ten_answers, web_database):
    """Eight right of ten answers, but of the four checked at random one was wrong."""
    rows = web_database.collection("transactions")
    rows.update_many({}, {"$set": {"predictions.0.band": "auto"}})
    ids = [row["_id"] for row in rows.find({}, {"_id": 1}).sort("_id")]
    rows.update_many({"_id": {"$in": [ids[1], *ids[7:]]}}, {"$set": {"audit": True}})
    body = client.get("/api/v1/quality").json
    assert [(row["band"], row["correct"], row["answers"]) for row in body["by_band"]] == [("auto", 8, 10)]
    [auto, *_] = body["estimate"]["bands"]
    assert (auto["band"], auto["predictions"]) == ("auto", 10)
    assert (auto["correct"], auto["answers"], auto["enough"]) == (3, 4, False)


def test_the_period_is_that_of_the_transactions(client, ten_answers):
    assert client.get("/api/v1/quality?from=2026-03-05").json["overall"]["answers"] == 0
    within = client.get("/api/v1/quality?from=2026-03-04&to=2026-03-04").json
    assert (within["from"], within["to"], within["overall"]["answers"]) == ("2026-03-04", "2026-03-04", 10)
    assert client.get("/api/v1/quality?from=soon").status_code == 422
    assert client.get("/api/v1/quality?currency=USD").status_code == 422


def test_with_accept_json_the_page_answers_as_the_api(client, ten_answers):
    page = client.get("/quality", headers={"Accept": "application/json"})
    assert page.json == client.get("/api/v1/quality").json


def test_the_page_has_in_words_what_the_api_has_in_numbers(browse, ten_answers):
    page = browse("/quality")
    assert "80 % 8 of 10 answers, likely 49 % to 94 %" in page.words
    assert "Of 10 answers, the best guess was right in 8 (80 %)." in page.words
    assert "2 of 10 answers changed one category into another." in page.words
    assert "Scroll sideways: the table has 2 columns" in page.words
    assert 'tabindex="0" role="region" aria-label="Predicted and chosen categories"' in page.text
    assert page.text.count('type="application/json"') >= 5
    assert "style=" not in page.text


def test_each_cell_opens_exactly_the_rows_it_counts(browse, client, ten_answers, predicted, answered):
    unlike = predicted("SWIGGY", date="2026-03-04")
    answered(unlike["id"], "transport")
    page = browse("/quality?from=2026-03-01")
    cells = re.findall(r'href="(/history\?[^"]+)">(\d+)<', page.text)
    assert len(cells) >= 4
    for address, count in cells:
        history = client.get(unescape(address), headers={"Accept": "application/json"}).json
        assert history["total"] == int(count), address
        assert f"{count} transaction" in browse(unescape(address)).words


def test_few_answers_are_called_too_few(browse, predicted, answered):
    answered(predicted("SWIGGY")["id"], "dining")
    page = browse("/quality")
    assert "too few answers to tell" in page.words
    assert "1 of 1 answer: too few to tell" in page.words


def test_predictions_nobody_answered_are_estimated_and_called_so(browse, client, predicted):
    confidence = predicted("SWIGGY")["confidence"]
    body = client.get("/api/v1/quality").json
    assert body["overall"]["accuracy"] is None
    assert body["unanswered"]["expected_accuracy"] == pytest.approx(confidence, abs=1e-4)
    page = browse("/quality")
    assert "an estimate: mean confidence of 1 transaction" in page.words
    assert "No answers yet." in page.words


def test_an_undone_answer_does_not_count(client, predicted, answered):
    row = predicted("SWIGGY")
    answered(row["id"], "groceries")
    act = client.application.extensions["ledgerloop"].transactions.get(row["id"]).feedback[0].act
    assert client.post("/feedback/undo", data={"act": act, "next": "/"}, headers=HTML).status_code == 303
    assert client.get("/api/v1/quality").json["overall"]["answers"] == 0


def test_the_first_day_describes_what_will_appear(browse):
    page = browse("/quality")
    assert "Nothing to measure yet" in page.words
    assert "whether you can trust their confidence" in page.words
    assert "No transactions in this period" in browse("/quality?from=2001-01-01&to=2001-01-02").words
    assert "aria-invalid" in browse("/quality?from=soon", status=422).text


def test_every_decider_has_a_label(client, predicted):
    predicted("SWIGGY")
    assert set(client.get("/api/v1/quality").json["decided"]["decided_by"]) == set(DECIDERS)


@pytest.mark.parametrize("query", ["band=sure", "answer=maybe", "decided_by=nobody", "predicted=%24ne"])
def test_an_unknown_filter_of_the_history_is_refused(client, query):
    assert client.get(f"/api/v1/history?{query}").status_code == 422
