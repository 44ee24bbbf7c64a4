"""Own transfers and refunds: the API and the page."""

import pytest

from src.services.transactions.repository import Transactions


@pytest.fixture
def rows(predicted):
    out = predicted("GIFT", "500", account="Main", date="2026-03-04")
    into = predicted("J DOE", "500", account="Pot", direction="income", date="2026-03-06")
    return out["id"], into["id"]


@pytest.fixture
def match(app):
    return app.extensions["ledgerloop"].link_matching.maintain


def listed(client, **query):
    return client.get("/api/v1/transfers", query_string=query).json["items"]


def test_a_pair_is_listed_left_out_of_the_sums_and_undone(client, rows):
    out, into = rows
    paired = client.post("/api/v1/transfers", json={"out": out, "in": into})
    assert (paired.status_code, paired.json["status"]) == (201, "paired")
    [item] = listed(client, status="paired")
    assert (item["id"], item["out"]["id"], item["in"]["id"], item["by"]) == (
        paired.json["id"],
        out,
        into,
        "person",
    )
    assert client.get(f"/api/v1/transactions/{out}").json["transfer_partner"] == into
    totals = client.get("/api/v1/analytics").json["totals"]
    assert (totals["expense"], totals["income"], totals["transfer"]) == ("0.00", "0.00", "500.00")
    assert client.post("/api/v1/transfers", json={"out": out, "in": into}).status_code == 409
    assert client.post(f"/api/v1/acts/{paired.json['act']}/undo").status_code == 200
    assert listed(client) == []
    assert client.get("/api/v1/analytics").json["totals"]["transfer"] == "0.00"


def test_a_dismissed_suggestion_never_returns(client, rows, match):
    match()
    [item] = listed(client, status="suggested")
    dismissed = client.delete(f"/api/v1/transfers/{item['id']}")
    assert dismissed.status_code == 200
    match()
    assert listed(client, status="suggested") == []
    assert client.delete(f"/api/v1/transfers/{item['id']}").status_code == 404
    client.post(f"/api/v1/acts/{dismissed.json['act']}/undo")
    assert len(listed(client, status="suggested")) == 1


def test_transfers_are_listed_page_by_page(client, predicted):
    for day in (3, 13, 23):
        out = predicted("GIFT", "500", account="Main", date=f"2026-03-{day:02}")["id"]
        into = predicted("J DOE", "500", account="Pot", direction="income", date=f"2026-03-{day:02}")["id"]
        client.post("/api/v1/transfers", json={"out": out, "in": into})
    days, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/v1/transfers", query_string={"limit": 2, "cursor": cursor}).json
        days += [item["out"]["transaction"]["date"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert days == ["2026-03-23", "2026-03-13", "2026-03-03"]
    assert client.get("/api/v1/transfers?cursor=nonsense").status_code == 404


def test_what_does_not_fit_is_refused_with_a_sentence(client, rows, predicted):
    out, into = rows
    same = predicted("J DOE", "500", account="main", direction="income", date="2026-03-06")["id"]
    refused = client.post("/api/v1/transfers", json={"out": out, "in": same})
    assert (refused.status_code, "same account" in refused.json["errors"][0]["msg"]) == (422, True)
    assert client.post("/api/v1/transfers", json={"out": into, "in": out}).status_code == 422
    assert client.post("/api/v1/transfers", json={"out": out, "in": "nonsense"}).status_code == 422
    assert client.post("/api/v1/transfers", json={"out": out}).status_code == 422
    assert client.delete("/api/v1/transfers/nonsense").status_code == 404


def test_a_refund_is_linked_and_lowers_the_spending_of_its_own_month(client, predicted, answered):
    purchase = predicted("SHOE SHOP", "90", date="2026-01-20")["id"]
    answered(purchase, "groceries")
    refund = predicted("CARD CREDIT", "30", direction="income", date="2026-02-03")["id"]
    path = f"/api/v1/transactions/{refund}/refund"
    linked = client.post(path, json={"of": purchase})
    assert (linked.status_code, linked.json["refund_of"]) == (200, purchase)
    overview = client.get("/api/v1/analytics").json
    assert [(row["month"], row["expense"]) for row in overview["by_month"]] == [
        ("2026-01", "90.00"),
        ("2026-02", "-30.00"),
    ]
    assert client.get(f"/api/v1/transactions/{purchase}").json["refunded_by"] == [refund]
    assert client.delete(path).status_code == 200
    assert client.delete(path).status_code == 404
    assert client.get("/api/v1/analytics").json["totals"]["income"] == "30.00"


def test_merging_the_two_accounts_of_a_pair_takes_it_apart_until_it_is_undone(client, rows):
    out, into = rows
    client.post("/api/v1/transfers", json={"out": out, "in": into})
    ids = {account["name"]: account["id"] for account in client.get("/api/v1/accounts").json}
    merged = client.delete(f"/api/v1/accounts/{ids['Pot']}?into={ids['Main']}")
    assert listed(client) == []
    assert client.post(f"/api/v1/acts/{merged.json['act']}/undo").status_code == 200
    assert len(listed(client)) == 1


def test_a_suggested_refund_is_listed_and_dismissed(client, predicted, match):
    predicted("SHOE SHOP", "90", date="2026-03-01")
    refund = predicted("SHOE SHOP", "30", direction="income", date="2026-03-09")["id"]
    match()
    [item] = listed(client, status="suggested", kind="refund")
    assert item["in"]["id"] == refund
    assert client.delete(f"/api/v1/transactions/{refund}/refund").status_code == 200
    assert listed(client, status="suggested", kind="refund") == []


def test_the_page_offers_suggestions_and_their_undo(client, rows, match):
    match()
    assert 'Transfers <span class="badge">1</span>' in client.get("/review").text
    [item] = listed(client, status="suggested")
    answer = client.post(f"/transfers/{item['id']}/accept", follow_redirects=True)
    assert "Paired: neither counts as spending or income." in answer.text
    assert "Unpair" in answer.text
    assert "Own transfer" in client.get("/history").text
    assert "Transferred to your own account" in client.get(f"/transactions/{rows[0]}").text
    assert "You paired a transfer between your accounts" in client.get("/acts").text
    assert client.post(f"/transfers/{item['id']}/accept").status_code == 409
    assert client.get("/transfers?show=nonsense").status_code == 404


def test_a_transaction_is_linked_by_hand(client, rows):
    out, into = rows
    assert "J DOE" in client.get(f"/transactions/{out}/link").text
    answer = client.post(f"/transactions/{into}/link", data={"other": out, "kind": "transfer"})
    assert answer.status_code == 303
    assert len(listed(client)) == 1
    refused = client.post(f"/transactions/{into}/link", data={"other": out, "kind": "refund"})
    assert refused.status_code == 409


def test_a_refund_is_offered_the_purchases_of_similar_merchants_first(client, predicted):
    predicted("TFL TRAVEL", "7", currency="GBP", date="2026-03-05", account="Main")
    predicted("QX SHOES 77 STORE", "120", date="2026-03-04", account="Main")
    predicted("QX HATS", "20", date="2026-03-04", account="Main")
    refund = predicted("QX REFUNDED ORDER", "45", date="2026-03-06", direction="income", account="Main")
    page = client.get(f"/transactions/{refund['id']}/link").text
    assert page.index("QX SHOES") < page.index("TFL TRAVEL")
    assert "QX HATS" not in page  # smaller than the refund


def waiting(client):
    """How many transactions wait for an answer: of the list, and as each says itself."""
    listed_ones = client.get("/api/v1/history?status=needs_review").json["total"]
    rows = client.get("/api/v1/history").json["items"]
    assert listed_ones == sum(row["needs_review"] for row in rows)
    return listed_ones


def test_what_is_linked_waits_for_no_answer_until_it_is_unlinked(client, predicted, answered):
    out = predicted("QX GIFT", "500", account="Main", date="2026-03-04")["id"]
    into = predicted("QX DOE", "500", account="Pot", direction="income", date="2026-03-06")["id"]
    purchase = predicted("ZQ SHOES", "90", date="2026-03-01")["id"]
    refund = predicted("ZQ CREDIT", "30", direction="income", date="2026-03-09")["id"]
    assert waiting(client) == 4
    paired = client.post("/api/v1/transfers", json={"out": out, "in": into}).json
    linked = client.post(f"/api/v1/transactions/{refund}/refund", json={"of": purchase}).json
    assert waiting(client) == 1
    assert "no answer needed" in client.get(f"/transactions/{refund}").text
    # Neither an undone answer nor an edit, which predict again, lets them wait.
    act = answered(refund, "groceries")["act"]
    client.post(f"/api/v1/acts/{act}/undo")
    client.patch(f"/api/v1/transactions/{out}", json={"description": "QX PRESENT"})
    assert waiting(client) == 1
    deleted = client.delete(f"/api/v1/transactions/{into}").headers["Ledgerloop-Act"]
    assert waiting(client) == 2
    client.post(f"/api/v1/acts/{deleted}/undo")
    assert waiting(client) == 1
    for act in (paired["act"], linked["act"]):
        client.post(f"/api/v1/acts/{act}/undo")
    assert waiting(client) == 4


def test_the_job_frees_pairs_that_waited_for_an_answer(client, rows, match, web_database):
    out, into = rows
    client.post("/api/v1/transfers", json={"out": out, "in": into})
    web_database.transactions.update_many({}, {"$set": {"needs_review": True}})
    match()
    assert waiting(client) == 0


@pytest.fixture
def split_purchase(client, predicted):
    """A purchase of 60 for groceries and 40 for dining, and a function that keeps a refund."""
    purchase = predicted("BIG SHOP", "100", date="2026-03-01")["id"]
    parts = [{"amount": "60", "category": "groceries"}, {"amount": "40", "category": "dining"}]
    client.put(f"/api/v1/transactions/{purchase}/splits", json={"splits": parts})

    def refund(amount):
        return predicted("CARD CREDIT", amount, direction="income", date="2026-03-09")["id"]

    return purchase, refund


def by_category(client):
    return {row["category"]: row["amount"] for row in client.get("/api/v1/analytics").json["by_category"]}


@pytest.mark.parametrize(
    ("amount", "part", "groceries", "dining"),
    [
        ("40", None, "60.00", "0.00"),
        ("30", None, "30.00", "40.00"),
        ("30", 1, "60.00", "10.00"),
        ("70", None, "0.00", "30.00"),
    ],
)
def test_a_refund_of_a_split_purchase_lowers_one_part(
    client, split_purchase, amount, part, groceries, dining
):
    purchase, refund = split_purchase
    linked = client.post(f"/api/v1/transactions/{refund(amount)}/refund", json={"of": purchase, "part": part})
    assert linked.status_code == 200
    assert sum(float(lowered["amount"]) for lowered in linked.json["counts_in"]) == float(amount)
    assert by_category(client) == {"groceries": groceries, "dining": dining}
    sheet = client.get("/api/v1/history/spreadsheet.csv").text
    assert sheet.count("CARD CREDIT") == len(linked.json["counts_in"])


def test_a_part_that_is_too_small_for_the_refund_is_refused(client, split_purchase):
    purchase, refund = split_purchase
    path = f"/api/v1/transactions/{refund('50')}/refund"
    for part in (1, 2, -1):
        refused = client.post(path, json={"of": purchase, "part": part})
        assert (refused.status_code, refused.json["errors"][0]["loc"]) == (422, ["part"])


def test_refunds_follow_the_parts_when_these_are_edited(client, split_purchase):
    purchase, refund = split_purchase
    client.post(f"/api/v1/transactions/{refund('60')}/refund", json={"of": purchase})
    assert by_category(client) == {"groceries": "0.00", "dining": "40.00"}
    parts = [{"amount": "10", "category": "groceries"}, {"amount": "90", "category": "dining"}]
    client.put(f"/api/v1/transactions/{purchase}/splits", json={"splits": parts})
    assert by_category(client) == {"groceries": "10.00", "dining": "30.00"}
    client.put(f"/api/v1/transactions/{purchase}/splits", json={"splits": []})
    assert "groceries" not in by_category(client)


def test_the_page_asks_for_the_part_and_says_what_a_refund_lowers(client, predicted):
    purchase = predicted("BIG SHOP", "100", date="2026-03-01")["id"]
    parts = [{"amount": "60", "category": "groceries"}, {"amount": "40", "category": "dining"}]
    client.put(f"/api/v1/transactions/{purchase}/splits", json={"splits": parts})
    refund = predicted("BIG SHOP", "40", direction="income", date="2026-03-09")["id"]
    options = client.get(f"/transactions/{refund}/link").text
    assert '<option value="0">Groceries, ' in options
    assert '<option value="1" selected>' in options
    client.post(f"/transactions/{refund}/link", data={"other": purchase, "kind": "refund", "part": "0"})
    assert by_category(client) == {"groceries": "20.00", "dining": "40.00"}
    assert "It lowers Groceries by" in client.get(f"/transactions/{refund}").text
    assert "Lowers Groceries by" in client.get("/transfers").text
    assert "As its purchase" in client.get("/history").text


def test_a_pair_whose_transactions_are_both_deleted_is_not_decided(client, rows):
    out, into = rows
    pair = client.post("/api/v1/transfers", json={"out": out, "in": into}).json["id"]
    act = client.delete(f"/api/v1/transactions/{out}").headers["Ledgerloop-Act"]
    client.delete(f"/api/v1/transactions/{into}")
    refused = client.delete(f"/api/v1/transfers/{pair}")
    assert (refused.status_code, "deleted" in refused.json["detail"]) == (409, True)
    assert client.post(f"/transfers/{pair}/dismiss").status_code == 409
    client.post(f"/api/v1/acts/{act}/undo")
    assert client.delete(f"/api/v1/transfers/{pair}").status_code == 200


def test_a_transaction_says_that_a_link_does_not_count_while_it_does_not_fit(client, rows):
    out, into = rows
    client.post("/api/v1/transfers", json={"out": out, "in": into})
    act = client.patch(f"/api/v1/transactions/{into}", json={"amount": "499"}).json["act"]
    shown = client.get(f"/transactions/{out}").text
    assert "the link does not count" in shown
    assert f"/transactions/{out}/link" in shown
    client.post(f"/api/v1/acts/{act}/undo")
    shown = client.get(f"/transactions/{out}").text
    assert "Transferred to your own account" in shown
    assert f"/transactions/{out}/link" not in shown


def test_the_list_shows_refunds_with_the_categories_of_their_purchases_which_it_reads_at_once(
    client, predicted, answered, monkeypatch
):
    refunds = []
    for shop, category in (("SHOE SHOP", "groceries"), ("HAT SHOP", "pets")):
        purchase = predicted(shop, "90", date="2026-01-20")["id"]
        answered(purchase, category)
        refunds.append(predicted("CARD CREDIT", "30", direction="income", date="2026-02-03")["id"])
        client.post(f"/api/v1/transactions/{refunds[-1]}/refund", json={"of": purchase})
    reads = []
    get_many = Transactions.get_many
    monkeypatch.setattr(Transactions, "get_many", lambda self, ids: reads.append(ids) or get_many(self, ids))
    page = client.get("/history?q=credit").text
    cells = [cell.split("</td>")[0] for cell in page.split('<td class="category">')[1:]]
    assert all("As its purchase" in cell for cell in cells)
    assert sorted(("Groceries" in cell, "Pets" in cell) for cell in cells) == [(False, True), (True, False)]
    assert len(reads) == 1
    form = {"transaction_id": refunds[0], "choice": "dining", "shape": "row", "others": refunds[1]}
    changed = client.post("/feedback", data=form, headers={"X-Live": "1"}).text
    assert changed.count("As its purchase") == 2
