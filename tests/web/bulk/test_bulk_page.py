"""The page changes the ticked transactions, or all that match, after it has shown what it would do."""

import re

import pytest


@pytest.fixture
def rows(predicted):
    return [predicted("TACO GARDEN", amount, date="2026-03-04")["id"] for amount in ("10.10", "20.20", "30")]


def post(client, **form):
    return client.post("/history/bulk", data={"next": "/history?q=taco", "filter": "/history?q=taco", **form})


def hidden(page):
    fields = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page):
        fields.setdefault(name, []).append(value)
    return fields


def notes_of(client, rows):
    return [client.get(f"/api/v1/transactions/{row}").json["transaction"]["notes"] for row in rows]


def test_ticked_rows_are_changed_after_a_page_that_asks_and_the_list_offers_to_undo_it(client, rows):
    assert client.get("/history").text.count('form="bulk"') == 3
    asked = post(client, id=rows[:2], action="set", notes="lunch")
    assert "Change 2 transactions?" in asked.text
    assert "$30.30" in asked.text
    assert notes_of(client, rows) == [None] * 3
    done = client.post("/history/bulk", data={**hidden(asked.text), "confirm": "true"})
    assert done.status_code == 303
    assert notes_of(client, rows) == ["lunch", "lunch", None]
    listed = client.get(done.location).text
    assert "2 transactions changed." in listed
    [act] = re.findall(r"/acts/(\w+)/undo", listed)
    again = post(client, id=rows[:2], action="set", notes="lunch").text
    assert "<h1>Nothing to change</h1>" in again
    assert 'name="confirm"' not in again
    client.post(f"/acts/{act}/undo")
    assert notes_of(client, rows) == [None] * 3


def test_all_that_match_the_filter_can_be_deleted(client, rows, predicted):
    predicted("KIOSK", "5")
    asked = post(client, all="true", action="delete")
    assert "Delete 3 transactions?" in asked.text
    done = client.post("/history/bulk", data={**hidden(asked.text), "confirm": "true"})
    assert client.get("/api/v1/history").json["total"] == 1
    assert "3 transactions deleted." in client.get(done.location).text


def test_it_asks_again_if_other_transactions_match_by_then(client, rows, predicted):
    asked = post(client, all="true", action="set", notes="lunch")
    predicted("TACO GARDEN", "40")
    again = client.post("/history/bulk", data={**hidden(asked.text), "confirm": "true"})
    assert "Other transactions match by now" in again.text
    assert "Change 4 transactions" in again.text
    assert notes_of(client, rows) == [None] * 3


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"action": "set", "notes": "x"}, "Select at least one transaction first."),
        ({"action": "set", "all": "true"}, "Choose at least one value to set."),
        ({"action": "set", "all": "true", "date": "soon"}, "ISO date"),
        ({"action": "delete", "id": "no-id"}, "match"),
    ],
)
def test_an_unclear_form_says_what_is_missing(client, rows, form, sentence):
    answer = post(client, **form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert notes_of(client, rows) == [None] * 3


def test_a_field_can_be_emptied(client, predicted):
    row = predicted("TACO GARDEN", "1", notes="old", tags=["a"])["id"]
    asked = post(client, id=row, action="set", tags="b, c", empty="notes")
    client.post("/history/bulk", data={**hidden(asked.text), "confirm": "true"})
    after = client.get(f"/api/v1/transactions/{row}").json["transaction"]
    assert (after["notes"], after["tags"]) == (None, ["b", "c"])


def test_a_change_of_very_many_shows_its_progress_until_the_scheduler_has_done_it(
    client, app, rows, monkeypatch
):
    for module in ("src.web.bulk.pages", "src.pipeline.feedback.bulk"):
        monkeypatch.setattr(f"{module}.AT_ONCE", 2)
    asked = post(client, all="true", action="set", notes="lunch")
    begun = client.post("/history/bulk", data={**hidden(asked.text), "confirm": "true"})
    assert begun.location.startswith("/history/bulk/")
    assert "Changing 3 transactions" in client.get(begun.location).text
    assert notes_of(client, rows) == [None] * 3
    app.extensions["ledgerloop"].jobs.by_kind["bulk"]()
    done = client.get(begun.location)
    assert done.status_code == 302
    assert notes_of(client, rows) == ["lunch"] * 3
    listed = client.get(done.location).text
    assert "3 transactions changed." in listed
    assert re.search(r"/acts/\w+/undo", listed)


def test_the_progress_of_an_unknown_change_leads_to_the_list(client):
    assert client.get("/history/bulk/nothing?next=https://evil.example/").location == "/history"
