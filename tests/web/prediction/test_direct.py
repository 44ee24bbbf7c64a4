"""The direct answer to a prediction is that of the usual way."""

import pytest

from src.errors import Unavailable

ADDRESS = "/api/v1/predict"
USUAL = {"Sec-Fetch-Site": "none"}
"""A browser's header, with which a request goes the usual way."""
SWIGGY = {"description": "SWIGGY order 8841 BANGALORE", "amount": "350.75", "currency": "INR", "save": False}


@pytest.fixture
def usual_way(app, monkeypatch):
    """The requests that went the usual way."""
    requests = []
    application = app.wsgi_app.__closure__
    direct = next(cell.cell_contents for cell in application if hasattr(cell.cell_contents, "_is_plain"))
    usual = direct._application
    monkeypatch.setattr(
        direct, "_application", lambda environ, start: requests.append(environ) or usual(environ, start)
    )
    return requests


@pytest.mark.parametrize(
    "body",
    [
        SWIGGY,
        {"description": "SQ *BLUE DOOR 0042", "save": False},
        {"subcategory": "rent", "amount": 5, "date": "2026-03-04", "direction": "income", "save": False},
        {
            **SWIGGY,
            "notes": "card 4111 1111 1111 1111",
            "tags": ["a", "b"],
            "mode": "UPI",
            "account": "Savings",
        },
    ],
)
def test_it_is_the_same_answer(client, usual_way, body):
    direct = client.post(ADDRESS, json=body)
    assert usual_way == []
    usual = client.post(ADDRESS, json=body, headers=USUAL)
    assert len(usual_way) == 1
    assert (direct.status_code, direct.json) == (usual.status_code, usual.json)
    assert sorted(direct.headers) == sorted(usual.headers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b'{"description": "x", "amount": 1e999, "save": false}', 422),
        (b'{"description": "x", "colour": "red", "save": false}', 422),
        (b'{"save": false}', 422),
        (b'{"description": "x"}', 422),
        (b'{"description": "' + b"x" * 30_000 + b'", "save": false}', 422),
    ],
)
def test_whatever_is_not_plain_goes_the_usual_way(client, usual_way, body, status):
    answer = client.post(ADDRESS, data=body, content_type="application/json")
    assert (answer.status_code, len(usual_way)) == (status, 1)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"headers": {"Origin": "https://other.example"}}, 403),
        ({"headers": {"Host": "other.example"}}, 400),
        ({"query_string": "a=1"}, 422),
        ({"content_type": "text/plain"}, 415),
    ],
)
def test_it_refuses_what_the_usual_way_refuses(client, options, status):
    body = {"data": b'{"description": "x", "save": false}', "content_type": "application/json"}
    assert client.post(ADDRESS, **{**body, **options}).status_code == status


def test_what_is_stored_is_the_same(client, usual_way):
    body = {**SWIGGY, "save": None, "tags": ["a", "b"]}
    direct = client.post(ADDRESS, json=body)
    assert usual_way == []
    usual = client.post(ADDRESS, json=body, headers=USUAL)
    assert len(usual_way) == 1
    assert direct.status == usual.status == "201 CREATED"
    assert sorted(name for name, _ in direct.headers) == sorted(name for name, _ in usual.headers)
    [one, other] = [
        client.get(f"/api/v1/transactions/{answer.json['id']}").json for answer in (direct, usual)
    ]
    different = {"id", "created_at"}
    assert {**direct.json, "id": ""} == {**usual.json, "id": ""}
    assert {name for name in one if one[name] != other[name]} <= {*different, "predictions"}


def test_what_could_not_be_stored_is_reported_and_not_tried_again(app, client, usual_way, monkeypatch):
    tries = []

    def away(additions):
        tries.append(additions)
        raise Unavailable("The database did not answer.")

    monkeypatch.setattr(app.extensions["ledgerloop"].transactions, "add_all", away)
    answer = client.post(ADDRESS, json={**SWIGGY, "save": True})
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    assert (len(tries), len(usual_way)) == (1, 1)


def test_it_is_counted_like_every_request(client):
    def counted():
        lines = client.get("/metrics").text.splitlines()
        of_route = [
            line for line in lines if line.startswith("ledgerloop_requests_total") and ADDRESS in line
        ]
        return sum(float(line.rpartition(" ")[2]) for line in of_route if 'status="200"' in line)

    before = counted()
    client.post(ADDRESS, json=SWIGGY)
    client.post(ADDRESS, json=SWIGGY, headers=USUAL)
    assert counted() == before + 2
