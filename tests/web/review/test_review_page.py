"""The page of the review, and its forms with and without a script."""

import re
from dataclasses import replace

import pytest

from src.domain.predictions import Band
from tests.services.rows import NOW, new

HTML = {"Accept": "text/html"}


@pytest.fixture
def rows(app):
    merchants = ("corner cafe", "corner cafe", "corner cafe", "landlord")
    waiting = [new(merchant, str(number + 1), band=Band.SUGGEST) for number, merchant in enumerate(merchants)]
    return app.extensions["ledgerloop"].transactions.add(waiting, source="api", at=NOW)


@pytest.fixture
def words(client):
    def words(address="/review"):
        return " ".join(re.sub("<[^>]+>", " ", client.get(address, headers=HTML).text).split())

    return words


def key_of(client, merchant):
    groups = client.get("/api/v1/review").json["groups"]
    return next(group["key"] for group in groups if group["merchant"] == merchant)


def send(client, path, *, live=False, **fields):
    return client.post(path, data=fields, headers={**HTML, **({"X-Live": "1"} if live else {})})


def test_a_group_shows_a_text_that_its_merchant_does_not_repeat(app, words):
    merchants = {"DB Vertrieb Müller": "vertrieb muller", "QX Bakery": "qx bakery"}
    waiting = [
        replace(row, transaction=replace(row.transaction, description=f"{text} {number}"))
        for text, merchant in merchants.items()
        for number, row in enumerate([new(merchant, "5", band=Band.SUGGEST)] * 2)
    ]
    app.extensions["ledgerloop"].transactions.add(waiting, source="api", at=NOW)
    page = words()
    assert "VERTRIEB MULLER" in page
    assert "DB Vertrieb Müller" in page
    assert "QX BAKERY" in page
    assert "QX Bakery" not in page


@pytest.mark.parametrize("address", ["/review", "/feedback"])
def test_the_page_shows_each_group_with_number_money_and_guess(words, rows, address):
    page = words(address)
    assert "2 groups, 4 transactions to review." in page
    assert "CORNER CAFE 3 × $6.00" in page
    assert "Likely Dining out, 90 %" in page
    assert "these 3 and future ones" in page


def test_a_group_is_answered_and_undone_without_a_script(client, words, rows):
    key = key_of(client, "corner cafe")
    answer = send(client, "/review/answers", key=key, category="groceries", next="/review")
    page = words(answer.location)
    assert "3 saved as Groceries." in page
    assert "1 group, 1 transaction to review." in page
    assert "1 answer categorized 3 transactions in the last 30 days." in page
    act = re.search("act=([0-9a-f]+)", answer.location)[1]
    undone = send(client, "/review/undo", act=act, next="/review")
    assert "Undone. 3 transactions restored." in words(undone.location)
    assert "2 groups, 4 transactions to review." in words()


def test_the_transactions_of_a_group_have_boxes_and_unticked_ones_keep_waiting(client, words, rows):
    key = key_of(client, "corner cafe")
    page = client.get(f"/review/{key}/transactions", headers=HTML).text
    shown = re.findall(r'name="include" value="([^"]+)" checked', page)
    assert sorted(shown) == sorted(row.id for row in rows[:3])
    fields = {"key": key, "shown": shown, "include": shown[1:], "choice": "pets", "category": ""}
    answer = send(client, "/review/answers", **fields)
    assert "2 saved as Pets. 1 still waits." in words(answer.location)
    assert client.get(f"/api/v1/transactions/{shown[0]}").json["status"] == "predicted"


def test_a_script_gets_the_changed_card_and_the_counts_alone(client, rows):
    key = key_of(client, "corner cafe")
    answered = send(client, "/review/answers", live=True, key=key, category="groceries").text
    assert "<h1>" not in answered
    assert f'id="item-{key}" data-item data-answered' in answered
    assert "3 saved as Groceries." in answered
    assert "1 group, 1 transaction to review." in answered
    act = re.search(r'name="act" value="([^"]+)"', answered)[1]
    undone = send(client, "/review/undo", live=True, key=key, act=act).text
    assert 'class="card item group" ' in undone
    assert "2 groups, 4 transactions to review." in undone


def test_a_script_gets_the_counts_of_the_filter_of_its_page(client, rows):
    fields = {"key": key_of(client, "corner cafe"), "next": "/review?min_amount=2&order=oldest"}
    answered = send(client, "/review/answers", live=True, category="pets", **fields).text
    assert "1 group, 1 transaction to review." in answered
    act = re.search(r'name="act" value="([^"]+)"', answered)[1]
    undone = send(client, "/review/undo", live=True, act=act, **fields).text
    assert "2 groups, 3 transactions to review." in undone


def test_a_group_is_put_off_and_listed_again(client, words, rows):
    key = key_of(client, "landlord")
    put_off = send(client, "/review/skip", live=True, key=key).text
    assert "Put off for a week." in put_off
    assert "1 group, 3 transactions to review. 1 group put off" in words()
    assert key not in client.get("/review", headers=HTML).text
    assert "1 group, 1 transaction put off." in words("/review?skipped=true")
    send(client, "/review/skip", key=key, show="true")
    assert "2 groups, 4 transactions to review." in words()


def test_a_new_category_is_made_while_a_group_is_answered(client, words, rows):
    fields = {"key": key_of(client, "landlord"), "category": "", "new_category": "Bee keeping"}
    assert "1 saved as Bee keeping." in words(send(client, "/review/answers", **fields).location)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"key": "nonsense", "category": "pets"}, 404),
        ({"category": ""}, 422),
        ({"category": "pets", "scope": "x"}, 422),
    ],
)
def test_wrong_forms_are_refused_and_change_nothing(client, words, rows, fields, status):
    fields = {"key": key_of(client, "landlord"), **fields}
    assert send(client, "/review/answers", **fields).status_code == status
    assert "2 groups, 4 transactions to review." in words()


def test_filters_and_order_are_in_the_address(client, words, rows):
    assert "1 group, 3 transactions to review." in words("/review?q=cafe&order=oldest")
    assert "Nothing matches" in words("/review?min_amount=1000")
    assert client.get("/review?min_amount=x", headers=HTML).status_code == 422
    page = words("/review?order=amount")
    assert page.index("CORNER CAFE") < page.index("landlord")


def test_a_form_on_a_filtered_page_answers_what_the_page_shows(client, words, rows):
    key = key_of(client, "corner cafe")
    fields = {"key": key, "category": "pets", "scope": "these", "next": "/review?min_amount=2"}
    assert "2 saved as Pets." in words(send(client, "/review/answers", **fields).location)
    assert "2 groups, 2 transactions to review." in words()


def test_the_page_of_what_is_put_off_keeps_its_counts_and_buttons(client, rows):
    keys = {merchant: key_of(client, merchant) for merchant in ("landlord", "corner cafe")}
    for key in keys.values():
        send(client, "/review/skip", key=key)
    fields = {"key": keys["landlord"], "show": "true", "next": "/review?skipped=true"}
    assert "1 group, 3 transactions put off." in send(client, "/review/skip", live=True, **fields).text


def test_a_second_answer_without_a_script_tells_of_itself(client, words, rows):
    first = send(
        client, "/review/answers", key=key_of(client, "corner cafe"), category="pets", next="/review"
    )
    page = client.get(first.location, headers=HTML).text
    here = re.search(r'name="next" value="([^"]+)"', page)[1].replace("&amp;", "&")
    second = send(client, "/review/answers", key=key_of(client, "landlord"), category="pets", next=here)
    assert "1 saved as Pets." in words(second.location)
