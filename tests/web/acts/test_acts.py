"""GET /acts and POST /acts/{id}/undo."""

import pytest

from src.services.transactions.acts import ActLog
from tests.web.imports.test_imports import run_queued_imports, upload
from tests.web.prediction.test_pages import words_of


def undo(client, act):
    return client.post(f"/api/v1/acts/{act}/undo")


def history(client):
    return {item["id"]: item for item in client.get("/api/v1/history").json["items"]}


def test_an_answer_is_listed_as_an_act_and_undone_once(client, predicted, answered):
    row = predicted()["id"]
    act = answered(row, "groceries")["act"]
    [listed] = client.get("/api/v1/acts").json["items"]
    assert (listed["id"], listed["kind"], listed["rows"], listed["undone"]) == (act, "feedback", 1, False)
    assert listed["what"] == {
        "code": "answered",
        "values": {"transaction_id": row, "category": "groceries"},
    }
    assert undo(client, act).json == {"act": act, "undone": 1, "kept": 0}
    assert history(client)[row]["category"] == "dining"
    [listed] = client.get("/api/v1/acts").json["items"]
    assert listed["undone"] is True
    assert listed["undone_at"]
    again = undo(client, act)
    assert (again.status_code, again.mimetype) == (409, "application/problem+json")


def test_rows_answered_since_stay_and_are_counted(client, predicted, answered):
    first, second, third = (predicted("SQ *BLUE DOOR", amount)["id"] for amount in ("1", "2", "3"))
    act = answered(first, "groceries", apply_to_similar=True)["act"]
    answered(second, "travel")
    assert undo(client, act).json == {"act": act, "undone": 2, "kept": 1}
    held = {row: item["status"] for row, item in history(client).items()}
    assert held == {first: "predicted", second: "corrected", third: "predicted"}


def test_a_batch_is_one_act(client, predicted):
    rows = [predicted(text)["id"] for text in ("SWIGGY", "TACO GARDEN")]
    answers = [{"transaction_id": row, "category": "groceries"} for row in (*rows, "0" * 24)]
    results = client.post("/api/v1/feedback/batch", json={"feedback": answers}).json["results"]
    [listed] = client.get("/api/v1/acts").json["items"]
    assert {result["act"] for result in results[:2]} == {listed["id"]}
    assert (listed["rows"], listed["what"]["code"]) == (2, "answered-many")
    assert undo(client, listed["id"]).json["undone"] == 2


def test_an_answer_that_is_refused_leaves_no_act(client, predicted):
    for row, category in ((predicted()["id"], "unheard-of"), ("0" * 24, "dining")):
        client.post("/api/v1/feedback", json={"transaction_id": row, "category": category})
    assert client.get("/api/v1/acts").json == {"items": [], "next_cursor": None}


def test_the_older_way_to_undo_marks_the_act_too(client, predicted, answered):
    act = answered(predicted()["id"], "groceries")["act"]
    assert client.post("/feedback/undo", json={"act": act}).json == {"undone": 1}
    assert undo(client, act).status_code == 409
    assert client.post("/feedback/undo", json={"act": act}).status_code == 404


def test_an_answer_from_before_acts_were_listed_is_undone_by_its_id(
    client, predicted, answered, web_database
):
    row = predicted()["id"]
    act = answered(row, "groceries")["act"]
    web_database.collection("acts").delete_many({})
    assert undo(client, act).json == {"act": act, "undone": 1, "kept": 0}
    assert undo(client, act).status_code == 404
    assert history(client)[row]["category"] == "dining"


def test_an_answer_to_a_deleted_transaction_is_undone_after_the_deletion(client, predicted, answered):
    row = predicted()["id"]
    act = answered(row, "groceries")["act"]
    client.delete(f"/api/v1/transactions/{row}")
    deletion = client.get("/api/v1/acts").json["items"][0]["id"]
    assert undo(client, act).status_code == 409
    undo(client, deletion)
    assert undo(client, act).json["undone"] == 1
    assert history(client)[row]["category"] == "dining"


def test_transactions_deleted_since_are_counted_as_kept(client, predicted, answered):
    first, second = (predicted("SQ *BLUE DOOR", amount)["id"] for amount in "12")
    act = answered(first, "groceries", apply_to_similar=True)["act"]
    client.delete(f"/api/v1/transactions/{second}")
    assert undo(client, act).json == {"act": act, "undone": 1, "kept": 1}


def test_the_category_of_an_import_is_undone_for_one_transaction(app, client):
    content = b"Date,Details,Amount,Cur,Category\n" + b"".join(
        b"2026-03-0%d,SWIGGY,-5,USD,Groceries\n" % day for day in (4, 5)
    )
    upload(client, content, mapping='{"sign": "negative-is-expense", "take_categories": true}')
    run_queued_imports(app)
    first, second = sorted(history(client))
    [answer] = client.get(f"/api/v1/transactions/{first}").json["feedback"]
    path = f"/api/v1/acts/{answer['act']}/undo?transaction_id={first}"
    assert client.post(path).json == {"act": answer["act"], "undone": 1, "kept": 0}
    assert client.post(path).status_code == 404
    statuses = [history(client)[row]["status"] for row in (first, second)]
    assert (statuses[0], history(client)[second]["category"]) == ("predicted", "groceries")
    assert statuses[1] != "predicted"
    page = client.get(f"/transactions/{second}", headers={"Accept": "text/html"}).text
    assert f"/acts/{answer['act']}/undo" in page
    form = {"transaction_id": second, "next": f"/transactions/{second}"}
    assert client.post(f"/acts/{answer['act']}/undo", data=form).status_code == 303
    assert history(client)[second]["status"] == "predicted"


def test_an_act_there_is_not_is_404(client):
    assert undo(client, "nothing").status_code == 404
    assert client.get("/api/v1/acts?cursor=nothing").status_code == 404
    assert client.get("/api/v1/acts?limit=0").status_code == 422


def test_an_undo_that_was_interrupted_before_it_was_marked_can_be_tried_again(
    client, predicted, answered, monkeypatch
):
    row = predicted()["id"]
    act = answered(row, "groceries")["act"]

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ActLog, "mark_undone", killed)
        with pytest.raises(KeyboardInterrupt):
            undo(client, act)
    assert undo(client, act).status_code == 200
    assert history(client)[row]["category"] == "dining"
    assert undo(client, act).status_code == 409


def recent_changes(client):
    return words_of(client.get("/acts", headers={"Accept": "text/html"}).text)


def test_the_page_shows_what_an_edit_changed(client, predicted):
    row = predicted(amount="10", currency="EUR")["id"]
    client.patch(f"/api/v1/transactions/{row}", json={"amount": "12.5"})
    assert "You edited amount" in recent_changes(client)
    assert "Amount: €10.00 → €12.50" in recent_changes(client)


def test_the_page_shows_no_earlier_value_of_one_transaction_for_many(client, predicted):
    first, second = (predicted("A", "1", account=name)["id"] for name in ("Giro", "Card"))
    client.patch(f"/api/v1/transactions/{first}", json={"amount": "2"})  # so that its row is on the page
    body = {"ids": [first, second], "set": {"account": "Joint"}}
    assert client.post("/api/v1/transactions/bulk", json=body).json["changed"] == 2
    words = recent_changes(client)
    assert "2 transactions changed" in words
    assert "Giro" not in words
    assert "Amount: $1.00 → $2.00" in words


def test_the_page_shows_that_the_transaction_of_a_change_is_gone(client, predicted, answered, web_database):
    answered(predicted()["id"], "groceries")
    web_database.collection("transactions").delete_many({})
    assert "The transaction no longer exists." in recent_changes(client)
    assert "Undo" not in recent_changes(client).partition("no longer exists")[2].partition("Model")[0]


def test_the_page_leads_to_the_imports(client):
    assert 'href="/import#imports-title"' in client.get("/acts", headers={"Accept": "text/html"}).text


def test_the_page_offers_to_undo_the_latest_edit_first(client, predicted):
    row = predicted(amount="10")["id"]
    first, second = (
        client.patch(f"/api/v1/transactions/{row}", json={"amount": amount}).json["act"] for amount in "23"
    )
    page = client.get("/acts", headers={"Accept": "text/html"}).text
    assert f"/acts/{second}/undo" in page
    assert f"/acts/{first}/undo" not in page
    assert "Undo the later edit of this transaction first." in page
    undo(client, second)
    assert f"/acts/{first}/undo" in client.get("/acts", headers={"Accept": "text/html"}).text
