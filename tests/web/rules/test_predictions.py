"""Rules decide before memory and model, in every path; their use is previewed, applied and counted."""

import io
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from src.pipeline.rules.report import RuleReports
from tests.web.rules.conftest import SWIGGY

ORDER = {"field": "description", "op": "contains", "value": "order"}


def life(client, row):
    return client.get(f"/api/v1/transactions/{row['id']}").json


def snapshot(database):
    """Every transaction with all that derives from it, but for the marks of writes."""
    hidden = {"revision": 0, "change": 0, "uncounted": 0}
    return list(database.collection("transactions").find({}, hidden).sort("_id"))


def test_a_rule_decides_before_memory_and_model(client, add, predicted, answered):
    by_model = predicted()
    answered(by_model["id"], "travel")
    assert predicted()["decided_by"] == "memory"
    rule = add(name="Meals", category="groceries", tags=["food"])
    decided = predicted(tags=["mine"])
    assert (decided["category"], decided["decided_by"], decided["confidence"]) == ("groceries", "rule", 1.0)
    assert (decided["band"], decided["needs_review"]) == ("auto", False)
    assert decided["explanation"] == [{"feature": "your rule “Meals”", "weight": 1.0}]
    assert decided["alternatives"][0] == {"category": "groceries", "probability": 1.0}
    assert sum(other["probability"] for other in decided["alternatives"]) == 1
    assert len({other["category"] for other in decided["alternatives"]}) == len(decided["alternatives"]) > 1
    assert decided["transaction"]["tags"] == ["mine", "food"]
    assert life(client, decided)["predictions"][0]["rule"] == rule["id"]
    [row] = client.get(f"/api/v1/history?rule={rule['id']}").json["items"]
    assert row["id"] == decided["id"]


def test_the_memory_is_asked_only_about_what_no_rule_decides(
    app, client, add, predicted, answered, monkeypatch
):
    for description in ("SWIGGY order 1", "ZOMATO order 1"):
        answered(predicted(description)["id"], "travel")
    add()
    transactions, asked = app.extensions["ledgerloop"].transactions, []
    recollections = transactions.recollections
    monkeypatch.setattr(
        transactions,
        "recollections",
        lambda keys, ignored: asked.extend(keys) or recollections(keys, ignored),
    )
    names = ("ZOMATO", "SWIGGY", "PLUM TREE", "SWIGGY", "ZOMATO")
    batch = [{"description": f"{name} order 2", "amount": 5} for name in names]
    rows = client.post("/api/v1/predict/batch", json={"transactions": batch}).json["results"]
    assert [row["decided_by"] for row in rows] == ["memory", "rule", "model", "rule", "memory"]
    assert "swiggy" not in asked


def test_a_persons_answer_stays_whatever_a_rule_says(client, add, predicted, answered):
    row = predicted()
    answered(row["id"], "travel")
    rule = add()
    assert client.post(f"/api/v1/rules/{rule['id']}/apply").json["changed"] == 0
    assert life(client, row)["category"] == "travel"


def test_a_changed_rule_decides_the_next_prediction_of_another_process(
    client, add, app, second_client, predicted
):
    other = second_client(app)
    rule = add()

    def decided():
        return other.post(
            "/api/v1/predict", json={"description": "SWIGGY 1", "amount": 1, "save": False}
        ).json

    assert decided()["category"] == "groceries"
    client.patch(f"/api/v1/rules/{rule['id']}", json={"category": "travel"})
    assert decided()["category"] == "travel"
    client.patch(f"/api/v1/rules/{rule['id']}", json={"enabled": False})
    assert decided()["decided_by"] == "model"


@pytest.fixture
def second_client():
    from src.web.app import create_app

    made = []

    def other(app):
        made.append(create_app(app.extensions["ledgerloop"].settings))
        return made[-1].test_client()

    yield other
    for app in made:
        app.extensions["ledgerloop"].champion.stop()
        app.extensions["ledgerloop"].shadow_model.stop()
        app.extensions["ledgerloop"].database.close()


def test_a_batch_and_an_unsaved_prediction_follow_rules_too(client, add):
    add({"field": "amount", "op": "between", "value": [100, None]}, tags=["large"])
    rows = [{"description": "SWIGGY 1", "amount": amount} for amount in ("99.99", "100")]
    answer = client.post("/api/v1/predict/batch", json={"transactions": rows}).json
    assert [result["decided_by"] for result in answer["results"]] == ["model", "rule"]
    assert [result["transaction"]["tags"] for result in answer["results"]] == [[], ["large"]]
    without_amount = client.post("/api/v1/predict", json={"description": "SWIGGY 1", "save": False}).json
    assert without_amount["decided_by"] == "model"


def test_imported_and_repredicted_transactions_follow_rules(app, client, add, predicted):
    row = predicted("CITY CAB", "8.00")
    rule = add({"field": "description", "op": "starts_with", "value": "city cab"}, tags=["cab"])
    file = io.BytesIO(
        b"Date,Details,Amount,Cur\n2026-03-04,PIZZA CORNER,-12.50,USD\n2026-03-05,CITY CAB,-9,USD\n"
    )
    fields = {"file": (file, "bank.csv"), "mapping": '{"sign": "negative-is-expense"}'}
    client.post("/api/v1/imports", data=fields, content_type="multipart/form-data")
    container = app.extensions["ledgerloop"]
    container.import_run.run(container.imports.claim(holder="test"), holder="test")
    items = client.get("/api/v1/history?sort=amount").json["items"]
    assert [(item["decided_by"], item["transaction"]["tags"]) for item in items] == [
        ("model", []),
        ("rule", ["cab"]),
        ("model", []),
    ]
    client.post("/api/v1/models/2/promote", json={"reason": "test"})
    changes = client.get("/api/v1/models/1/changes").json
    assert changes["remembered"] == 2  # by the rule, whatever the model
    client.post("/api/v1/models/repredict")
    again = life(client, row)
    assert (again["decided_by"], again["predictions"][-1]["rule"]) == ("rule", rule["id"])
    assert again["transaction"]["tags"] == []


def test_transactions_from_before_the_first_model_follow_rules(app):
    container = app.extensions["ledgerloop"]
    assert container.first_predictions.predictor.rules is container.predictor.rules is container.current_rules


def test_an_edit_follows_rules_but_is_not_tagged(client, add, predicted):
    row = predicted("SOMETHING ELSE")
    add(tags=["food"])
    changed = client.patch(f"/api/v1/transactions/{row['id']}", json={"description": "SWIGGY 12"}).json
    assert (changed["decided_by"], changed["category"]) == ("rule", "groceries")
    assert changed["transaction"]["tags"] == []


def test_an_answer_leaves_other_rows_to_the_rule(client, add, predicted, answered):
    add()
    first, second = predicted(), predicted()
    assert answered(first["id"], "travel")["also_updated"] == 0
    assert life(client, second)["category"] == "groceries"
    stats = client.get("/api/v1/rules").json[0]["stats"]
    assert (stats["matched"], stats["overruled"], stats["dead"]) == (1, 1, False)
    assert stats["last_matched_at"] == life(client, second)["predictions"][0]["at"]


def test_a_preview_counts_rows_and_money_and_names_contradicting_rules(client, add, predicted, answered):
    rows = [predicted(amount=amount, currency="INR") for amount in ("350.75", "0.10", "1000")]
    predicted(currency="JPY", amount="500")
    predicted("OTHER SHOP")
    answered(rows[0]["id"], "travel")
    first = add(ORDER, name="Orders", category="travel", enabled=True)
    body = {"conditions": [SWIGGY], "category": "groceries", "tags": ["food"]}
    before = snapshot_of(client)
    preview = client.post("/api/v1/rules/preview", json=body).json
    assert (preview["matched"], preview["complete"]) == (4, True)
    assert preview["amounts"] == [
        {"currency": "INR", "total": "1350.85"},
        {"currency": "JPY", "total": "500"},
    ]
    assert preview["conflicts"] == [
        {"rule": first["id"], "name": "Orders", "category": "travel", "rows": 4, "precedes": True}
    ]
    assert preview["would_change"] == 0  # the first rule decides, and stops
    assert len(preview["examples"]) == 4
    replacing = client.post("/api/v1/rules/preview", json={**body, "id": first["id"]}).json
    assert (replacing["would_change"], replacing["other_category"]) == (3, 3)
    assert replacing["conflicts"] == []
    assert snapshot_of(client) == before


def snapshot_of(client):
    return client.get("/api/v1/history").json, client.get("/api/v1/rules/export").json


@pytest.mark.parametrize(
    ("condition", "matched"),
    [
        (SWIGGY, 2),
        ({"field": "merchant", "op": "in", "value": ["SWIGGY *order 12", "x"]}, 2),
        ({"field": "description", "op": "contains", "value": "cafe  MULLER"}, 1),
        ({"field": "description", "op": "starts_with", "value": "swiggy order"}, 2),
        ({"field": "description", "op": "equals", "value": "caf\u00e9 m\u00fcller berlin"}, 1),
        ({"field": "description", "op": "in", "value": ["Swiggy Order 8841 (x) [BANGALORE]", "y"]}, 1),
        ({"field": "description", "op": "matches", "value": "^swiggy.*[0-9]{4}"}, 2),
        ({"field": "amount", "op": "equals", "value": "0.10"}, 1),
        ({"field": "amount", "op": "in", "value": ["0.10", "350.75"]}, 2),
        ({"field": "amount", "op": "between", "value": ["0.10", "0.10"]}, 1),
        ({"field": "amount", "op": "between", "value": [None, "350.74"]}, 1),
        ({"field": "date", "op": "between", "value": ["2026-03-04", None]}, 1),
        ({"field": "date", "op": "equals", "value": "2026-03-03"}, 2),
        ({"field": "currency", "op": "equals", "value": "eur"}, 1),
        ({"field": "direction", "op": "in", "value": ["income"]}, 1),
        ({"field": "mcc", "op": "starts_with", "value": "58"}, 1),
        ({"field": "mcc", "op": "equals", "value": "5812"}, 1),
        ({"field": "notes", "op": "is_empty"}, 2),
        ({"field": "notes", "op": "is_empty", "value": False}, 1),
        ({"field": "account", "op": "equals", "value": "GIRO"}, 1),
    ],
)
def test_the_database_narrows_a_preview_down_to_what_matches(client, predicted, condition, matched):
    predicted("SWIGGY order 8841 (x) [BANGALORE]", "350.75", date="2026-03-03", account="Giro")
    predicted("SWIGGY order 1234", "0.10", date="2026-03-03", currency="INR", notes="with friends")
    predicted(
        "CAFÉ   MÜLLER BERLIN", "1000", date="2026-03-04", currency="EUR", mcc="5812", direction="income"
    )
    for match in ("all", "any"):
        body = {"conditions": [condition], "category": "travel", "match": match}
        answer = client.post("/api/v1/rules/preview", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json["matched"] == matched


def test_a_rule_is_applied_to_what_nobody_has_answered_and_back(
    client, add, undo, predicted, answered, web_database
):
    rows = [predicted(tags=["mine"]), predicted(), predicted("OTHER SHOP")]
    answered(rows[2]["id"], "travel")
    mine = predicted("SWIGGY 77")
    answered(mine["id"], "travel")
    before = snapshot(web_database)
    preview = client.post(
        "/api/v1/rules/preview", json={"conditions": [SWIGGY], "category": "groceries"}
    ).json
    rule = add(tags=["food"], category="groceries")
    assert snapshot(web_database) == before
    applied = client.post(f"/api/v1/rules/{rule['id']}/apply").json
    assert applied["changed"] == preview["would_change"] == 2
    lives = [life(client, row) for row in rows]
    assert [row["decided_by"] for row in lives[:2]] == ["rule", "rule"]
    assert [row["transaction"]["tags"] for row in lives] == [["mine", "food"], ["food"], []]
    assert life(client, mine)["category"] == "travel"
    assert client.post(f"/api/v1/rules/{rule['id']}/apply").json == {
        "id": rule["id"],
        "changed": 0,
        "act": None,
    }
    [act] = [act for act in client.get("/api/v1/acts").json["items"] if act["id"] == applied["act"]]
    assert (act["what"]["code"], act["rows"]) == ("rule-applied", 2)
    assert undo(applied) == {"act": applied["act"], "undone": 2, "kept": 0}
    after = snapshot(web_database)
    for document in after:
        document.pop("edits", None)  # they stay, as undone
    assert after == before


def test_undoing_an_application_keeps_what_was_answered_since(client, add, undo, predicted, answered):
    first, second = predicted(), predicted()
    rule = add()
    applied = client.post(f"/api/v1/rules/{rule['id']}/apply").json
    answered(first["id"], "travel")
    assert undo(applied) == {"act": applied["act"], "undone": 1, "kept": 1}
    assert life(client, first)["category"] == "travel"
    assert life(client, second)["decided_by"] != "rule"


def test_a_rule_of_tags_only_tags_past_rows_and_leaves_their_category(client, add, predicted):
    row = predicted()
    rule = add(category=None, tags=["food"], stop=False)
    assert client.post(f"/api/v1/rules/{rule['id']}/apply").json["changed"] == 1
    after = life(client, row)
    assert (after["transaction"]["tags"], after["category"]) == (["food"], row["category"])
    assert (after["decided_by"], len(after["predictions"])) == ("model", 1)


def test_a_rule_that_is_switched_off_is_not_applied(client, add, predicted):
    predicted()
    rule = add(enabled=False)
    assert client.post(f"/api/v1/rules/{rule['id']}/apply").status_code == 409


@pytest.mark.parametrize("by_hand", [True, False])
def test_an_interrupted_application_is_done_again_or_finished_by_the_scheduler(
    by_hand, client, add, undo, predicted, app, monkeypatch, web_database
):
    for _ in range(4):
        predicted()
    before = snapshot(web_database)
    rule = add(tags=["food"])
    rows, real = app.extensions["ledgerloop"].bulk_rows, type(app.extensions["ledgerloop"].bulk_rows).change
    monkeypatch.setattr("src.pipeline.rules.apply._BATCH", 2)
    calls = []

    def killed(self, ids, change):
        calls.append(ids)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, ids, change)

    monkeypatch.setattr(type(rows), "change", killed)
    with pytest.raises(KeyboardInterrupt):
        client.post(f"/api/v1/rules/{rule['id']}/apply")
    monkeypatch.setattr(type(rows), "change", real)
    [unfinished] = [act for act in client.get("/api/v1/acts").json["items"] if act["kind"] == "rule-apply"]
    assert unfinished["rows"] is None
    if by_hand:
        rest = client.post(f"/api/v1/rules/{rule['id']}/apply").json
        assert rest["changed"] == 2
        assert undo(rest)["undone"] == 2
        assert undo({"act": unfinished["id"]})["undone"] == 2
    else:
        later = datetime.now(UTC) + timedelta(days=1)
        app.extensions["ledgerloop"].background_rule_application.resume_unfinished(at=later)
        [finished] = [act for act in client.get("/api/v1/acts").json["items"] if act["kind"] == "rule-apply"]
        assert (finished["id"], finished["rows"]) == (unfinished["id"], 4)
        assert undo({"act": unfinished["id"]})["undone"] == 4
    after = snapshot(web_database)
    for document in after:
        document.pop("edits", None)
    assert after == before


def test_a_rule_is_applied_to_very_many_by_the_scheduler(client, add, undo, predicted, app, monkeypatch):
    for module in ("src.pipeline.rules.apply", "src.web.rules.pages"):
        monkeypatch.setattr(f"{module}.AT_ONCE", 1)
    rows = [predicted() for _ in range(3)]
    rule = add(tags=["food"])
    applied = client.post(f"/api/v1/rules/{rule['id']}/apply").json
    assert applied["changed"] == 3
    [act, *_] = client.get("/api/v1/acts").json["items"]
    assert (act["rows"], act["progress"]) == (None, {"done": 0, "rows": 3})
    app.extensions["ledgerloop"].jobs.by_kind["bulk"]()
    [act, *_] = client.get("/api/v1/acts").json["items"]
    assert (act["id"], act["rows"], act["progress"]) == (applied["act"], 3, None)
    assert all(life(client, row)["transaction"]["tags"] == ["food"] for row in rows)
    assert undo(applied)["undone"] == 3
    again = client.post(f"/rules/{rule['id']}/apply")
    assert "Changing 3 transactions" in client.get(again.location).text
    [act, *_] = client.get("/api/v1/acts").json["items"]
    assert undo({"act": act["id"]})["undone"] == 0  # it had not begun
    app.extensions["ledgerloop"].jobs.by_kind["bulk"]()
    assert all(life(client, row)["transaction"]["tags"] != ["food"] for row in rows)


def test_an_application_is_undone_under_a_later_merge_of_its_category(client, add, undo, predicted):
    row = predicted()
    client.post("/api/v1/categories", json={"name": "Takeaway", "group": "discretionary", "color": "#aa0000"})
    rule = add(category="takeaway")
    applied = client.post(f"/api/v1/rules/{rule['id']}/apply").json
    merged = client.delete("/api/v1/categories/takeaway?into=dining").json
    assert undo(applied)["undone"] == 1
    assert life(client, row)["category"] == row["category"]
    undo(merged)
    assert life(client, row)["category"] == row["category"]


def test_an_application_that_is_undone_while_it_runs_changes_nothing(
    client, add, undo, predicted, app, monkeypatch, web_database
):
    for _ in range(4):
        predicted()
    before = snapshot(web_database)
    rule = add(tags=["food"])
    rows = app.extensions["ledgerloop"].bulk_rows
    real, calls = rows.change, []
    monkeypatch.setattr("src.pipeline.rules.apply._BATCH", 2)

    def undone_meanwhile(ids, change):
        calls.append(ids)
        if len(calls) == 2:
            [running] = [
                act for act in client.get("/api/v1/acts").json["items"] if act["kind"] == "rule-apply"
            ]
            assert undo({"act": running["id"]})["undone"] == 2
        return real(ids, change)

    monkeypatch.setattr(rows, "change", undone_meanwhile)
    applied = client.post(f"/api/v1/rules/{rule['id']}/apply").json
    assert (applied["changed"], applied["act"]) == (0, None)
    after = snapshot(web_database)
    for document in after:
        document.pop("edits", None)
    assert after == before


def test_rules_that_contradict_each_other_and_dead_rules_are_reported(add, predicted, listed):
    orders = add(ORDER, name="orders", category="travel", stop=False)
    meals = add(name="meals")
    add({"field": "merchant", "op": "equals", "value": "zomato"}, name="dead")
    add({"field": "merchant", "op": "equals", "value": "zomato"}, name="off", enabled=False)
    predicted()
    stats = {name: rule["stats"] for name, rule in listed().items()}
    assert [(name, stat["dead"]) for name, stat in stats.items()] == [
        ("orders", False),
        ("meals", False),
        ("dead", True),
        ("off", False),
    ]
    [conflict] = stats["orders"]["conflicts"]
    assert (conflict["rule"], conflict["rows"], conflict["precedes"]) == (meals["id"], 1, False)
    [conflict] = stats["meals"]["conflicts"]
    assert (conflict["rule"], conflict["precedes"]) == (orders["id"], True)


def test_slow_rules_are_compared_for_a_moment_only_and_none_is_called_dead_then(app, add, predicted):
    add({"field": "merchant", "op": "equals", "value": "zomato"})
    predicted()
    services, clock = app.extensions["ledgerloop"], count(step=3)
    reports = RuleReports(services.rules, services.rule_transactions, lambda: next(clock))
    [(_, report)] = reports.all()
    assert not report.dead


def test_three_answers_alike_suggest_a_rule_and_none_is_saved(client, predicted, answered):
    def suggested():
        return client.get("/api/v1/rules/suggestions").json

    for number in range(3):
        assert suggested() == []
        answered(predicted(f"SWIGGY order {number}")["id"], "dining")
    [offer] = suggested()
    assert (offer["merchant"], offer["category"], offer["answers"]) == ("swiggy", "dining", 3)
    assert client.get("/api/v1/rules").json == []
    assert client.post("/api/v1/rules", json=offer["rule"]).status_code == 201
    assert suggested() == []


def test_a_suggestion_has_its_waiting_rows_and_a_name_that_can_be_stored(
    client, predicted, answered, web_database
):
    long = " ".join(f"quiet{letter}harbour" for letter in "abcdefghij")
    for name in (long, "ZOMATO"):
        for row in [predicted(f"{name} {number}") for number in range(3)]:
            answered(row["id"], "dining")
    for _ in range(2):
        predicted("ZOMATO 7")
    web_database.collection("transactions").update_many(
        {"merchant": "zomato", "label": None}, {"$set": {"needs_review": True}}
    )
    offers = client.get("/api/v1/rules/suggestions").json
    assert [(offer["answers"], offer["waiting"]) for offer in offers] == [(3, 0), (3, 2)]
    assert [len(offer["rule"]["name"]) for offer in offers] == [100, len("zomato")]
    for offer in offers:
        assert client.post("/api/v1/rules", json=offer["rule"]).status_code == 201


def test_rules_are_imported_with_one_read_of_the_categories(app, client, add, monkeypatch):
    rules = [add(SWIGGY | {"value": name}) for name in ("swiggy", "zomato", "netflix")]
    for rule in rules:
        client.delete(f"/api/v1/rules/{rule['id']}")
    categories, reads = app.extensions["ledgerloop"].categories, []
    slugs = categories.slugs
    monkeypatch.setattr(categories, "slugs", lambda: reads.append(1) or slugs())
    fields = ("name", "conditions", "category")
    body = {"rules": [{name: rule[name] for name in fields} for rule in rules]}
    assert client.post("/api/v1/rules/import", json=body).status_code in (200, 201)
    assert (len(client.get("/api/v1/rules").json), len(reads)) == (3, 1)


def test_answers_that_differ_or_were_dismissed_or_given_at_once_suggest_nothing(client, predicted, answered):
    def suggested():
        return [offer["merchant"] for offer in client.get("/api/v1/rules/suggestions").json]

    rows = {name: [predicted(f"{name} 1") for _ in range(4)] for name in ("ZOMATO", "SWIGGY", "NETFLIX")}
    for row in (*rows["ZOMATO"][:3], *rows["SWIGGY"][:3]):
        answered(row["id"], "dining")
    answered(rows["NETFLIX"][0]["id"], "subscriptions", apply_to_similar=True)
    assert suggested() == ["swiggy", "zomato"]
    answered(rows["ZOMATO"][3]["id"], "groceries")
    assert suggested() == ["swiggy"]
    client.post("/api/v1/rules/suggestions/dismiss", json={"merchant": "swiggy", "category": "dining"})
    assert suggested() == []


def test_undoing_a_change_of_many_restores_which_rule_decided(client, add, undo, predicted, listed):
    add(SWIGGY, {"field": "mode", "op": "equals", "value": "UPI"}, name="by UPI")
    row = predicted("SWIGGY 1", mode="card")
    changed = client.post("/api/v1/transactions/bulk", json={"ids": [row["id"]], "set": {"mode": "UPI"}}).json
    assert (life(client, row)["decided_by"], listed()["by UPI"]["stats"]["matched"]) == ("rule", 1)
    undo(changed)
    assert (life(client, row)["decided_by"], listed()["by UPI"]["stats"]["matched"]) == ("model", 0)
