"""A category that was merged into another does not come back with an earlier state of a transaction."""

import pytest

from tests.web.exports.test_round_trip import import_file, taken
from tests.web.imports.test_imports import run_queued_imports, upload

NAMED = b"Date,Details,Amount,Cur,Category\n2026-03-04,ZORBLATT,-5,USD,Eating out\n2026-03-05,KIOSK,-6,USD,\n"


@pytest.fixture
def own(client):
    body = {"slug": "eating-out", "name": "Eating out", "group": "discretionary", "color": "#123456"}
    return client.post("/api/v1/categories", json=body).json["slug"]


@pytest.fixture
def merge(client):
    def merge(slug, into="dining"):
        response = client.delete(f"/api/v1/categories/{slug}?into={into}")
        assert response.status_code == 200, response.text
        return response.json["act"]

    return merge


@pytest.fixture
def undo(client):
    def undo(act):
        response = client.post(f"/api/v1/acts/{act}/undo")
        assert response.status_code == 200, response.text
        return response.json

    return undo


@pytest.fixture
def life(client):
    return lambda row: client.get(f"/api/v1/transactions/{row}").json


def bulk(client, rows, **change):
    return client.post("/api/v1/transactions/bulk", json={"ids": rows, **change}).json["act"]


def split(client, row, *parts):
    splits = [{"amount": amount, "category": category} for amount, category in parts]
    response = client.put(f"/api/v1/transactions/{row}/splits", json={"splits": splits})
    assert response.status_code == 200, response.text
    return response.json["act"]


def delete(client, row):
    client.delete(f"/api/v1/transactions/{row}")
    return client.get("/api/v1/acts").json["items"][0]["id"]


def parts(life):
    return [part["category"] for part in life["splits"]]


def test_an_answer_shown_again_by_an_undo(client, own, predicted, answered, merge, undo, life):
    row = predicted("ZORBLATT")["id"]
    answered(row, own)
    later = answered(row, "groceries")["act"]
    merged = merge(own)
    undo(later)
    assert life(row)["category"] == "dining"
    undo(merged)
    assert life(row)["category"] == own


def test_an_answer_from_before_the_merge_is_still_undone(client, own, predicted, answered, merge, undo, life):
    row = predicted("ZORBLATT")
    act = answered(row["id"], own)["act"]
    merged = merge(own)
    page = client.get(f"/transactions/{row['id']}", headers={"Accept": "text/html"}).text
    assert (f"/acts/{act}/undo" in page, f"/acts/{merged}/undo" in page) == (True, False)
    assert undo(act) == {"act": act, "undone": 1, "kept": 0}
    assert (life(row["id"])["category"], life(row["id"])["status"]) == (row["category"], "predicted")
    undo(merged)
    assert (life(row["id"])["category"], life(row["id"])["status"]) == (row["category"], "predicted")


def test_a_merge_after_an_undone_one(client, own, predicted, answered, merge, undo, life):
    row = predicted("ZORBLATT")
    act = answered(row["id"], own)["act"]
    undo(merge(own))
    again = merge(own, "groceries")
    assert life(row["id"])["category"] == "groceries"
    undo(again)
    assert life(row["id"])["category"] == own
    merge(own, "groceries")
    assert undo(act) == {"act": act, "undone": 1, "kept": 0}
    assert (life(row["id"])["category"], life(row["id"])["status"]) == (row["category"], "predicted")


def test_a_prediction_shown_again_by_an_undo(client, predicted, answered, merge, undo, life):
    row = predicted("SWIGGY")
    act = answered(row["id"], "travel")["act"]
    merged = merge(row["category"], "groceries")
    undo(act)
    assert (life(row["id"])["category"], life(row["id"])["status"]) == ("groceries", "predicted")
    undo(merged)
    assert life(row["id"])["category"] == row["category"]


def test_a_deleted_transaction(client, own, predicted, answered, merge, undo, life):
    row = predicted("ZORBLATT", "10")["id"]
    answered(row, own)
    split(client, row, ("4", own), ("6", "groceries"))
    deleted = delete(client, row)
    merged = merge(own)
    undo(deleted)
    assert (life(row)["category"], parts(life(row))) == ("dining", ["dining", "groceries"])
    undo(merged)
    assert (life(row)["category"], parts(life(row))) == (own, [own, "groceries"])


def test_bulk_changes(client, own, predicted, answered, merge, undo, life):
    rows = [predicted("ZORBLATT", amount)["id"] for amount in "12"]
    for row in rows:
        answered(row, own)
    changed = bulk(client, rows[:1], set={"category": "travel"})
    deleted = bulk(client, rows[1:], delete=True)
    merged = merge(own)
    undo(changed)
    undo(deleted)
    assert [life(row)["category"] for row in rows] == ["dining", "dining"]
    undo(merged)
    assert [life(row)["category"] for row in rows] == [own, own]


def test_parts(client, own, predicted, merge, undo, life):
    row = predicted("ZORBLATT", "10")["id"]
    split(client, row, ("4", own), ("6", "groceries"))
    removed = split(client, row)
    merged = merge(own)
    undo(removed)
    assert parts(life(row)) == ["dining", "groceries"]
    undo(merged)
    assert parts(life(row)) == [own, "groceries"]


def test_a_backup(app, client, own, predicted, answered, merge, undo, life, web_database):
    row = predicted("ZORBLATT")["id"]
    answered(row, own)
    backup = taken(client, "jsonl")
    merged = merge(own)
    client.delete(f"/api/v1/transactions/{row}")
    web_database.collection("deleted_transactions").delete_many({})
    import_file(app, client, backup)
    assert life(row)["category"] == "dining"
    assert own not in {category["slug"] for category in client.get("/api/v1/categories").json}
    undo(merged)
    assert life(row)["category"] == own


def test_an_import_that_was_undone_and_is_done_again(app, client, own, answered, merge, undo):
    def imported():
        sent = upload(client, NAMED, mapping='{"sign": "negative-is-expense", "take_categories": true}')
        run_queued_imports(app)
        rows = client.get("/api/v1/history?sort=date").json["items"]
        return sent.json["id"], rows

    first, rows = imported()
    answered(rows[1]["id"], own)
    client.delete(f"/api/v1/imports/{first}")
    merged = merge(own)
    assert [row["category"] for row in imported()[1]] == ["dining", "dining"]
    undo(merged)
    assert client.get("/api/v1/history?sort=-date").json["items"][0]["category"] == own


def test_a_category_that_was_merged_twice_takes_both_steps_and_both_back(
    client, own, predicted, answered, merge, undo, life
):
    row = predicted("ZORBLATT")["id"]
    answered(row, own)
    later = answered(row, "travel")["act"]
    first, second = merge(own), merge("dining", "groceries")
    undo(later)
    assert life(row)["category"] == "groceries"
    undo(second)
    assert life(row)["category"] == "dining"
    undo(first)
    assert life(row)["category"] == own


def test_a_change_of_a_category_that_was_merged_later_is_not_undone(client, own, merge, undo):
    changed = client.patch(f"/api/v1/categories/{own}", json={"name": "Restaurants"}).json["act"]
    merged = merge(own)
    assert client.post(f"/api/v1/acts/{changed}/undo").status_code == 409
    undo(merged)
    undo(changed)
    assert {"Eating out"} <= {category["name"] for category in client.get("/api/v1/categories").json}


def test_a_category_that_an_undo_would_bring_back_is_not_deleted_without_another(
    client, own, predicted, answered
):
    row = predicted("ZORBLATT")["id"]
    answered(row, own)
    client.delete(f"/api/v1/transactions/{row}")
    assert client.delete(f"/api/v1/categories/{own}").status_code == 409


def test_a_merge_that_is_undone_while_it_runs(app, client, own, predicted, answered, undo, life, monkeypatch):
    row = predicted("BLUE DOOR")["id"]
    answered(row, own)
    categories = app.extensions["ledgerloop"].categories
    real = categories.merge

    def undone_meanwhile(slug, into):
        [running] = [
            act for act in client.get("/api/v1/acts").json["items"] if act["kind"] == "category-merge"
        ]
        undo(running["id"])
        real(slug, into)

    monkeypatch.setattr(categories, "merge", undone_meanwhile)
    assert client.delete(f"/api/v1/categories/{own}?into=dining").status_code == 200
    assert life(row)["category"] == own
    assert own in {category["slug"] for category in client.get("/api/v1/categories").json}


def test_the_undo_of_a_merge_keeps_the_prediction_that_it_had_repeated(
    client, predicted, answered, merge, undo, life
):
    row = predicted("ZORBLATT")["id"]
    answered(predicted("ZORBLATT")["id"], "dining")
    before = life(row)
    assert (before["category"], len(before["predictions"])) == ("dining", 2)
    undo(merge("dining", "groceries"))
    assert life(row)["predictions"] == before["predictions"]
