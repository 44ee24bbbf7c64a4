"""The merchants' pages: they work with forms alone, and every change can be undone on them."""

import pytest

from tests.web.prediction.test_pages import words_of


def shown(client, address):
    answer = client.get(address, headers={"Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 200
    return words_of(answer.text).replace("\N{WORD JOINER}", "")


def post(client, address, **form):
    answer = client.post(address, data=form)
    assert answer.status_code == 303, answer.text
    return shown(client, answer.headers["Location"])


@pytest.fixture
def blue_door(predicted, answered):
    row = predicted("BLUE DOOR", amount="12")
    answered(row["id"], "gifts")
    return row


def test_the_list_shows_what_is_remembered_and_leads_to_the_transactions(client, blue_door, predicted):
    predicted("PLUM TREE")
    words = shown(client, "/merchants")
    assert "BLUE DOOR 1 transactions of BLUE DOOR $12.00 Gifts" in words
    assert "1 answer" in words
    assert "/history?merchant=blue+door" in client.get("/merchants").text
    assert "plum tree" not in shown(client, "/merchants?q=blue&sort=name")
    assert "No merchant found" in shown(client, "/merchants?q=nobody")
    assert client.get("/merchants?cursor=x").status_code == 422


def test_the_page_of_a_merchant_says_what_is_remembered_and_why(client, blue_door):
    words = shown(client, "/merchants/blue door")
    assert "The next transaction will be Gifts" in words
    assert "because your last answer says so. What they decided" in words
    assert f"/transactions/{blue_door['id']}" in client.get("/merchants/blue door").text
    words = post(client, "/merchants/blue door", forget="1")
    assert "You made Ledgerloop forget your answers for BLUE DOOR." in words
    assert "Nothing: the model decides. Your earlier answers are forgotten." in words
    assert "Does not count" in words


def test_learning_is_switched_off_and_on(client, blue_door, predicted):
    assert "You switched learning off for BLUE DOOR." in post(client, "/merchants/blue door", learn="off")
    assert predicted("BLUE DOOR")["decided_by"] == "model"
    assert "The next transaction will be Gifts" in post(client, "/merchants/blue door", learn="on")


def test_a_name_is_shown_wherever_the_merchant_is(client, blue_door):
    post(client, "/merchants/blue door", name="Tür <b>blau</b>")
    for address in ("/merchants", "/merchants/blue door", f"/transactions/{blue_door['id']}", "/history"):
        text = client.get(address, headers={"Accept": "text/html"}).text
        assert "Tür &lt;b&gt;blau&lt;/b&gt;" in text
        assert "<b>blau" not in text
    assert client.get("/api/v1/analytics").json["top_merchants"][0]["name"] == "Tür <b>blau</b>"
    assert "Tür <b>blau</b>" in client.get("/api/v1/history/spreadsheet.csv").text
    assert client.get("/api/v1/history?q=tur+blau").json["total"] == 1
    assert client.get("/api/v1/history?q=tur+rot").json["total"] == 0
    assert "BLUE DOOR" in post(client, "/merchants/blue door", name=" ")


def test_a_merge_by_name_is_undone_on_the_page_of_what_was_learned(client, blue_door, predicted):
    predicted("BLUE DOR")
    assert "almost the same spelling" in shown(client, "/merchants/blue door")
    assert "almost the same spelling" in shown(client, "/merchant-variants")
    refused = client.post("/merchants/blue door", data={"from": "nobody"})
    assert (refused.status_code, "There is no merchant with this key." in refused.text) == (422, True)
    merged = post(client, "/merchants/blue door", **{"from": "Blue  DOR"})
    assert "You merged the merchant BLUE DOR into BLUE DOOR." in merged
    assert "Merged into it: blue dor" in shown(client, "/merchants/blue dor")
    assert client.get("/api/v1/history?merchant=blue dor").json["total"] == 2
    words = shown(client, "/learned")
    assert "BLUE DOOR Gifts" in words
    assert "You merged the merchant BLUE DOR into BLUE DOOR" in words
    [act] = [act for act in client.get("/api/v1/acts").json["items"] if act["kind"] == "merchant"]
    assert "Undone." in post(client, f"/acts/{act['id']}/undo", next="/learned")
    assert "None." in shown(client, "/learned")
    assert client.get("/api/v1/history?merchant=blue dor").json["total"] == 1


def test_rules_are_listed_with_their_effect_and_named_by_their_merchant(client, blue_door, predicted):
    condition = {"field": "merchant", "op": "equals", "value": "blue door"}
    rule = {"name": "Doors", "match": "all", "conditions": [condition], "category": "housing"}
    assert client.post("/api/v1/rules", json=rule).status_code == 201
    assert predicted("BLUE DOOR")["decided_by"] == "rule"
    assert "Before these answers, your rule decides: Doors" in shown(client, "/merchants/blue door")
    condition["value"] = "SQ *BLUE DOOR"
    assert client.post("/api/v1/rules", json={**rule, "name": "As statements do"}).status_code == 201
    assert "As statements do" in shown(client, "/merchants/blue door")
    words = shown(client, "/learned")
    assert words[words.index("Your rules") :].startswith("Your rules Rule Gives Effect Doors")
    assert "Decides 1 transaction" in words


def test_variants_that_are_two_merchants_are_not_offered_again(client, blue_door, predicted):
    predicted("BLUE DOR")
    words = post(client, "/merchant-variants", key="blue dor", other="blue door")
    assert "You said that BLUE DOR and BLUE DOOR are two merchants. Undo" in words
    assert "No variants found" in words
    assert "almost the same spelling" not in shown(client, "/merchants/blue door")


def test_variants_are_shown_with_their_names_and_counts_and_no_other_act(client, blue_door, predicted):
    for number in range(3):
        predicted("BLUE DOR", amount=str(number + 1))
    client.patch("/api/v1/merchants/blue%20dor", json={"name": "Dor"})
    words = shown(client, "/merchant-variants")
    assert "BLUE DOOR 1 transaction Gifts" in words
    assert "Dor 3 transactions" in words
    assert '<option value="Dor">' in client.get("/merchants/blue door").text
    answer = next(act for act in client.get("/api/v1/acts").json["items"] if act["kind"] == "feedback")
    assert "You answered" not in shown(client, f"/merchant-variants?apart={answer['id']}")


def test_the_answer_of_a_merchant_without_learning_says_so(client, blue_door, predicted):
    post(client, "/merchants/blue door", learn="off")
    row = predicted("BLUE DOOR", amount="3")
    words = post(
        client, "/feedback", transaction_id=row["id"], category="gifts", next=f"/transactions/{row['id']}"
    )
    assert "Learning is off for BLUE DOOR, so this answer counts for this transaction only." in words


def test_an_unknown_merchant_and_an_unknown_form_are_refused(client, blue_door):
    assert client.get("/merchants/nobody").status_code == 404
    assert client.post("/merchants/nobody", data={"name": "x"}).status_code == 404
    assert client.post("/merchants/blue door", data={"what": "x"}).status_code == 422
    assert client.post("/merchants/blue door", data={"name": "x" * 101}).status_code == 422
