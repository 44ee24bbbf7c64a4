"""The accounts page: it works with forms alone, and every change can be undone on it."""

import pytest

from tests.web.prediction.test_pages import words_of

GERMAN = {"Accept-Language": "de-DE"}
FORM = {"name": "Giro", "currency": "eur", "kind": "checking", "opening_balance": "−1.250,50"}


@pytest.fixture
def account(client):
    client.post("/settings/accounts", data=FORM, headers=GERMAN)
    return client.get("/api/v1/accounts").json[0]["id"]


def shown(client, address="/settings/accounts"):
    words = words_of(client.get(address, headers={"Accept": "text/html"}).text)
    return words.replace("“ ", "“").replace(" ”", "”").replace("\N{WORD JOINER}", "")


def follow(client, answer):
    assert answer.status_code == 303, answer.text
    return shown(client, answer.headers["Location"])


def test_an_account_is_added_with_an_amount_as_people_type_it(client):
    assert "“Giro” is added." in follow(client, client.post("/settings/accounts", data=FORM, headers=GERMAN))
    [added] = client.get("/api/v1/accounts").json
    assert (added["currency"], added["opening_balance"]) == ("EUR", "-1250.50")


def test_the_list_leads_to_the_transactions_of_an_account_and_adds_no_currencies(client, account, predicted):
    predicted(account="giro", currency="EUR", amount="50.25")
    predicted(account="Dollars", currency="USD", amount="3", direction="income")
    assert "/history?account=Giro" in client.get("/settings/accounts").text
    assert "Together: -€1,300.75 · $3.00" in shown(client)


def test_a_change_and_a_merge_are_shown_and_undone(client, account, predicted):
    predicted(account="Giro")
    predicted(account="Other", amount="2")
    saved = client.post(f"/settings/accounts/{account}", data={**FORM, "name": "Everyday"})
    assert "“Everyday” is saved. Undo" in follow(client, saved)
    into = next(one["id"] for one in client.get("/api/v1/accounts").json if one["name"] == "Other")
    merged = client.post(f"/settings/accounts/{account}/delete", data={"into": into})
    assert "“Everyday” is merged into “Other”; 1 transaction moved." in follow(client, merged)
    for act in client.get("/api/v1/acts").json["items"][:2]:
        back = client.post(f"/acts/{act['id']}/undo", data={"next": "/settings/accounts"})
        assert "Undone. 1 transaction restored." in follow(client, back)
    assert "Giro" in shown(client)


def test_recent_changes_name_what_was_done(client, account, predicted):
    predicted(account="Giro")
    client.post(f"/settings/accounts/{account}", data={**FORM, "name": "Everyday"})
    client.post(f"/settings/accounts/{account}/delete", data={"into": "none"})
    changes = shown(client, "/acts")
    for sentence in (
        "You added the account Giro",
        "You renamed the account Giro to Everyday",
        "You deleted the account Everyday",
    ):
        assert sentence in changes


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"name": ""}, 422, "blank"),
        ({"name": "other"}, 409, "An account with this name already exists."),
        ({"opening_balance": "a lot"}, 422, "Opening balance must be a number, such as -350.75."),
        ({"opening_balance": "1.234", "currency": "XYZ"}, 422, "not a currency code"),
    ],
)
def test_what_is_wrong_is_shown_at_its_field(client, account, fields, status, sentence):
    client.post("/settings/accounts", data={**FORM, "name": "Other"})
    for address in (f"/settings/accounts/{account}", "/settings/accounts"):
        answer = client.post(address, data={**FORM, "name": "New", **fields})
        assert answer.status_code == status
        assert 'class="wrong"' in answer.text
        assert sentence in words_of(answer.text)


def test_an_account_with_transactions_is_not_deleted_before_a_choice(client, account, predicted):
    predicted(account="Giro")
    refused = client.post(f"/settings/accounts/{account}/delete", data={"into": ""})
    assert (refused.status_code, "Choose the account they move to." in refused.text) == (409, True)


def test_a_foreign_name_is_shown_as_text(client, predicted):
    predicted(account="<b>&\u202e")
    assert "<bdi>&lt;b&gt;&amp;\u202e</bdi>" in client.get("/settings/accounts").text


@pytest.mark.parametrize(
    ("address", "fields"),
    [("/", 1), ("/history", 2), ("/transactions/{id}", 1)],  # /history: of the filters and of the bulk change
)
def test_forms_offer_the_known_accounts(client, account, predicted, address, fields):
    page = client.get(address.format(id=predicted()["id"]), headers={"Accept": "text/html"}).text
    assert '<datalist id="accounts"><option value="Giro"></option></datalist>' in page
    assert page.count('list="accounts"') == fields
