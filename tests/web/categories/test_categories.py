"""Changing, merging and deleting categories, over the API and on the pages."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

NEW = {"slug": "eating-out", "name": "Eating out", "group": "discretionary", "color": "#123456"}


@pytest.fixture
def own(client):
    return client.post("/api/v1/categories", json=NEW).json["slug"]


def listed(client):
    return {category["slug"]: category for category in client.get("/api/v1/categories").json}


def test_a_category_is_renamed_regrouped_and_recoloured_and_that_is_undone(client, own):
    changed = client.patch(
        f"/api/v1/categories/{own}", json={"name": "Restaurants", "group": "essential", "color": "#abcdef"}
    )
    assert changed.status_code == 200
    now = listed(client)[own]
    assert (now["name"], now["group"], now["color"]) == ("Restaurants", "essential", "#abcdef")
    assert client.post(f"/api/v1/acts/{changed.json['act']}/undo").status_code == 200
    assert listed(client)[own] == NEW


def test_a_shipped_category_can_be_changed_too(client):
    assert client.patch("/api/v1/categories/dining", json={"name": "Eating out"}).status_code == 200
    assert listed(client)["dining"]["name"] == "Eating out"
    assert len(listed(client)) == 25


@pytest.mark.parametrize("name", ["Groceries", "groceries", " GROCERIES "])
def test_no_two_categories_have_one_name(client, own, name):
    assert client.patch(f"/api/v1/categories/{own}", json={"name": name}).status_code == 409
    assert client.post("/api/v1/categories", json={**NEW, "slug": "x", "name": name}).status_code == 409


def test_two_requests_at_once_make_one_category_of_a_name(app):
    def add(number):
        body = {**NEW, "slug": f"books-{number}", "name": "Books"}
        return app.test_client().post("/api/v1/categories", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(add, range(16)))
    assert sorted(set(statuses)) == [201, 409]
    assert statuses.count(201) == 1


def test_a_merge_moves_answers_memory_and_predictions_and_is_undone(client, own, predicted, answered):
    row = predicted("ZORBLATT 0042")
    answered(row["id"], own)
    merged = client.delete(f"/api/v1/categories/{own}?into=dining")
    assert (merged.status_code, merged.json["moved"]) == (200, 1)
    assert own not in listed(client)
    assert client.get(f"/api/v1/transactions/{row['id']}").json["category"] == "dining"
    following = predicted("ZORBLATT 0077")
    assert (following["category"], following["decided_by"]) == ("dining", "memory")
    assert client.post(f"/api/v1/acts/{merged.json['act']}/undo").status_code == 200
    assert own in listed(client)
    assert client.get(f"/api/v1/transactions/{row['id']}").json["category"] == own
    assert predicted("ZORBLATT 0078")["category"] == own


def test_the_model_names_what_a_category_was_merged_into(client, predicted):
    before = predicted("SWIGGY")
    into = next(slug for slug in listed(client) if slug != before["category"])
    client.delete(f"/api/v1/categories/{before['category']}?into={into}")
    after = predicted("SWIGGY")
    assert after["category"] == into
    assert client.get(f"/api/v1/transactions/{before['id']}").json["category"] == into
    assert before["category"] not in {one["category"] for one in after["alternatives"]}


def test_a_category_that_is_used_is_not_deleted_without_a_place_for_its_rows(
    client, own, predicted, answered
):
    answered(predicted("ZORBLATT 0042")["id"], own)
    refused = client.delete(f"/api/v1/categories/{own}")
    assert (refused.status_code, "1 transactions" in refused.json["detail"]) == (409, True)
    assert own in listed(client)


def test_a_category_that_an_earlier_answer_names_is_not_deleted_without_a_place_for_it(
    client, own, predicted, answered
):
    row = predicted("ZORBLATT 0042")["id"]
    answered(row, own)
    later = answered(row, "groceries")["act"]
    assert client.delete(f"/api/v1/categories/{own}").status_code == 409
    client.post(f"/api/v1/acts/{later}/undo")
    assert client.get(f"/api/v1/transactions/{row}").json["category"] == own
    assert own in listed(client)


@pytest.mark.parametrize(("into", "status"), [("nowhere", 422), ("eating-out", 422), ("$ne", 422)])
def test_a_merge_needs_another_category_that_exists(client, own, into, status):
    assert client.delete(f"/api/v1/categories/{own}?into={into}").status_code == status


def test_an_unused_category_is_deleted_and_its_name_can_be_used_again(client, own):
    assert client.delete(f"/api/v1/categories/{own}").status_code == 200
    assert client.patch(f"/api/v1/categories/{own}", json={"name": "x"}).status_code == 404
    assert client.post("/api/v1/categories", json=NEW).status_code == 201


def test_after_a_merge_its_name_can_be_used_again(client, own):
    client.delete(f"/api/v1/categories/{own}?into=dining")
    assert client.post("/api/v1/categories", json=NEW).status_code == 201
    assert own in listed(client)


def test_a_category_has_a_description_and_a_parent(client, own):
    changed = client.patch(f"/api/v1/categories/{own}", json={"parent": "dining", "description": "Cafés"})
    assert (changed.json["parent"], changed.json["description"]) == ("dining", "Cafés")
    assert client.patch("/api/v1/categories/dining", json={"parent": own}).status_code == 422
    assert client.patch(f"/api/v1/categories/{own}", json={"parent": own}).status_code == 422
    merged = client.delete("/api/v1/categories/dining?into=groceries")
    assert listed(client)[own]["parent"] == "groceries"
    client.post(f"/api/v1/acts/{merged.json['act']}/undo")
    assert listed(client)[own]["parent"] == "dining"


def test_the_page_changes_merges_and_undoes(client, own):
    assert "Eating out" in client.get(f"/categories/{own}").text
    form = {"name": "Food", "group": "essential", "color": "#abcdef", "description": ""}
    saved = client.post(f"/categories/{own}", data=form)
    assert saved.status_code == 303
    shown = client.get(saved.headers["Location"]).text
    assert "Food" in shown
    act = saved.headers["Location"].partition("act=")[2]
    client.post("/categories/undo", data={"act": act})
    assert listed(client)[own]["name"] == "Eating out"
    merged = client.post(f"/categories/{own}/delete", data={"into": "dining"})
    assert "merged into" in client.get(merged.headers["Location"]).text
    assert client.get(f"/categories/{own}").status_code == 404


@pytest.mark.parametrize(
    ("form", "status"),
    [({"name": ""}, 422), ({"name": "\u200b"}, 422), ({"name": "Groceries"}, 409), ({"color": "red"}, 422)],
)
def test_the_page_shows_what_is_wrong_at_the_field(client, own, form, status):
    fields = {"name": "Food", "group": "essential", "color": "#abcdef", "description": "", **form}
    answer = client.post(f"/categories/{own}", data=fields)
    assert answer.status_code == status
    assert 'class="wrong"' in answer.text


def test_a_merge_that_was_interrupted_can_be_asked_for_again(
    app, client, own, predicted, answered, monkeypatch
):
    row = predicted("ZORBLATT 0042")
    answered(row["id"], own)
    editor = app.extensions["ledgerloop"].category_editor
    with monkeypatch.context() as killed:
        killed.setattr(type(editor.rows), "relabel", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            editor.delete(own, "dining", at=datetime.now(UTC))
    assert client.delete(f"/api/v1/categories/{own}?into=dining").json["moved"] == 1
    assert client.get(f"/api/v1/transactions/{row['id']}").json["category"] == "dining"


def test_an_added_category_is_removed_by_an_undo_unless_it_is_used(client, predicted, answered):
    added = client.post("/api/v1/categories", json=NEW)
    row = predicted("ZORBLATT 0042")
    answer = answered(row["id"], "eating-out")
    refused = client.post(f"/api/v1/acts/{added.json['act']}/undo")
    assert (refused.status_code, "eating-out" in listed(client)) == (409, True)
    client.post(f"/api/v1/acts/{answer['act']}/undo")
    client.delete(f"/api/v1/transactions/{row['id']}")
    books = client.post("/api/v1/categories", json={**NEW, "slug": "books", "name": "Books"}).json
    assert client.post(f"/api/v1/acts/{books['act']}/undo").status_code == 200
    assert "books" not in listed(client)


def test_an_undo_of_a_change_restores_only_what_it_changed(client, own):
    renamed = client.patch(f"/api/v1/categories/{own}", json={"name": "Restaurants"}).json["act"]
    client.patch(f"/api/v1/categories/{own}", json={"color": "#abcdef", "description": "pizza"})
    assert client.post(f"/api/v1/acts/{renamed}/undo").status_code == 200
    assert listed(client)[own] == {**NEW, "color": "#abcdef", "description": "pizza"}


def test_a_change_is_not_undone_over_a_later_one_of_the_same_field(client, own):
    first = client.patch(f"/api/v1/categories/{own}", json={"name": "Restaurants"}).json["act"]
    second = client.patch(f"/api/v1/categories/{own}", json={"name": "Cafés"}).json["act"]
    assert client.post(f"/api/v1/acts/{first}/undo").status_code == 409
    for act in (second, first):
        assert client.post(f"/api/v1/acts/{act}/undo").status_code == 200
    assert listed(client)[own] == NEW


def test_a_category_is_added_as_a_part_of_another_on_the_page_and_that_is_undone(client):
    form = {
        "name": "Coffee",
        "group": "discretionary",
        "color": "#123456",
        "description": "",
        "parent": "dining",
    }
    shown = client.post("/categories", data=form, follow_redirects=True).text
    assert listed(client)["coffee"]["parent"] == "dining"
    act = client.get("/api/v1/acts").json["items"][0]
    assert (act["what"]["code"], f'value="{act["id"]}"' in shown) == ("category-added", True)
    assert "You added the category Coffee" in client.get("/acts").text
    client.post("/categories/undo", data={"act": act["id"]})
    assert "coffee" not in listed(client)
    wrong = client.post("/categories", data={**form, "parent": "nowhere"})
    assert (wrong.status_code, 'id="parent-wrong"' in wrong.text) == (422, True)


def test_a_saved_filter_follows_a_merge_and_back(client, own):
    saved = {"name": "Out", "query": f"category={own}&mode=Cash"}
    client.post("/api/v1/history/filters", json=saved)
    act = client.delete(f"/api/v1/categories/{own}?into=dining").json["act"]
    assert client.get("/api/v1/history/filters").json[0]["query"] == "category=dining&mode=Cash"
    client.post(f"/api/v1/acts/{act}/undo")
    assert client.get("/api/v1/history/filters").json[0]["query"] == saved["query"]
