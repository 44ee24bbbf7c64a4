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
    page = client.get("/feedback", headers=HTML).text
    assert "Spot check: is this right?" in page
    assert "Nothing needs review." in page
    assert "All reviewed" not in page
    answered(check["id"], "dining")
    page = client.get("/feedback", headers=HTML).text
    assert "Spot check" not in page
    assert "All reviewed" in page


def test_a_spot_check_changes_none_of_its_rows_contract_fields(client, check):
    items = client.get("/api/v1/history").json["items"]
    [item] = [item for item in items if item["id"] == check["id"]]
    assert (item["status"], item["needs_review"]) == ("predicted", False)
    assert client.get("/api/v1/history?status=needs_review").json["total"] == 0


def test_a_doubtful_row_is_asked_about_once(client, check, mark):
    mark(check, needs_review=True)
    page = client.get("/feedback", headers=HTML).text
    assert "Spot checks" not in page
    assert page.count(f'id="item-{check["id"]}"') == 1


def test_the_next_page_of_the_queue_repeats_no_check(client, check, predicted):
    for number in range(27):
        predicted(f"ZQXV {chr(65 + number)}KJH", "8")
    first = client.get("/feedback", headers=HTML).text
    more = first.split('data-more="queue"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "Spot checks" in first
    assert "Spot checks" not in client.get(more, headers=HTML).text
