"""POST /feedback and /feedback/batch."""

from datetime import timedelta


def test_a_correction_decides_the_next_prediction_of_that_merchant(predicted, answered):
    first = predicted("SQ *BLUE DOOR 0042", "4.20")
    answered(first["id"], "groceries")
    second = predicted("SQ *BLUE DOOR 0107", "5.10")
    assert (second["category"], second["decided_by"]) == ("groceries", "memory")


def test_an_answer_has_exactly_the_fields_of_the_contract(predicted, answered):
    first = predicted()
    outcome = answered(first["id"], "groceries")
    assert outcome == {
        "transaction_id": first["id"],
        "previous": "dining",
        "category": "groceries",
        "was_correct": False,
        "similar_updated": 0,
        "also_updated": 0,
        "act": outcome["act"],
    }


def test_confirming_is_naming_the_predicted_category(client, predicted, answered):
    first = predicted()
    assert answered(first["id"], "dining")["was_correct"] is True
    [item] = client.get("/api/v1/history").json["items"]
    assert (item["status"], item["needs_review"]) == ("confirmed", False)


def test_every_answer_is_kept_and_the_newest_holds(client, predicted, answered):
    first = predicted()
    answered(first["id"], "groceries")
    assert answered(first["id"], "transport")["previous"] == "groceries"
    [item] = client.get("/api/v1/history").json["items"]
    assert item["category"] == "transport"
    assert [event["category"] for event in item["feedback"]] == ["groceries", "transport"]


def test_similar_transactions_follow_only_where_no_answer_holds(client, predicted, answered):
    first, second, third = (predicted("SQ *BLUE DOOR", amount) for amount in ("1", "2", "3"))
    answered(second["id"], "dining")
    assert answered(first["id"], "groceries", apply_to_similar=True)["similar_updated"] == 1
    held = {item["id"]: item["category"] for item in client.get("/api/v1/history").json["items"]}
    assert held == {first["id"]: "groceries", second["id"]: "dining", third["id"]: "groceries"}


def test_very_many_similar_ones_are_answered_apart_and_undone_as_one(
    client, app, predicted, answered, monkeypatch
):
    monkeypatch.setattr("src.pipeline.feedback.feedback.AT_ONCE", 2)
    container = app.extensions["ledgerloop"]
    ids = [predicted("TACO GARDEN", str(amount))["id"] for amount in range(10, 14)]
    before = [client.get(f"/api/v1/transactions/{row}").json for row in ids]
    answered(ids[3], "travel")
    answer = answered(ids[0], "groceries", apply_to_similar=True)
    assert (answer["similar_updated"], answer["also_updated"]) == (2, 0)
    [act, *_] = client.get("/api/v1/acts").json["items"]
    assert (act["rows"], act["progress"]) == (None, {"done": 0, "rows": 3})
    container.feedback.resume_unfinished(at=container.now() + timedelta(hours=1))
    assert client.get("/api/v1/acts").json["items"][0]["rows"] is None
    answered(ids[2], "pets")
    container.jobs.by_kind["bulk"]()
    lives = [client.get(f"/api/v1/transactions/{row}").json for row in ids]
    assert [life["category"] for life in lives] == ["groceries", "groceries", "pets", "travel"]
    sources = [life["feedback"][-1]["source"] for life in lives]
    assert sources == ["feedback", "similar", "feedback", "feedback"]
    [act] = [act for act in client.get("/api/v1/acts").json["items"] if act["id"] == answer["act"]]
    assert (act["rows"], act["progress"]) == (2, None)
    monkeypatch.setattr("src.pipeline.feedback.bulk.AT_ONCE", 1)
    assert client.post(f"/api/v1/acts/{answer['act']}/undo").json["undone"] == 2
    lives = [client.get(f"/api/v1/transactions/{row}").json for row in ids[:2]]
    assert [life["status"] for life in lives] == [life["status"] for life in before[:2]]


def test_a_category_there_is_not_is_422_and_keeps_nothing(client, predicted):
    first = predicted()
    response = client.post("/api/v1/feedback", json={"transaction_id": first["id"], "category": "unheard-of"})
    assert response.status_code == 422
    assert response.json["errors"][0]["loc"] == ["category"]
    assert client.get("/api/v1/history").json["items"][0]["feedback"] == []


def test_a_transaction_there_is_not_is_404(client):
    body = {"transaction_id": "000000000000000000000000", "category": "dining"}
    response = client.post("/api/v1/feedback", json=body)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_a_batch_keeps_the_good_answers_and_returns_an_error_for_the_others(client, predicted):
    first, second = predicted("SWIGGY"), predicted("CITY CAB")
    body = {
        "feedback": [
            {"transaction_id": first["id"], "category": "dining"},
            {"transaction_id": "nope", "category": "dining"},
            {"transaction_id": {"$gt": ""}, "category": "dining"},
            {"transaction_id": second["id"], "category": "unheard-of"},
            None,
            {"transaction_id": second["id"], "category": "groceries", "apply_to_similar": None},
        ]
    }
    response = client.post("/api/v1/feedback/batch", json=body)
    assert response.status_code == 200
    results = response.json["results"]
    assert [result.get("was_correct") for result in results] == [True, None, None, None, None, False]
    assert [result["error"]["status"] for result in results[1:5]] == [404, 422, 422, 422]
    assert client.get("/api/v1/history?status=predicted").json["total"] == 0


def test_an_answer_updates_the_waiting_rows_of_its_merchant_and_its_act_undoes_all(
    client, predicted, answered
):
    first, *others = (predicted("SQ *BLUE DOOR", amount)["id"] for amount in ("1", "2", "3"))
    elsewhere = predicted("TACO GARDEN")["id"]
    outcome = answered(first, "groceries")
    assert outcome["also_updated"] == 2
    rows = {item["id"]: item for item in client.get("/api/v1/history").json["items"]}
    for row in others:
        assert (rows[row]["category"], rows[row]["decided_by"]) == ("groceries", "memory")
    assert {rows[row]["status"] for row in others} == {"predicted"}
    assert rows[elsewhere]["decided_by"] == "model"
    undone = client.post(f"/api/v1/acts/{outcome['act']}/undo").json
    assert undone == {"act": outcome["act"], "undone": 3, "kept": 0}
    rows = {item["id"]: item for item in client.get("/api/v1/history").json["items"]}
    assert {rows[row]["decided_by"] for row in (first, *others)} == {"model"}
