"""Who may write, to which host names this answers, and what every answer carries."""

import pytest

from src.config import load_settings
from src.web.app import create_app

BODY = {"description": "SWIGGY", "amount": 5}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
    ],
    ids=repr,
)
def test_own_pages_and_programs_may_write(client, headers):
    assert client.post("/api/v1/predict", json=BODY, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/predict"),
        ("POST", "/api/v1/feedback"),
        ("POST", "/predict"),
        ("POST", "/api/v1/models/2/promote"),
        ("DELETE", "/api/v1/transactions/000000000000000000000000"),
        ("PATCH", "/api/v1/transactions/000000000000000000000000"),
    ],
)
def test_another_sites_page_may_not_write(client, method, path, headers):
    response = client.open(path, method=method, json=BODY, headers=headers)
    assert (response.status_code, response.mimetype) == (403, "application/problem+json")
    assert client.get("/api/v1/history").json["total"] == 0


def test_another_sites_form_may_not_write_either(client):
    response = client.post("/predict", data=BODY, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert client.get("/api/v1/history").json["total"] == 0


def test_a_link_from_another_site_may_be_followed(client):
    assert client.get("/api/v1/history", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "[::1]", "LOCALHOST"])
def test_this_machines_names_are_served(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "10.0.0.1", "a b", "[::2]", "::1", "/"],
)
def test_another_host_name_is_refused(client, host):
    response = client.get("/api/v1/history", headers={"Host": host})
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert client.get("/", headers={"Host": host}).status_code == 400


def test_a_host_name_can_be_allowed(tmp_path):
    settings = load_settings(
        _env_file=None, data_dir=tmp_path, allowed_hosts="money.home.example, box", clock="off"
    )
    client = create_app(settings).test_client()
    assert client.get("/healthz", headers={"Host": "money.home.example:8000"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "box"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "home.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/history", "/api/v1/nothing", "/healthz", "/api/docs", "/no-page"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
