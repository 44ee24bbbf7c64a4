"""Settings that are changed while Ledgerloop runs."""

import contextlib
import re
import threading
from datetime import UTC, datetime

import pytest
from pymongo.errors import DuplicateKeyError

from src.config import load_settings
from src.domain.preferences import Preferences
from src.services.mongo.collections import INDEXES
from src.web.app import create_app

HTML = {"Accept": "text/html"}


@pytest.fixture
def services(app):
    services = app.extensions["ledgerloop"]
    services.database.settings.delete_many({})
    yield services
    services.database.settings.delete_many({})


@pytest.fixture
def change(client, services):
    def change(status=200, **values):
        response = client.patch("/api/v1/settings", json=values)
        assert response.status_code == status, response.text
        return response.json

    return change


def test_the_environment_gives_the_defaults_and_locks_what_it_sets(client, services):
    body = client.get("/api/v1/settings").json
    assert body["currency"] == body["defaults"]["currency"] == "USD"
    assert body["locked"] == ["audit_share"]
    refused = client.patch("/api/v1/settings", json={"audit_share": 0.1})
    assert refused.status_code == 409
    assert refused.json["detail"] == "The environment sets AUDIT_SHARE, so it cannot be changed here."


def test_a_change_is_used_by_every_process_and_undone(client, services, change, settings):
    other = services.__class__(services.settings).preferences  # as another process has it
    assert other.current().currency == "USD"
    act = change(currency="EUR")["act"]
    assert client.post("/api/v1/predict", json={"description": "A", "amount": 1}).json["transaction"][
        "currency"
    ] == ("EUR")
    assert other.read().currency == "EUR"
    listed = client.get("/acts", headers=HTML).text
    assert "Currency: USD → EUR" in listed
    undone = client.post(f"/acts/{act}/undo", headers=HTML)
    assert "Undone. Currency: EUR → USD." in client.get(undone.location, headers=HTML).text
    assert client.get("/api/v1/settings").json["currency"] == "USD"


def test_null_restores_the_default_and_an_undo_never_overwrites_a_later_change(client, change):
    first = change(month_starts=25)["act"]
    change(month_starts=10)
    refused = client.post(f"/api/v1/acts/{first}/undo")
    assert refused.status_code == 409
    assert change(month_starts=None)["month_starts"] == 1
    assert change(month_starts=1)["act"] is None


@pytest.mark.parametrize(
    "values",
    [
        {"currency": "XXQ"},
        {"locale": "nowhere"},
        {"month_starts": 29},
        {"auto_precision": 0.4},
        {"retrain_every_hours": 0},
        {"retrain_every_hours": 1e-300},
        {"unknown": 1},
        {"week_starts": "friday"},
        {"month_starts": True},
        {"month_starts": "2"},
        {"learning": "yes"},
        {"learning": 1},
        {"auto_precision": "0.9"},
        {"audit_share": False},
    ],
)
def test_a_wrong_value_is_refused_and_changes_nothing(client, change, values):
    assert change(422, **values)["errors"]
    assert client.get("/api/v1/settings").json["currency"] == "USD"


def test_a_lower_precision_makes_the_next_prediction_automatic(client, change):
    transaction = {"description": "SWIGGY order 8841", "amount": 350.75, "save": False}
    assert client.post("/api/v1/predict", json=transaction).json["band"] == "suggest"
    change(auto_precision=0.5)
    client.application.extensions["ledgerloop"].champion.refresh()  # a thread does it twice a second
    assert client.post("/api/v1/predict", json=transaction).json["band"] == "auto"


def test_with_learning_off_answers_are_kept_but_decide_nothing(client, change, services):
    transaction = {"description": "QUIBBLY KIOSK", "amount": 12}
    row = client.post("/api/v1/predict", json=transaction).json
    client.post("/api/v1/feedback", json={"transaction_id": row["id"], "category": "pets"})
    assert client.post("/api/v1/predict", json=transaction).json["decided_by"] == "memory"
    change(learning=False)
    assert client.post("/api/v1/predict", json=transaction).json["decided_by"] == "model"
    services.slots.open(datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert services.runs.current() is None
    change(learning=True)
    assert client.post("/api/v1/predict", json=transaction).json["decided_by"] == "memory"


def test_months_begin_on_the_chosen_day(client, change):
    for day in ("2026-02-24", "2026-02-25", "2026-03-24", "2026-03-25"):
        client.post("/api/v1/predict", json={"description": "A", "amount": 1, "date": day})
    change(month_starts=25)
    months = client.get("/api/v1/analytics").json["by_month"]
    assert [(row["month"], row["count"]) for row in months] == [
        ("2026-01", 1),
        ("2026-02", 2),
        ("2026-03", 1),
    ]


def test_the_locale_replaces_the_language_of_the_browser(client, change):
    client.post("/api/v1/predict", json={"description": "A", "amount": "1234.5", "currency": "EUR"})
    change(locale="de-DE")
    page = client.get("/history", headers={**HTML, "Accept-Language": "en-US"}).text
    assert "1.234,50" in page


def test_the_page_saves_one_section_and_offers_the_undo(client, services):
    response = client.post("/settings", data={"currency": "CHF"}, headers=HTML)
    assert response.status_code == 303
    page = client.get(response.location, headers=HTML).text
    assert "Saved." in page
    assert "Default: USD" in page
    assert "Locked: AUDIT_SHARE is set in the environment." in page
    [act] = re.findall(r'action="/acts/([^/]+)/undo"', page)
    client.post(f"/acts/{act}/undo", data={"next": "/settings"})
    assert services.preferences.read() == Preferences(audit_share=0)
    refused = client.post("/settings", data={"currency": "NOPE"}, headers=HTML)
    assert refused.status_code == 422
    assert 'value="NOPE"' in refused.text


def test_saving_an_unchanged_section_changes_nothing(client, services):
    data = {"auto_precision": "0.95", "learning": "true"}
    page = client.get(client.post("/settings", data=data).location, headers=HTML).text
    assert "Nothing changed." in page


def test_erasing_everything_takes_the_name_and_leaves_nothing(bare_app, bundle, mongo_uri):
    services, client = bare_app.extensions["ledgerloop"], bare_app.test_client()
    now = datetime.now(UTC)
    services.models.keep(bundle, version="1", run_id="r", mlflow_run_id="", metrics={}, at=now)
    services.models.promote("1", by="training", reason="The first model.", at=now)
    client.post("/api/v1/predict", json={"description": "SECRET SHOP", "amount": 5})
    client.patch("/api/v1/settings", json={"currency": "EUR"})
    refused = client.post("/settings/erase", data={"name": "yes"}, headers=HTML)
    assert refused.status_code == 422
    assert client.get("/api/v1/history").json["total"] == 1

    assert client.post("/settings/erase", data={"name": "ledgerloop"}).status_code == 303
    assert client.get("/api/v1/history").json["total"] == 0
    assert client.get("/api/v1/settings").json["currency"] == "USD"
    assert client.get("/api/v1/models").json == []
    assert [run["trigger"] for run in client.get("/api/v1/training-runs").json] == ["first-start"]
    services.champion.refresh()
    again = client.post("/api/v1/predict", json={"description": "SECRET SHOP", "amount": 5})
    assert again.status_code == 503
    assert services.erasure.pending_since() is not None
    assert client.post("/api/v1/settings/erase", json={"name": "ledgerloop"}).status_code == 409


def test_erasing_while_others_write_keeps_the_indexes_and_ends(bare_app):
    services, client = bare_app.extensions["ledgerloop"], bare_app.test_client()
    services.database.ensure_indexes()
    before = {name: set(services.database.collection(name).index_information()) for name in INDEXES}
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with contextlib.suppress(DuplicateKeyError):
                services.database.transactions.insert_one({"owner": "me", "key": "the same"})

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        answers = [client.post("/api/v1/settings/erase", json={"name": "ledgerloop"}).status_code]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert answers == [200]
    assert services.database.transactions.count_documents({}) <= 1
    assert before == {name: set(services.database.collection(name).index_information()) for name in INDEXES}


def test_an_interrupted_erasure_is_finished_by_the_maintenance(bare_app, monkeypatch):
    services, client = bare_app.extensions["ledgerloop"], bare_app.test_client()
    services.database.transactions.insert_one({"owner": "local", "description": "SECRET SHOP"})
    with monkeypatch.context() as interrupted:
        interrupted.setattr(services.database, "empty", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            client.post("/api/v1/settings/erase", json={"name": "ledgerloop"})
    assert services.database.transactions.count_documents({}) == 1

    services.erase_everything.resume_unfinished(at=datetime.now(UTC))
    assert services.database.transactions.count_documents({}) == 0
    assert [run.trigger for run in services.runs.newest()] == ["first-start"]

    services.database.transactions.insert_one({"owner": "local", "description": "NEW SHOP"})
    services.erase_everything.resume_unfinished(at=datetime.now(UTC))
    assert services.database.transactions.count_documents({}) == 1
    assert len(services.runs.newest()) == 1


def test_erasing_empties_the_log_of_the_embedded_database(bare_app):
    services, client = bare_app.extensions["ledgerloop"], bare_app.test_client()
    log = services.settings.data_path / "mongod.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("Slow query ... SECRET SHOP")
    assert client.post("/api/v1/settings/erase", json={"name": "ledgerloop"}).status_code == 200
    assert log.read_text() == ""


def test_settings_of_the_environment_are_validated():
    assert load_settings(_env_file=None, locale="de-DE").preferences.locale == "de_DE"
    assert create_app(load_settings(_env_file=None, week_starts="sunday"))


def test_what_the_environment_cannot_send_is_not_switched_on(change, services):
    for name, needs in (("send_email", "SMTP_HOST"), ("send_webhook", "WEBHOOK_URL")):
        [error] = change(422, **{name: True})["errors"]
        assert (error["loc"], needs in error["msg"]) == ([name], True)
    assert not services.preferences.read().send_email
