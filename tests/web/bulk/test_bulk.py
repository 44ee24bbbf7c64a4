"""POST /transactions/bulk changes or deletes many transactions as one act."""

import json
import re
from datetime import UTC, datetime

import pytest

from src.services.bulk.alike import AlikeChanges
from src.services.mongo.client import Database


def bulk(client, **body):
    response = client.post("/api/v1/transactions/bulk", json=body)
    assert response.status_code == 200, response.text
    return response.json


def undo(client, act):
    return client.post(f"/api/v1/acts/{act}/undo").json


def documents(app):
    """What is stored of each transaction, but for what every write changes."""
    rows = app.extensions["ledgerloop"].database.transactions.find().sort("_id")
    technical = ("revision", "change", "followed", "uncounted")
    return [{name: value for name, value in row.items() if name not in technical} for row in rows]


def without_history(stored):
    """The state, without the undone answers and edits that stay on record."""
    return [
        {name: value for name, value in row.items() if name not in ("feedback", "edits")} for row in stored
    ]


@pytest.fixture
def rows(predicted, answered):
    """Three of one merchant, the first answered, and one in another currency."""
    ids = [predicted("TACO GARDEN", amount, date="2026-03-04")["id"] for amount in ("10.10", "20.20", "30")]
    answered(ids[0], "dining")
    return [*ids, predicted("KIOSK", "500", currency="JPY", date="2026-03-05", notes="snack")["id"]]


def test_a_dry_run_counts_and_changes_nothing(client, app, rows):
    before = documents(app)
    counted = bulk(client, filter={}, set={"category": "dining", "account": "Card"}, dry_run=True)
    assert counted == {
        "matched": 4,
        "changed": 4,
        "amounts": [{"currency": "USD", "total": "60.30"}, {"currency": "JPY", "total": "500"}],
        "act": None,
    }
    assert bulk(client, ids=rows, set={"category": "dining"}, dry_run=True)["changed"] == 3
    assert bulk(client, ids=["0" * 24], delete=True, dry_run=True)["matched"] == 0
    assert documents(app) == before


@pytest.mark.parametrize(
    "values",
    [
        {"category": "travel"},
        {"account": "Card", "mode": "cash", "direction": "income", "date": "2026-01-02"},
        {"tags": ["trip", "2026"], "notes": "summer"},
        {"category": "dining", "tags": ["trip"], "notes": None},
    ],
)
def test_undoing_the_act_restores_every_row(client, app, rows, values):
    before = documents(app)
    done = bulk(client, filter={}, set=values)
    assert done["changed"] == 4
    for row in rows:
        life = client.get(f"/api/v1/transactions/{row}").json
        for name, value in values.items():
            assert (life["category"] if name == "category" else life["transaction"][name]) == value
    [act, *_] = client.get("/api/v1/acts").json["items"]
    assert (act["id"], act["kind"], act["rows"]) == (done["act"], "bulk", 4)
    assert bulk(client, filter={}, set=values) == {**done, "changed": 0, "act": None}
    assert undo(client, done["act"])["undone"] == 4
    assert without_history(documents(app)) == without_history(before)
    assert client.post(f"/api/v1/acts/{done['act']}/undo").status_code == 409


ALIKE = {
    "an answered one": (lambda client, row: answer_to(client, row, "dining")),
    "an unanswered one": (lambda client, row: None),
    "one with every field": (
        lambda client, row: client.patch(
            f"/api/v1/transactions/{row}",
            json={
                "notes": "x",
                "tags": ["a"],
                "account": "Giro",
                "mode": "cash",
                "mcc": "5411",
                "date": "2026-01-09",
            },
        )
    ),
    "one without a payment method": (
        lambda client, row: client.patch(f"/api/v1/transactions/{row}", json={"mode": None})
    ),
    "one whose answer was undone": (
        lambda client, row: undo(client, answer_to(client, row, "travel")["act"])
    ),
    "one whose edit was undone": (
        lambda client, row: undo(
            client, client.patch(f"/api/v1/transactions/{row}", json={"notes": "x"}).json["act"]
        )
    ),
}


def answer_to(client, row, category):
    return client.post("/api/v1/feedback", json={"transaction_id": row, "category": category}).json


@pytest.mark.parametrize(
    "values",
    [
        {"notes": "x", "tags": ["trip"]},
        {"notes": None, "tags": None},
        {"category": "dining"},
        {"category": "travel", "mode": None, "account": "Card", "direction": "income", "date": "2026-01-09"},
        {"mode": None, "account": None},
    ],
)
def test_the_database_changes_and_restores_transactions_as_one_by_one(
    client, app, predicted, monkeypatch, values
):
    """Most are changed by one update of the database; those that it leaves, one after another."""
    for number, prepared in enumerate(ALIKE.values()):
        row = predicted(f"TACO GARDEN {number}", "10", mode="UPI", date="2026-03-04")["id"]
        prepared(client, row)
    stored = app.extensions["ledgerloop"].database.transactions
    originals, before, outcomes = list(stored.find()), documents(app), []
    for by_database in (True, False):
        with monkeypatch.context() as patch:
            if not by_database:
                patch.setattr(AlikeChanges, "change", lambda self, ids, *_, **__: ids)
                patch.setattr(AlikeChanges, "undo", lambda *_, **__: 0)
            done = bulk(client, filter={}, set=values)
            changed = documents(app)
            undone = undo(client, done["act"])["undone"]
        restored = documents(app)
        outcomes.append((done["changed"], undone, *map(comparable, (changed, restored))))
        assert without_history(restored) == without_history(before)
        stored.delete_many({})
        stored.insert_many(originals)
    assert outcomes[0] == outcomes[1]


def comparable(stored):
    """Without what differs between two acts: their ids and times."""
    return json.loads(re.sub(r'"(act|at|undone_at)": "[^"]*"', '"\\1": ""', json.dumps(stored, default=str)))


def test_a_category_is_set_by_the_person_and_counts_for_the_merchant(client, rows, predicted):
    other = predicted("TACO GARDEN", "7")["id"]
    done = bulk(client, ids=rows[:3], set={"category": "travel"})
    [*_, answer] = client.get(f"/api/v1/transactions/{rows[1]}").json["feedback"]
    assert (answer["category"], answer["source"], answer["act"]) == ("travel", "feedback", done["act"])
    assert client.get(f"/api/v1/transactions/{other}").json["predicted"] == "travel"
    undo(client, done["act"])
    assert client.get(f"/api/v1/transactions/{other}").json["predicted"] == "dining"


def test_deleted_rows_come_back_as_they_were(client, app, rows):
    before = documents(app)
    done = bulk(client, filter={"q": "taco", "min_amount": "15"}, delete=True)
    assert (done["matched"], done["changed"]) == (2, 2)
    assert [row["_id"] for row in documents(app)] == [row["_id"] for row in (before[0], before[3])]
    assert undo(client, done["act"])["undone"] == 2
    assert documents(app) == before


def test_rows_answered_or_edited_since_keep_that(client, rows, answered):
    done = bulk(client, ids=rows, set={"category": "travel", "notes": "trip"})
    answered(rows[0], "groceries")
    client.patch(f"/api/v1/transactions/{rows[1]}", json={"notes": "mine"})
    assert undo(client, done["act"]) == {"act": done["act"], "undone": 2, "kept": 2}
    first, second = (client.get(f"/api/v1/transactions/{row}").json for row in rows[:2])
    assert (first["category"], first["transaction"]["notes"]) == ("groceries", None)
    assert (second["status"], second["transaction"]["notes"]) == ("predicted", "mine")


def test_a_row_whose_only_change_was_edited_since_counts_as_kept(client, rows):
    done = bulk(client, ids=rows, set={"notes": "trip"})
    client.patch(f"/api/v1/transactions/{rows[1]}", json={"notes": "mine"})
    assert undo(client, done["act"]) == {"act": done["act"], "undone": 3, "kept": 1}


@pytest.fixture
def killed(client, app, monkeypatch):
    """Begins a change and is killed after the first of two batches, and its lease ends. Returns the act."""

    def begin(rows, **change):
        service = app.extensions["ledgerloop"].bulk_changes
        original, calls = type(service)._change, []

        def dies(self, *args):
            calls.append(args)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return original(self, *args)

        with monkeypatch.context() as patch:
            patch.setattr("src.pipeline.feedback.bulk._BATCH", 2)
            patch.setattr(type(service), "_change", dies)
            with pytest.raises(KeyboardInterrupt):
                bulk(client, ids=rows, **change)
        [act, *_] = client.get("/api/v1/acts").json["items"]
        assert (act["kind"], act["rows"]) == ("bulk", None)
        assert client.post(f"/api/v1/acts/{act['id']}/undo").status_code == 409  # it may still be running
        expired = {"$set": {"lease_until": datetime(2020, 1, 1, tzinfo=UTC)}}
        service.rows._database.bulk_work.update_many({}, expired)
        return act["id"]

    return begin


def continued(app):
    container = app.extensions["ledgerloop"]
    assert "bulk" in container.pending_work.kinds()
    container.jobs.by_kind["bulk"]()
    assert "bulk" not in container.pending_work.kinds()


@pytest.mark.parametrize(
    "change",
    [
        {"set": {"notes": "half", "tags": ["trip"], "date": "2026-01-02", "direction": "income"}},
        {"set": {"category": "travel", "mode": None}},
        {"delete": True},
    ],
)
def test_a_killed_change_is_finished_by_the_scheduler_and_undone_as_one(client, app, rows, killed, change):
    before = documents(app)
    act = killed(rows, **change)
    continued(app)
    if "set" in change:
        assert bulk(client, ids=rows, **change, dry_run=True)["changed"] == 0
    else:
        assert documents(app) == []
    assert client.get("/api/v1/acts").json["items"][0]["rows"] == 4
    assert undo(client, act)["undone"] == 4
    assert without_history(documents(app)) == without_history(before)


def test_a_change_of_very_many_is_answered_at_once_and_done_by_the_scheduler(client, app, rows, monkeypatch):
    monkeypatch.setattr("src.pipeline.feedback.bulk.AT_ONCE", 3)
    done = bulk(client, filter={}, set={"category": "travel"})
    assert (done["matched"], done["changed"]) == (4, 4)
    [act, *_] = client.get("/api/v1/acts").json["items"]
    assert (act["id"], act["rows"], act["progress"]) == (done["act"], None, {"done": 0, "rows": 4})
    assert "0 of 4 transactions done" in client.get("/acts").text
    continued(app)
    [act, *_] = client.get("/api/v1/acts").json["items"]
    assert (act["rows"], act["progress"]) == (4, None)
    assert undo(client, done["act"])["undone"] == 4


def test_a_killed_change_can_be_undone_and_is_not_continued_then(client, app, rows, killed):
    before = documents(app)
    act = killed(rows, set={"notes": "half"})
    assert undo(client, act)["undone"] == 2
    assert without_history(documents(app)) == without_history(before)
    assert "bulk" not in app.extensions["ledgerloop"].pending_work.kinds()


def test_a_killed_change_leaves_what_was_done_since(client, app, rows, killed, answered):
    killed(rows, set={"category": "travel", "notes": "half"})
    answered(rows[0], "groceries")
    answered(rows[3], "groceries")
    client.patch(f"/api/v1/transactions/{rows[2]}", json={"notes": "mine"})
    again = bulk(client, ids=rows[1:3], set={"notes": "again"})
    continued(app)
    lives = [client.get(f"/api/v1/transactions/{row}").json for row in rows]
    assert [life["category"] for life in lives] == ["groceries", "travel", "travel", "groceries"]
    assert [life["transaction"]["notes"] for life in lives] == ["half", "again", "again", "half"]
    assert again["changed"] == 2


def test_the_merchants_other_transactions_follow_however_many_they_are(
    client, app, rows, predicted, monkeypatch
):
    monkeypatch.setattr("src.pipeline.feedback.feedback.LIMIT", 1)
    others = [predicted("TACO GARDEN", str(amount))["id"] for amount in range(40, 43)]
    bulk(client, ids=rows[:3], set={"category": "travel"})
    continued(app)
    lives = [client.get(f"/api/v1/transactions/{row}").json for row in others]
    assert {life["predicted"] for life in lives} == {"travel"}


@pytest.mark.parametrize("write", ["update_many", "bulk_write"])
def test_a_row_that_changes_meanwhile_keeps_both_changes(client, app, rows, answered, monkeypatch, write):
    """Changed by the database, or one by one because it is predicted again."""
    values = {"notes": "both"} if write == "update_many" else {"notes": "both", "mode": "cash"}
    meanwhile = []

    class Late:
        """This kind of write comes after an answer that somebody gives meanwhile."""

        def __init__(self, rows):
            self._rows = rows

        def __getattr__(self, name):
            original = getattr(self._rows, name)
            return self._late(original) if name == write and not meanwhile else original

        def _late(self, original):
            def late(*arguments, **options):
                monkeypatch.undo()
                meanwhile.append(answered(rows[1], "groceries"))
                return original(*arguments, **options)

            return late

    late = Late(app.extensions["ledgerloop"].database.transactions)
    monkeypatch.setattr(Database, "transactions", property(lambda _: late))
    done = bulk(client, ids=rows, set=values)
    assert (done["changed"], len(meanwhile)) == (4, 1)
    life = client.get(f"/api/v1/transactions/{rows[1]}").json
    assert (life["category"], life["transaction"]["notes"]) == ("groceries", "both")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": ["0" * 24]},
        {"filter": {}},
        {"ids": ["0" * 24], "filter": {}, "delete": True},
        {"filter": {}, "delete": True, "set": {"notes": "x"}},
        {"filter": {}, "delete": False},
        {"filter": {}, "set": {}},
        {"filter": {}, "set": {"category": None}},
        {"filter": {}, "set": {"category": "no-such"}},
        {"filter": {}, "set": {"date": "1066-10-14"}},
        {"filter": {}, "set": {"amount": "1"}},
        {"filter": {"$where": "1"}, "delete": True},
        {"ids": [{"$ne": 1}], "delete": True},
        {"ids": [], "delete": True},
    ],
)
def test_an_unclear_request_changes_nothing(client, app, rows, body):
    """Its messages name no types of Python."""
    before = documents(app)
    refused = client.post("/api/v1/transactions/bulk", json=body)
    assert refused.status_code == 422
    assert not re.search("Tuple|List should|items? after", refused.text)
    assert documents(app) == before
    assert [act["kind"] for act in client.get("/api/v1/acts").json["items"]] == ["feedback"]


def test_an_account_is_known_whatever_the_case_and_an_unknown_one_is_added(client, rows):
    bulk(client, ids=rows[:1], set={"account": "Visa Gold"})
    assert bulk(client, ids=rows[:2], set={"account": "visa  GOLD"}, dry_run=True)["changed"] == 1
    done = bulk(client, ids=rows[:2], set={"account": "visa  GOLD"})
    assert done["changed"] == 1
    accounts = client.get("/api/v1/accounts").json
    [account] = accounts.get("items", accounts) if isinstance(accounts, dict) else accounts
    assert account["name"] == "Visa Gold"


def test_texts_are_masked_before_they_are_stored(client, rows):
    bulk(client, ids=rows[:1], set={"notes": "card 4111 1111 1111 1111"})
    assert "1111 1111" not in client.get(f"/api/v1/transactions/{rows[0]}").json["transaction"]["notes"]
    assert bulk(client, ids=rows[:1], set={"notes": "card 4111 1111 1111 1111"})["changed"] == 0
