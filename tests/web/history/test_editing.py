"""PATCH /transactions/{id} is an act: it is listed, and undone by its id."""

from decimal import Decimal

import pytest


def edit(client, row, **changes):
    return client.patch(f"/api/v1/transactions/{row}", json=changes)


def undo(client, act):
    return client.post(f"/api/v1/acts/{act}/undo")


def input_of(client, row):
    return client.get(f"/api/v1/transactions/{row}").json["transaction"]


def test_an_edit_is_an_act_and_undoing_it_restores_the_input(client, predicted):
    first = predicted(amount="1.15", date="2026-03-04")
    before = input_of(client, first["id"])
    edited = edit(client, first["id"], amount="1150", description="TACO GARDEN", mode=None)
    assert edited.status_code == 200
    [listed] = client.get("/api/v1/acts").json["items"]
    assert (listed["id"], listed["kind"], listed["rows"]) == (edited.json["act"], "edit", 1)
    assert listed["what"]["code"] == "edited"
    assert listed["what"]["values"]["fields"] == "amount,description"
    assert Decimal(input_of(client, first["id"])["amount"]) == 1150
    assert undo(client, edited.json["act"]).json["undone"] == 1
    assert input_of(client, first["id"]) == before
    assert undo(client, edited.json["act"]).status_code == 409


def test_details_are_edited_emptied_and_restored(client, predicted, web_database):
    row = predicted(account="Checking", notes="for two", tags=["a", "b"])["id"]
    before, stored = (
        input_of(client, row),
        web_database.transactions.find_one({}, {"revision": 0, "edits": 0}),
    )
    act = edit(client, row, account=None, counterparty="Anna", mcc="5812", notes=None, tags=["c"]).json["act"]
    after = input_of(client, row)
    assert (after["account"], after["counterparty"], after["notes"]) == (None, "Anna", None)
    assert (after["mcc"], after["tags"]) == ("5812", ["c"])
    assert "account" not in web_database.transactions.find_one()
    undo(client, act)
    assert input_of(client, row) == before
    restored = web_database.transactions.find_one({}, {"revision": 0, "edits": 0})
    assert restored.keys() == stored.keys()
    assert edit(client, row, tags=["a", "b"]).json["act"] is None


def test_what_changes_nothing_is_no_act(client, predicted):
    row = predicted()
    assert edit(client, row["id"], amount=row["transaction"]["amount"]).json["act"] is None
    assert client.get("/api/v1/acts").json["items"] == []


def test_an_edit_is_predicted_again_and_so_is_its_undo_unless_a_person_answered(client, predicted, answered):
    row = predicted("SWIGGY")["id"]
    act = edit(client, row, description="ELECTRICITY BILL").json["act"]
    assert len(client.get(f"/api/v1/transactions/{row}").json["predictions"]) == 2
    undo(client, act)
    life = client.get(f"/api/v1/transactions/{row}").json
    assert len(life["predictions"]) == 3
    assert life["predicted"] == life["predictions"][0]["category"]

    answered(row, "travel")
    act = edit(client, row, description="ELECTRICITY BILL").json["act"]
    undo(client, act)
    life = client.get(f"/api/v1/transactions/{row}").json
    assert (len(life["predictions"]), life["category"]) == (3, "travel")


def test_edits_are_undone_from_the_newest_on(client, predicted):
    row = predicted(amount="1")["id"]
    first, second = (edit(client, row, amount=amount).json["act"] for amount in ("2", "3"))
    refused = undo(client, first)
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert "later edit" in refused.json["detail"]
    for act, amount in ((second, 2), (first, 1)):
        assert undo(client, act).status_code == 200
        assert Decimal(input_of(client, row)["amount"]) == amount


def test_an_edit_of_a_deleted_transaction_comes_back_with_it(client, predicted):
    row = predicted(amount="1")["id"]
    edited = edit(client, row, amount="2").json["act"]
    deleted = client.delete(f"/api/v1/transactions/{row}").headers["Ledgerloop-Act"]
    assert undo(client, edited).status_code == 404
    assert undo(client, deleted).status_code == 200
    assert undo(client, edited).status_code == 200
    assert Decimal(input_of(client, row)["amount"]) == 1


def test_an_edit_that_is_refused_leaves_no_act(client, predicted):
    row = predicted()["id"]
    assert edit(client, row, amount="-1").status_code == 422
    assert edit(client, "0" * 24, amount="1").status_code == 404
    assert client.get("/api/v1/acts").json["items"] == []


@pytest.fixture
def meanwhile(app, monkeypatch):
    """Make another edit while the next one predicts."""
    predictor = app.extensions["ledgerloop"].predictor
    predict = predictor.predict

    def edit_meanwhile(other):
        def edited_first(_, *arguments, **options):
            monkeypatch.undo()
            assert other().status_code in (200, 303)
            return predict(*arguments, **options)

        monkeypatch.setattr(type(predictor), "predict", edited_first)

    return edit_meanwhile


def test_edits_of_different_fields_at_the_same_time_both_hold(client, predicted, meanwhile):
    row = predicted(amount="10")["id"]
    meanwhile(lambda: edit(client, row, amount="12"))
    assert edit(client, row, subcategory="lunch").status_code == 200
    after = input_of(client, row)
    assert (Decimal(after["amount"]), after["subcategory"]) == (12, "lunch")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"subcategory": None}, {"description": None}),
        ({"amount": "0.40"}, {"currency": "JPY"}),
    ],
    ids=["no text would be left", "decimals that the currency has not"],
)
def test_edits_at_the_same_time_that_do_not_fit_together_are_refused(
    client, predicted, meanwhile, first, second
):
    row = predicted(amount="10", currency="EUR", subcategory="milk")["id"]
    before = input_of(client, row)
    meanwhile(lambda: edit(client, row, **first))
    assert edit(client, row, **second).status_code == 409
    assert input_of(client, row) == {**before, **first}
    assert [item["rows"] for item in client.get("/api/v1/acts").json["items"] if item["rows"]] == [1]


def test_two_tabs_that_save_one_field_at_the_same_moment_do_not_overwrite(client, predicted, meanwhile):
    row = predicted(amount="10")["id"]
    form = {**input_of(client, row), "version": ""}
    form = {name: value or "" for name, value in form.items()}

    def save(text):
        fields = {**form, "subcategory": text}
        return client.post(f"/transactions/{row}", data=fields, headers={"Accept": "text/html"})

    meanwhile(lambda: save("first"))
    assert save("second").status_code == 409
    assert input_of(client, row)["subcategory"] == "first"


def test_an_edit_of_an_outdated_revision_is_refused_and_names_what_changed(client, predicted):
    row = predicted(amount="10")["id"]
    first = client.get(f"/api/v1/transactions/{row}").json["revision"]
    other = edit(client, row, amount="12", revision=first)
    assert (other.status_code, other.json["revision"]) == (200, first + 1)
    refused = edit(client, row, amount="15", revision=first)
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert "(amount)" in refused.json["detail"]
    assert f"GET /api/v1/transactions/{row}" in refused.json["detail"]
    assert "errors" not in refused.json  # the contract: only with 422
    [other_edit] = client.get(f"/api/v1/transactions/{row}").json["edits"]
    assert [other_edit[side]["amount"] for side in ("before", "after")] == ["10.00", "12.00"]
    assert Decimal(input_of(client, row)["amount"]) == 12
    undo(client, other.json["act"])
    assert edit(client, row, amount="15", revision=first + 1).status_code == 409
    assert edit(client, row, amount="15", revision=first + 2).status_code == 200


def test_an_answer_or_a_new_prediction_outdates_no_revision(client, predicted, answered):
    row = predicted(amount="10")["id"]
    first = client.get(f"/api/v1/transactions/{row}").json["revision"]
    answered(row, "groceries")
    assert edit(client, row, amount="15", revision=first).status_code == 200
