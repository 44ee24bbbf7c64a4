"""Out, an empty database, and in again: what comes out then is what came out before."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from bson import ObjectId

from src.domain.anomalies import AnomalyKind, Dismissal, anomaly_id
from src.domain.transactions import PossibleMistake, Transaction
from src.pipeline.integrations.inbound import InboundTransaction
from tests.conftest import empty
from tests.web.anomalies.test_unusual import analyse
from tests.web.imports.test_imports import run_queued_imports, upload

FORMS = ("jsonl", "csv", "parquet")
UNUSUAL = "/api/v1/insight/anomalies"
BOOKS_MONTH = Dismissal(
    anomaly_id(AnomalyKind.CATEGORY_MONTH, "USD", "books", "2026-02"),
    *(AnomalyKind.CATEGORY_MONTH, "USD", 90_000, "", "books", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
)
BANK = """Date,Details,Amount,Cur,Category
2026-03-04,PIZZA CORNER,-12.50,USD,eating out
2026-03-04,PIZZA CORNER,-12.50,USD,eating out
2026-03-05,CITY CAB,-8.00,USD,Rides
2026-03-06,MOON BASE KIOSK 4111111111111111,-3.20,USD,
"""
LABELLED = '{"sign": "negative-is-expense", "take_categories": true}'


@pytest.fixture
def container(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def full(app, client, container, registered, predicted, answered, web_database):
    """A history with a row of every kind."""
    categories = {"books": "Books", "never-used": "N° 5, “unused”"}
    for slug, name in categories.items():
        body = {"slug": slug, "name": name, "group": "discretionary", "color": "#7a5195"}
        assert client.post("/api/v1/categories", json=body).status_code == 201
    described = {"description": "Paper and e-books", "parent": "never-used"}
    assert client.patch("/api/v1/categories/books", json=described).status_code == 200
    upload(client, BANK.encode(), mapping=LABELLED)
    run_queued_imports(app)
    client.post("/predict", data={"description": "TYPED BY HAND", "amount": "5", "currency": "USD"})
    confirmed = predicted("SWIGGY order 8841 BANGALORE", "350.75", currency="INR", mode="UPI")
    answered(confirmed["id"], "dining")
    twice = predicted("FARM MARKET 4111 1111 1111 1111", "9.10", date="2020-02-29")
    answered(twice["id"], "travel")
    answered(twice["id"], "books")
    alike = [predicted("QUIET TEA ROOM", str(4 + number)) for number in range(3)]
    answered(alike[0]["id"], "books", apply_to_similar=True)
    undone = predicted("ACME PAYROLL", "2500", direction="income")
    outcome = container.feedback.record(undone["id"], "travel", at=datetime.now(UTC))
    container.act_undo.undo(outcome.act, at=datetime.now(UTC))
    predicted("寿司 鮨処 🍣 \u202eedisni", "4500", currency="JPY")
    predicted("قهوة", "1.234", currency="KWD", direction="transfer")
    predicted("rounding", "999999999999.9999", currency="CLF")
    for text in ('=HYPERLINK("x")', "'=quoted", "''-1", "'plain", "@cell", '"a", \\b;\u2028|'):
        predicted(text, "1", mode=text, subcategory=text)
    predicted("", "2", subcategory="only a note")
    details = {"account": "Checking", "counterparty": "Anna, “Blum”", "notes": '{"a": 1}', "mcc": "0742"}
    predicted("VET", "40", **details, tags=["dog", '"quoted"', "=1+1", "犬"])
    predicted("VET", "41", **dict.fromkeys(("account", "counterparty", "notes"), "=A1"), tags=["[]"])
    parts = [
        {"amount": "30.05", "category": "groceries", "notes": '=1 "x", 犬'},
        {"amount": "9.95", "category": "hobby-gear"},
    ]
    client.post(
        "/api/v1/categories", json={"name": "Hobby gear", "group": "discretionary", "color": "#123456"}
    )
    store = predicted("BIG STORE", "40", tags=["split"])["id"]
    assert client.put(f"/api/v1/transactions/{store}/splits", json={"splits": parts}).status_code == 200
    out = predicted("PAPER", "500", account="Checking")["id"]
    into = predicted("A NEIGHBOUR", "500", account="Pot", direction="income")["id"]
    assert client.post("/api/v1/transfers", json={"out": out, "in": into}).status_code == 201
    purchase = predicted("SHOE SHOP", "90", date="2026-01-20")["id"]
    refund = predicted("CARD CREDIT", "30", direction="income", date="2026-02-03")["id"]
    assert client.post(f"/api/v1/transactions/{refund}/refund", json={"of": purchase}).status_code == 200
    for text, direction, account in (("GIFT", "expense", "Main"), ("J DOE", "income", "Pot")):
        for amount in ("70", "71"):
            predicted(text, amount, account=account, direction=direction, date="2026-05-04")
    container.link_matching.maintain()
    suggested, _ = client.get("/api/v1/transfers?status=suggested").json["items"]
    assert client.delete(f"/api/v1/transfers/{suggested['id']}").status_code == 200
    client.patch(f"/api/v1/transactions/{store}", json={"notes": "=2", "tags": ["later"]})
    act = client.patch(f"/api/v1/transactions/{store}", json={"mcc": "5411", "mode": "Card"}).json["act"]
    client.post(f"/api/v1/acts/{act}/undo")
    audited = predicted("CITY CAB 7", "20")
    web_database.collection("transactions").update_one(
        {"_id": ObjectId(audited["id"])}, {"$set": {"audit": True}}
    )
    transaction = Transaction("BLUE DOOR", Decimal("4.20"), "EUR", date(2026, 3, 4))
    container.webhooks.receive(
        [InboundTransaction("=7", transaction, "Coffee out")], program="actual", at=datetime.now(UTC)
    )
    mistake = PossibleMistake(
        twice["id"], "books", "travel", 4, container.transactions.get(twice["id"]).feedback[-1].at
    )
    container.possible_mistakes.replace([mistake], at=datetime.now(UTC))
    container.possible_mistakes.confirm([twice["id"]], at=datetime.now(UTC))
    registered.promote("2", by="person", reason="newer", at=datetime.now(UTC))
    container.champion.refresh()
    assert client.post("/api/v1/models/repredict", json={}).status_code == 200
    return confirmed


def taken(client, form, query="sort=date"):
    answer = client.get(f"/api/v1/history.{form}?{query}")
    assert answer.status_code == 200
    return answer.get_data()


def import_file(app, client, content, form="jsonl"):
    answer = upload(client, content, name=f"anything.{form}")
    assert answer.status_code == 202, answer.text
    run_queued_imports(app)
    return client.get(f"/api/v1/imports/{answer.json['id']}").json


def counts(done):
    return [done[f"rows_{name}"] for name in ("added", "duplicate", "rejected", "left_out")]


def counted(container, done):
    """Rows of an import, and how many of them a person has answered since."""
    kept = container.imported_transactions
    return kept.count(done["id"]), kept.count_answered(done["id"])


def all_of(client):
    return {form: taken(client, form) for form in FORMS}


@pytest.mark.parametrize("form", FORMS)
def test_a_history_comes_back_as_it_was(app, client, container, full, web_database, form):
    before, categories = all_of(client), client.get("/api/v1/categories").json
    assert (vouched := container.possible_mistakes.confirmed())
    rows = len(before["jsonl"].splitlines())
    empty(web_database)
    done = import_file(app, client, before[form], form)
    assert (done["status"], counts(done)) == ("done", [rows, 0, 0, 0])
    after = all_of(client)
    assert after["jsonl"] == before["jsonl"]
    assert after["csv"] == before["csv"]
    tables = [pq.read_table(io.BytesIO(export["parquet"])) for export in (before, after)]
    assert tables[0].equals(tables[1])
    assert tables[0].num_rows == rows
    assert client.get("/api/v1/categories").json == categories
    assert container.possible_mistakes.confirmed() == vouched


@pytest.mark.parametrize("form", FORMS)
def test_what_is_there_already_stays_as_it_is_and_nothing_is_doubled(
    app, client, full, answered, web_database, form
):
    content = taken(client, form)
    rows = len(taken(client, "jsonl").splitlines())
    answered(full["id"], "travel")
    web_database.collection("transactions").delete_one({"description": "قهوة"})
    assert counts(import_file(app, client, content)) == [1, rows - 1, 0, 0]
    assert counts(import_file(app, client, content)) == [0, rows, 0, 0]
    newest = client.get("/api/v1/history?q=SWIGGY").json["items"][0]
    assert newest["category"] == "travel"


def set_up(client):
    """Accounts, a saved filter, merchants and settings as a person has them."""
    for account in client.get("/api/v1/accounts").json:
        if account["name"] == "Pot":
            changes = {"kind": "savings", "opening_balance": "-12.50", "name": "Savings pot"}
            assert client.patch(f"/api/v1/accounts/{account['id']}", json=changes).status_code == 200
    wallet = {"name": "Wallet", "currency": "JPY", "kind": "cash", "opening_balance": "5000"}
    assert client.post("/api/v1/accounts", json=wallet).status_code == 201
    [pot] = [account for account in client.get("/api/v1/accounts").json if account["name"] == "Savings pot"]
    merged = {"name": "Old", "currency": pot["currency"], "opening_balance": "7.00"}
    old = client.post("/api/v1/accounts", json=merged).json["id"]
    assert client.delete(f"/api/v1/accounts/{old}?into={pot['id']}").status_code == 200
    saved = {"name": "Large, “odd”", "query": "min_amount=100&q=a%20b"}
    assert client.post("/api/v1/history/filters", json=saved).status_code == 201
    merge = {"from": ["shoe shop"], "into": "big store"}
    assert client.post("/api/v1/merchants/merge", json=merge).json["moved"] == 1
    for merchant, change in (("vet", {"name": "=Animal doctor"}), ("gift", {"learn": False})):
        assert client.patch(f"/api/v1/merchants/{merchant}", json=change).status_code == 200
    assert client.delete("/api/v1/merchants/blue door/memory").json["forgotten"] > 0
    rule = {
        "name": "=Large",
        "match": "any",
        "conditions": [
            {"field": "amount", "op": "between", "value": ["900.50", None]},
            {"field": "mode", "op": "is_empty", "value": True},
            {"field": "merchant", "op": "in", "value": ["nobody", "no one"]},
        ],
        "category": "books",
        "tags": ["large"],
        "stop": False,
        "enabled": False,
    }
    assert client.post("/api/v1/rules", json=rule).status_code == 201
    group = client.get("/api/v1/review").json["groups"][0]["key"]
    skip = {"key": group, "until": "2199-01-01"}
    assert client.post("/api/v1/review/skip", json=skip).status_code in (200, 204)
    films = [
        {"description": "FILM CLUB", "amount": "12.99", "date": f"2026-0{month}-05"} for month in range(1, 5)
    ]
    assert client.post("/api/v1/predict/batch", json={"transactions": films}).status_code == 200
    [series] = client.get("/api/v1/insight/recurring").json
    decided = client.patch(
        f"/api/v1/insight/recurring/{series['id']}", json={"name": "=Films", "ended": True}
    )
    assert decided.json["status"] == "ended"
    dismissals = client.application.extensions["ledgerloop"].dismissals
    dismissals.add(BOOKS_MONTH)
    dismissals.add(replace(BOOKS_MONTH, id="e" * 24, kind=AnomalyKind.AMOUNT, merchant="vet", category=None))
    budgets = [
        {"category": "books", "amount": "40.50", "currency": "EUR", "period": "month", "carry_over": True},
        {"group": "essential", "amount": "900", "currency": "JPY", "period": "month"},
    ]
    assert client.put("/api/v1/budgets", json=budgets).status_code == 200
    limits = [{"rule": "housing", "share": 0.25, "categories": ["housing", "books"]}]
    assert client.put("/api/v1/insight/limits", json=limits).status_code == 200
    settings = {"month_starts": 25, "currency": "EUR", "week_starts": "sunday"}
    assert client.patch("/api/v1/settings", json=settings).status_code == 200


def whole_ledger(client, ids):
    """Everything that the API tells about the ledger, but for which import added a row."""
    lives = [client.get(f"/api/v1/transactions/{row_id}").json for row_id in ids]
    links = [
        client.get("/api/v1/transfers", query_string={"kind": kind, "status": status}).json
        for kind in ("transfer", "refund")
        for status in ("paired", "suggested")
    ]
    services = client.application.extensions["ledgerloop"]
    filters = [(saved["name"], saved["query"]) for saved in client.get("/api/v1/history/filters").json]
    settings = client.get("/api/v1/settings").json
    return [
        [{**life, "import_id": None} for life in lives],
        links,
        client.get("/api/v1/accounts").json,
        filters,
        settings,
        client.get("/api/v1/merchants").json,
        client.get("/api/v1/rules").json,
        client.get("/api/v1/insight/recurring").json,
        services.review_skips.all(),
        services.import_profiles.all(),
        services.budgets.all(),
        services.limits.all(),
        services.dismissals.all(),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_the_ledger_is_the_same_in_an_empty_installation(app, client, container, full, web_database, form):
    set_up(client)
    content = taken(client, form)
    ids = [json.loads(line)["id"] for line in taken(client, "jsonl").splitlines()]
    before = whole_ledger(client, ids)
    lives, links, accounts, filters, _, _, rules, *decided = before
    assert [len(items) for items in decided] == [1, 1, 1, 2, 1, 2]
    assert any(life["edits"] for life in lives)
    assert [len(page["items"]) for page in links] == [1, 1, 1, 0]
    assert (len(accounts), len(filters), len(rules)) == (5, 1, 1)
    empty(web_database)
    assert import_file(app, client, content, form)["status"] == "done"
    container.link_matching.maintain()
    assert whole_ledger(client, ids) == before
    assert {predicted_account(client, name) for name in ("POT", "Old")} == {"Savings pot"}
    [merge] = [act for act in client.get("/api/v1/acts").json["items"] if "into" in act["what"]["values"]]
    assert client.post(f"/api/v1/acts/{merge['id']}/undo").json["undone"] == 1


def predicted_account(client, account):
    body = {"description": "NEW", "amount": "1", "account": account}
    return client.post("/api/v1/predict", json=body).json["transaction"]["account"]


@pytest.mark.parametrize("form", FORMS)
def test_the_order_and_the_part_of_refunds_are_restored(app, client, predicted, web_database, form):
    def refund(amount, purchase, **body):
        row = predicted("CARD CREDIT", amount, direction="income", date="2026-02-03")["id"]
        linked(row, purchase, **body)
        return row

    def linked(row, purchase, **body):
        answer = client.post(f"/api/v1/transactions/{row}/refund", json={"of": purchase, **body})
        assert answer.status_code == 200, answer.text

    shoes = predicted("SHOE SHOP", "90", date="2026-01-20")["id"]
    first, second = refund("10", shoes), refund("30", shoes)
    assert client.delete(f"/api/v1/transactions/{first}/refund").status_code == 200
    linked(first, shoes)
    client.patch(f"/api/v1/transactions/{first}", json={"amount": "70"})  # more than the second one leaves
    store = predicted("BIG STORE", "40", date="2026-01-21")["id"]
    parts = [{"amount": "20", "category": category} for category in ("groceries", "pets")]
    client.put(f"/api/v1/transactions/{store}/splits", json={"splits": parts})
    third = refund("5", store, part=1)
    ids = [shoes, first, second, store, third]
    before, sums = whole_ledger(client, ids), client.get("/api/v1/analytics").json["by_category"]
    assert [life["refund_of"] for life in before[0]] == [None, None, shoes, None, store]
    content = taken(client, form)
    empty(web_database)
    import_file(app, client, content, form)
    assert whole_ledger(client, ids) == before
    assert client.get("/api/v1/analytics").json["by_category"] == sums
    client.patch(f"/api/v1/transactions/{first}", json={"amount": "60"})
    assert client.get(f"/api/v1/transactions/{first}").json["refund_of"] == shoes


def test_a_refund_that_is_only_suggested_here_is_linked_as_the_backup_has_it(
    app, client, container, predicted, web_database
):
    store = predicted("BIG STORE", "40", date="2026-01-21")["id"]
    parts = [{"amount": "20", "category": category} for category in ("groceries", "pets")]
    client.put(f"/api/v1/transactions/{store}/splits", json={"splits": parts})
    refund = predicted("BIG STORE", "5", direction="income", date="2026-02-03")["id"]
    container.link_matching.maintain()
    body = {"of": store, "part": 1}
    act = client.post(f"/api/v1/transactions/{refund}/refund", json=body).json["act"]

    def link():
        [document] = web_database.transfers.find({}, {"_id": 0, "status": 1, "part": 1, "order": 1})
        return document

    before, content = link(), taken(client, "jsonl")
    assert client.post(f"/api/v1/acts/{act}/undo").status_code == 200
    assert link() == {"status": "suggested"}
    import_file(app, client, content)
    assert link() == before == {"status": "paired", "part": 1, "order": 1}


def test_two_refunds_to_which_a_hand_gave_one_order_are_restored(app, client, predicted, web_database):
    shoes = predicted("SHOE SHOP", "90", date="2026-01-20")["id"]
    refunds = [
        predicted("CARD CREDIT", "10", direction="income", date=date)["id"]
        for date in ("2026-02-03", "2026-02-04")
    ]
    for refund in refunds:
        client.post(f"/api/v1/transactions/{refund}/refund", json={"of": shoes})
    content = taken(client, "jsonl").replace(b'"order":2', b'"order":1')
    empty(web_database)
    assert import_file(app, client, content)["status"] == "done"
    lives = [client.get(f"/api/v1/transactions/{refund}").json for refund in refunds]
    assert [life["refund_of"] for life in lives] == [shoes] * 2


def test_a_restored_edit_can_be_undone(app, client, full, web_database):
    content = taken(client, "jsonl")
    [store] = client.get("/api/v1/history?q=big%20store").json["items"]
    empty(web_database)
    import_file(app, client, content)
    edits = client.get(f"/api/v1/transactions/{store['id']}").json["edits"]
    act = next(edit["act"] for edit in reversed(edits) if not edit["undone"])
    assert client.post(f"/api/v1/acts/{act}/undo").status_code == 200
    life = client.get(f"/api/v1/transactions/{store['id']}").json
    assert (life["transaction"]["notes"], life["transaction"]["tags"]) == (None, ["split"])


def test_a_backup_changes_nothing_that_a_person_has_set_up_since(app, client, full, web_database):
    set_up(client)
    content = taken(client, "jsonl")
    empty(web_database)
    mine = {"name": "Wallet", "currency": "USD", "kind": "card", "opening_balance": "1.00"}
    assert client.post("/api/v1/accounts", json=mine).status_code == 201
    assert client.patch("/api/v1/settings", json={"month_starts": 3}).status_code == 200
    import_file(app, client, content)
    [wallet] = [account for account in client.get("/api/v1/accounts").json if account["name"] == "Wallet"]
    assert (wallet["currency"], wallet["kind"], wallet["opening_balance"]) == ("USD", "card", "1.00")
    settings = client.get("/api/v1/settings").json
    assert (settings["month_starts"], settings["currency"]) == (3, "USD")


def test_of_the_rules_that_a_hand_wrote_into_an_export_only_the_valid_ones_are_restored(
    app, client, full, web_database
):
    set_up(client)
    records = map(json.loads, taken(client, "jsonl").splitlines())
    first = next(record for record in records if record["setup"])
    [rule] = first["setup"]["rules"]
    text = {"field": "description", "op": "contains"}
    wrong = [
        {"category": None, "tags": []},
        {"category": "no-such"},
        {"conditions": [{**text, "op": "matches", "value": "4111111111111111"}]},
        {"conditions": [{**text, "op": "matches", "value": "("}]},
        {"conditions": [{**text, "value": " "}]},
    ]
    first["setup"]["rules"] = [*({**rule, **fields} for fields in wrong), rule]
    empty(web_database)
    import_file(app, client, json.dumps(first).encode())
    [restored] = client.get("/api/v1/rules").json
    assert restored["name"] == rule["name"]


def test_a_budget_that_a_hand_wrote_into_an_export_is_not_restored_if_it_is_not_valid(
    app, client, full, web_database
):
    set_up(client)
    records = map(json.loads, taken(client, "jsonl").splitlines())
    first = next(record for record in records if record["setup"])
    [budget, _] = first["setup"]["budgets"]
    first["setup"]["budgets"] = [budget, {**budget, "category": "salary"}, {**budget, "category": "no-such"}]
    empty(web_database)
    import_file(app, client, json.dumps(first).encode())
    assert [budget["category"] for budget in client.get("/api/v1/budgets").json] == ["books"]
    first["setup"]["budgets"] = [{**budget, "group": "essential"}]
    assert counts(import_file(app, client, json.dumps(first).encode()))[2] == 1


def test_unusual_spending_that_was_dismissed_stays_dismissed(app, client, container, predicted, web_database):
    for _ in range(2):
        predicted("ODD PRICE", "318.47", date="2026-03-04")
    analyse(container, container.ledger_analysis.parts["anomalies"])
    [twice] = client.get(f"{UNUSUAL}?wait=0").json["anomalies"]
    assert client.post(f"{UNUSUAL}/{twice['id']}/dismiss").status_code == 200
    content = taken(client, "jsonl")
    empty(web_database)
    import_file(app, client, content)
    analyse(container, container.ledger_analysis.parts["anomalies"])
    assert client.get(f"{UNUSUAL}?wait=0").json["anomalies"] == []
    [dismissed] = client.get(f"{UNUSUAL}?wait=0&status=dismissed").json["anomalies"]
    assert dismissed["id"] == twice["id"]


def test_dismissals_follow_categories_and_merchants_of_this_ledger(
    app, client, container, full, predicted, web_database
):
    of_merchant = replace(BOOKS_MONTH, id="e" * 24, kind=AnomalyKind.AMOUNT, merchant="shoe shop")
    container.dismissals.add(BOOKS_MONTH)
    container.dismissals.add(replace(of_merchant, category="travel"))
    content = taken(client, "jsonl")
    empty(web_database)
    body = {"slug": "reading", "name": "Books", "group": "discretionary", "color": "#7a5195"}
    assert client.post("/api/v1/categories", json=body).status_code == 201
    for text in ("SHOE SHOP", "BIG STORE"):
        predicted(text, "5")
    merge = {"from": ["shoe shop"], "into": "big store"}
    assert client.post("/api/v1/merchants/merge", json=merge).json["moved"] == 1
    assert client.delete("/api/v1/categories/travel?into=transport").status_code == 200
    import_file(app, client, content)
    month, amount = container.dismissals.all()
    assert month == replace(BOOKS_MONTH, category="reading")
    assert amount == replace(of_merchant, category="transport", merchant="big store")


def test_rules_and_budgets_follow_a_category_of_the_same_name(app, client, full, web_database):
    set_up(client)
    content = taken(client, "jsonl")
    empty(web_database)
    body = {"slug": "reading", "name": "Books", "group": "discretionary", "color": "#7a5195"}
    assert client.post("/api/v1/categories", json=body).status_code == 201
    import_file(app, client, content)
    [rule] = client.get("/api/v1/rules").json
    assert (rule["category"], client.get("/api/v1/budgets").json[0]["category"]) == ("reading", "reading")


def test_an_account_that_only_a_transaction_has_named_gets_what_the_backup_knows_of_it(
    app, client, full, web_database
):
    set_up(client)
    content = taken(client, "jsonl")
    empty(web_database)
    predicted_account(client, "wallet")
    import_file(app, client, content)
    [wallet] = [account for account in client.get("/api/v1/accounts").json if account["kind"] == "cash"]
    assert [wallet[name] for name in ("name", "currency", "opening_balance")] == ["Wallet", "JPY", "5000"]


def without_details(content, form):
    """An export as an earlier release wrote it."""
    added = ("edits", "links", "setup")
    names = ("account", "counterparty", "notes", "mcc", "tags", "splits", *added)
    if form == "jsonl":
        lines = [json.loads(line) for line in content.decode().split("\n") if line]
        for line in lines:
            for name in ("splits", *added):
                del line[name]
            line["transaction"] = {k: v for k, v in line["transaction"].items() if k not in names}
        return "".join(json.dumps(line) + "\n" for line in lines).encode()
    if form == "csv":
        first, *lines = csv.reader(io.StringIO(content.decode(), newline=""))
        text = io.StringIO(newline="")
        kept = [position for position, name in enumerate(first) if name not in names]
        csv.writer(text).writerows([line[position] for position in kept] for line in (first, *lines))
        return text.getvalue().encode()
    table, output = pq.read_table(io.BytesIO(content)).drop(list(names)), io.BytesIO()
    pq.write_table(table, output)
    return output.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_an_export_of_a_release_without_details_is_restored(app, client, full, web_database, form):
    content = taken(client, form)
    rows = len(taken(client, "jsonl").splitlines())
    empty(web_database)
    done = import_file(app, client, without_details(content, form))
    assert (done["status"], counts(done)) == ("done", [rows, 0, 0, 0])
    assert client.get("/api/v1/history?account=Checking").json["total"] == 0


def test_the_banks_own_file_adds_nothing_to_what_was_restored(app, client, full, web_database):
    content = taken(client, "jsonl")
    empty(web_database)
    import_file(app, client, content)
    answer = upload(client, BANK.encode(), mapping=LABELLED)
    run_queued_imports(app)
    assert counts(client.get(f"/api/v1/imports/{answer.json['id']}").json) == [0, 4, 0, 0]


def test_answers_hold_again_and_the_memory_knows_them_without_a_model(
    app, client, container, full, predicted, registered, web_database
):
    content = taken(client, "csv")
    empty(web_database)
    import_file(app, client, content)
    again = predicted("QUIET TEA ROOM", "6")
    assert (again["category"], again["decided_by"]) == ("books", "memory")
    labels = {label.id: label for label in container.transactions.labelled()}
    assert labels[full["id"]].category == "dining"


def test_a_restore_is_undone_completely_and_later_answers_return_with_it(
    app, client, container, full, answered, web_database
):
    content, rows = taken(client, "jsonl"), len(taken(client, "jsonl").splitlines())
    empty(web_database)
    done = import_file(app, client, content)
    assert counted(container, done) == (rows, 0)
    answered(full["id"], "travel")
    for _ in range(2):
        assert counted(container, done) == (rows, 1)
        undone = client.delete(f"/api/v1/imports/{done['id']}").json
        assert undone == {"rows_removed": rows, "rows_kept": 0, "answers_kept": 1}
        done = import_file(app, client, content)
        row = container.transactions.get(full["id"])
        assert [event.category for event in row.feedback] == ["dining", "travel"]
        assert row.category == "travel"


def test_a_restore_that_was_killed_begins_again_and_doubles_nothing(
    app, client, container, full, web_database
):
    content, rows = taken(client, "parquet"), len(taken(client, "jsonl").splitlines())
    empty(web_database)
    assert upload(client, content).status_code == 202
    claimed = container.imports.claim(holder="the one that dies")

    class Dying:
        content = container.imports.content

        def record_progress(self, *_):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(container.import_run, imports=Dying()).run(claimed, holder="the one that dies")
    container.imports.release(claimed.id, holder="the one that dies", attempt=1)
    run_queued_imports(app)
    done = client.get(f"/api/v1/imports/{claimed.id}").json
    assert counts(done) == [rows, 0, 0, 0]
    assert client.get("/api/v1/history").json["total"] == rows


def test_an_own_category_of_the_same_name_takes_the_answers_of_the_other(
    app, client, full, predicted, web_database
):
    content = taken(client, "jsonl", "category=books&sort=date")
    empty(web_database)
    body = {"slug": "novels", "name": "BOOKS", "group": "discretionary", "color": "#000000"}
    client.post("/api/v1/categories", json=body)
    import_file(app, client, content)
    assert {item["category"] for item in client.get("/api/v1/history").json["items"]} == {"novels"}
    assert predicted("QUIET TEA ROOM", "6")["category"] == "novels"


def test_a_part_of_the_lines_can_be_imported_alone(app, client, full, web_database):
    lines = taken(client, "jsonl").splitlines()
    empty(web_database)
    part = [line for line in lines if json.loads(line)["category"] == "books"][1:]
    assert counts(import_file(app, client, b"\n".join(part))) == [len(part), 0, 0, 0]
    assert "books" in {category["slug"] for category in client.get("/api/v1/categories").json}


def test_what_a_hand_wrote_into_an_export_is_masked_and_its_categories_are_made(
    app, client, full, web_database
):
    [line] = taken(client, "jsonl", "q=SWIGGY").splitlines()
    body = json.loads(line)
    body["transaction"]["description"] = "SWIGGY 4111 1111 1111 1111"
    body["feedback"][0]["category"] = body["category"] = "from-nowhere"
    body["status"] = "corrected"
    empty(web_database)
    assert counts(import_file(app, client, json.dumps(body).encode())) == [1, 0, 0, 0]
    [item] = client.get("/api/v1/history").json["items"]
    assert item["transaction"]["description"] == "SWIGGY [card]"
    assert item["category"] in {category["slug"] for category in client.get("/api/v1/categories").json}


def test_the_preview_names_the_export_and_asks_nothing(client, full):
    for form, named in (("jsonl", "JSON lines"), ("csv", "CSV"), ("parquet", "Parquet")):
        seen = upload(client, taken(client, form), dry_run="true").json
        assert seen["format"] == f"Ledgerloop export ({named})"
        assert (seen["questions"], seen["columns"], seen["rejects"]) == ([], [], [])
    answer = client.post(
        "/import", data={"file": (io.BytesIO(taken(client, "csv")), "h.csv")}, follow_redirects=True
    )
    assert "Everything in this export is restored" in answer.text
    assert "Change columns and formats" not in answer.text


def test_parquet_has_types(client, predicted):
    predicted("SWIGGY", "350.75", currency="INR", date="2026-03-04")
    table = pq.read_table(io.BytesIO(taken(client, "parquet")))
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert (kinds["date"], kinds["amount"]) == ("date32[day]", "decimal128(18, 4)")
    assert kinds["confidence"] == "double"
    assert kinds["created_at"] == "timestamp[ms, tz=UTC]"
    [row] = table.to_pylist()
    assert (str(row["date"]), str(row["amount"])) == ("2026-03-04", "350.7500")
    assert row["predictions"][0]["alternatives"][0]["category"] == row["category"]


def test_an_empty_history_is_a_parquet_file_without_rows(client):
    assert pq.read_table(io.BytesIO(taken(client, "parquet"))).num_rows == 0
