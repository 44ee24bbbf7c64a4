"""The summary of a file or of pasted text: on the page, as CSV, and of the API. Nothing is stored."""

import csv
import io
import re

import pytest

TABLE = """Date,Description,Amount
2026-03-04,SWIGGY order,-350.75
2026-03-05,,-12.00
2026-03-31,SALARY ACME,"5,000.00"
2026-03-06,SWIGGY order,-0.001
2026-04-01,SWIGGY order,-100.10
"""
MESSAGES = """Rs.350.75 debited from A/c XX1234 on 04-03-26 to SWIGGY via UPI. Ref 606312345678
123456 is your one-time password for a payment. Do not share it.
"""
MADE = (
    "transactions",
    "imports",
    "accounts",
    "merchants",
    "import_profiles",
    "acts",
    "categories",
    "settings",
)


@pytest.fixture
def nothing_kept(app):
    """The collections are as before when the test ends."""
    database = app.extensions["ledgerloop"].database

    def documents():
        return {name: list(database.collection(name).find()) for name in MADE}

    before = documents()
    yield
    assert documents() == before


def posted(client, path="/summary", **fields):
    if "file" in fields:
        fields["file"] = (io.BytesIO(fields["file"].encode()), "march.csv")
    return client.post(path, data=fields, content_type="multipart/form-data")


def carried_on(response):
    """The hidden fields of a summary."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text))


def test_the_page_offers_a_file_and_a_text(client):
    response = client.get("/summary")
    assert all(words in response.text for words in ('type="file"', "<textarea", "10,000 rows"))
    assert 'href="/summary"' in client.get("/import").text


def test_a_file_is_summed_with_its_errors_in_their_place(client, nothing_kept):
    response = posted(client, file=TABLE)
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>|\s+", " ", response.text)
    text = " ".join(text.split())
    assert all(words in text for words in ("march.csv", "$450.85", "$5,000.00", "Mar 30, 2026", "Apr 2026"))
    rows = re.findall(r"Row (\d+)", response.text)
    assert rows == ["2", "3", "4", "5", "6"]
    places = [
        response.text.rindex(words) for words in ("Mar 4, 2026", "has no text", "more decimals", "SALARY")
    ]
    assert places[0] < places[1] < places[3] < places[2]


def test_pasted_messages_are_summed(client, nothing_kept):
    response = posted(client, text=MESSAGES)
    assert "₹350.75" in response.text
    assert "one-time code" in response.text


def test_a_correction_of_the_merchant_decides_in_a_summary_too(client, predicted, answered):
    answered(predicted()["id"], "groceries")
    [row, *_] = rows_of(client, file=TABLE)
    assert (row["category"], row["decided_by"]) == ("groceries", "memory")


def rows_of(client, **fields):
    """Of the CSV, which the summary offers."""
    hidden = carried_on(posted(client, **fields))
    response = posted(client, **hidden, act="csv")
    assert response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(response.text)))


def test_the_rows_are_downloaded_without_storing_them(client, nothing_kept):
    rows = rows_of(client, file=TABLE.replace("SALARY", "=SALARY"))
    assert [row["row"] for row in rows] == ["2", "3", "4", "5", "6"]
    assert [bool(row["error"]) for row in rows] == [False, True, False, True, False]
    assert (rows[0]["amount"], rows[0]["merchant"], rows[2]["direction"]) == ("350.75", "swiggy", "income")
    assert rows[2]["description"].startswith("'=")


def test_import_this_continues_with_the_preview_of_the_file(client):
    hidden = carried_on(posted(client, file=TABLE))
    response = posted(client, "/summary/import", **hidden)
    assert response.status_code == 303
    preview = client.get(response.location).text
    assert "march.csv" in preview
    assert "Import 3 transactions" in preview


def test_a_question_is_asked_and_its_answer_carried_on(client, nothing_kept):
    table = "Date,Text,Amount\n03/04/2026,SWIGGY,-1.00\n05/04/2026,SWIGGY,-2.00\n"
    first = posted(client, file=table)
    assert "Which part of a date is the day" in first.text
    second = posted(client, **carried_on(first), **{"answer-date_order": "dmy"})
    assert "Which part of a date is the day" not in second.text
    assert "Apr 3, 2026" in second.text
    assert [row["date"] for row in rows_of(client, file=table, **{"answer-date_order": "dmy"})] == [
        "2026-04-03",
        "2026-04-05",
    ]


def test_more_rows_are_on_further_pages(client):
    table = "Date,Text,Amount\n" + "".join(f"2026-03-13,SWIGGY {n},-1.00\n" for n in range(80))
    first = posted(client, file=table)
    assert ("Later rows" in first.text, "Earlier rows" in first.text) == (True, False)
    second = posted(client, **carried_on(first), page="2")
    assert re.findall(r"Row (\d+)", second.text)[0] == "52"
    assert ("Later rows" in second.text, "Earlier rows" in second.text) == (False, True)


def test_more_rows_than_a_summary_can_have_are_refused(client):
    table = "Date,Text,Amount\n" + "2026-03-13,SWIGGY,-1.00\n" * 10_001
    response = posted(client, file=table)
    assert response.status_code == 422
    assert "10,001 transactions" in response.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a file, or paste"),
        ({"file": TABLE, "text": "typed"}, "typed</textarea>"),
        ({"packed": "AAAA", "name": "x"}, "Choose it again"),
        ({"packed": "no base 64", "name": "x"}, "Choose it again"),
    ],
)
def test_what_cannot_be_summed_is_refused_with_a_reason(client, fields, words):
    response = posted(client, **fields)
    assert response.status_code == 422
    assert words in response.text


@pytest.mark.parametrize("fields", [{"file": TABLE}, {"text": TABLE}])
def test_the_api_sums_a_file_or_a_text_too(client, nothing_kept, fields):
    response = posted(client, "/api/v1/summary", **fields)
    assert response.status_code == 200, response.text
    body = response.json
    assert ["error" in row for row in body["results"]] == [False, True, False, True, False]
    [totals] = body["totals"]
    assert (totals["expense"], totals["income"], totals["count"]) == ("450.85", "5000.00", 3)
    assert [question["key"] for question in body["questions"]] == ["sign", "default_currency"]


def test_the_api_takes_answers_about_a_file_and_names_what_is_not_certain(client):
    table = "Date,Text,Amount\n03/04/2026,SWIGGY,-1.00\n"
    questions = posted(client, "/api/v1/summary", file=table).json["questions"]
    assert "date_order" in {question["key"] for question in questions}
    mapping = '{"date_order": "mdy", "sign": "negative-is-expense", "default_currency": "CAD"}'
    answered = posted(client, "/api/v1/summary", file=table, mapping=mapping).json
    assert (answered["questions"], answered["by_month"][0]["month"]) == ([], "2026-03")
    assert answered["totals"][0]["currency"] == "CAD"
    assert posted(client, "/api/v1/summary", file=table, other="x").status_code == 422
    assert posted(client, "/api/v1/summary").status_code == 422
    for text in ("{}", "nothing of interest"):
        refused = posted(client, "/api/v1/summary", text=text)
        assert (refused.status_code, refused.json["errors"][0]["loc"]) == (422, ["text"])


def test_a_text_without_a_transaction_says_so(client):
    assert "This is no list of transactions" in posted(client, text="nothing of interest").text
