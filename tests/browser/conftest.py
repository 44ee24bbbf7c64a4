"""A headless Chromium before a real server: gunicorn, two workers, MongoDB, the starter as its model."""

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from src.config import ROOT, load_settings
from src.container import Container
from src.knowledge import starter_file
from tests.conftest import empty
from tests.launch.running_site import small_checkout

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_S = 60
"""How long a page may take on a slow, busy machine."""
expect.set_options(timeout=PATIENCE_S * 1000)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The running application, and the services on the same database."""

    def __init__(self, folder, mongo_uri, name, checkout=ROOT):
        self.checkout = checkout
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        options = {"data_dir": folder / "data", "mongo_uri": mongo_uri, "mongo_db_name": name, "clock": "off"}
        options |= {"audit_share": 0}  # a row without a date would be drawn on some days only
        self.services = Container(load_settings(_env_file=None, port=self.port, mlflow_ui="off", **options))
        self.environment = {**os.environ, "PORT": str(self.port), "MLFLOW_UI": "off", "WEB_WORKERS": "2"} | {
            key.upper(): str(value) for key, value in options.items()
        }
        self.log = folder / "server.txt"

    def start(self, until="readyz"):
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "gunicorn", "app:app"]
            self.process = subprocess.Popen(
                command, cwd=self.checkout, env=self.environment, stdout=log, stderr=log
            )
        for _ in range(3 * PATIENCE_S * 10):
            if self._answers(until):
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def _answers(self, path):
        try:
            with urllib.request.urlopen(f"{self.address}/{path}", timeout=30) as answer:
                return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.services.database.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory, mongo_uri):
    server = Server(tmp_path_factory.mktemp("browser"), mongo_uri, "browser-tests")
    server.services.database.ensure_indexes()
    bundle = starter_file.BUNDLE.read_bytes()
    for version in ("1", "2"):
        server.services.models.keep(
            bundle,
            version=version,
            run_id=f"run-{version}",
            mlflow_run_id="",
            metrics={"rows": 400.0, "accuracy": 0.81, "macro_f1": 0.74, "lookup_accuracy": 0.6, "ece": 0.03},
            at=datetime.now(UTC),
        )
    server.services.models.promote("1", by="training", reason="The first model.", at=datetime.now(UTC))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running):
    """The server with an empty history, no runs, and version 1 serving."""
    empty(running.services.database)
    if running.services.models.champion().version != "1":
        running.services.models.promote("1", by="person", reason="", at=datetime.now(UTC))
    return running


@pytest.fixture
def newborn(tmp_path, mongo_uri, database_name):
    """A server before its first model, because its checkout has another lexicon than the starter."""
    server = Server(tmp_path, mongo_uri, database_name, small_checkout(tmp_path / "checkout"))
    server.services.database.ensure_indexes()
    server.start(until="healthz")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM.exists():
        pytest.skip(f"There is no Chromium at {CHROMIUM}; the pages are tested without a browser only.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


class Watch:
    """Everything the browser complains about: console, scripts, requests, the content security policy."""

    def __init__(self, page):
        self.complaints = []
        page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("response", self._look)

    def _look(self, response):
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def expect(self, words):
        """Take a complaint that belongs to the test away; there must be one."""
        matching = [complaint for complaint in self.complaints if words in complaint]
        assert matching, self.complaints
        self.complaints = [complaint for complaint in self.complaints if words not in complaint]


@pytest.fixture
def open_page(chromium, server):
    """Open a page of the server as a visitor with these wishes; at the end nobody may have complained."""
    opened = []

    def visit(path="/", *, size=DESKTOP, theme="light", **wishes):
        context = chromium.new_context(
            viewport=size, color_scheme=theme, base_url=server.address, locale="en-US", **wishes
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.watch = Watch(page)
        opened.append((context, page.watch))
        page.goto(path)
        return page

    yield visit
    complaints = [complaint for _, watch in opened for complaint in watch.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def known(server):
    """Keep transactions as the API would; returns them."""
    from src.web.prediction.schemas import TransactionFields

    def keep(*inputs):
        today = datetime.now(UTC)
        transactions = [
            TransactionFields.model_validate(fields).to_domain(currency="USD", today=today.date())
            for fields in inputs
        ]
        return server.services.predictor.predict_and_keep(transactions, source="test", at=today)

    return keep
