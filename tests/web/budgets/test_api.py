"""Budgets and finance rules over the API: figures computed by hand, undo, and merged categories."""

from datetime import date

import pytest
from bson import ObjectId

from src.domain.transactions import Direction
from tests.services.rows import keep, new

BUDGETS = "/api/v1/budgets"
LIMITS = "/api/v1/insight/limits"


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def spend(services):
    """Store transactions of 2025: (month, day, amount, category), and more fields."""

    def add(*rows, **fields):
        return keep(
            services.transactions,
            *(
                new("a shop", amount, category=category, day=date(2025, month, day), **fields)
                for month, day, amount, category in rows
            ),
        )

    return add


def get(client, path=BUDGETS, **query):
    response = client.get(path, query_string=query)
    assert response.status_code == 200, response.text
    return response.json


def put(client, *items, path=BUDGETS):
    response = client.put(path, json=list(items))
    assert response.status_code == 200, response.text
    return response.json


def undo(client, act):
    return client.post(f"/api/v1/acts/{act}/undo").status_code


def amounts(client):
    return {(budget["category"] or budget["group"]): budget["amount"] for budget in get(client)}


def test_a_budget_has_what_is_spent_and_left_and_its_pace(client, spend):
    spend((6, 2, "100", "dining"), (6, 15, "45.50", "dining"), (5, 1, "999", "dining"))
    spend((6, 3, "20.50", "dining"), direction=Direction.INCOME)
    [changed] = put(client, {"category": "dining", "amount": "300", "currency": "USD", "period": "month"})
    act = changed.pop("act")
    [budget] = get(client)
    assert budget == changed
    assert budget == {
        "category": "dining",
        "group": None,
        "amount": "300.00",
        "currency": "USD",
        "period": "month",
        "carry_over": False,
        "since": budget["since"],
        "month": "2025-06",
        "as_of": "2025-06-15",
        "spent": "125.00",
        "carried": "0.00",
        "available": "300.00",
        "left": "175.00",
        "pace": {
            "state": "on_track",
            "gone": 0.5,
            "expected": "150.00",
            "recurring_paid": "0.00",
            "committed": "0.00",
        },
        "by_category": [
            {
                "category": "dining",
                "amount": "125.00",
                "history": "/history?counts=spent&from=2025-06-01&to=2025-06-30&currency=USD"
                "&counted_in=dining",
            }
        ],
    }
    assert undo(client, act) == 200
    assert get(client) == []


def test_the_rows_behind_a_budget_add_up_to_what_is_spent(client, spend):
    spend((6, 2, "100", "dining"), (6, 15, "45.50", "dining"), (6, 3, "7", "travel"))
    put(client, {"group": "discretionary", "amount": "300"})
    [budget] = get(client)
    totals = [
        client.get(part["history"].replace("/history?", "/api/v1/history/totals?")).json
        for part in budget["by_category"]
    ]
    assert [total["totals"][0]["expense"] for total in totals] == ["145.50", "7.00"]
    assert budget["spent"] == "152.50"


def test_own_transfers_savings_and_income_count_in_no_budget(client, spend, web_database):
    [pair] = spend((6, 2, "100", "dining"))
    paired = {"$set": {"transfer": "p"}}
    web_database.collection("transactions").update_one({"_id": ObjectId(pair.id)}, paired)
    spend((6, 3, "50", "savings"), direction=Direction.TRANSFER)
    spend((6, 4, "2000", "salary"), direction=Direction.INCOME)
    spend((6, 28, "30", "groceries"))
    put(client, {"group": "essential", "amount": 500}, {"group": "discretionary", "amount": 500})
    assert [budget["spent"] for budget in get(client)] == ["30.00", "0.00"]


def test_a_budget_covers_subcategories_and_each_currency_is_apart(client, spend):
    coffee = {"slug": "coffee", "name": "Coffee", "group": "discretionary", "color": "#112233"}
    assert client.post("/api/v1/categories", json={**coffee, "parent": "dining"}).status_code == 201
    spend((6, 2, "4", "coffee"), (6, 3, "10", "dining"))
    spend((6, 4, "7", "dining"), currency="EUR")
    put(
        client,
        {"category": "dining", "amount": "20"},
        {"category": "coffee", "amount": "20"},
        {"category": "dining", "amount": "20", "currency": "EUR"},
    )
    assert [(budget["currency"], budget["spent"]) for budget in get(client)] == [
        ("USD", "14.00"),
        ("USD", "4.00"),
        ("EUR", "7.00"),
    ]
    parts = [[(part["category"], part["amount"]) for part in budget["by_category"]] for budget in get(client)]
    assert parts == [[("dining", "14.00")], [("coffee", "4.00")], [("dining", "7.00")]]


def test_months_may_begin_on_payday(client, spend):
    client.patch("/api/v1/settings", json={"month_starts": 15})
    spend((6, 14, "10", "dining"), (6, 15, "20", "dining"), (7, 14, "40", "dining"))
    put(client, {"category": "dining", "amount": "100"})
    [june], [may] = get(client), get(client, month="2025-05")
    assert (june["month"], june["spent"], june["pace"]["gone"]) == ("2025-06", "60.00", 1)
    assert may["spent"] == "10.00"


def test_what_is_left_carries_over_from_the_month_it_began(client, spend):
    spend((4, 5, "100", "dining"), (5, 5, "150", "dining"), (6, 5, "20", "dining"))
    put(client, {"category": "dining", "amount": "100", "carry_over": True, "since": "2025-04"})
    [budget] = get(client)
    assert (budget["carried"], budget["available"], budget["left"]) == ("-50.00", "50.00", "30.00")
    put(client, {"category": "dining", "amount": "200", "carry_over": True})
    [before] = get(client)
    assert (before["amount"], before["since"]) == ("100.00", "2025-04")  # the new amount is of this month on


def test_payments_that_recur_later_in_the_month_count_as_committed(client, services):
    rows = [
        new("film club", "40", category="subscriptions", day=date(2025, month, 20)) for month in range(1, 6)
    ]
    rows += [new("games", "70", category="subscriptions", day=date(2025, 6, 10))]
    keep(services.transactions, *rows)
    put(client, {"category": "subscriptions", "amount": "100"})
    [budget] = get(client)
    assert budget["pace"]["committed"] == "40.00"
    assert (budget["spent"], budget["left"], budget["pace"]["state"]) == ("70.00", "30.00", "will_exceed")


@pytest.mark.parametrize(
    "items",
    [
        [{"amount": "5"}],
        [{"category": "dining", "group": "essential", "amount": "5"}],
        [{"category": "nothing", "amount": "5"}],
        [{"category": "salary", "amount": "5"}],
        [{"group": "income", "amount": "5"}],
        [{"category": "dining", "amount": "0"}],
        [{"category": "dining", "amount": "-5"}],
        [{"category": "dining", "amount": "5.001"}],
        [{"category": "dining", "amount": "5", "currency": "ABC"}],
        [{"category": "dining", "amount": "5", "period": "year"}],
        [{"category": "dining", "amount": "5", "spent": "1"}],
        [{"category": "dining", "amount": "5"}, {"category": "dining", "amount": "6", "currency": "USD"}],
        {"category": "dining", "amount": "5"},
    ],
)
def test_wrong_budgets_are_refused_and_nothing_changes(client, items):
    put(client, {"category": "travel", "amount": "5"})
    response = client.put(BUDGETS, json=items)
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    assert amounts(client) == {"travel": "5.00"}


def test_a_month_that_has_not_begun_is_refused(client):
    put(client, {"category": "travel", "amount": "5"})
    for month in ("2099-01", "2025-13", "june"):
        assert client.get(BUDGETS, query_string={"month": month}).status_code == 422


def test_a_replaced_list_is_one_act_that_can_be_undone(client):
    put(client, {"category": "dining", "amount": "5"}, {"category": "travel", "amount": "6"})
    act = put(client, {"category": "dining", "amount": "7"}, {"group": "essential", "amount": "8"})[0]["act"]
    assert (
        put(client, {"category": "dining", "amount": "7"}, {"group": "essential", "amount": "8"})[0]["act"]
        is None
    )
    later = put(client, {"category": "dining", "amount": "9"})[0]["act"]
    assert undo(client, act) == 409
    assert undo(client, later) == 200
    assert undo(client, act) == 200
    assert amounts(client) == {"dining": "5.00", "travel": "6.00"}


def test_budgets_follow_a_category_that_is_merged_and_come_back_with_its_undo(client):
    put(client, {"category": "dining", "amount": "50"}, {"category": "travel", "amount": "20"})
    act = client.delete("/api/v1/categories/dining", query_string={"into": "travel"}).json["act"]
    assert amounts(client) == {"travel": "70.00"}
    assert undo(client, act) == 200
    assert amounts(client) == {"dining": "50.00", "travel": "20.00"}


def test_a_deleted_category_takes_its_budget_with_it_and_the_undo_brings_both_back(client):
    put(client, {"category": "pets", "amount": "50"}, {"category": "travel", "amount": "20"})
    act = client.delete("/api/v1/categories/pets").json["act"]
    assert amounts(client) == {"travel": "20.00"}
    assert undo(client, act) == 200
    assert amounts(client) == {"pets": "50.00", "travel": "20.00"}


def test_adding_a_category_cannot_be_undone_while_a_budget_names_it(client):
    coffee = {"slug": "coffee", "name": "Coffee", "group": "discretionary", "color": "#112233"}
    act = client.post("/api/v1/categories", json=coffee).json["act"]
    put(client, {"category": "coffee", "amount": "50"})
    assert undo(client, act) == 409
    put(client)
    assert undo(client, act) == 200


def test_a_budget_that_comes_back_after_its_category_was_merged_follows_it(client):
    put(client, {"category": "dining", "amount": "50"})
    act = put(client, {"category": "pets", "amount": "10"})[0]["act"]
    client.delete("/api/v1/categories/dining", query_string={"into": "travel"})
    assert undo(client, act) == 200
    assert amounts(client) == {"travel": "50.00"}


def test_suggestions_are_medians_of_complete_months_without_a_budget(client, spend):
    for month, amount in ((1, "90"), (2, "110"), (3, "100")):
        spend((month, 1, amount, "dining"), (month, 28, "30", "groceries"))
    put(client, {"category": "groceries", "amount": "50"})
    suggestions = get(client, f"{BUDGETS}/suggestions")
    assert suggestions == {
        "currency": "USD",
        "months": ["2025-01", "2025-02", "2025-03"],
        "needed": 3,
        "suggestions": [{"category": "dining", "amount": "100.00", "lowest": "90.00", "highest": "110.00"}],
    }


def test_an_empty_ledger_has_neither_suggestions_nor_alarms(client):
    assert get(client, f"{BUDGETS}/suggestions")["suggestions"] == []
    assert {(limit["state"], limit["why"]) for limit in get(client, LIMITS)} == {
        ("cannot_tell", "too_few_months")
    }
    put(client, {"category": "dining", "amount": "50"})
    assert get(client)[0]["spent"] == "0.00"


@pytest.fixture
def two_months(spend):
    """A complete May, and June until its 10th."""
    spend((5, 1, "900", "housing"), (5, 20, "700", "dining"), (6, 10, "900", "housing"))
    spend((5, 31, "2000", "salary"), direction=Direction.INCOME)


def limits(client, **query):
    return {limit["rule"]: limit for limit in get(client, LIMITS, **query)}


def test_the_finance_rules_say_which_figure_and_which_rows(client, two_months):
    rules = limits(client)
    assert list(rules) == ["essential", "discretionary", "saving", "housing", "debt", "savings_rate"]
    assert {name: (rule["state"], rule["figure"]) for name, rule in rules.items()} == {
        "essential": ("ok", 0.45),
        "discretionary": ("alarm", 0.35),
        "saving": ("alarm", 0),
        "housing": ("alarm", 0.45),
        "debt": ("ok", 0),
        "savings_rate": ("ok", 0.2),
    }
    housing = rules["housing"]
    assert (housing["value"], housing["allowed"], housing["income"]) == ("900.00", "600.00", "2000.00")
    assert (housing["from"], housing["to"], housing["months"]) == ("2025-05-01", "2025-05-31", ["2025-05"])
    [part] = housing["by_category"]
    [row] = client.get(part["history"].replace("/history?", "/api/v1/history?")).json["items"]
    assert (row["transaction"]["amount"], row["category"]) == ("900.00", "housing")


def test_a_month_that_is_not_over_and_one_without_income_cannot_be_told(client, two_months, spend):
    rules = limits(client, month="2025-06")
    assert (rules["housing"]["state"], rules["housing"]["why"]) == ("cannot_tell", "month_incomplete")
    spend((6, 30, "1", "dining"))
    assert limits(client)["housing"]["why"] == "no_income"


def test_rules_are_changed_added_and_switched_off_as_one_act(client, two_months):
    changed = put(
        client,
        {"rule": "housing", "share": 0.45},
        {"rule": "discretionary", "enabled": False},
        {"rule": "debt", "period": "three_months"},
        {"rule": "category", "category": "dining", "amount": "699.99"},
        path=LIMITS,
    )
    assert [(rule["rule"], rule["state"], rule["why"]) for rule in changed] == [
        ("essential", "ok", None),
        ("discretionary", "off", None),
        ("saving", "alarm", None),
        ("housing", "ok", None),
        ("debt", "cannot_tell", "too_few_months"),
        ("savings_rate", "ok", None),
        ("category", "alarm", None),
    ]
    assert changed[-1]["history"].endswith("&counted_in=dining")
    assert undo(client, changed[0]["act"]) == 200
    assert len(get(client, LIMITS)) == 6


@pytest.mark.parametrize(
    "limit",
    [
        {"rule": "wealth"},
        {"rule": "housing", "share": 30},
        {"rule": "housing", "share": 0},
        {"rule": "housing", "amount": "5"},
        {"rule": "housing", "categories": ["nothing"]},
        {"rule": "essential", "categories": ["housing"]},
        {"rule": "category", "category": "dining"},
        {"rule": "category", "share": 0.1},
        {"rule": "category", "category": "dining", "share": 0.1, "amount": "5"},
        {"rule": "saving", "category": "dining"},
    ],
)
def test_wrong_rules_are_refused(client, limit):
    assert client.put(LIMITS, json=[limit]).status_code == 422
    assert client.put(LIMITS, json=[{"rule": "debt"}, {"rule": "debt"}]).status_code == 422


def test_rules_follow_a_category_that_is_merged_and_come_back_with_its_undo(client):
    put(client, {"rule": "category", "category": "housing", "share": 0.4}, path=LIMITS)
    act = client.delete("/api/v1/categories/housing", query_string={"into": "utilities"}).json["act"]
    rules = limits(client)
    assert (rules["housing"]["categories"], rules["category"]["category"]) == (["utilities"], "utilities")
    assert undo(client, act) == 200
    rules = limits(client)
    assert (rules["housing"]["categories"], rules["category"]["category"]) == (["housing"], "housing")


def test_the_analytics_have_the_budgets_and_alarms_of_their_last_month_in_their_currency(client, two_months):
    put(
        client,
        {"category": "dining", "amount": "50"},
        {"category": "dining", "amount": "5", "currency": "EUR"},
    )
    put(client, {"rule": "category", "category": "housing", "amount": "5", "currency": "EUR"}, path=LIMITS)
    may = get(client, "/api/v1/analytics", **{"from": "2025-01-01", "to": "2025-05-31"})
    assert may["budgets"] == get(client, month="2025-05")[:1]
    assert [flag["rule"] for flag in may["flags"]] == ["discretionary", "saving", "housing"]
    assert (may["anomalies"], may["recurring"], may["forecast"]) == ([], [], [])
    everything = get(client, "/api/v1/analytics")
    assert everything["budgets"] == get(client)[:1]
    assert everything["flags"] == may["flags"]
    assert get(client, "/api/v1/analytics", to="2190-01-01")["flags"] == []
