"""Bad input of every kind gets a 4xx in the contract's form, and nothing is kept of it."""

import json

import pytest

GOOD = {"description": "SWIGGY", "amount": "350.75"}


def post(client, raw, path="/api/v1/predict", content_type="application/json"):
    return client.post(path, data=raw, content_type=content_type)


def assert_problem(response, status, *, silent_about=()):
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    problem = response.json
    assert problem["status"] == status
    assert set(problem) == {"type", "title", "status", "detail"} | ({"errors"} if status == 422 else set())
    if status == 422:
        assert problem["errors"]
        assert all(set(error) == {"loc", "msg"} for error in problem["errors"])
    for text in ("Traceback", "/src/", *silent_about):
        assert text not in response.text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"not json",
        b'{"description": "x", "amount": NaN}',
        b'{"description": "x", "amount": Infinity}',
        b'{"description": "x", "amount": -Infinity}',
        b'{"description": "\xff", "amount": 1}',
        b'{"description": "\\ud800", "amount": 1}',
        b'{"\\udfff": 1}',
        b'{"description": "x", "amount": 1e99999999999999999999}',
        b'{"description": "x", "amount": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        '{"description": "x", "amount": 1}'.encode("utf-16"),
    ],
    ids=lambda raw: repr(raw[:45]),
)
def test_an_unreadable_body_is_400(client, raw):
    assert_problem(post(client, raw), 400)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "text/json"])
def test_another_media_type_is_415(client, content_type):
    assert_problem(post(client, json.dumps(GOOD), content_type=content_type), 415)


def test_ten_megabytes_are_413(client):
    raw = json.dumps({**GOOD, "description": "x" * 10_000_000})
    assert_problem(post(client, raw), 413)
    assert client.get("/api/v1/history").json["total"] == 0


@pytest.mark.parametrize("body", [[], [GOOD], "text", 1, None, True])
def test_a_body_that_is_no_object_is_422(client, body):
    assert_problem(post(client, json.dumps(body)), 422)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": "-1"},
        {"amount": ""},
        {"amount": " 1"},
        {"amount": "1,5"},
        {"amount": "1e5"},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": "٣"},
        {"amount": True},
        {"amount": None},
        {"amount": []},
        {"amount": 1.005},
        {"amount": 350.00000000000001e-3},
        {"amount": 1_000_000_000_000.01},
        {"amount": "10000000000000"},
        {"amount": 10.5, "currency": "JPY"},
        {"amount": "1.2345", "currency": "KWD"},
        {"currency": "usd"},
        {"currency": "US"},
        {"currency": "USD\n"},
        {"currency": 5},
        {"date": 0},
        {"date": 1772582400},
        {"date": ""},
        {"date": "04/03/2026"},
        {"date": "20260304"},
        {"date": "2026-W10-3"},
        {"date": "2026-02-30"},
        {"date": "1899-12-31"},
        {"date": "2201-01-01"},
        {"date": "2026-03-04T00:00:00Z"},
        {"direction": "sideways"},
        {"direction": 1},
        {"save": "true"},
        {"save": 1},
        {"description": 5},
        {"description": ["SWIGGY"]},
        {"description": "x" * 501},
        {"description": "nul \x00"},
        {"description": "bell \x07"},
        {"description": "c1 \x85"},
        {"description": "", "subcategory": None},
        {"description": " \t\n "},
        {"description": None},
        {"mode": "x" * 101},
        {"mode": "\x1b[31m"},
        {"subcategory": "x" * 101},
        {"account": "x" * 101},
        {"counterparty": "x" * 201},
        {"notes": "x" * 1001},
        {"mcc": "581"},
        {"mcc": 5812},
        {"tags": ["x"] * 21},
        {"tags": ["x" * 51]},
        {"tags": [" "]},
        {"tags": ["a,b"]},
        {"tags": "a"},
        {"unknown": 1},
        {"id": "69a7d0c2f1b2c3d4e5f60718"},
        {"$where": "sleep(1000)"},
    ],
    ids=lambda changes: repr(changes)[:60],
)
def test_a_wrong_value_is_422_and_nothing_is_kept(client, changes):
    response = post(client, json.dumps({**GOOD, **changes}))
    assert_problem(response, 422, silent_about=("SWIGGY", "sleep"))
    assert client.get("/api/v1/history").json["total"] == 0


@pytest.mark.parametrize(
    "digits", ["0.10000000000000000000000000000000000000000001", "350.75" + "0" * 40 + "1"]
)
def test_a_number_is_never_rounded_into_a_right_one(client, digits):
    assert_problem(post(client, f'{{"description": "SWIGGY", "amount": {digits}}}'), 422)


OPERATORS = [{"$gt": ""}, {"$ne": None}, {"$regex": ".*"}, {"$where": "1"}]


@pytest.mark.parametrize("operator", OPERATORS, ids=repr)
@pytest.mark.parametrize(
    "field",
    [
        *("description", "amount", "currency", "date", "mode", "subcategory", "direction"),
        *("account", "counterparty", "notes", "mcc", "tags"),
    ],
)
def test_a_mongo_operator_is_never_a_value_of_a_transaction(client, field, operator):
    assert_problem(post(client, json.dumps({**GOOD, field: operator})), 422)


@pytest.mark.parametrize("operator", OPERATORS, ids=repr)
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (
            "/api/v1/feedback",
            {"transaction_id": "69a7d0c2f1b2c3d4e5f60718", "category": "dining"},
            "transaction_id",
        ),
        (
            "/api/v1/feedback",
            {"transaction_id": "69a7d0c2f1b2c3d4e5f60718", "category": "dining"},
            "category",
        ),
        ("/api/v1/categories", {"slug": "a", "name": "A", "group": "income", "color": "#000000"}, "slug"),
        ("/api/v1/categories", {"slug": "a", "name": "A", "group": "income", "color": "#000000"}, "name"),
        ("/api/v1/training-runs", {}, "reason"),
        ("/api/v1/models/2/promote", {}, "reason"),
        ("/api/v1/predict/batch", {"transactions": [GOOD]}, "transactions"),
        ("/api/v1/predict/batch", {"transactions": [GOOD]}, "save"),
        ("/api/v1/feedback/batch", {}, "feedback"),
    ],
)
def test_a_mongo_operator_is_never_a_value_elsewhere(client, path, body, field, operator):
    assert_problem(post(client, json.dumps({**body, field: operator}), path), 422)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=many",
        "limit=1e3",
        "sort=amount;drop",
        "from=yesterday",
        "to=2026-02-30",
        "min_amount=-1",
        "max_amount=lots",
        "status=lost",
        "direction=up",
        "category=$ne",
        "category[$ne]=x",
        "unknown=1",
        "limit=1&limit=2",
        "cursor=" + "A" * 600,
        "q=%00",
        "q=" + "x" * 101,
    ],
)
def test_a_wrong_query_is_422(client, query):
    assert_problem(client.get(f"/api/v1/history?{query}"), 422)


@pytest.mark.parametrize("cursor", ["nonsense", "WyItZGF0ZSIsIDFd", "%F0%9F%98%80", "0"])
def test_a_cursor_that_no_page_gave_is_404(client, cursor):
    assert_problem(client.get(f"/api/v1/history?cursor={cursor}"), 404)


def test_an_operation_without_a_query_refuses_one(client):
    assert_problem(client.get("/api/v1/categories?limit=5"), 422)


@pytest.mark.parametrize("id", ["nope", "000000000000000000000000", "$ne", "%00", "x" * 3000, "a%20b", "😀"])
@pytest.mark.parametrize("path", ["/api/v1/transactions/{}", "/api/v1/training-runs/{}"])
def test_an_unknown_id_is_404(client, path, id):
    method = client.delete if "transactions" in path else client.get
    assert_problem(method(path.format(id)), 404)


def test_an_unknown_path_and_a_wrong_method_are_problems_too(client):
    assert_problem(client.get("/api/v1/nothing-here"), 404)
    response = client.put("/api/v1/predict", json=GOOD)
    assert_problem(response, 405)
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/import/some-id/plan", "/import/some-id"),
        ("/history/bulk", "/history"),
        ("/transactions/some-id/splits", "/transactions/some-id"),
        ("/review/answers", "/review"),
        ("/acts/some-id/undo", "/acts"),
    ],
)
def test_a_form_that_is_opened_as_an_address_leads_to_its_page(client, path, page):
    response = client.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, response.location) == (302, page)
    assert_problem(client.get(path, headers={"Accept": "application/json"}), 405)


def test_an_unforeseen_error_reveals_nothing_and_logs_no_value(client, app, caplog, monkeypatch):
    typed = "SECRET MERCHANT"

    def broken(*_, **__):
        raise KeyError(typed)

    monkeypatch.setattr(app.extensions["ledgerloop"].transactions, "history", broken)
    response = client.get("/api/v1/history")
    assert_problem(response, 500, silent_about=("SECRET",))
    [record] = [entry for entry in caplog.records if entry.message == "request failed"]
    assert record.error == "KeyError"
    assert "in history" in record.traceback
    assert "SECRET" not in caplog.text + record.traceback
