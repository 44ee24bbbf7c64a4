"""Filters of the list of transactions, saved under a name."""

import re
from html import unescape

import pytest

URL = "/api/v1/history/filters"


def save(client, name, query):
    return client.post(URL, json={"name": name, "query": query})


def test_a_filter_is_saved_renamed_and_deleted(client):
    saved = save(client, "Food", "?category=groceries&from=&sort=-date&min_amount=1,150.50")
    assert saved.status_code == 201
    assert saved.json["query"] == "category=groceries&min_amount=1150.50"
    save(client, "big", "min_amount=1000")
    assert [filter_["name"] for filter_ in client.get(URL).json] == ["big", "Food"]
    one = f"{URL}/{saved.json['id']}"
    assert client.patch(one, json={"name": "BIG"}).status_code == 409
    assert client.patch(one, json={"name": "Eating"}).json["name"] == "Eating"
    assert client.delete(one).status_code == 204
    assert client.delete(one).status_code == client.patch(one, json={"name": "x"}).status_code == 404
    assert [filter_["name"] for filter_ in client.get(URL).json] == ["big"]


@pytest.mark.parametrize("query", ["", "cursor=abc", "owner=me", "from=yesterday", "q[$ne]=1", "sort=-date"])
def test_what_is_no_filter_is_not_saved(client, query):
    assert save(client, "Food", query).status_code == 422
    assert client.get(URL).json == []


def test_a_name_is_taken_whatever_its_case(client):
    assert save(client, "Food", "q=a").status_code == 201
    assert save(client, "FOOD", "q=b").status_code == 409


@pytest.mark.parametrize("name", ["", " ", "\u200b\u2060"])
def test_a_name_that_nobody_can_see_is_refused(client, name):
    assert save(client, name, "q=a").status_code == 422


def test_a_filter_of_an_account_follows_it_through_changes_and_back(client):
    def add(name):
        return client.post("/api/v1/accounts", json={"name": name}).json

    def queries():
        return [saved["query"] for saved in client.get(URL).json]

    def undo(answer):
        assert client.post(f"/api/v1/acts/{answer['act']}/undo").status_code == 200

    old, into = (add(name)["id"] for name in ("Old & cold", "New"))
    save(client, "a", "q=x&account=Old+%26+cold&sort=amount")
    save(client, "b", "account=New")
    before = queries()
    renamed = client.patch(f"/api/v1/accounts/{old}", json={"name": "Giro"}).json
    assert queries() == ["q=x&account=Giro&sort=amount", "account=New"]
    reused = add("Old & cold")
    merged = client.delete(f"/api/v1/accounts/{old}?into={into}").json
    assert queries() == ["q=x&account=New&sort=amount", "account=New"]
    changed = client.patch(f"/api/v1/accounts/{into}", json={"name": "Main"}).json
    assert queries() == ["q=x&account=Main&sort=amount", "account=Main"]
    undo(merged)
    assert queries() == ["q=x&account=Giro&sort=amount", "account=Main"]
    for answer in (changed, reused, renamed):
        undo(answer)
    assert queries() == before
    client.delete(f"/api/v1/accounts/{old}")
    assert queries() == before


def test_the_page_saves_its_filter_offers_it_and_changes_it(client, predicted):
    predicted("SWIGGY")
    query = unescape(
        re.search(r'name="query" value="([^"]*)"', client.get("/history?q=swi&sort=amount").text)[1]
    )
    sent = {"name": "<b>Mine</b>", "query": query, "next": "/history?q=swi&sort=amount"}
    response = client.post("/history/filters", data=sent)
    assert (response.status_code, response.location) == (303, sent["next"])
    page = client.get("/history").text
    assert '/history?q=swi&amp;sort=amount"' in page
    assert "<bdi>&lt;b&gt;Mine&lt;/b&gt;</bdi>" in page
    change = re.search(r'action="(/history/filters/[^"]+)"', client.get(sent["next"]).text)[1]
    client.post(change, data={"name": "Ours"})
    assert "<bdi>Ours</bdi>" in client.get("/history").text
    client.post(change, data={"name": "Ours", "delete": "1"})
    assert "<bdi>Ours</bdi>" not in client.get("/history").text
