"""Listing, changing, merging and deleting accounts over the API, and what follows for their transactions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, permutations
from threading import Barrier

import pytest

from src.errors import Conflict

LATER = datetime.now(UTC) + timedelta(days=1)  # a run of all tests takes many minutes


@pytest.fixture
def add(client):
    def added(name, **fields):
        answer = client.post("/api/v1/accounts", json={"name": name, "currency": "EUR", **fields})
        assert answer.status_code == 201, answer.text
        return answer.json["id"]

    return added


@pytest.fixture
def editor(app):
    return app.extensions["ledgerloop"].account_editor


def listed(client):
    return {account["name"]: account for account in client.get("/api/v1/accounts").json}


def account_of(client, row):
    return client.get(f"/api/v1/transactions/{row['id']}").json["transaction"]["account"]


def undo(client, answer):
    return client.post(f"/api/v1/acts/{answer.json['act']}/undo")


def snapshot(database):
    """All transactions and accounts, without the marks of the writes."""
    collections, hidden = (
        map(database.collection, ("transactions", "accounts")),
        {"revision": 0, "uncounted": 0},
    )
    return tuple(list(collection.find({}, hidden).sort("_id")) for collection in collections)


def test_the_balance_is_exact_and_counts_only_its_own_currency(client, add, predicted):
    account = add("Giro", opening_balance="-0.30")
    for amount in ("0.10", "0.10", "0.10"):
        predicted(amount=amount, currency="EUR", account="Giro", direction="income")
    predicted(amount="1000000000.01", currency="EUR", account="giro")
    predicted(amount="7", currency="USD", account="Giro")
    predicted(amount="8", currency="EUR", account="Giro", direction="transfer")
    predicted(amount="9", currency="EUR")
    assert listed(client)["Giro"] == {
        "id": account,
        "name": "Giro",
        "currency": "EUR",
        "kind": "checking",
        "opening_balance": "-0.30",
        "balance": "-1000000000.01",
        "rows": 6,
        "not_counted": 2,
    }


def test_a_name_that_a_program_sends_makes_an_account_and_leads_to_it_in_any_case(client, predicted):
    assert predicted(account="Tagesgeld", currency="CHF")["transaction"]["account"] == "Tagesgeld"
    assert predicted(account="TAGESGELD")["transaction"]["account"] == "Tagesgeld"
    [account] = listed(client).values()
    assert (account["kind"], account["currency"], account["rows"]) == ("savings", "CHF", 2)


def test_an_iban_instead_of_a_name_identifies_the_account_and_is_not_stored(client, predicted, web_database):
    sent = ("DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19")
    names = [predicted(account=number)["transaction"]["account"] for number in sent]
    assert names == ["Account 1", "Account 1", "Account 2"]
    assert "0532" not in str(snapshot(web_database)).replace(" ", "")


def test_an_account_whose_name_looks_like_a_number_is_found_by_its_name(client, add, predicted):
    add("1234")
    row = predicted(account="1234")
    assert row["transaction"]["account"] == "1234"
    changed = client.patch(f"/api/v1/transactions/{row['id']}", json={"account": "1234", "notes": "a"})
    assert changed.json["transaction"]["account"] == "1234"
    assert list(listed(client)) == ["1234"]


def test_a_bulk_change_recognizes_an_account_by_its_iban_as_an_edit_does(client, predicted, web_database):
    known, new = "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"
    first, second = predicted(account=known), predicted("BISTRO")

    def set_account(number, **fields):
        body = {"ids": [first["id"], second["id"]], "set": {"account": number}, **fields}
        return client.post("/api/v1/transactions/bulk", json=body).json

    assert set_account(known, dry_run=True)["changed"] == 1
    assert set_account(known)["changed"] == 1
    assert (account_of(client, first), account_of(client, second)) == ("Account 1", "Account 1")
    assert set_account(new)["changed"] == 2
    assert list(listed(client)) == ["Account 1", "Account 2"]
    assert account_of(client, first) == "Account 2"
    assert "0532" not in str(snapshot(web_database)).replace(" ", "")


def test_an_invisible_name_is_no_account(client, predicted):
    assert predicted(account="\u2060\u3164")["transaction"]["account"] is None
    assert listed(client) == {}


def test_what_is_not_stored_makes_no_account(client):
    body = {"description": "SWIGGY", "amount": "1", "account": "Giro", "save": False}
    assert client.post("/api/v1/predict", json=body).status_code == 200
    assert listed(client) == {}


def test_an_edit_finds_the_account_in_any_case(client, predicted):
    predicted(account="Giro")
    row = predicted()
    changed = client.patch(f"/api/v1/transactions/{row['id']}", json={"account": "GIRO"})
    assert changed.json["transaction"]["account"] == "Giro"
    assert client.patch(f"/api/v1/transactions/{row['id']}", json={"account": " giro "}).json["act"] is None


def test_an_account_is_renamed_with_its_transactions_and_back(client, add, predicted, web_database):
    account = add("Giro")
    row = predicted(account="Giro")
    before = snapshot(web_database)
    renamed = client.patch(f"/api/v1/accounts/{account}", json={"name": "Everyday", "kind": "savings"})
    assert (renamed.json["name"], renamed.json["rows"]) == ("Everyday", 1)
    assert account_of(client, row) == "Everyday"
    assert predicted(account="giro", description="ANOTHER")["transaction"]["account"] == "Everyday"
    client.delete(f"/api/v1/transactions/{client.get('/api/v1/history').json['items'][0]['id']}")
    assert undo(client, renamed).json["undone"] == 1
    rows, [restored] = snapshot(web_database)
    assert restored.pop("former_keys") == ["everyday"]  # the deleted transaction has it
    assert (rows, [restored]) == before


def test_an_edit_from_before_a_rename_is_undone_to_the_account_of_today(client, add, predicted):
    account = add("Giro")
    row = predicted(account="Giro")
    edited = client.patch(f"/api/v1/transactions/{row['id']}", json={"account": "Other"})
    client.patch(f"/api/v1/accounts/{account}", json={"name": "Everyday"})
    undo(client, edited)
    assert account_of(client, row) == "Everyday"


def test_what_was_edited_or_deleted_under_a_name_returns_to_its_account_after_that_name_was_undone(
    client, add, predicted
):
    account = add("Giro")
    edited, deleted = predicted(account="Giro"), predicted(account="Giro")
    renamed = client.patch(f"/api/v1/accounts/{account}", json={"name": "Everyday"})
    edit = client.patch(f"/api/v1/transactions/{edited['id']}", json={"account": "Other"})
    client.delete(f"/api/v1/transactions/{deleted['id']}")
    deletion = client.get("/api/v1/acts").json["items"][0]["id"]
    assert undo(client, renamed).status_code == undo(client, edit).status_code == 200
    assert client.post(f"/api/v1/acts/{deletion}/undo").status_code == 200
    assert [account_of(client, row) for row in (edited, deleted)] == ["Giro", "Giro"]
    assert list(listed(client)) == ["Giro"]


def test_of_two_changes_the_later_is_undone_first(client, add):
    account = add("Giro")
    first, second = (
        client.patch(f"/api/v1/accounts/{account}", json={"kind": kind}) for kind in ("cash", "card")
    )
    assert undo(client, first).status_code == 409
    assert (undo(client, second).status_code, undo(client, first).status_code) == (200, 200)
    assert listed(client)["Giro"]["kind"] == "checking"


def test_a_merge_moves_transactions_names_and_opening_balance_and_is_undone(
    client, add, predicted, web_database
):
    old, into = add("Old", opening_balance="10.50"), add("New", opening_balance="1")
    row, kept = predicted(account="Old"), predicted(account="New")
    before = snapshot(web_database)
    merged = client.delete(f"/api/v1/accounts/{old}?into={into}")
    assert (merged.json["into"], merged.json["moved"]) == (into, 1)
    assert [(name, one["rows"]) for name, one in listed(client).items()] == [("New", 2)]
    assert listed(client)["New"]["opening_balance"] == "11.50"
    assert client.post("/api/v1/accounts", json={"name": "Third"}).status_code == 201
    third = predicted(account="old", amount="3")
    assert third["transaction"]["account"] == "New"
    assert undo(client, merged).json == {"act": merged.json["act"], "undone": 1, "kept": 0}
    assert (account_of(client, row), account_of(client, kept)) == ("Old", "New")
    web_database.collection("transactions").delete_one({"value": 3.0})
    web_database.collection("accounts").delete_one({"name": "Third"})
    assert snapshot(web_database) == before


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_merges_and_a_change_between_them_are_undone_in_any_order(
    client, add, predicted, web_database, order
):
    names = "Old", "New", "Newer", "Newest"
    ids = [add(name, opening_balance=f"{10**position}.50") for position, name in enumerate(names)]
    for name in names:
        predicted(account=name, amount="0.25", currency="EUR")
    before, balances = snapshot(web_database), listed(client)

    def merge(account, into):
        return client.delete(f"/api/v1/accounts/{account}?into={into}").json["act"]

    acts = [merge(ids[0], ids[1])]
    changed = client.patch(f"/api/v1/accounts/{ids[1]}", json={"opening_balance": "-3"})
    assert changed.json["balance"] == "-3.50"
    acts += [changed.json["act"], merge(ids[1], ids[2]), merge(ids[2], ids[3])]
    assert listed(client)["Newest"]["balance"] == "1097.00"
    waiting = [acts[position] for position in order]
    refused = [act for act in waiting if client.post(f"/api/v1/acts/{act}/undo").status_code == 409]
    assert refused in ([], [acts[1]])  # its account was merged at that moment
    for act in refused:
        assert client.post(f"/api/v1/acts/{act}/undo").status_code == 200
    assert snapshot(web_database) == before
    assert listed(client) == balances


def test_what_an_undone_merge_has_freed_does_not_follow_the_merges_after_it(
    client, add, predicted, web_database
):
    first, second, third = (add(name) for name in ("First", "Second", "Third"))
    row = predicted(account="First")
    before = snapshot(web_database)

    def merge(account, into):
        return client.delete(f"/api/v1/accounts/{account}?into={into}")

    to_second, to_third = merge(first, second), merge(second, third)
    undo(client, to_second)
    again = merge(first, third)
    assert undo(client, to_third).json["undone"] == 0
    assert account_of(client, row) == "Third"
    undo(client, again)
    assert snapshot(web_database) == before


@pytest.mark.parametrize("moved_first", [True, False])
def test_a_merge_is_undone_while_the_account_it_led_to_is_being_merged(
    client, add, predicted, editor, monkeypatch, web_database, moved_first
):
    first, second, third = (add(name) for name in ("First", "Second", "Third"))
    predicted(account="First")
    before = snapshot(web_database)
    merged = client.delete(f"/api/v1/accounts/{first}?into={second}")
    move = editor.rows.move

    def interrupted(*args, **fields):
        if moved_first:
            move(*args, **fields)
        assert undo(client, merged).json["undone"] == 1
        return move(*args, **fields)

    with monkeypatch.context() as patched:
        patched.setattr(type(editor.rows), "move", lambda _, *args, **fields: interrupted(*args, **fields))
        later = client.delete(f"/api/v1/accounts/{second}?into={third}")
    assert listed(client)["First"]["rows"] == 1
    assert undo(client, later).json["undone"] == 0
    assert snapshot(web_database) == before


def test_a_merged_account_adds_its_opening_balance_once_in_its_own_currency(client, add):
    dollars, euros, into = (
        add("D", currency="USD", opening_balance="5"),
        add("E", opening_balance="2"),
        add("F"),
    )
    client.delete(f"/api/v1/accounts/{dollars}?into={euros}")
    client.delete(f"/api/v1/accounts/{euros}?into={into}")
    assert listed(client)["F"]["opening_balance"] == "2.00"
    client.patch(f"/api/v1/accounts/{into}", json={"kind": "cash"})
    assert listed(client)["F"]["opening_balance"] == "2.00"


@pytest.mark.parametrize("names", ["ab", "abcd"])
def test_merges_at_once_close_no_circle(client, add, predicted, editor, monkeypatch, names):
    ids = [add(name, opening_balance="1") for name in names]
    for name in names:
        predicted(account=name, amount="0.25", currency="EUR")
    all_have_read, begin = Barrier(len(ids), timeout=20), editor.acts.begin

    def begin_together(*args, **fields):
        all_have_read.wait()
        return begin(*args, **fields)

    def merge(account, into):
        try:
            editor.delete(account, into, at=datetime.now(UTC))
        except Conflict:
            return None
        return account

    monkeypatch.setattr(
        type(editor.acts), "begin", lambda _, *args, **fields: begin_together(*args, **fields)
    )
    with ThreadPoolExecutor(len(ids)) as pool:
        merged = set(pool.map(merge, ids, [*ids[1:], ids[0]])) - {None}
    assert {one["id"] for one in listed(client).values()} == set(ids) - merged != set()
    editor.settle(at=datetime.now(UTC))
    assert sum(one["rows"] for one in listed(client).values()) == len(names)
    assert sum(Decimal(one["balance"]) for one in listed(client).values()) == Decimal("0.75") * len(names)


def test_a_circle_of_an_earlier_version_is_broken_and_every_transaction_has_an_account(
    client, add, predicted, editor, web_database
):
    ids = [add(name, opening_balance="1") for name in "abc"]
    rows = [predicted(account=name) for name in "abc"]
    for account, into in pairwise(ids):
        client.delete(f"/api/v1/accounts/{account}?into={into}")
    accounts = web_database.collection("accounts")
    [last] = accounts.find({"name": "c"})
    merged = {"act": "lost", "into": accounts.find_one({"was.name": "a"})["_id"], "adds_opening": True}
    accounts.replace_one(
        {"_id": last["_id"]}, {"owner": last["owner"], "merged": merged, "was": last, "former_keys": ["c"]}
    )
    assert listed(client) == {}
    predicted("BISTRO", account="a")
    editor.resume_unfinished(at=LATER)
    assert {account_of(client, row) for row in rows} <= set(listed(client))
    assert sum(Decimal(one["opening_balance"]) for one in listed(client).values()) == 3


def test_names_that_lead_to_a_deleted_account_make_a_new_one(client, add, predicted, editor, web_database):
    old, into = add("Old"), add("New")
    row = predicted(account="New")
    client.delete(f"/api/v1/accounts/{old}?into={into}")
    client.delete(f"/api/v1/accounts/{into}?into=none")
    web_database.collection("transactions").update_one({}, {"$set": {"account": "Old"}})
    editor.resume_unfinished(at=LATER)
    assert (account_of(client, row), list(listed(client))) == ("Old", ["Old"])


def test_a_transfer_between_merged_accounts_is_none_until_the_merge_is_undone(client, add, predicted):
    old, into = add("Old"), add("New")
    out = predicted(account="Old", amount="500", currency="EUR")["id"]
    back = predicted(account="New", amount="500", currency="EUR", direction="income")["id"]
    assert client.post("/api/v1/transfers", json={"out": out, "in": back}).status_code in (200, 201)

    def moved():
        return client.get("/api/v1/analytics").json["totals"]["transfer"]

    before = moved()
    merged = client.delete(f"/api/v1/accounts/{old}?into={into}")
    assert (before, moved()) == ("500.00", "0.00")
    undo(client, merged)
    assert moved() == before


def test_undoing_a_merge_leaves_what_was_moved_elsewhere_since(client, add, predicted, web_database):
    old, into = add("Old"), add("New")
    rows = [predicted(account="Old", amount=amount) for amount in ("1", "2")]
    merged = client.delete(f"/api/v1/accounts/{old}?into={into}")
    client.patch(f"/api/v1/transactions/{rows[0]['id']}", json={"account": "Elsewhere"})
    client.patch(f"/api/v1/accounts/{into}", json={"name": "Newest"})
    assert undo(client, merged).json == {"act": merged.json["act"], "undone": 1, "kept": 1}
    assert [account_of(client, row) for row in rows] == ["Elsewhere", "Old"]
    assert web_database.collection("transactions").count_documents({"moved": {"$exists": True}}) == 0


def test_an_account_with_transactions_needs_a_place_for_them(client, add, predicted, web_database):
    account = add("Giro")
    row = predicted(account="Giro")
    before = snapshot(web_database)
    refused = client.delete(f"/api/v1/accounts/{account}")
    assert (refused.status_code, "1 transactions" in refused.json["detail"]) == (409, True)
    assert client.get("/api/v1/acts").json["items"][0]["what"]["code"] == "account-added"
    deleted = client.delete(f"/api/v1/accounts/{account}?into=none")
    assert (account_of(client, row), listed(client)) == (None, {})
    undo(client, deleted)
    assert snapshot(web_database) == before


def test_an_unused_account_is_deleted_and_its_name_can_be_used_again(client, add):
    deleted = client.delete(f"/api/v1/accounts/{add('Giro')}")
    assert (deleted.status_code, listed(client)) == (200, {})
    add("giro")
    assert undo(client, deleted).status_code == 409


def test_adding_an_account_is_undone_while_it_is_unused(client, predicted):
    added = client.post("/api/v1/accounts", json={"name": "Giro"})
    row = predicted(account="Giro")
    assert undo(client, added).status_code == 409
    client.delete(f"/api/v1/transactions/{row['id']}")
    assert undo(client, added).status_code == 200
    assert listed(client) == {}


@pytest.mark.parametrize("name", ["Giro", "GIRO", "  giro "])
def test_no_two_accounts_have_one_name(client, add, name):
    add("Giro")
    other = add("Other")
    assert client.post("/api/v1/accounts", json={"name": name}).status_code == 409
    assert client.patch(f"/api/v1/accounts/{other}", json={"name": name}).status_code == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "\u200b"},
        {"name": "DE89 3704 0044 0532 0130 00"},
        {"kind": "$ne"},
        {"currency": "eur"},
        {"currency": "JPY", "opening_balance": "1.50"},
        {"opening_balance": "NaN"},
        {"opening_balance": "1e5"},
        {"opening_balance": True},
        {"opening_balance": "10000000000000"},
    ],
)
def test_what_is_wrong_is_refused(client, add, fields):
    body = {"name": "Giro", **fields}
    assert client.post("/api/v1/accounts", json=body).status_code == 422
    assert client.patch(f"/api/v1/accounts/{add('Other')}", json=fields).status_code == 422


@pytest.mark.parametrize(("into", "status"), [("f" * 24, 422), ("own", 422), ("$ne", 422)])
def test_a_merge_needs_another_account_that_exists(client, add, into, status):
    account = add("Giro")
    into = account if into == "own" else into
    assert client.delete(f"/api/v1/accounts/{account}?into={into}").status_code == status
    assert client.get("/api/v1/acts").json["items"][0]["what"]["code"] == "account-added"


@pytest.mark.parametrize("account_id", ["f" * 24, "nothing"])
def test_an_account_there_is_not_is_404(client, account_id):
    assert client.patch(f"/api/v1/accounts/{account_id}", json={"name": "x"}).status_code == 404
    assert client.delete(f"/api/v1/accounts/{account_id}").status_code == 404


@pytest.mark.parametrize("step", ["rename", "count"])
def test_a_rename_that_was_interrupted_is_finished_or_undone(
    client, add, predicted, editor, monkeypatch, step
):
    account = add("Giro")
    row = predicted(account="Giro")
    with monkeypatch.context() as killed:
        killed.setattr(type(editor.rows), step, lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            editor.change(account, {"name": "Everyday"}, at=datetime.now(UTC))
    editor.resume_unfinished(at=LATER)
    act = client.get("/api/v1/acts").json["items"][0]
    assert (account_of(client, row), act["rows"]) == ("Everyday", 1)
    client.post(f"/api/v1/acts/{act['id']}/undo")
    assert account_of(client, row) == "Giro"


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("step", ["move", "count_moved"])
def test_a_merge_that_was_interrupted_is_finished_or_undone(
    client, add, predicted, editor, monkeypatch, web_database, step, finished
):
    old, into = add("Old", opening_balance="1"), add("New")
    row = predicted(account="Old")
    before = snapshot(web_database)
    with monkeypatch.context() as killed:
        killed.setattr(type(editor.rows), step, lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            editor.delete(old, into, at=datetime.now(UTC))
    if finished:
        editor.resume_unfinished(at=LATER)
        assert (account_of(client, row), listed(client)["New"]["opening_balance"]) == ("New", "1.00")
    act = client.get("/api/v1/acts").json["items"][0]
    assert client.post(f"/api/v1/acts/{act['id']}/undo").status_code == 200
    assert snapshot(web_database) == before


def test_a_transaction_that_names_no_account_of_today_is_put_into_one(
    client, add, predicted, editor, web_database
):
    account = add("Giro")
    rows = [predicted(amount=amount) for amount in ("1", "2")]
    client.patch(f"/api/v1/accounts/{account}", json={"name": "Everyday"})
    for value, name in ((1.0, "GIRO"), (2.0, "Cash")):
        web_database.collection("transactions").update_one({"value": value}, {"$set": {"account": name}})
    editor.resume_unfinished(at=LATER)
    assert [account_of(client, row) for row in rows] == ["Everyday", "Cash"]
    assert {name: one["rows"] for name, one in listed(client).items()} == {"Everyday": 1, "Cash": 1}


def test_rows_restored_from_before_a_merge_belong_to_it(client, add, predicted, web_database):
    old, into = add("Old"), add("New")
    row = predicted(account="Old")
    before = snapshot(web_database)
    client.delete(f"/api/v1/transactions/{row['id']}")
    merged = client.delete(f"/api/v1/accounts/{old}?into={into}")
    deletion = client.get("/api/v1/acts").json["items"][1]["id"]
    client.post(f"/api/v1/acts/{deletion}/undo")
    assert account_of(client, row) == "New"
    assert undo(client, merged).json["undone"] == 1
    assert snapshot(web_database) == before


def test_an_account_that_a_transaction_made_goes_with_the_undo_that_leaves_it_empty(
    client, predicted, web_database
):
    row = predicted()
    edited = client.patch(f"/api/v1/transactions/{row['id']}", json={"account": "Giro"})
    undo(client, edited)
    assert listed(client) == {}
    rows = [predicted(amount=amount)["id"] for amount in ("1", "2")]
    bulk = client.post("/api/v1/transactions/bulk", json={"ids": rows, "set": {"account": "Cash"}})
    assert listed(client)["Cash"]["rows"] == 2
    undo(client, bulk)
    assert listed(client) == {}


def test_an_account_that_a_person_has_changed_stays_when_it_is_empty(client, predicted):
    row = predicted()
    edited = client.patch(f"/api/v1/transactions/{row['id']}", json={"account": "Giro"})
    changed = client.patch(f"/api/v1/accounts/{listed(client)['Giro']['id']}", json={"kind": "cash"})
    undo(client, edited)
    assert listed(client)["Giro"]["kind"] == "cash"
    undo(client, changed)
    assert listed(client) == {}


def test_many_transactions_are_moved_to_an_account_in_any_case_and_back(client, add, predicted, web_database):
    add("Giro")
    rows = [predicted(amount=amount)["id"] for amount in ("1", "2")]
    body = {"ids": rows, "set": {"account": "GIRO"}}
    assert client.post("/api/v1/transactions/bulk", json={**body, "dry_run": True}).json["changed"] == 2
    moved = client.post("/api/v1/transactions/bulk", json=body)
    assert {name: one["rows"] for name, one in listed(client).items()} == {"Giro": 2}
    assert client.post("/api/v1/transactions/bulk", json={**body, "dry_run": True}).json["changed"] == 0
    client.patch(f"/api/v1/accounts/{listed(client)['Giro']['id']}", json={"name": "Everyday"})
    undo(client, moved)
    assert listed(client)["Everyday"]["rows"] == 0


def test_neither_the_list_nor_the_check_reads_a_transaction(client, predicted, web_database, editor):
    for amount in ("1", "2", "3"):
        predicted(account="Giro", amount=amount)
    rows = web_database.collection("transactions")
    rows.database.command("profile", 2)
    listed(client)
    editor.resume_unfinished(at=LATER)
    rows.database.command("profile", 0)
    profiled = list(rows.database["system.profile"].find({"ns": rows.full_name}))
    rows.database.drop_collection("system.profile")
    assert {one["op"] for one in profiled} == {"command"}
    assert [one["docsExamined"] for one in profiled] == [0, 0]
