"""Listing, renaming, merging and forgetting merchants over the API, and what follows for predictions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest

from src.components.dataset.possible_mistakes import CategoryRelabels, LabelConflicts
from src.container import Container
from src.domain.acts import ActKind, ActSummary
from src.domain.training_runs import SetAside
from src.domain.transactions import Transaction
from src.pipeline.feedback.label_review import to_learn_from
from src.pipeline.merchants.editor import MerchantEditor
from src.pipeline.prediction.predict import prepare

LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def taught(predicted, answered):
    """Store a transaction and answer it."""

    def teach(description, category, **fields):
        row = predicted(description, **fields)
        answered(row["id"], category)
        return row

    return teach


def get(client, key):
    return client.get(f"/api/v1/merchants/{quote(key, safe='')}")


def keys(client, query=""):
    return [merchant["key"] for merchant in client.get(f"/api/v1/merchants{query}").json["items"]]


def merge(client, *sources, into):
    return client.post("/api/v1/merchants/merge", json={"from": sources, "into": into})


def forget(client, key):
    return client.delete(f"/api/v1/merchants/{quote(key, safe='')}/memory").json


def undo(client, act):
    return client.post(f"/api/v1/acts/{act}/undo")


def merchant_of(client, row):
    return client.get(f"/api/v1/transactions/{row['id']}").json["transaction"]["merchant"]


def upcoming(client, description):
    """The prediction for the next transaction of this text."""
    body = {"description": description, "amount": "350.75", "save": False}
    return client.post("/api/v1/predict", json=body).json


def decision(row):
    return row["category"], row["decided_by"]


def snapshot(database):
    """All transactions without what only notes that they were looked at."""
    hidden = {"revision": 0, "change": 0, "followed": 0, "uncounted": 0}
    return list(database.collection("transactions").find({}, hidden).sort("_id"))


def test_a_merchant_is_listed_with_its_sums_and_what_is_remembered(client, predicted, taught):
    taught("BLUE DOOR 0042", "dining", amount="10.10", currency="USD", date="2026-03-01")
    predicted("SQ *BLUE DOOR", amount="5.05", currency="USD", date="2026-03-04")
    predicted("BLUE DOOR", amount="3", currency="EUR", date="2026-02-01", direction="income")
    [listed] = client.get("/api/v1/merchants").json["items"]
    remembered = listed.pop("remembered")
    categories = listed.pop("categories")
    assert listed == {
        "key": "blue door",
        "name": "blue door",
        "count": 3,
        "amounts": [
            {"currency": "USD", "total": "15.15", "spent": "15.15", "received": "0.00"},
            {"currency": "EUR", "total": "3.00", "spent": "0.00", "received": "3.00"},
        ],
        "last_seen": "2026-03-04",
        "learn": True,
        "forgotten_at": None,
        "merged": [],
    }
    assert sum(category["count"] for category in categories) == 3
    assert (remembered["decides"], remembered["category"], remembered["answers"]) == (True, "dining", 1)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-count", ["plum tree", "blue door", "red door"]),
        ("name", ["blue door", "plum tree", "red door"]),
        ("-amount", ["red door", "plum tree", "blue door"]),
        ("-last_seen", ["blue door", "red door", "plum tree"]),
    ],
)
def test_the_list_is_ordered_and_paged_by_cursor(client, predicted, sort, order):
    predicted("PLUM TREE", amount="2", currency="USD", date="2026-01-01")
    predicted("PLUM TREE", amount="3", currency="USD", date="2026-01-01")
    predicted("BLUE DOOR", amount="4", currency="USD", date="2026-03-01")
    predicted("RED DOOR", amount="100", currency="USD", date="2026-02-01")
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/merchants?sort={sort}&limit=1&cursor={cursor}").json
        seen += [merchant["key"] for merchant in page["items"]]
        cursor = page["next_cursor"]
    assert seen == order
    first = client.get(f"/api/v1/merchants?sort={sort}&limit=1").json["next_cursor"]
    other = "name" if sort != "name" else "-count"
    assert client.get(f"/api/v1/merchants?sort={other}&cursor={first}").status_code == 422


def test_the_search_finds_parts_of_keys_and_names_and_takes_no_pattern(client, predicted):
    predicted("BLUE DOOR")
    predicted("CAFÉ ZOË")
    client.patch("/api/v1/merchants/blue door", json={"name": "Tante Emma"})
    assert keys(client, "?q=door+lue") == ["blue door"]
    assert keys(client, "?q=EMMA") == ["blue door"]
    assert keys(client, "?q=zoe") == ["cafe zoe"]
    assert keys(client, "?q=.*") == []
    assert keys(client, "?sort=name") == ["cafe zoe", "blue door"]


def test_a_key_may_hold_any_text_and_an_unknown_one_is_not_found(client, predicted, web_database):
    row = predicted("BLUE DOOR")
    key = "a/b ?&#%c"
    web_database.collection("transactions").update_one({}, {"$set": {"merchant": key}})
    assert get(client, key).json["key"] == key
    address = f"/api/v1/merchants/{quote(key, safe='')}"
    assert client.patch(address, json={"name": "Door"}).json["name"] == "Door"
    assert client.delete(f"{address}/memory").json["forgotten"] == 0
    assert merchant_of(client, row) == key
    for method in (client.get, client.delete):
        assert method("/api/v1/merchants/nobody/memory").status_code == 404
    assert client.patch("/api/v1/merchants/nobody", json={"name": "x"}).status_code == 404
    assert merge(client, key, into="nobody").status_code == 404


def test_a_rename_is_shown_and_undone_and_the_key_stays(client, predicted):
    predicted("BLUE DOOR")
    changed = client.patch("/api/v1/merchants/blue door", json={"name": "  The   Blue Door "}).json
    assert (changed["key"], changed["name"]) == ("blue door", "The Blue Door")
    assert client.patch("/api/v1/merchants/blue door", json={"name": "The Blue Door"}).json["act"] is None
    again = client.patch("/api/v1/merchants/blue door", json={"name": "Door"}).json
    assert undo(client, changed["act"]).status_code == 409
    for act in (again["act"], changed["act"]):
        assert undo(client, act).status_code == 200
    assert get(client, "blue door").json["name"] == "blue door"
    client.patch("/api/v1/merchants/blue door", json={"name": "Door"})
    assert client.patch("/api/v1/merchants/blue door", json={"name": None}).json["name"] == "blue door"


def test_a_merge_follows_for_past_and_future_rows_and_is_undone_exactly(
    client, predicted, taught, web_database
):
    taught("BLUE DOOR", "gifts")
    old, other = predicted("BLUE DOR 12", amount="1"), predicted("PLUM TREE")
    before = snapshot(web_database)
    merged = merge(client, "blue dor", into="blue door").json
    assert (merged["into"], merged["moved"], merged["also_updated"]) == ("blue door", 1, 1)
    assert (merchant_of(client, old), merchant_of(client, other)) == ("blue door", "plum tree")
    life = client.get(f"/api/v1/transactions/{old['id']}").json
    assert (life["category"], life["decided_by"], life["status"]) == ("gifts", "memory", "predicted")
    new = predicted("BLUE DOR 99", save=True)
    assert (new["transaction"]["merchant"], decision(new)) == ("blue door", ("gifts", "memory"))
    edited = client.patch(f"/api/v1/transactions/{old['id']}", json={"mode": "UPI"}).json
    assert edited["transaction"]["merchant"] == "blue door"
    bulk = {"ids": [old["id"]], "set": {"tags": ["a"]}}
    assert client.post("/api/v1/transactions/bulk", json=bulk).json["changed"] == 1
    assert merchant_of(client, old) == "blue door"
    assert get(client, "blue dor").json["merged"] == ["blue dor"]
    for act in client.get("/api/v1/acts").json["items"][:2]:
        assert undo(client, act["id"]).status_code == 200
    assert undo(client, merged["act"]).json["undone"] == 2
    assert merchant_of(client, new) == "blue dor"
    client.delete(f"/api/v1/transactions/{new['id']}")
    restored = snapshot(web_database)
    for row in restored:
        row.pop("edits", None)
    assert [row["merchant"] for row in restored] == [row["merchant"] for row in before]
    assert [row["category"] for row in restored] == [row["category"] for row in before]


def test_the_undo_of_a_merge_restores_every_field(client, predicted, taught, web_database):
    taught("BLUE DOOR", "gifts")
    for _ in range(3):
        predicted("BLUE DOR")
    taught("BLUE DOR", "dining")
    before = snapshot(web_database)
    act = merge(client, "blue dor", into="blue door").json["act"]
    assert snapshot(web_database) != before
    assert undo(client, act).json["undone"] == 4
    assert snapshot(web_database) == before
    assert undo(client, act).status_code == 409


def test_merges_are_chained_and_each_is_undone_alone(client, predicted):
    row = predicted("BLUE DOR")
    predicted("BLUE DOOR")
    predicted("BLUE DOOR CAFE")
    first = merge(client, "blue dor", into="blue door").json["act"]
    merge(client, "blue door", into="blue door cafe")
    assert merchant_of(client, row) == "blue door cafe"
    assert predicted("BLUE DOR")["transaction"]["merchant"] == "blue door cafe"
    assert get(client, "blue door cafe").json["merged"] == ["blue door", "blue dor"]
    assert merge(client, "blue door cafe", into="blue dor").status_code == 422
    undo(client, first)
    assert merchant_of(client, row) == "blue dor"
    assert predicted("BLUE DOOR")["transaction"]["merchant"] == "blue door cafe"


def test_another_process_follows_a_merge_at_its_next_prediction(client, predicted, services):
    other = Container(services.settings)
    other.champion.refresh()
    transaction = Transaction("BLUE DOR", Decimal(1), "USD", date(2026, 3, 1))
    assert other.predictor.prepare([transaction])[0].merchant == "blue dor"
    predicted("BLUE DOR")
    predicted("BLUE DOOR")
    act = merge(client, "blue dor", into="blue door").json["act"]
    [new] = other.predictor.new([transaction], at=datetime.now(UTC))
    assert new.transaction.merchant == "blue door"
    batch = {"transactions": [{"description": "BLUE DOR", "amount": "1"}], "save": False}
    [result] = client.post("/api/v1/predict/batch", json=batch).json["results"]
    assert result["transaction"]["merchant"] == "blue door"
    undo(client, act)
    assert other.predictor.prepare([transaction])[0].merchant == "blue dor"
    other.database.close()


def test_a_merge_follows_a_transaction_that_comes_back(client, predicted):
    row = predicted("BLUE DOR")
    predicted("BLUE DOOR")
    client.delete(f"/api/v1/transactions/{row['id']}")
    [deleted] = client.get("/api/v1/acts").json["items"]
    predicted("BLUE DOR")
    merge(client, "blue dor", into="blue door")
    undo(client, deleted["id"])
    assert merchant_of(client, row) == "blue door"


def test_rebuilt_transactions_keep_their_merged_merchant(client, predicted, services):
    row = predicted("BLUE DOR")
    predicted("BLUE DOOR")
    merge(client, "blue dor", into="blue door")
    services.transactions.rebuild(prepare)
    services.merchant_editor.settle()
    assert merchant_of(client, row) == "blue door"


def test_an_interrupted_merge_is_finished(client, predicted, services, web_database):
    row = predicted("BLUE DOR")
    predicted("BLUE DOOR")
    values = {"from": "blue dor", "into": "blue door", "rows": 1}
    what = ActSummary("merchant-merged", values)
    act = services.act_log.begin(ActKind.MERCHANT, what, at=datetime.now(UTC))
    services.merchants.merge(["blue dor"], "blue door", act=act)
    never_begun = services.act_log.begin(ActKind.MERCHANT, what, at=datetime.now(UTC))
    services.merchant_editor.resume_unfinished(at=LATER)
    assert merchant_of(client, row) == "blue door"
    assert services.act_log.find(act).rows == 1
    assert services.act_log.find(never_begun) is None


def test_an_interrupted_forgetting_is_done(client, taught, predicted, services, monkeypatch):
    for _ in range(3):
        taught("BLUE DOOR", "gifts")
    monkeypatch.setattr(services.merchants, "forget", interrupted)
    with pytest.raises(KeyboardInterrupt):
        services.merchant_editor.forget("blue door", at=datetime.now(UTC))
    monkeypatch.undo()
    assert predicted("BLUE DOOR")["decided_by"] == "memory"
    services.merchant_editor.resume_unfinished(at=LATER)
    assert predicted("BLUE DOOR")["decided_by"] == "model"
    [act] = services.act_log.in_effect(ActKind.MERCHANT, 5)
    assert act.rows == 3
    undo(client, act.id)
    assert predicted("BLUE DOOR")["decided_by"] == "memory"


@pytest.mark.parametrize("is_written", [False, True])
def test_an_interrupted_change_is_listed_only_if_it_was_written(predicted, services, monkeypatch, is_written):
    predicted("BLUE DOOR")
    owner, step = (MerchantEditor, "_finish") if is_written else (services.merchants, "change")
    monkeypatch.setattr(owner, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        services.merchant_editor.change("blue door", {"learn": False}, at=datetime.now(UTC))
    monkeypatch.undo()
    services.merchant_editor.resume_unfinished(at=LATER)
    assert services.merchants.get("blue door").learn is not is_written
    assert [act.rows for act in services.act_log.in_effect(ActKind.MERCHANT, 5)] == [1] * is_written


def interrupted(*_, **__):
    raise KeyboardInterrupt


def begin_merge(services, source, into):
    """As by a process that is killed right after it."""
    what = ActSummary("merchant-merged", {"from": source, "into": into, "rows": 1})
    act = services.act_log.begin(ActKind.MERCHANT, what, at=datetime.now(UTC))
    services.merchants.merge([source], into, act=act)
    return act


def test_two_interrupted_merges_in_a_circle_end_in_one_merchant_and_are_undone(client, predicted, services):
    rows = [predicted("BLUE DOR"), predicted("BLUE DOOR")]
    acts = [
        begin_merge(services, "blue dor", "blue door"),
        begin_merge(services, "blue door", "blue dor"),
    ]
    services.merchant_editor.resume_unfinished(at=LATER)
    assert {merchant_of(client, row) for row in rows} == {"blue door"}
    assert get(client, "blue dor").json["key"] == get(client, "blue door").json["key"] == "blue door"
    assert [undo(client, act).status_code for act in acts] == [200, 200]
    assert [merchant_of(client, row) for row in rows] == ["blue dor", "blue door"]


@pytest.mark.parametrize(("one", "other"), [("blue dor", "blue door"), ("blue door", "blue dor")])
def test_of_two_merges_both_ways_at_the_same_time_one_is_refused(
    client, predicted, services, monkeypatch, one, other
):
    predicted("BLUE DOR"), predicted("BLUE DOOR")
    real = services.merchants.merge

    def after_the_other(keys, into, *, act):
        real([other], one, act="another")
        real(keys, into, act=act)

    monkeypatch.setattr(services.merchants, "merge", after_the_other)
    assert merge(client, one, into=other).status_code == 409
    assert services.merchants.merged() == {other: one}
    assert keys(client) == [one]


def test_a_merge_follows_one_that_is_undone_while_it_moves_transactions(
    client, predicted, services, monkeypatch
):
    row = predicted("BLUE DOR")
    predicted("BLUE DOOR")
    predicted("BLUE DOORS")
    act = begin_merge(services, "blue dor", "blue door")
    later = merge(client, "blue door", into="blue doors").json["act"]
    rows, derive_again = services.merchant_transactions, services.merchant_transactions.derive_again

    def undone_before_it_writes(keys, derive):
        def derived(transactions):
            merchants = derive(transactions)
            monkeypatch.setattr(rows, "derive_again", derive_again)
            undo(client, later)
            return merchants

        return derive_again(keys, derived)

    monkeypatch.setattr(rows, "derive_again", undone_before_it_writes)
    services.merchant_editor.resume_unfinished(at=LATER)
    assert merchant_of(client, row) == "blue door"
    undo(client, act)
    assert merchant_of(client, row) == "blue dor"


def test_what_is_forgotten_decides_no_more_until_a_new_answer(client, predicted, taught, services):
    row = taught("BLUE DOOR", "gifts")
    waiting = predicted("BLUE DOOR", amount="2")
    assert decision(waiting) == ("gifts", "memory")
    gone = forget(client, "blue door")
    assert (gone["forgotten"], gone["also_updated"]) == (1, 1)
    assert upcoming(client, "BLUE DOOR")["decided_by"] == "model"
    assert client.get(f"/api/v1/transactions/{waiting['id']}").json["decided_by"] == "model"
    kept = client.get(f"/api/v1/transactions/{row['id']}").json
    assert (kept["category"], kept["status"]) == ("gifts", "corrected")
    life = get(client, "blue door").json
    assert life["remembered"] is None
    assert [(answer["category"], answer["ignored"]) for answer in life["answers"]] == [("gifts", True)]
    assert forget(client, "blue door")["act"] is None
    taught("BLUE DOOR", "dining", amount="7")
    assert decision(upcoming(client, "BLUE DOOR")) == ("dining", "memory")
    assert undo(client, gone["act"]).status_code == 200
    assert get(client, "blue door").json["remembered"]["shares"] != []


def test_forgotten_answers_weigh_in_for_no_similar_merchant(client, taught):
    def hinted():
        alternatives = upcoming(client, "BLUE DOOR BAKERY")["alternatives"]
        return "gifts" in [alternative["category"] for alternative in alternatives]

    taught("BLUE DOOR CAFE", "gifts")
    assert hinted()
    forget(client, "blue door cafe")
    assert not hinted()


def test_without_learning_answers_teach_nothing_and_with_it_they_do_again(client, predicted, taught):
    taught("BLUE DOOR", "gifts")
    waiting = predicted("BLUE DOOR", amount="2")
    off = client.patch("/api/v1/merchants/blue door", json={"learn": False}).json
    assert (off["learn"], off["remembered"], off["also_updated"]) == (False, None, 1)
    assert client.get(f"/api/v1/transactions/{waiting['id']}").json["decided_by"] == "model"
    taught("BLUE DOOR", "gifts", amount="3")
    assert upcoming(client, "BLUE DOOR")["decided_by"] == "model"
    assert undo(client, off["act"]).status_code == 200
    assert decision(upcoming(client, "BLUE DOOR")) == ("gifts", "memory")
    assert client.get(f"/api/v1/transactions/{waiting['id']}").json["decided_by"] == "memory"


def test_what_is_not_learned_trains_no_model_but_still_judges_it(client, taught, services):
    def training():
        labels, aside = to_learn_from(
            services.transactions,
            LabelConflicts(),
            CategoryRelabels(),
            None,
            at=LATER,
            ignored=services.merchants.ignored(),
        )
        learned = {label.transaction.merchant for label in labels if not label.holdout}
        return learned, sum(label.holdout for label in labels), aside.get(SetAside.NOT_LEARNED, 0)

    for number in range(8):
        taught("BLUE DOOR", "gifts", amount=str(number + 1))
    taught("PLUM TREE", "dining", date="2026-03-01")
    _, judging, _ = training()
    before = services.data_fingerprint.sha256()
    client.patch("/api/v1/merchants/blue door", json={"name": "Door"})
    assert services.data_fingerprint.sha256() == before
    act = client.patch("/api/v1/merchants/blue door", json={"learn": False}).json["act"]
    learned, still_judging, excluded = training()
    assert ("blue door" in learned, still_judging) == (False, judging)
    assert excluded > 0
    assert services.data_fingerprint.sha256() != before
    undo(client, act)
    assert training()[2] == 0
    forget(client, "blue door")
    taught("BLUE DOOR", "gifts", amount="99")
    assert training()[2] == excluded


def test_no_rule_is_suggested_by_answers_that_teach_nothing(client, taught):
    for amount in ("1", "2", "3"):
        taught("BLUE DOOR", "gifts", amount=amount)

    def suggested():
        return client.get("/api/v1/rules/suggestions").json != []

    assert suggested()
    act = client.patch("/api/v1/merchants/blue door", json={"learn": False}).json["act"]
    assert not suggested()
    undo(client, act)
    assert suggested()
    forget(client, "blue door")
    assert not suggested()


def test_two_services_of_one_brand_are_taught_apart(client, predicted, taught):
    taught("AMAZON WEB SERVICES EMEA", "services")
    assert upcoming(client, "AMZN MKTP US*2K3")["decided_by"] == "model"
    assert decision(upcoming(client, "AMAZON WEB SERVICES EMEA")) == ("services", "memory")


def test_a_check_teaches_nothing_about_other_checks(client, predicted, taught):
    taught("CHECK 1234", "housing")
    assert upcoming(client, "CHECK 1235")["decided_by"] == "model"
    assert keys(client) == []


def test_variants_are_offered_with_evidence_and_never_merged_by_themselves(client, predicted):
    for description in ("BLUE DOOR", "BLUEDOOR", "BLUE DOOOR", "LOUNGE A1 BAR", "LOUNGE A2 BAR"):
        predicted(description)
    offered = client.get("/api/v1/merchant-variants").json
    pairs = {frozenset((pair["key"], pair["into"])): pair["evidence"] for pair in offered}
    assert pairs[frozenset(("blue door", "bluedoor"))] == ["same-letters"]
    assert pairs[frozenset(("blue door", "blue dooor"))] == ["spelling"]
    assert not any("lounge" in key for pair in pairs for key in pair)
    assert len(keys(client)) == 5
    dismissed = client.post(
        "/api/v1/merchant-variants/dismiss", json={"keys": ["bluedoor", "blue door"]}
    ).json
    assert len(client.get("/api/v1/merchant-variants").json) == len(offered) - 1
    assert undo(client, dismissed["act"]).status_code == 200
    assert client.get("/api/v1/merchant-variants").json == offered
    same = client.post("/api/v1/merchant-variants/dismiss", json={"keys": ["bluedoor", "bluedoor"]})
    assert same.status_code == 422


@pytest.mark.parametrize(
    "body",
    [{}, {"from": [], "into": "a"}, {"from": ["a"]}, {"from": "a", "into": "b"}, {"from": [{}], "into": "a"}],
)
def test_a_merge_without_its_parts_is_refused(client, body):
    assert client.post("/api/v1/merchants/merge", json=body).status_code == 422


def test_a_merchant_merged_into_itself_is_refused(client, predicted):
    predicted("BLUE DOOR")
    assert merge(client, "blue door", into="blue door").status_code == 422
    assert client.get("/api/v1/acts").json["items"] == []
