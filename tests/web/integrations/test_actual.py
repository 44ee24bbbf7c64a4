"""A script of Actual asks; and the script of the documentation itself, run by node."""

import json
import os
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.serving import make_server

from src.config import ROOT

SCRIPT = ROOT / "docs" / "examples" / "actual-sync.mjs"
STAND_IN = ROOT / "tests" / "web" / "integrations" / "actual_stand_in.mjs"
SURE, UNSURE = "FRESH MARKET CORNER MARKET 4411", "ZQXV KJHGQ"
NEWLY = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()


def transaction(id="t1", **fields):
    """As getTransactions gives it, with the names the script adds."""
    return {
        "id": id,
        "is_parent": False,
        "is_child": False,
        "parent_id": None,
        "account": "a1",
        "category": None,
        "amount": -1250,
        "payee": "p1",
        "notes": None,
        "date": NEWLY,
        "imported_id": "bank-1",
        "error": None,
        "imported_payee": SURE,
        "starting_balance_flag": False,
        "transfer_id": None,
        "sort_order": 1795277028484,
        "cleared": True,
        "reconciled": False,
        "tombstone": False,
        "schedule": None,
        "raw_synced_data": None,
        "subtransactions": [],
        **fields,
    }


def ask(client, *transactions, **fields):
    response = client.post("/api/v1/webhooks/actual", json={"transactions": transactions, **fields})
    assert response.status_code == 200, response.text
    return response.json["results"]


def history(client):
    return client.get("/api/v1/history?sort=date").json["items"]


def test_each_transaction_receives_its_category(client):
    [sure, unsure] = ask(client, transaction(), transaction("t2", imported_payee=UNSURE))
    assert (sure["id"], sure["category"], sure["slug"], sure["band"]) == (
        "t1",
        "Groceries",
        "groceries",
        "auto",
    )
    assert (sure["needs_review"], unsure["needs_review"]) == (False, True)
    assert 0 <= unsure["confidence"] < sure["confidence"] <= 1
    assert len(history(client)) == 2


def test_amounts_are_hundredths_and_their_sign_the_direction(client):
    ask(
        client,
        transaction("out", amount=-1250),
        transaction("in", amount=250000),
        transaction("over", amount=-5000, transfer_id="t9"),
        currency="EUR",
    )
    rows = [row["transaction"] for row in history(client)]
    amounts = {(row["direction"], row["amount"], row["currency"]) for row in rows}
    assert amounts == {
        ("expense", "12.50", "EUR"),
        ("income", "2500.00", "EUR"),
        ("transfer", "50.00", "EUR"),
    }


def test_asked_again_it_is_the_same_row(client):
    first, second = ask(client, transaction(), transaction()), ask(client, transaction())
    assert first == second * 2
    assert len(history(client)) == 1


def test_a_category_that_a_person_chose_there_is_learned(client):
    [result] = ask(client, transaction(imported_payee=UNSURE, category="c7", category_name="Kids"))
    assert (result["category"], result["decided_by"]) == ("Kids", "person")
    [again] = ask(client, transaction("t2", imported_payee=UNSURE))
    assert (again["slug"], again["decided_by"]) == ("kids", "memory")


def test_our_own_category_sent_back_is_no_answer_but_another_is(client):
    ask(client, transaction())
    [echo] = ask(client, transaction(category="c1", category_name="Groceries"))
    assert echo["decided_by"] == "model"
    [chosen] = ask(client, transaction(category="c2", category_name="Dining out"))
    assert (chosen["slug"], chosen["decided_by"]) == ("dining", "person")


def test_the_parts_of_a_split_are_separate_transactions(client):
    parts = [
        {"id": "s1", "amount": -500, "imported_payee": None, "notes": "milk", "category_name": "Groceries"},
        {"id": "s2", "amount": -400, "imported_payee": None, "notes": "fork"},
    ]
    results = ask(client, transaction("whole", is_parent=True, subtransactions=parts))
    assert [result["id"] for result in results] == ["s1", "s2"]
    assert {row["transaction"]["description"] for row in history(client)} == {SURE}


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": "12"},
        {"amount": -12.5},
        {"amount": 10**15},
        {"date": "04/03/2026"},
        {"id": "$where: 1"},
        {"id": None},
        {"imported_payee": None},
        {"starting_balance_flag": True},
        {"imported_payee": {"$gt": ""}},
    ],
    ids=repr,
)
def test_one_that_is_refused_gets_an_error_at_its_position(client, wrong):
    refused, taken = ask(client, transaction(**wrong), transaction("t2"))
    assert refused["error"]["status"] == 422
    assert taken["slug"] == "groceries"
    assert len(history(client)) == 1


def test_a_text_of_damage_is_cleaned_and_masked(client):
    ask(client, transaction(imported_payee="SHOP\x07 \u200f 4111 1111 1111 1111\n\n"))
    [row] = history(client)
    assert row["transaction"]["description"] == "SHOP [card]"


@pytest.mark.parametrize(
    "body", [[], {}, {"transactions": []}, {"transactions": [1] * 10_001}, {"transactions": [1], "x": 1}]
)
def test_a_request_of_another_form_is_refused(client, body):
    response = client.post("/api/v1/webhooks/actual", json=body)
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")


def test_a_split_of_too_many_parts_is_refused(client):
    parts = [{"id": f"s{n}", "amount": -1} for n in range(10_001)]
    response = client.post(
        "/api/v1/webhooks/actual", json={"transactions": [transaction(subtransactions=parts)]}
    )
    assert response.status_code == 422


def test_account_payee_notes_and_hashtags_are_kept(client):
    parts = [transaction("s1", notes="#dog and #two#parts, a#b"), transaction("s2", payee_name=None)]
    whole = {"account_name": "Checking", "payee_name": "Fresh Market"}
    ask(client, transaction("whole", is_parent=True, subtransactions=parts, **whole))
    first, second = (row["transaction"] for row in history(client))
    assert (first["account"], first["counterparty"]) == ("Checking", "Fresh Market")
    assert (first["notes"], first["tags"]) == ("#dog and #two#parts, a#b", ["dog", "two"])
    assert (second["account"], second["counterparty"], second["tags"]) == ("Checking", "Fresh Market", [])


# The script of the documentation


@pytest.fixture
def address(app):
    """The application behind a real address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def script(tmp_path, address):
    """Runs the script on a budget, with the stand-in where npm would put Actual's API; gives the budget."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    package = tmp_path / "node_modules" / "@actual-app" / "api"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./index.mjs"}')
    shutil.copy(STAND_IN, package / "index.mjs")
    shutil.copy(SCRIPT, tmp_path)
    file = tmp_path / "budget.json"

    def run(budget, *arguments, **environment):
        file.write_text(json.dumps({**budget, "calls": []}))
        run.done = subprocess.run(
            ["node", SCRIPT.name, *arguments],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "BUDGET_FILE": str(file),
                "LEDGERLOOP_URL": address,
                "ACTUAL_SYNC_ID": "a-sync-id",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return json.loads(file.read_text())

    return run


def budget(*transactions, **fields):
    return {
        "accounts": [{"id": "a1", "name": "Checking"}, {"id": "a2", "name": "House", "offbudget": True}],
        "payees": [{"id": "p1", "name": "Fresh Market"}],
        "categories": [{"id": "c1", "name": "groceries"}, {"id": "c2", "name": "Kids"}],
        "groups": [],
        "transactions": list(transactions),
        **fields,
    }


def updates(after):
    return [call[1:] for call in after["calls"] if call[0] == "updateTransaction"]


def test_the_script_prints_what_it_would_do_and_changes_nothing(script):
    after = script(budget(transaction(), transaction("t2", imported_payee=UNSURE)))
    assert script.done.returncode == 0, script.done.stderr
    assert "Groceries" in script.done.stdout
    assert "1 would be set, 1 to check." in script.done.stdout
    assert updates(after) == []
    assert [call[0] for call in after["calls"]] == ["init", "downloadBudget", "runBankSync", "shutdown"]


def test_the_script_sets_what_is_sure_and_notes_the_rest(script):
    before = budget(transaction(), transaction("t2", imported_payee=UNSURE, notes="a gift"))
    after = script(before, "--apply", "--note", "#check")
    assert updates(after) == [["t1", {"category": "c1"}], ["t2", {"notes": "a gift #check"}]]
    assert updates(script(after, "--apply", "--note", "#check")) == []
    after["transactions"][1]["category"] = "c2"
    assert updates(script(after, "--apply", "--note", "#check")) == [["t2", {"notes": "a gift"}]]


def test_the_script_sends_what_a_person_chose(script, client):
    chosen = [transaction(id, imported_payee=UNSURE, category="c2") for id in ("t0", "t1")]
    whole = transaction(
        "t3",
        is_parent=True,
        subtransactions=[transaction("s1", imported_payee=None, amount=-100, category="c2", is_child=True)],
    )
    before = budget(*chosen, whole, transaction("t2", imported_payee=UNSURE))
    assert updates(script(before, "--apply")) == []
    after = script(before, "--apply", "--learn")
    assert updates(after) == [["t2", {"category": "c2"}]]
    persons = [row for row in history(client) if row["status"] != "predicted"]
    assert len(persons) == 3
    assert {row["transaction"]["account"] for row in persons} == {"Checking"}


def test_the_script_leaves_alone_what_has_no_category_in_actual(script, client):
    after = script(
        budget(
            transaction("t1", transfer_id="t9"),
            transaction("t2", account="a2"),
            transaction("t3", amount=0),
            transaction("t4", date="2020-01-01"),
            transaction("t5", category="c2"),
        ),
        "--apply",
    )
    assert script.done.returncode == 0, script.done.stderr
    assert (updates(after), history(client)) == ([], [])


def test_the_script_makes_a_category_only_where_asked(script):
    before = budget(transaction(), categories=[])
    after = script(before, "--apply")
    assert updates(after) == []
    assert "Actual has no category Groceries" in script.done.stdout
    after = script(before, "--apply", "--make")
    assert updates(after) == [["t1", {"category": "category-Groceries"}]]


def test_the_script_goes_on_where_the_bank_is_away_and_stops_where_ledgerloop_is(script):
    after = script(budget(transaction(), bank="away"), "--apply")
    assert "no connection" in script.done.stderr
    assert len(updates(after)) == 1
    after = script(
        budget(transaction("t7")), "--apply", "--no-bank-sync", LEDGERLOOP_URL="http://127.0.0.1:9"
    )
    assert script.done.returncode == 1
    assert (updates(after), after["calls"][-1]) == ([], ["shutdown"])


def test_a_row_that_was_deleted_by_hand_is_not_added_again(client):
    ask(client, transaction())
    [row] = client.get("/api/v1/history").json["items"]
    act = client.delete(f"/api/v1/transactions/{row['id']}").headers["Ledgerloop-Act"]
    ask(client, transaction())
    assert client.get("/api/v1/history").json["total"] == 0
    client.post(f"/api/v1/acts/{act}/undo")
    assert client.get("/api/v1/history").json["items"] == [row]
