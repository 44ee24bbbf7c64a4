"""The page of one transaction and the list of recent changes, as a browser without scripts meets them."""

import re
from decimal import Decimal
from html import unescape
from urllib.parse import unquote

import pytest

from tests.web.prediction.test_pages import words_of

HTML = {"Accept": "text/html"}


@pytest.fixture
def browse(client):
    def get(address, status=200, **headers):
        response = client.get(address, headers={**HTML, **headers})
        assert response.status_code == status, response.text
        return response.text

    return get


@pytest.fixture
def press(client, browse):
    """POST a form and follow the redirect; the page that answers."""

    def post(address, fields=None, **headers):
        response = client.post(address, data=fields or {}, headers={**HTML, **headers})
        assert response.status_code == 303, response.text
        return browse(response.location)

    return post


def typed(html):
    """What the edit form holds."""
    form = re.search(r'<form[^>]*(?:id="edit"|data-row-form).*?</form>', html, re.S)[0]
    inputs = re.findall(r"<input[^>]*>", form)
    fields = {}
    for tag in inputs:
        name, value = (re.search(rf'{part}="([^"]*)"', tag)[1] for part in ("name", "value"))
        if 'type="radio"' not in tag or "checked" in tag:
            fields[name] = value
    return fields


def undo_of(html):
    return re.search(r'action="(/acts/[^"]+/undo)"', html)[1]


def input_of(client, row):
    return client.get(f"/api/v1/transactions/{row}").json["transaction"]


def test_the_links_of_the_history_lead_to_a_page_of_its_own(browse, predicted):
    row = predicted()["id"]
    assert f'href="/transactions/{row}"' in browse("/history")
    page = browse(f"/transactions/{row}")
    assert "<h1" in page
    assert "Add a transaction" not in words_of(page)
    assert "Predicted Dining out" in words_of(page)
    assert "decided by model 1" in words_of(page)


@pytest.mark.parametrize("path", ["/transactions/000000000000000000000000", "/transactions/x"])
def test_a_transaction_there_is_not_is_404(browse, client, path):
    browse(path, 404)
    assert client.post(path, data={}, headers=HTML).status_code == 404
    assert client.post(f"{path}/delete", headers=HTML).status_code == 404


def test_every_answer_is_listed_and_undone_on_the_page(browse, press, predicted, answered, client):
    row = predicted()["id"]
    answered(row, "groceries")
    answered(row, "travel")
    page = browse(f"/transactions/{row}")
    assert words_of(page).count("You answered") == 2
    assert len(re.findall(r'action="/acts/[^"]+/undo"', page)) == 2
    page = press(undo_of(page), {"next": f"/transactions/{row}"})
    assert client.get(f"/api/v1/transactions/{row}").json["category"] == "groceries"
    assert "You undid an answer" in words_of(page)
    page = press(undo_of(page), {"next": f"/transactions/{row}"})
    assert client.get(f"/api/v1/transactions/{row}").json["status"] == "predicted"
    assert "/undo" not in re.sub(r"/feedback/undo", "", page)


def test_every_field_is_edited_and_the_edit_undone(browse, press, predicted, client):
    row = predicted(amount="1.15", date="2026-03-04", mode="UPI")["id"]
    before = input_of(client, row)
    fields = typed(browse(f"/transactions/{row}"))
    changed = {
        "description": "TACO GARDEN",
        "amount": "1,150.00",
        "currency": "eur",
        "date": "2026-02-01",
        "mode": "",
        "direction": "income",
        "subcategory": "lunch",
        "account": "Checking",
        "counterparty": "Taco Garden Ltd",
        "notes": "with\r\nAnna",
        "mcc": "5812",
        "tags": "holiday, , shared",
    }
    page = press(f"/transactions/{row}", {**fields, **changed})
    after = input_of(client, row)
    assert (after["description"], after["amount"], after["currency"]) == ("TACO GARDEN", "1150.00", "EUR")
    assert (after["date"], after["mode"], after["direction"]) == ("2026-02-01", None, "income")
    assert (after["account"], after["counterparty"], after["notes"]) == (
        "Checking",
        "Taco Garden Ltd",
        "with  Anna",
    )
    assert (after["mcc"], after["tags"]) == ("5812", ["holiday", "shared"])
    assert "Saved." in words_of(page)
    assert "Tags: – → holiday, shared" in words_of(page)
    assert "Payment method: UPI → –" in words_of(page)
    page = press(undo_of(page), {"next": f"/transactions/{row}"})
    assert input_of(client, row) == before
    assert "Saved." not in words_of(page)


def test_a_form_without_some_fields_leaves_them(press, predicted, client):
    row = predicted(mode="UPI", notes="for two")["id"]
    press(f"/transactions/{row}", {"version": "", "description": "TACO GARDEN"})
    after = input_of(client, row)
    assert (after["description"], after["mode"], after["notes"]) == ("TACO GARDEN", "UPI", "for two")


def test_an_amount_is_shown_and_read_in_the_visitors_own_format(browse, press, predicted, client):
    row = predicted(amount="1150", currency="EUR")["id"]
    german = {"Accept-Language": "de-DE"}
    fields = typed(browse(f"/transactions/{row}", **german))
    assert fields["amount"] == "1150,00"
    press(f"/transactions/{row}", {**fields, "amount": "1.234,50"}, **german)
    assert input_of(client, row)["amount"] == "1234.50"
    asked = client.post(
        f"/transactions/{row}", data={**fields, "amount": "2.500"}, headers={**HTML, **german}
    )
    assert asked.status_code == 422
    assert "Which amount is it?" in asked.text
    assert input_of(client, row)["amount"] == "1234.50"
    press(f"/transactions/{row}", {**typed(asked.text), "amount_meant": "2500"}, **german)
    assert Decimal(input_of(client, row)["amount"]) == 2500


def test_what_is_left_as_it_is_shown_changes_nothing(browse, press, predicted, client):
    row = predicted(amount="1.234", currency="KWD")["id"]
    page = press(f"/transactions/{row}", typed(browse(f"/transactions/{row}")))
    assert input_of(client, row)["amount"] == "1.234"
    assert client.get("/api/v1/acts").json["items"] == []
    assert "Saved." not in words_of(page)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"amount": ""}, "Please fill this in."),
        ({"amount": "four"}, "Amount must be a number above 0"),
        ({"date": "3026-01-01"}, 'id="date-wrong"'),
        ({"currency": "XXQ"}, 'id="currency-wrong"'),
        ({"description": "", "subcategory": ""}, "without a description"),
    ],
)
def test_what_is_wrong_is_shown_and_nothing_is_changed(browse, predicted, client, wrong, sentence):
    row = predicted()["id"]
    before = input_of(client, row)
    fields = typed(browse(f"/transactions/{row}"))
    response = client.post(f"/transactions/{row}", data={**fields, **wrong}, headers=HTML)
    assert response.status_code in (409, 422)
    assert sentence in response.text
    assert input_of(client, row) == before


def test_a_deleted_transaction_is_restored_from_the_history_or_later_from_recent_changes(
    browse, press, predicted, answered, client
):
    row = predicted("SWIGGY 17")["id"]
    answered(row, "groceries")
    page = press(f"/transactions/{row}/delete")
    assert "Deleted." in words_of(page)
    browse(f"/transactions/{row}", 404)
    press(undo_of(page), {"next": "/history"})
    assert client.get(f"/api/v1/transactions/{row}").json["category"] == "groceries"

    press(f"/transactions/{row}/delete")
    listed = browse("/acts")
    assert "You deleted a transaction" in words_of(listed)
    assert "SWIGGY 17" in listed
    undone = press(undo_of(listed), {"next": "/acts"})
    assert "Undone. 1 transaction restored." in words_of(undone)
    browse(f"/transactions/{row}")


def test_recent_changes_list_each_act_and_hide_no_text_as_markup(browse, predicted, answered, client):
    row = predicted("<b>SWIGGY</b>")["id"]
    answered(row, "groceries")
    client.patch(f"/api/v1/transactions/{row}", json={"amount": "9", "mode": "card"})
    page = browse("/acts")
    assert "<b>SWIGGY" not in page
    assert words_of(page).index("You edited amount, payment method") < words_of(page).index(
        "You answered Groceries"
    )
    assert client.get("/acts?cursor=x", headers=HTML).status_code == 404
    assert "No changes yet" not in page


def test_a_form_sends_nobody_to_another_site(predicted, answered, client):
    act = answered(predicted()["id"], "groceries")["act"]
    sent = client.post(f"/acts/{act}/undo", data={"next": "https://evil.example/"}, headers=HTML)
    assert sent.location.startswith("/acts")
    assert client.post(f"/acts/{act}/undo", headers=HTML).status_code == 409


def test_two_tabs_that_edit_different_fields_keep_both(browse, press, predicted, client):
    row = predicted(amount="10")["id"]
    stale = typed(browse(f"/transactions/{row}"))
    press(f"/transactions/{row}", {**stale, "amount": "12.00"})
    press(f"/transactions/{row}", {**stale, "subcategory": "lunch"})
    after = input_of(client, row)
    assert (Decimal(after["amount"]), after["subcategory"]) == (12, "lunch")


def test_the_later_of_two_tabs_that_edit_one_field_sees_the_other_value_first(
    browse, press, predicted, client
):
    row = predicted(amount="10")["id"]
    stale = typed(browse(f"/transactions/{row}"))
    press(f"/transactions/{row}", {**stale, "amount": "12.00"})
    refused = client.post(f"/transactions/{row}", data={**stale, "amount": "15.00"}, headers=HTML)
    assert refused.status_code == 409
    assert "Amount is now “12.00”" in words_of(refused.text)
    assert "Amount $10.00 $12.00 15.00" in words_of(refused.text)
    assert "Save mine" in words_of(refused.text)
    assert Decimal(input_of(client, row)["amount"]) == 12
    press(f"/transactions/{row}", typed(refused.text))
    assert Decimal(input_of(client, row)["amount"]) == 15


@pytest.mark.parametrize(
    ("elsewhere", "typed_here"),
    [({"amount": "12.55"}, {"currency": "JPY"}), ({"subcategory": None}, {"description": ""})],
    ids=["decimals", "text"],
)
def test_a_stale_form_that_does_not_fit_the_other_fields_is_refused(
    browse, predicted, client, elsewhere, typed_here
):
    row = predicted(amount="10", currency="EUR", subcategory="milk")["id"]
    stale = typed(browse(f"/transactions/{row}"))
    assert client.patch(f"/api/v1/transactions/{row}", json=elsewhere).status_code == 200
    before = input_of(client, row)
    refused = client.post(f"/transactions/{row}", data={**stale, **typed_here}, headers=HTML)
    assert refused.status_code == 409
    assert input_of(client, row) == before


def test_a_row_of_the_list_is_edited_in_its_place(press, predicted, client):
    row = predicted(amount="10", mode="UPI")["id"]
    form = client.get(f"/transactions/{row}/row?next=/history?q=s", headers=HTML).text
    assert typed(form)["next"] == "/history?q=s"
    changed = {"date": "2026-02-03", "amount": "12.50", "account": "Giro", "notes": "for two"}
    answer = client.post(f"/transactions/{row}/row", data={**typed(form), **changed}, headers=HTML).text
    assert f'id="row-{row}"' in answer
    assert "Saved." in words_of(answer)
    after = input_of(client, row)
    assert {name: after[name] for name in changed} == changed
    assert after["mode"] == "UPI"
    press(undo_of(answer), {"next": "/history"})
    assert input_of(client, row)["amount"] == "10.00"


def test_enter_in_a_row_chooses_none_of_two_amounts(predicted, client):
    """Enter presses the first submit button of a form."""
    row = predicted(amount="10")["id"]
    form = typed(client.get(f"/transactions/{row}/row", headers=HTML).text)
    asked = client.post(f"/transactions/{row}/row", data={**form, "amount": "1.150"}, headers=HTML)
    assert asked.status_code == 422
    first, *others = re.findall(r'<button[^>]*type="submit"[^>]*>', asked.text)
    assert "amount_meant" not in first
    assert [re.search(r'value="([^"]+)"', button)[1] for button in others] == ["1.150", "1150"]


def test_a_row_that_was_edited_elsewhere_shows_both_values_and_can_be_saved_again(predicted, client):
    row = predicted(amount="10")["id"]
    stale = typed(client.get(f"/transactions/{row}/row", headers=HTML).text)
    client.patch(f"/api/v1/transactions/{row}", json={"amount": "12"})
    refused = client.post(f"/transactions/{row}/row", data={**stale, "amount": "15"}, headers=HTML)
    assert refused.status_code == 409
    assert "Amount $10.00 $12.00 15" in words_of(refused.text)
    assert client.post(f"/transactions/{row}/row", data=typed(refused.text), headers=HTML).status_code == 200
    assert input_of(client, row)["amount"] == "15.00"


def test_the_page_leads_to_merchant_account_import_and_back_to_its_place(client, predicted, web_database):
    row = predicted("SWIGGY", account="Giro<1>")
    web_database.transactions.update_one({}, {"$set": {"import": "abc"}})
    came_from = "/history?q=swig&sort=amount"
    page = client.get(
        f"/transactions/{row['id']}", headers={**HTML, "Referer": f"http://localhost{came_from}"}
    ).text
    links = [unescape(address) for address in re.findall(r'href="([^"]+)"', page)]
    merchant = row["transaction"]["merchant"]
    assert {f"/history?merchant={merchant}", "/history?account=Giro<1>", "/import/abc"} <= {
        unquote(link) for link in links
    }
    assert f"{came_from}#row-{row['id']}" in links
    elsewhere = client.get(
        f"/transactions/{row['id']}", headers={**HTML, "Referer": "http://evil/history?q=x"}
    )
    assert "q=x" not in elsewhere.text
