"""The OpenAPI document agrees with the service, and its page needs no network."""

import re

import jsonschema_rs
import pytest

CONTRACT = {
    ("post", "/api/v1/predict"),
    ("post", "/api/v1/predict/batch"),
    ("post", "/api/v1/categorize"),
    ("post", "/api/v1/feedback"),
    ("post", "/api/v1/feedback/batch"),
    ("post", "/api/v1/summary"),
    ("get", "/api/v1/insight/feed"),
    ("post", "/api/v1/insight/feed/read"),
    ("get", "/api/v1/review"),
    ("get", "/api/v1/review/{key}/transactions"),
    ("post", "/api/v1/review/answers"),
    ("post", "/api/v1/review/skip"),
    ("get", "/api/v1/acts"),
    ("post", "/api/v1/acts/{id}/undo"),
    ("get", "/api/v1/second-looks"),
    ("get", "/api/v1/moves"),
    ("post", "/api/v1/moves"),
    ("post", "/api/v1/second-looks/{transaction_id}"),
    ("get", "/api/v1/history"),
    ("get", "/api/v1/history/totals"),
    ("get", "/api/v1/history/spreadsheet.csv"),
    ("get", "/api/v1/history/spreadsheet.xlsx"),
    ("get", "/api/v1/history/filters"),
    ("post", "/api/v1/history/filters"),
    ("patch", "/api/v1/history/filters/{id}"),
    ("delete", "/api/v1/history/filters/{id}"),
    ("get", "/api/v1/history.csv"),
    ("get", "/api/v1/transactions/{id}"),
    ("patch", "/api/v1/transactions/{id}"),
    ("delete", "/api/v1/transactions/{id}"),
    ("put", "/api/v1/transactions/{id}/splits"),
    ("post", "/api/v1/transactions/bulk"),
    ("get", "/api/v1/transfers"),
    ("post", "/api/v1/transfers"),
    ("delete", "/api/v1/transfers/{id}"),
    ("post", "/api/v1/transactions/{id}/refund"),
    ("delete", "/api/v1/transactions/{id}/refund"),
    ("get", "/api/v1/analytics"),
    ("get", "/api/v1/insight/compare"),
    ("get", "/api/v1/insight/months/{month}"),
    ("get", "/api/v1/insight/anomalies"),
    ("post", "/api/v1/insight/anomalies/{id}/dismiss"),
    ("get", "/api/v1/insight/recurring"),
    ("get", "/api/v1/insight/forecast"),
    ("patch", "/api/v1/insight/recurring/{id}"),
    ("get", "/api/v1/budgets"),
    ("put", "/api/v1/budgets"),
    ("get", "/api/v1/budgets/suggestions"),
    ("get", "/api/v1/insight/limits"),
    ("put", "/api/v1/insight/limits"),
    ("get", "/api/v1/drift"),
    ("get", "/api/v1/quality"),
    ("get", "/api/v1/categories"),
    ("post", "/api/v1/categories"),
    ("patch", "/api/v1/categories/{slug}"),
    ("delete", "/api/v1/categories/{slug}"),
    ("get", "/api/v1/settings"),
    ("patch", "/api/v1/settings"),
    ("post", "/api/v1/settings/erase"),
    ("get", "/api/v1/merchants"),
    ("get", "/api/v1/merchants/{key}"),
    ("patch", "/api/v1/merchants/{key}"),
    ("post", "/api/v1/merchants/merge"),
    ("delete", "/api/v1/merchants/{key}/memory"),
    ("get", "/api/v1/merchant-variants"),
    ("post", "/api/v1/merchant-variants/dismiss"),
    ("get", "/api/v1/accounts"),
    ("post", "/api/v1/accounts"),
    ("patch", "/api/v1/accounts/{id}"),
    ("delete", "/api/v1/accounts/{id}"),
    ("get", "/api/v1/rules"),
    ("post", "/api/v1/rules"),
    ("patch", "/api/v1/rules/{id}"),
    ("delete", "/api/v1/rules/{id}"),
    ("post", "/api/v1/rules/{id}/apply"),
    ("post", "/api/v1/rules/{id}/transactions"),
    ("post", "/api/v1/rules/order"),
    ("post", "/api/v1/rules/preview"),
    ("get", "/api/v1/rules/suggestions"),
    ("post", "/api/v1/rules/suggestions/dismiss"),
    ("get", "/api/v1/rules/export"),
    ("post", "/api/v1/rules/import"),
    ("get", "/api/v1/training-runs"),
    ("post", "/api/v1/training-runs"),
    ("get", "/api/v1/training-runs/{id}"),
    ("get", "/api/v1/models"),
    ("get", "/api/v1/models/{version}/changes"),
    ("post", "/api/v1/models/repredict"),
    ("post", "/api/v1/models/repredict/undo"),
    ("post", "/api/v1/models/{version}/promote"),
    ("get", "/api/v1/history.jsonl"),
    ("get", "/api/v1/history.parquet"),
    ("get", "/api/v1/history.beancount"),
    ("get", "/api/v1/history.journal"),
    ("post", "/api/v1/imports"),
    ("get", "/api/v1/imports"),
    ("get", "/api/v1/imports/{id}"),
    ("get", "/api/v1/imports/{id}/preview"),
    ("get", "/api/v1/imports/{id}/rejects.csv"),
    ("delete", "/api/v1/imports/{id}"),
    ("post", "/api/v1/imports/{id}/retry"),
    ("post", "/api/v1/webhooks/firefly-iii"),
    ("get", "/api/v1/webhooks/firefly-iii"),
    ("post", "/api/v1/webhooks/actual"),
    ("post", "/api/v1/models/pin"),
    ("delete", "/api/v1/models/pin"),
    ("get", "/api/v1/models/shadow"),
    ("post", "/api/v1/models/{version}/shadow"),
    ("delete", "/api/v1/models/shadow"),
    ("get", "/api/v1/promotions"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json


def operations(document):
    return {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_the_document_describes_every_route_of_the_api_and_no_other(document, app):
    assert document["openapi"] == "3.1.0"
    routes = {
        (method.lower(), re.sub("<(?:path:)?(.*?)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1") or rule.rule in ("/healthz", "/readyz", "/metrics")
    }
    assert set(operations(document)) == routes == CONTRACT


def test_every_operation_has_a_name_of_its_own_and_lists_its_errors(document):
    described = operations(document).values()
    assert len({operation["operationId"] for operation in described}) == len(described)
    for operation in described:
        assert operation["summary"]
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert "application/problem+json" in response["content"]
    assert {"400", "403", "413", "415", "422", "503"} < set(
        document["paths"]["/api/v1/predict"]["post"]["responses"]
    )
    unavailable = document["paths"]["/api/v1/predict"]["post"]["responses"]["503"]
    assert "Retry-After" in unavailable["headers"]


def valid(document, method, path, response):
    content = operations(document)[method, path]["responses"][str(response.status_code)]["content"]
    schema = {**content[response.mimetype]["schema"], "components": document["components"]}
    jsonschema_rs.Draft202012Validator(schema).validate(response.json)


def test_responses_have_the_form_in_the_document(client, document, predicted, answered):
    answered(predicted()["id"], "groceries")
    client.post("/api/v1/training-runs")
    for path in (
        "acts",
        "history",
        "history/totals",
        "analytics",
        "quality",
        "categories",
        "accounts",
        "rules",
        "rules/suggestions",
        "rules/export",
        "training-runs",
        "models",
    ):
        valid(document, "get", f"/api/v1/{path}", client.get(f"/api/v1/{path}"))
    row = client.get("/api/v1/history").json["items"][0]["id"]
    valid(document, "get", "/api/v1/transactions/{id}", client.get(f"/api/v1/transactions/{row}"))
    changes = client.get("/api/v1/models/2/changes")
    valid(document, "get", "/api/v1/models/{version}/changes", changes)
    body = {"transactions": [{"description": "SWIGGY", "amount": 1}, {}]}
    for path, sent in (("predict", body["transactions"][0]), ("predict", {}), ("predict/batch", body)):
        valid(document, "post", f"/api/v1/{path}", client.post(f"/api/v1/{path}", json=sent))


def test_the_examples_of_the_document_are_accepted(client, document):
    schemas = document["components"]["schemas"]
    for example in schemas["PredictRequest"]["examples"]:
        assert client.post("/api/v1/predict", json=example).status_code == 201
    one, _ = schemas["ActualRequest"]["properties"]["transactions"]["items"]["anyOf"]
    response = client.post("/api/v1/webhooks/actual", json={"transactions": one["examples"]})
    assert [result["slug"] for result in response.json["results"]] == ["dining"]
    valid(document, "post", "/api/v1/webhooks/actual", response)


def test_swagger_ui_comes_from_here_alone(client):
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert not re.search(r"https?://", page.text)
    assert "style-src 'self' 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert any("swagger-ui-bundle.js" in source for source in sources)
    for source in sources:
        with client.get(source) as response:
            assert response.status_code == 200, source


@pytest.mark.parametrize("name", ["..%2f__init__.py", "swagger.svg", "nothing.js"])
def test_no_other_file_of_the_wheel_is_served(client, name):
    assert client.get(f"/api/docs/{name}").status_code == 404
