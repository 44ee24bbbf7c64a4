"""Entries of the feed by e-mail and webhook, to servers that receive them."""

import hashlib
import hmac
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from src.config import ROOT, load_settings
from src.container import Container
from src.domain.deliveries import DeliveryStatus
from src.domain.feed import Channel, EntryKind, NewEntry
from src.errors import CannotStart
from src.services.digest.channels import ChannelOutbox
from src.web.digest.messages import texts_of, writing
from tests.message_servers import mail_server, webhook_server

EMAIL, WEBHOOK = Channel.EMAIL, Channel.WEBHOOK
SECRET = "a-secret-of-the-webhook"
DAY = date(2026, 3, 5)


@pytest.fixture
def container_with(settings):
    """A container with these settings, whose first wait is none."""
    containers = []

    def start(*switches, **changes):
        container = Container(load_settings(_env_file=None, **{**settings.model_dump(), **changes}))
        containers.append(container)
        container.database.ensure_indexes()
        container.channel_outbox = ChannelOutbox(container.database, first_wait_s=0)
        container.settings_editor.change(dict.fromkeys(switches, True), at=container.now())
        return container

    yield start
    for container in containers:
        container.stop()
        container.database.close()


@pytest.fixture
def mails():
    with mail_server() as (port, received):
        yield port, received


@pytest.fixture
def hooks():
    with webhook_server() as (url, received):
        yield url, received


def mail_settings(port):
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "smtp_from": "ledgerloop@example.org",
        "mail_to": "anna@example.org",
    }


def hook_settings(url):
    return {"webhook_url": url, "webhook_secret": SECRET}


def alarm(number=1, name="Film <club>"):
    values = {"name": name, "merchant": "x", "currency": "EUR", "old": "12.99", "new": "14.99"}
    return NewEntry(EntryKind.RECURRING, f"alarm {number}", DAY, "price-change", values)


def digest():
    totals = {flow: {"amount": "0", "last_month": None, "usual": None} for flow in ("earned", "saved")}
    totals["spent"] = {"amount": "1234.50", "last_month": "1000", "usual": None}
    values = {
        "month": "2026-03",
        "begins": "2026-03-01",
        "ends": "2026-03-31",
        "until": None,
        "currencies": [{"currency": "EUR", "totals": totals, "categories": []}],
        "changes": {"currency": "EUR", "through": "2026-03-31", "complete": True, "changes": []},
        "due": [],
    }
    return NewEntry(EntryKind.DIGEST, "digest 2026-03", date(2026, 3, 31), "digest", values)


def add(container, *entries, at=None):
    at = at or container.now()
    container.feed_entries.add(entries, container.settings.channels, at=at)
    container.feed.queue(at=container.now())


def deliver(container, channel):
    with writing(container):
        container.feed_delivery(texts_of(container.settings.public_url)).deliver(channel)


def state(container, channel):
    return container.channel_outbox.state(channel)


def test_an_email_without_details_names_nothing(container_with, mails):
    port, received = mails
    container = container_with("send_email", **mail_settings(port))
    add(container, alarm(1), alarm(2), digest())
    deliver(container, EMAIL)
    assert [mail["Subject"] for mail in received] == [
        "Ledgerloop: monthly digest",
        "Ledgerloop: something needs a look",
    ]
    assert (received[0]["From"], received[0]["To"]) == ("ledgerloop@example.org", "anna@example.org")
    assert "A recurring payment has a new amount (2)" in received[1].get_body(("plain",)).get_content()
    for mail in received:
        assert not any(private in mail.as_string() for private in ("club", "14.99", "1,234"))
    assert state(container, EMAIL).status is DeliveryStatus.DONE
    deliver(container, EMAIL)
    assert len(received) == 2


def test_an_email_with_details_has_them_as_text_and_escaped_html(container_with, mails):
    port, received = mails
    changes = {"public_url": "https://money.example/", "locale": "de_DE"}
    container = container_with("send_email", "send_details", **mail_settings(port), **changes)
    add(container, alarm(), digest())
    deliver(container, EMAIL)
    monthly, alarms = received
    assert alarms["Subject"] == "Ledgerloop: something needs a look"
    plain, html = (alarms.get_body((form,)).get_content() for form in ("plain", "html"))
    assert "Film <club>: 12,99\xa0€ → 14,99\xa0€ on 5 Mar 2026." in plain
    assert "https://money.example/insight/feed" in plain
    assert "Film &lt;club&gt;: " in html
    assert "<club>" not in html
    assert "you spent 1.234,50\xa0€" in monthly.get_body(("plain",)).get_content()


def test_a_name_with_line_breaks_adds_no_header(container_with, mails):
    port, received = mails
    container = container_with("send_email", "send_details", **mail_settings(port))
    add(container, alarm(name="x\r\nBcc: eve@example.org\r\n\r\n.\r\nQUIT"))
    deliver(container, EMAIL)
    [mail] = received
    assert (mail["Bcc"], mail["To"]) == (None, "anna@example.org")


def test_a_webhook_is_signed_and_without_details_names_nothing(container_with, hooks):
    url, received = hooks
    container = container_with("send_webhook", **hook_settings(url))
    add(container, alarm(), digest())
    deliver(container, WEBHOOK)
    (headers, body), _ = received
    at, digest_hex = (part.split("=")[1] for part in headers["X-Ledgerloop-Signature"].split(","))
    assert hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest() == digest_hex
    posted = json.loads(body)
    assert set(posted) == {"id", "kind", "title", "at"}
    assert (posted["kind"], posted["title"]) == ("recurring", "A recurring payment has a new amount")
    assert headers["X-Ledgerloop-Delivery"] == posted["id"]


def test_a_webhook_with_details_has_the_sentences_and_values(container_with, hooks):
    url, received = hooks
    container = container_with("send_webhook", "send_details", **hook_settings(url))
    add(container, alarm())
    deliver(container, WEBHOOK)
    posted = json.loads(received[0][1])
    assert posted["sentences"] == ["Film <club>: €12.99 → €14.99 on Mar 5, 2026."]
    assert posted["values"]["new"] == "14.99"


@pytest.mark.parametrize(
    ("fault", "note"),
    [
        (500, "The webhook answered with 500."),
        (302, "The webhook answers with a redirect; WEBHOOK_URL must be its final address."),
    ],
)
def test_a_webhook_that_fails_is_tried_again_and_gets_each_entry_once(container_with, hooks, fault, note):
    url, received = hooks
    received.faults = [204, fault]
    container = container_with("send_webhook", **hook_settings(url))
    add(container, alarm(1), alarm(2), alarm(3))
    deliver(container, WEBHOOK)
    assert (state(container, WEBHOOK).status, state(container, WEBHOOK).note) == (
        DeliveryStatus.WAITING,
        note,
    )
    deliver(container, WEBHOOK)
    assert len({headers["X-Ledgerloop-Delivery"] for headers, _ in received}) == len(received) == 3
    assert state(container, WEBHOOK).status is DeliveryStatus.DONE


def test_an_entry_that_is_refused_holds_up_no_other(container_with, hooks):
    url, received = hooks
    received.faults = [422]
    container = container_with("send_webhook", **hook_settings(url))
    add(container, alarm(1), alarm(2))
    deliver(container, WEBHOOK)
    assert len(received) == 1
    assert state(container, WEBHOOK).note == "The webhook answered with 422."
    deliver(container, WEBHOOK)
    assert len(received) == 1


def test_a_dead_mail_server_is_shown_and_costs_no_entry(container_with, mails):
    port, received = mails
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    container = container_with("send_email", **mail_settings(dead))
    add(container, alarm())
    deliver(container, EMAIL)
    assert state(container, EMAIL).note == "The mail server did not answer (ConnectionRefusedError)."
    repaired = container_with("send_email", **mail_settings(port))
    deliver(repaired, EMAIL)
    assert len(received) == 1


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A file with a key and a certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    begins = datetime.now(UTC) - timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, *form) + signed.public_bytes(pem))
    return file


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_over_a_secure_connection_it_logs_in(container_with, certificate, monkeypatch, security):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    login = {"smtp_security": security, "smtp_user": "anna"}
    with mail_server(tls, secure_at_once=security == "tls") as (port, received):
        good = container_with(
            "send_email", **{**mail_settings(port), **login, "smtp_password": "her-password"}
        )
        bad = container_with(**{**mail_settings(port), **login, "smtp_password": "another"})
        add(good, alarm())
        deliver(good, EMAIL)
        assert state(good, EMAIL).note == (
            "There is no secure connection to the mail server; check SMTP_SECURITY."
        )
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        deliver(bad, EMAIL)
        assert state(bad, EMAIL).note == "The mail server does not accept SMTP_USER and SMTP_PASSWORD."
        odd = container_with(**{**mail_settings(port), **login, "smtp_password": "pässword"})
        deliver(odd, EMAIL)
        assert state(odd, EMAIL).note.endswith("SMTP_USER or SMTP_PASSWORD is not ASCII.")
        deliver(good, EMAIL)
        assert len(received) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_without_the_wanted_security_nothing_is_sent(container_with, mails, security):
    port, received = mails
    container = container_with("send_email", **{**mail_settings(port), "smtp_security": security})
    add(container, alarm())
    deliver(container, EMAIL)
    assert state(container, EMAIL).status is DeliveryStatus.WAITING
    assert not received


def test_after_three_days_an_entry_is_only_in_the_feed(container_with, hooks):
    url, received = hooks
    container = container_with("send_webhook", **hook_settings(url))
    add(container, alarm(1), at=container.now() - timedelta(days=3, minutes=1))
    add(container, alarm(2))
    deliver(container, WEBHOOK)
    assert len(received) == 1
    assert len(container.feed_entries.page().items) == 2


def test_two_processes_send_an_entry_once(container_with, hooks):
    url, received = hooks
    container = container_with("send_webhook", **hook_settings(url))
    add(container, alarm())
    under_way = container.channel_outbox.claim("webhook")
    deliver(container, WEBHOOK)
    assert not received
    # The other process was killed: a minute later it is due again.
    container.database.deliveries.update_one({"_id": under_way.id}, [{"$set": {"due_at": "$$NOW"}}])
    deliver(container, WEBHOOK)
    assert len(received) == 1


def test_a_process_that_is_killed_while_it_sends_loses_nothing(container_with, hooks):
    url, received = hooks
    container = container_with("send_webhook", **hook_settings(url))
    add(container, alarm())
    received.hold = threading.Event()
    environment = {**container._child_environment(), "WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET}
    command = [sys.executable, "-m", "src", "deliver", "webhook"]
    child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    while not received:
        assert child.poll() is None
        time.sleep(0.05)
    child.kill()
    child.wait()
    received.hold.set()
    received.hold = None
    container.database.deliveries.update_one({}, [{"$set": {"due_at": "$$NOW"}}])  # a minute later
    deliver(container, WEBHOOK)
    # It was received and not noted, so it is sent again, with the same id.
    first, second = (headers["X-Ledgerloop-Delivery"] for headers, _ in received)
    assert first == second


def test_what_was_added_before_a_process_was_killed_is_queued_by_the_next(container_with, hooks):
    url, received = hooks
    container = container_with("send_webhook", **hook_settings(url))
    container.feed_entries.add([alarm()], [WEBHOOK], at=container.now())
    container.feed.queue(at=container.now())
    deliver(container, WEBHOOK)
    assert len(received) == 1


def test_while_a_channel_is_off_only_a_test_is_sent(container_with, hooks):
    url, received = hooks
    container = container_with(**hook_settings(url))
    add(container, alarm())
    container.channel_outbox.queue_test(WEBHOOK)
    deliver(container, WEBHOOK)
    assert [json.loads(body)["kind"] for _, body in received] == ["test"]
    assert not container.channel_outbox.wants_test(WEBHOOK)


def test_a_test_email_arrives(container_with, mails):
    port, received = mails
    container = container_with(**mail_settings(port))
    container.channel_outbox.queue_test(EMAIL)
    deliver(container, EMAIL)
    assert [mail["Subject"] for mail in received] == ["Ledgerloop: test"]


def test_the_scheduler_sends_in_a_process_of_its_own(container_with, mails):
    port, received = mails
    container = container_with("send_email", **mail_settings(port))
    add(container, alarm())
    assert "feed:email" in container.pending_work.kinds()
    environment = {name.upper(): str(value) for name, value in mail_settings(port).items()}
    child_environment = container._child_environment
    container.deliverer._environment = lambda: {**child_environment(), **environment}
    container.jobs.by_kind["feed:email"]()
    assert len(received) == 1
    assert "feed:email" not in container.pending_work.kinds()


@pytest.mark.parametrize(
    ("channel", "values"),
    [
        (EMAIL, {**mail_settings(25), "smtp_host": "mail..example"}),
        (WEBHOOK, hook_settings("http://hooks..example/x")),
    ],
)
def test_a_name_that_no_server_can_have_is_reported_and_tried_again(container_with, channel, values):
    container = container_with(f"send_{channel.value}", **values)
    add(container, alarm())
    deliver(container, channel)
    assert state(container, channel).status is DeliveryStatus.WAITING
    assert state(container, channel).note


@pytest.mark.parametrize(
    "values",
    [
        {"webhook_url": "http://127.0.0.1/x"},
        {"webhook_secret": SECRET},
        {"webhook_url": "http://169.254.169.254/latest", "webhook_secret": SECRET},
        {"webhook_url": "http://[::ffff:169.254.169.254]/latest", "webhook_secret": SECRET},
        {"webhook_url": "http://[fe80::1]/", "webhook_secret": SECRET},
        {"webhook_url": "ftp://example.org/", "webhook_secret": SECRET},
        {"webhook_url": "http://127.0.0.1/x", "webhook_secret": "short"},
        {"smtp_host": "mail.example"},
        {**mail_settings(25), "mail_to": "anna@example.org\nBcc: eve@example.org"},
        {**mail_settings(25), "smtp_from": "Anna <anna@example.org>"},
        {**mail_settings(25), "smtp_user": "anna"},
        {**mail_settings(25), "smtp_user": "anna", "smtp_password": "secret"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_secrets(values):
    with pytest.raises(CannotStart) as refused:
        load_settings(_env_file=None, **values)
    assert not any(text in str(refused.value) for text in (SECRET, "short", "eve", "169.254"))
