"""A split transaction: its parts count, and its amount fits them."""

import re

import pytest


def split(client, row, *parts):
    splits = [{"amount": amount, "category": category} for amount, category in parts]
    return client.put(f"/api/v1/transactions/{row}/splits", json={"splits": splits})


def life(client, row):
    return client.get(f"/api/v1/transactions/{row}").json


@pytest.fixture
def row(predicted, answered):
    stored = predicted("BIG STORE", "100.75", date="2026-03-04")["id"]
    answered(stored, "shopping")
    return stored


def spent(client):
    body = client.get("/api/v1/analytics").json
    return {sums["category"]: sums["amount"] for sums in body["by_category"]}, body["totals"]["expense"]


def test_sums_count_the_parts_and_filters_find_them(client, row, predicted, answered):
    other = predicted("OTHER STORE", "5.00", date="2026-03-05")["id"]
    answered(other, "pets")
    response = split(client, row, ("60.75", "groceries"), ("40", "pets"))
    assert response.status_code == 200
    assert response.json["splits"] == [
        {"amount": "60.75", "category": "groceries", "notes": None},
        {"amount": "40.00", "category": "pets", "notes": None},
    ]
    assert spent(client) == ({"groceries": "60.75", "pets": "45.00"}, "105.75")
    assert client.get("/api/v1/analytics").json["totals"]["count"] == 2
    [merchant, _] = client.get("/api/v1/analytics").json["top_merchants"]
    assert (merchant["merchant"], merchant["amount"]) == ("big store", "100.75")
    for category, rows in (("pets", [other, row]), ("groceries", [row]), ("shopping", [row])):
        items = client.get(f"/api/v1/history?category={category}&q=store").json["items"]
        assert [item["id"] for item in items] == rows


def test_splitting_is_an_act_whose_undo_restores_the_earlier_parts(client, row):
    first = split(client, row, ("60.75", "groceries"), ("40", "pets")).json
    second = split(client, row, ("100.75", "home")).json["act"]
    removed = split(client, row).json["act"]
    assert life(client, row)["splits"] == []
    assert client.post(f"/api/v1/acts/{second}/undo").status_code == 409
    assert client.post(f"/api/v1/acts/{removed}/undo").json["undone"] == 1
    assert [part["category"] for part in life(client, row)["splits"]] == ["home"]
    client.post(f"/api/v1/acts/{second}/undo")
    assert life(client, row)["splits"] == first["splits"]
    client.post(f"/api/v1/acts/{first['act']}/undo")
    assert life(client, row)["splits"] == []
    assert len(life(client, row)["predictions"]) == 1


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([("60.75", "groceries"), ("39.99", "pets")], "The parts add up to 100.74 USD"),
        ([("60.75", "groceries"), ("40", "no-such")], "There is no category with this name."),
        ([("60.755", "groceries"), ("39.995", "pets")], "at most 2 decimals"),
        ([("-1", "groceries"), ("101.75", "pets")], "Give a number"),
        ([("0", "groceries"), ("100.75", "pets")], "above 0"),
    ],
)
def test_parts_that_do_not_fit_are_refused(client, row, parts, sentence):
    response = split(client, row, *parts)
    assert response.status_code == 422
    assert sentence in response.text
    assert life(client, row)["splits"] == []


def test_an_amount_that_does_not_fit_the_parts_is_refused(client, row):
    split(client, row, ("60.75", "groceries"), ("40", "pets"))
    refused = client.patch(f"/api/v1/transactions/{row}", json={"amount": "90"})
    assert (refused.status_code, refused.json["detail"]) == (
        409,
        "The parts of this transaction add up to 100.75, not to 90.00 USD. Change or remove the parts first.",
    )
    assert client.patch(f"/api/v1/transactions/{row}", json={"notes": "party"}).status_code == 200
    assert len(life(client, row)["splits"]) == 2


def test_merging_a_category_moves_its_parts_and_undoing_it_moves_them_back(client, row):
    split(client, row, ("60.75", "groceries"), ("40", "pets"))
    assert client.delete("/api/v1/categories/pets").status_code == 409
    merged = client.delete("/api/v1/categories/pets?into=home").json
    assert [part["category"] for part in life(client, row)["splits"]] == ["groceries", "home"]
    client.post(f"/api/v1/acts/{merged['act']}/undo")
    assert [part["category"] for part in life(client, row)["splits"]] == ["groceries", "pets"]


def test_notes_of_parts_are_masked(client, row):
    part = {"amount": "100.75", "category": "pets", "notes": "paid with 4111 1111 1111 1111"}
    body = client.put(f"/api/v1/transactions/{row}/splits", json={"splits": [part]}).json
    assert "1111 1111" not in body["splits"][0]["notes"]


def send(client, row, *lines, **form):
    amounts, categories = [amount for amount, _ in lines], [category for _, category in lines]
    data = {
        "version": "",
        "part_amount": amounts,
        "part_category": categories,
        "part_notes": [""] * len(lines),
    }
    return client.post(f"/transactions/{row}/splits", data={**data, **form})


def test_the_form_splits_and_one_empty_amount_gets_the_rest(client, row):
    page = client.get(f"/transactions/{row}").text
    assert page.count('name="part_amount"') == 3
    saved = send(client, row, ("60.75", "groceries"), ("", "pets"), ("", ""))
    assert saved.status_code == 303
    assert [part["amount"] for part in life(client, row)["splits"]] == ["60.75", "40.00"]
    page = client.get(saved.location).text
    assert "Saved." in page
    assert "Parts: – → " in re.sub(r"</?bdi>", "", page)
    version = life(client, row)["edits"][-1]["act"]
    assert send(client, row, remove="true", version=version).status_code == 303
    assert life(client, row)["splits"] == []


def test_the_form_keeps_what_was_typed_and_adds_lines(client, row):
    page = send(client, row, ("60.75", "groceries"), ("3", "pets"), more="true")
    assert page.status_code == 200
    assert page.text.count('name="part_amount"') == 5
    wrong = send(client, row, ("60.75", "groceries"), ("3", "pets"))
    assert (wrong.status_code, "The parts add up to 63.75 USD" in wrong.text) == (422, True)
    assert 'value="60.75"' in wrong.text
    assert "Choose a category for each part." in send(client, row, ("100.75", "")).text
    assert "nothing is left" in send(client, row, ("100.75", "groceries"), ("", "pets")).text


def test_a_form_from_before_another_edit_is_refused(client, row):
    client.patch(f"/api/v1/transactions/{row}", json={"amount": "90"})
    refused = send(client, row, ("60.75", "groceries"), ("", "pets"))
    assert (refused.status_code, "was edited elsewhere" in refused.text) == (409, True)
    assert life(client, row)["splits"] == []
