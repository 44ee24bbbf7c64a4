"""A random check on the review page: asked calmly, answered by the ordinary act, waiting for nothing."""

import pytest
from bson import ObjectId

HTML = {"Accept": "text/html"}


@pytest.fixture
def mark(web_database):
    def change(row, **fields):
        web_database.collection("transactions").update_one({"_id": ObjectId(row["id"])}, {"$set": fields})

    return change


@pytest.fixture
def check(predicted, answered, mark):
    """A transaction that the memory sorted, and that was drawn."""
    for _ in range(3):
        answered(predicted()["id"], "dining")
    row = predicted()
    assert row["band"] == "auto"
    mark(row, audit=True)
    return row


def test_a_check_is_shown_and_closed_by_an_ordinary_answer(client, check, answered):
    page = client.get("/review/checks", headers=HTML).text
    assert "Spot check: is this right?" in page
    assert "Nothing needs review." in client.get("/review", headers=HTML).text
    answered(check["id"], "dining")
    page = client.get("/review/checks", headers=HTML).text
    assert "Spot check: is this right?" not in page
    assert "None waits." in page


def test_a_spot_check_changes_none_of_its_rows_contract_fields(client, check):
    items = client.get("/api/v1/history").json["items"]
    [item] = [item for item in items if item["id"] == check["id"]]
    assert (item["status"], item["needs_review"]) == ("predicted", False)
    assert client.get("/api/v1/history?status=needs_review").json["total"] == 0


def test_a_doubtful_row_is_asked_about_once(client, check, mark):
    mark(check, needs_review=True)
    assert "None waits." in client.get("/review/checks", headers=HTML).text
    assert "1 group, 1 transaction to review." in client.get("/review", headers=HTML).text
