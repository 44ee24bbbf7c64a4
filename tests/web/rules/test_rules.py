"""Rules over the API: what is stored, what is refused, order, undo, export and import."""

import json

import pytest

from tests.web.rules.conftest import SWIGGY

FIELDS = {"id", "name", "enabled", "match", "conditions", "category", "tags", "stop"}


def exported(client):
    return client.get("/api/v1/rules/export").json["rules"]


@pytest.mark.parametrize(
    ("value", "name"),
    [(["1", "9.50"], "amount 1 to 9.50"), (["5", None], "amount from 5"), ([None, "5"], "amount up to 5")],
)
def test_a_rule_for_a_range_is_named_after_its_field_too(add, value, name):
    assert add({"field": "amount", "op": "between", "value": value})["name"] == name


def test_a_rule_is_stored_with_defaults_and_named_after_its_first_condition(client, add):
    added = add(tags=["food"])
    assert added["act"]
    assert {name: added[name] for name in FIELDS - {"id"}} == {
        "name": "swiggy",
        "enabled": True,
        "match": "all",
        "conditions": [SWIGGY],
        "category": "groceries",
        "tags": ["food"],
        "stop": True,
    }
    [rule] = client.get("/api/v1/rules").json
    assert rule["id"] == added["id"]
    assert rule["stats"] == {
        "matched": 0,
        "overruled": 0,
        "last_matched_at": None,
        "dead": True,
        "conflicts": [],
    }


@pytest.mark.parametrize(
    ("condition", "loc"),
    [
        ({"field": "amount", "op": "contains", "value": "3"}, "op"),
        ({"field": "date", "op": "matches", "value": "3"}, "op"),
        ({"field": "amount", "op": "between", "value": "3"}, "value"),
        ({"field": "amount", "op": "between", "value": [5, "3"]}, "value"),
        ({"field": "amount", "op": "between", "value": [None, None]}, "value"),
        ({"field": "amount", "op": "equals", "value": "three"}, "value"),
        ({"field": "amount", "op": "equals", "value": -1}, "value"),
        ({"field": "amount", "op": "equals", "value": True}, "value"),
        ({"field": "date", "op": "between", "value": ["2026-02-30", None]}, "value"),
        ({"field": "currency", "op": "equals", "value": "XXY"}, "value"),
        ({"field": "direction", "op": "in", "value": ["expense", "sideways"]}, "value"),
        ({"field": "mcc", "op": "equals", "value": "54"}, "value"),
        ({"field": "merchant", "op": "in", "value": []}, "value"),
        ({"field": "merchant", "op": "in", "value": "swiggy"}, "value"),
        ({"field": "merchant", "op": "contains", "value": " "}, "value"),
        ({"field": "merchant", "op": "contains", "value": {"$ne": ""}}, "value"),
        ({"field": "merchant", "op": "contains"}, "value"),
        ({"field": "notes", "op": "is_empty", "value": "no"}, "value"),
        ({"field": "notes", "op": "matches", "value": "(unclosed"}, "value"),
        ({"field": "notes", "op": "matches", "value": "(a{1000}){1000}"}, "value"),
        ({"field": "tags", "op": "contains", "value": "x"}, "field"),
        ({"field": "notes", "op": "sounds_like", "value": "x"}, "op"),
    ],
)
def test_a_condition_that_does_not_fit_is_refused_at_its_position(client, add, condition, loc):
    problem = add(SWIGGY, condition, status=422)
    assert ["conditions", 1, loc] in [error["loc"] for error in problem["errors"]]
    assert "unclosed" not in json.dumps(problem)
    assert client.get("/api/v1/rules").json == []


@pytest.mark.parametrize(
    ("fields", "loc"),
    [
        ({"category": None}, "category"),
        ({"category": "no-such-category"}, "category"),
        ({"conditions": []}, "conditions"),
        ({"match": "none"}, "match"),
        ({"stop": "yes"}, "stop"),
        ({"other": 1}, "other"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(client, fields, loc):
    body = {"conditions": [SWIGGY], "category": "groceries", **fields}
    answer = client.post("/api/v1/rules", json=body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["loc"][0] == loc


def test_amounts_are_kept_exactly(add):
    added = add({"field": "amount", "op": "between", "value": ["0.10", 1000000000.01]})
    assert added["conditions"][0]["value"] == ["0.10", "1000000000.01"]


def test_numbers_in_a_rule_are_masked_as_they_are_in_transactions(client, add, predicted):
    added = add(
        {"field": "description", "op": "contains", "value": "Card 4111 1111 1111 1111"},
        name="4111111111111111",
    )
    assert "4111" not in json.dumps(added)
    assert predicted("CARD 4111-1111-1111-1111 PAID")["decided_by"] == "rule"
    add({"field": "description", "op": "matches", "value": "4111111111111111"}, status=422)


def test_only_the_fields_that_are_sent_change(client, add, undo):
    added = add(tags=["food"])
    answer = client.patch(f"/api/v1/rules/{added['id']}", json={"enabled": False, "name": "Off"})
    assert answer.status_code == 200
    assert exported(client) == [{name: added[name] for name in FIELDS} | {"enabled": False, "name": "Off"}]
    again = client.patch(f"/api/v1/rules/{added['id']}", json={"enabled": False})
    assert again.json["act"] is None
    undo(answer.json)
    assert exported(client) == [{name: added[name] for name in FIELDS}]


def test_the_category_can_be_removed_only_while_there_are_tags(client, add):
    with_tags, without = add(tags=["food"]), add(name="other")
    for rule, status in ((with_tags, 200), (without, 422)):
        answer = client.patch(f"/api/v1/rules/{rule['id']}", json={"category": None})
        assert answer.status_code == status


def test_an_unknown_rule_is_not_found(client, predicted):
    row = predicted()["id"]
    for method, path, body in (
        ("patch", "nothing", {"name": "x"}),
        ("delete", "nothing", None),
        ("post", "nothing/apply", None),
        ("post", "nothing/transactions", {"transaction_id": row}),
    ):
        answer = getattr(client, method)(f"/api/v1/rules/{path}", **({"json": body} if body else {}))
        assert answer.status_code == 404, path


def test_rules_are_put_into_another_order_and_back(client, add, undo, listed):
    ids = [add(name=name)["id"] for name in "abc"]
    answer = client.post("/api/v1/rules/order", json={"ids": ids[::-1]})
    assert list(listed()) == ["c", "b", "a"]
    later = add(name="d")
    assert client.post("/api/v1/rules/order", json={"ids": ids}).status_code == 422
    undo(answer.json)
    assert list(listed()) == ["a", "b", "c", "d"]
    assert later["name"] == "d"


def test_an_order_that_was_changed_again_is_not_undone(client, add, undo):
    ids = [add(name=name)["id"] for name in "abc"]
    first = client.post("/api/v1/rules/order", json={"ids": ids[::-1]}).json
    client.post("/api/v1/rules/order", json={"ids": [ids[1], ids[0], ids[2]]})
    undo(first, status=409)


def test_a_deleted_rule_returns_to_its_position(client, add, undo, listed):
    rules = [add(name=name) for name in "abc"]
    before = exported(client)
    answer = client.delete(f"/api/v1/rules/{rules[1]['id']}")
    assert list(listed()) == ["a", "c"]
    undo(answer.json)
    assert exported(client) == before


def test_a_rule_that_was_changed_since_is_not_taken_away(client, add, undo, listed):
    added = add(name="a")
    changed = client.patch(f"/api/v1/rules/{added['id']}", json={"name": "b"}).json
    undo(added, status=409)
    undo(changed)
    undo(added)
    assert listed() == {}


def test_exported_rules_are_imported_where_they_are_missing(client, add, undo):
    for number, tags in enumerate((["food"], [])):
        add(
            SWIGGY, {"field": "amount", "op": "between", "value": [number, None]}, name=str(number), tags=tags
        )
    document = client.get("/api/v1/rules/export").json
    answer = client.post("/api/v1/rules/import", json=document)
    assert (answer.json["rules"], answer.json["skipped"], answer.json["act"]) == ([], 2, None)
    client.delete(f"/api/v1/rules/{document['rules'][0]['id']}")
    answer = client.post("/api/v1/rules/import", json=document).json
    assert ([rule["name"] for rule in answer["rules"]], answer["skipped"]) == (["0"], 1)
    after = exported(client)
    assert [rule["conditions"] for rule in after] == [rule["conditions"] for rule in document["rules"][::-1]]
    undo(answer)
    assert [rule["name"] for rule in exported(client)] == ["1"]


def test_an_import_with_one_invalid_rule_adds_none(client, add):
    add()
    [rule] = exported(client)
    wrong = {**rule, "conditions": [{"field": "notes", "op": "matches", "value": "("}]}
    answer = client.post("/api/v1/rules/import", json={"rules": [{**rule, "stop": False}, wrong]})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["loc"] == ["rules", 1, "conditions", 0, "value"]
    assert exported(client) == [rule]


def test_a_rule_follows_its_category_when_that_is_merged_and_back(client, add, undo, predicted):
    client.post("/api/v1/categories", json={"name": "Takeaway", "group": "discretionary", "color": "#aa0000"})
    rule, other = add(category="takeaway"), add(category="dining", name="other")
    assert client.delete("/api/v1/categories/takeaway").status_code == 409
    merged = client.delete("/api/v1/categories/takeaway?into=dining").json
    assert [rule["category"] for rule in exported(client)] == ["dining", "dining"]
    assert predicted()["category"] == "dining"
    undo(merged)
    assert [rule["category"] for rule in exported(client)] == ["takeaway", "dining"]
    assert predicted()["category"] == "takeaway"
    deleted = client.delete(f"/api/v1/rules/{rule['id']}").json
    client.delete("/api/v1/categories/takeaway?into=groceries")
    undo(deleted)
    assert [rule["category"] for rule in exported(client)] == ["groceries", "dining"]
    assert other["category"] == "dining"


def test_a_rule_follows_its_account_when_that_is_renamed_or_merged_and_back(client, add, undo, predicted):
    accounts = {
        name: client.post("/api/v1/accounts", json={"name": name, "currency": "INR"}).json["id"]
        for name in ("Giro", "Cash")
    }
    add({"field": "account", "op": "in", "value": ["giro", "Cash"]})
    before = exported(client)
    assert before[0]["conditions"][0]["value"] == ["Giro", "Cash"]

    def decided_by(account):
        return predicted(account=account)["decided_by"]

    renamed = client.patch(f"/api/v1/accounts/{accounts['Giro']}", json={"name": "Everyday"}).json
    assert exported(client)[0]["conditions"][0]["value"] == ["Everyday", "Cash"]
    assert decided_by("Everyday") == "rule"
    undo(renamed)
    assert exported(client) == before
    merged = client.delete(f"/api/v1/accounts/{accounts['Giro']}?into={accounts['Cash']}").json
    assert exported(client)[0]["conditions"][0]["value"] == ["Cash", "Cash"]
    undo(merged)
    assert exported(client) == before
    assert decided_by("Giro") == "rule"


def test_changes_of_rules_are_undone_also_after_what_they_name_was_merged_or_renamed(
    client, add, undo, predicted
):
    for name in ("SWIGGY", "ZOMATO"):
        predicted(name)
    client.post("/api/v1/categories", json={"name": "Takeaway", "group": "discretionary", "color": "#aa0000"})
    giro = client.post("/api/v1/accounts", json={"name": "Giro", "currency": "INR"}).json["id"]
    added = add({"field": "account", "op": "equals", "value": "Giro"}, SWIGGY, category="takeaway")
    changed = client.patch(f"/api/v1/rules/{added['id']}", json={"name": "other"}).json
    client.patch(f"/api/v1/accounts/{giro}", json={"name": "Everyday"})
    client.post("/api/v1/merchants/merge", json={"from": ["swiggy"], "into": "zomato"})
    client.delete("/api/v1/categories/takeaway?into=dining")
    undo(changed)
    [rule] = exported(client)
    assert (rule["name"], rule["category"]) == (added["name"], "dining")
    assert [condition["value"] for condition in rule["conditions"]] == ["Everyday", "zomato"]
    undo(added)
    assert exported(client) == []


def test_a_deleted_rule_of_a_deleted_category_does_not_return(client, add):
    client.post("/api/v1/categories", json={"name": "Takeaway", "group": "discretionary", "color": "#aa0000"})
    rule = add(category="takeaway")
    act = client.delete(f"/api/v1/rules/{rule['id']}").json["act"]
    assert client.delete("/api/v1/categories/takeaway").status_code == 200
    assert client.post(f"/api/v1/acts/{act}/undo").status_code == 409
    assert exported(client) == []


def test_a_rule_follows_a_merge_of_its_category_that_came_between_check_and_storage(
    client, app, add, monkeypatch
):
    client.post("/api/v1/categories", json={"name": "Takeaway", "group": "discretionary", "color": "#aa0000"})
    rules = app.extensions["ledgerloop"].rules
    real = rules.replace

    def merged_before(version, stored):
        monkeypatch.setattr(rules, "replace", real)
        client.delete("/api/v1/categories/takeaway?into=dining")
        return real(version, stored)

    monkeypatch.setattr(rules, "replace", merged_before)
    add(category="takeaway")
    assert [rule["category"] for rule in exported(client)] == ["dining"]


def test_a_transaction_is_added_to_a_rule(client, add, undo, predicted):
    row = predicted("ZOMATO order 12")
    rules = {
        "merchant": (add(name="merchant"), 200),
        "text": (add({"field": "description", "op": "contains", "value": "swiggy"}, name="text"), 200),
        "narrow": (add(SWIGGY, {"field": "amount", "op": "equals", "value": 1}, name="narrow"), 409),
        "matching": (add({"field": "amount", "op": "between", "value": [1, None]}, name="matching"), 200),
    }
    for rule, status in rules.values():
        path = f"/api/v1/rules/{rule['id']}/transactions"
        answer = client.post(path, json={"transaction_id": row["id"]})
        assert answer.status_code == status
        rule["answer"] = answer.json
    merchant, text, _, matching = (rule["answer"] for rule, _ in rules.values())
    assert merchant["conditions"] == [{"field": "merchant", "op": "in", "value": ["swiggy", "zomato"]}]
    assert (text["match"], len(text["conditions"])) == ("any", 2)
    assert matching["act"] is None
    undo(merchant)
    assert exported(client)[0]["conditions"] == [SWIGGY]


def test_a_rule_follows_its_merchant_when_that_is_merged_and_back(client, add, undo, predicted):
    for name in ("SWIGGY", "ZOMATO"):
        predicted(f"{name} order 12")
    add(SWIGGY | {"value": "Swiggy"})
    before = exported(client)
    merged = client.post("/api/v1/merchants/merge", json={"from": ["swiggy"], "into": "zomato"}).json
    assert exported(client)[0]["conditions"][0]["value"] == "zomato"
    assert [predicted(f"{name} order 12")["decided_by"] for name in ("SWIGGY", "ZOMATO")] == ["rule"] * 2
    undo(merged)
    assert exported(client) == before
    assert [predicted(f"{name} order 13")["decided_by"] for name in ("SWIGGY", "ZOMATO")] == ["rule", "model"]


def test_a_rule_that_names_a_merchant_as_statements_do_follows_its_merge_and_back(
    client, add, undo, predicted
):
    for name in ("AMZN MKTP", "ZOMATO"):
        predicted(f"{name} order 12")
    add(SWIGGY | {"value": "AMZN Mktp"})
    before = exported(client)
    merged = client.post("/api/v1/merchants/merge", json={"from": ["amazon"], "into": "zomato"}).json
    assert exported(client)[0]["conditions"][0]["value"] == "zomato"
    assert predicted("AMZN MKTP order 13")["decided_by"] == "rule"
    undo(merged)
    assert exported(client) == before
