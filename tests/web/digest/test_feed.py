"""The feed: what enters it and when, its page, its API and its Atom form."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest

from src.domain.anomalies import Anomaly, AnomalyKind, AnomalyReport, Method, ReasonCode
from src.domain.feed import Channel, EntryKind, NewEntry
from src.domain.transactions import Direction
from tests.services.rows import keep, new

PATH = "/api/v1/insight/feed"
TODAY = date(2026, 4, 3)
NOW = datetime(2026, 4, 3, 8, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def services(app):
    services = app.extensions["ledgerloop"]
    services.now = lambda: NOW
    services.database.states.delete_one({"_id": "atom"})
    return services


@pytest.fixture
def ledger(services):
    """Three months of groceries, a subscription that grew dearer, and a gym that is overdue."""
    rows = [
        new("corner shop", "100", day=date(2026, 1, 10), category="groceries"),
        new("corner shop", "250.50", day=date(2026, 2, 10), category="groceries"),
        new("corner shop", "300.75", day=date(2026, 3, 30), category="groceries"),
        new("cinema", "20", day=date(2026, 3, 20), category="entertainment"),
        new("acme", "1000", day=date(2026, 3, 27), direction=Direction.INCOME, category="income"),
    ]
    rows += [new("film <club>", "12.99", day=date(2026, month, 5)) for month in (1, 2)]
    rows += [new("film <club>", "14.99", day=date(2026, 3, 5))]
    rows += [new("gym", "30", day=day) for day in (date(2025, 12, 20), date(2026, 1, 20), date(2026, 2, 20))]
    return keep(services.transactions, *rows)


def switch_on(client, *names):
    assert client.patch("/api/v1/settings", json=dict.fromkeys(names, True)).status_code == 200


def update(services, today=TODAY):
    return services.feed.update(today=today, at=datetime(today.year, today.month, today.day, 8, tzinfo=UTC))


def feed(client, **query):
    response = client.get(PATH, query_string=query)
    assert response.status_code == 200, response.text
    return response.json


def alarm(number, day=TODAY, **values):
    values = {"name": "x", "merchant": "x", "currency": "USD", "old": "1", "new": "2", **values}
    return NewEntry(EntryKind.RECURRING, f"test {number}", day, "price-change", values)


def test_nothing_is_added_while_everything_is_off(client, services, ledger):
    assert update(services) == 0
    assert feed(client) == {"items": [], "next_cursor": None, "unread": 0}
    assert "all alarms and the digest are off" in client.get("/insight/feed").text


def test_alarms_of_recurring_payments_enter_once_whatever_is_analysed_again(client, services, ledger):
    switch_on(client, "alarm_recurring")
    assert update(services) == 2
    assert update(services, TODAY + timedelta(days=1)) == 0
    entries = feed(client)["items"]
    assert {(entry["code"], tuple(entry["sentences"])) for entry in entries} == {
        ("price-change", ("FILM <CLUB>: $12.99 → $14.99 on Mar 5, 2026.",)),
        ("missed", ("GYM: $30.00 was expected about Mar 20, 2026. The last payment was on Feb 20, 2026.",)),
    }
    assert {entry["title"] for entry in entries} == {
        "A recurring payment has a new amount",
        "A recurring payment is overdue",
    }


def test_old_alarms_of_an_imported_history_do_not_enter(client, services):
    switch_on(client, "alarm_recurring")
    months = [date(2025, month, 5) for month in (8, 9, 10)]
    later = [date(2025, 11, 5), date(2025, 12, 5), date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)]
    keep(services.transactions, *(new("paper", "9", day=day) for day in months))
    keep(services.transactions, *(new("paper", "11", day=day) for day in later))
    assert update(services) == 0
    assert update(services, date(2025, 12, 6)) == 1


def test_unusual_payments_are_alarms_until_dismissed_and_repeat_no_recurring_ones(client, services):
    switch_on(client, "alarm_anomalies", "feed_atom")
    anomalies = [
        unusual(AnomalyKind.AMOUNT, ReasonCode.MERCHANT_AMOUNT, usual=1000, times=5, payments=14),
        unusual(AnomalyKind.DUPLICATE, ReasonCode.SAME_AMOUNT, days=0),
        unusual(AnomalyKind.MISSED, ReasonCode.MISSED, last="2026-03-02"),
        replace(unusual(AnomalyKind.AMOUNT, ReasonCode.MERCHANT_AMOUNT), date=date(2026, 2, 1)),
    ]
    services.anomaly_reports.store(AnomalyReport(tuple(anomalies), at=NOW))
    assert update(services) == 2
    assert {(entry["title"], entry["sentences"][0]) for entry in feed(client)["items"]} == {
        (
            "Something looks unusual",
            "CORNER SHOP, $50.00 on Apr 2, 2026: "
            "5 times the usual $10.00 at this merchant (14 other payments).",
        ),
        (
            "A payment may have come twice",
            "CORNER SHOP, $50.00 on Apr 2, 2026: The same amount was paid there on the same day.",
        ),
    }
    assert "corner" not in client.get(atom_address(client)).text
    services.database.feed_entries.delete_many({})
    services.unusual_spending.dismiss(anomalies[0].id, at=NOW)
    assert update(services) == 1
    page = client.get("/insight/feed").text
    assert "merchant=corner+shop" in page  # both payments


def unusual(kind, reason, **values):
    return Anomaly(
        id=f"{kind} {reason}",
        kind=kind,
        transaction_ids=("6b01c695fc8de00775390c54",),
        score=0.99,
        reason=reason,
        values=values,
        method=Method.THRESHOLD,
        date=date(2026, 4, 2),
        currency="USD",
        amount=5000,
        merchant="corner shop",
        category="groceries",
    )


def test_a_switch_has_the_ledger_analysed_at_once(client, services):
    analyse = services.ledger_analysis
    analyse.run(holder="me", attempt=services.analysis_state.claim(holder="me", even_if_not_due=True))
    assert not services.analysis_state.is_due()
    switch_on(client, "digest")
    assert services.analysis_state.is_due()
    assert services.analysis_state.claim(holder="other") is not None


def test_budgets_that_are_or_will_be_exceeded_are_alarms_with_their_rows(client, services, ledger):
    switch_on(client, "alarm_budgets")
    budgets = [
        {"category": "groceries", "amount": "300", "currency": "USD", "period": "month", "since": "2026-03"},
        {"category": "dining", "amount": "300", "currency": "USD", "period": "month", "since": "2026-03"},
    ]
    assert client.put("/api/v1/budgets", json=budgets).status_code == 200
    assert update(services, date(2026, 3, 31)) == 1
    assert update(services) == 0
    [entry] = feed(client)["items"]
    assert (entry["code"], entry["title"]) == ("budget-over", "A budget is exceeded")
    assert entry["sentences"] == ["Groceries: $300.75 of $300.00 spent in Mar 2026."]
    link = re.search(r'href="(/history[^"]+)"', client.get("/insight/feed").text.replace("&amp;", "&"))[1]
    assert "$300.75" in client.get(link).text


def test_a_payment_that_is_due_exceeds_a_budget_in_advance(client, services, ledger):
    switch_on(client, "alarm_budgets")
    budget = {"category": "dining", "amount": "10", "currency": "USD", "period": "month"}
    assert client.put("/api/v1/budgets", json=[budget | {"since": "2026-04"}]).status_code == 200
    keep(services.transactions, new("corner shop", "1", day=date(2026, 4, 2), category="groceries"))
    assert update(services) == 1
    [entry] = feed(client)["items"]
    assert entry["title"] == "A budget will be exceeded"
    assert entry["sentences"] == [
        "Dining out: $0.00 of $10.00 spent in Apr 2026, and $44.99 that recur are still due."
    ]


def test_finance_rules_that_are_not_kept_are_alarms(client, services, ledger):
    switch_on(client, "alarm_limits")
    added = update(services)
    entries = feed(client)["items"]
    assert added == len(entries) > 0
    assert (
        "Moved to savings in Mar 2026: $0.00, 0\xa0% of income. Your rule is at least 20\xa0% of income."
        in [entry["sentences"][0] for entry in entries]
    )
    assert "These days in Analytics" in client.get("/insight/feed").text
    assert update(services, TODAY + timedelta(days=1)) == 0


def test_the_digest_has_the_figures_of_the_month_and_the_changes(client, services, ledger):
    switch_on(client, "digest")
    assert update(services) == 1
    [entry] = feed(client)["items"]
    assert (entry["kind"], entry["day"], entry["title"]) == ("digest", "2026-03-31", "Your monthly digest")
    assert entry["sentences"][:2] == [
        "In Mar 2026 you spent $335.74 and received $1,000.00. "
        "You saved $664.26, 66\N{NO-BREAK SPACE}% of your income. "
        "You spent $42.25 more than in the month before.",
        "Most went to: Groceries $300.75, Entertainment $20.00, Dining out $14.99.",
    ]
    assert any("costs $14.99 instead of $12.99" in sentence for sentence in entry["sentences"])
    assert entry["sentences"][-1].startswith("Due next: FILM <CLUB>, $14.99 on Apr 5, 2026")


def test_a_digest_follows_corrections_and_is_added_once(client, services, ledger):
    switch_on(client, "digest")
    update(services)
    client.delete(f"/api/v1/transactions/{ledger[3].id}")
    assert update(services, TODAY + timedelta(days=20)) == 0
    [entry] = feed(client)["items"]
    assert entry["sentences"][0].startswith("In Mar 2026 you spent $315.74 and received $1,000.00.")


def test_a_digest_waits_some_days_for_the_end_of_the_month(client, services):
    switch_on(client, "digest")
    keep(services.transactions, new("shop", "5", day=date(2026, 3, 10)))
    assert update(services, date(2026, 4, 4)) == 0
    assert update(services, date(2026, 4, 6)) == 1
    [entry] = feed(client)["items"]
    assert entry["sentences"][0] == "As far as imported: your newest transaction is of Mar 10, 2026."


def test_there_is_no_digest_of_a_month_without_transactions(client, services, ledger):
    switch_on(client, "digest")
    assert update(services, date(2026, 5, 20)) == 0


def test_a_digest_is_of_the_month_that_begins_on_the_chosen_day(client, services, ledger):
    switch_on(client, "digest")
    client.patch("/api/v1/settings", json={"month_starts": 25})
    assert update(services, date(2026, 3, 31)) == 1
    [entry] = feed(client)["items"]
    assert (entry["day"], entry["values"]["month"]) == ("2026-03-24", "2026-02")
    assert entry["sentences"][0].startswith("In Feb 2026 you spent $34.99 and received $0.00.")


def test_a_source_that_fails_stops_no_other(client, services, ledger, monkeypatch):
    def broken(today):
        raise ValueError(today)

    switch_on(client, "digest", "alarm_recurring")
    monkeypatch.setitem(services.feed.sources, EntryKind.RECURRING, broken)
    assert update(services) == 1


def test_pages_of_the_feed_go_back_and_entries_are_marked_as_read(client, services):
    for number in range(5):
        services.feed_entries.add([alarm(number)], [], at=NOW + timedelta(minutes=number))
    first = feed(client, limit=3)
    rest = feed(client, limit=3, cursor=first["next_cursor"])
    times = [entry["created_at"] for entry in first["items"] + rest["items"]]
    assert times == sorted(times, reverse=True)
    assert (len(times), rest["next_cursor"], first["unread"]) == (5, None, 5)
    assert client.post(f"{PATH}/read", json={"ids": [first["items"][0]["id"]]}).json == {"marked": 1}
    assert client.post(f"{PATH}/read").json == {"marked": 4}
    assert feed(client)["unread"] == 0
    assert client.get(f"{PATH}?cursor=x").status_code == 404
    assert feed(client, kind="digest")["items"] == []


def test_old_entries_are_deleted(client, services):
    services.feed_entries.add([alarm(1)], [], at=NOW - timedelta(days=401))
    services.feed_entries.add([alarm(2)], [], at=NOW - timedelta(days=399))
    update(services)
    assert len(feed(client)["items"]) == 1


def test_the_page_escapes_names_links_to_the_rows_and_marks_as_read(client, services, ledger):
    switch_on(client, "alarm_recurring", "digest")
    update(services)
    assert '<span class="badge accent">3<' in client.get("/analytics").text
    page = client.get("/insight/feed").text
    assert "FILM &lt;CLUB&gt;: $12.99 → $14.99" in page
    assert 'href="/history?merchant=gym"' in page
    assert 'href="/analytics?from=2026-03-01&amp;to=2026-03-31"' in page
    ids = re.findall(r'name="id" value="([^"]+)"', page)
    assert len(ids) == 3
    client.post("/insight/feed/read", data={"id": ids[0]})
    assert client.get("/insight/feed").text.count(">New<") == 2
    client.post("/insight/feed/read")
    assert ">New<" not in client.get("/insight/feed").text
    assert "overdue" not in client.get("/insight/feed?kind=digest").text
    assert client.get("/insight/feed?kind=nonsense").status_code == 404


def atom_address(client):
    address = re.search(r'value="(http[^"]+feed\.atom[^"]+)"', client.get("/settings").text)
    return address and address[1].removeprefix("http://localhost")


def test_the_atom_feed_is_valid_and_without_details_names_nothing(client, services, ledger):
    switch_on(client, "alarm_recurring", "digest", "feed_atom")
    update(services)
    response = client.get(atom_address(client))
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml")
    root = ElementTree.fromstring(response.data)  # noqa: S314
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for required in ("id", "title", "updated"):
            assert len(element.findall(ATOM + required)) == 1
        assert element.find(f"{ATOM}id").text.startswith("urn:uuid:")
        assert datetime.fromisoformat(element.find(f"{ATOM}updated").text)
    assert root.find(f"{ATOM}author/{ATOM}name").text == "Ledgerloop"
    assert len({entry.find(f"{ATOM}id").text for entry in root.iter(f"{ATOM}entry")}) == 3
    for private in ("GYM", "CLUB", "14.99", "Groceries"):
        assert private not in response.text
    switch_on(client, "send_details")
    entries = list(ElementTree.fromstring(client.get(atom_address(client)).data).iter(f"{ATOM}entry"))  # noqa: S314
    contents = [entry.find(f"{ATOM}content").text for entry in entries]
    assert "FILM <CLUB>: $12.99 → $14.99 on Mar 5, 2026." in contents
    titles = " ".join(entry.find(f"{ATOM}title").text for entry in entries)
    assert not any(private in titles for private in ("GYM", "CLUB", "$"))


def test_the_atom_feed_stays_readable_with_control_characters(client, services):
    switch_on(client, "feed_atom", "send_details")
    services.feed_entries.add([alarm(1, name="a\x0bb\ufffe]]>&")], [], at=NOW)
    root = ElementTree.fromstring(client.get(atom_address(client)).data)  # noqa: S314
    assert root.find(f"{ATOM}entry/{ATOM}content").text.startswith("ab]]>&: ")


def test_the_atom_feed_opens_with_its_key_only_and_a_new_key_ends_the_former(client, services):
    assert atom_address(client) is None
    assert client.get("/insight/feed.atom").status_code == 404
    assert client.get(f"/insight/feed.atom?key={services.atom_key.current()}").status_code == 404
    switch_on(client, "feed_atom")
    former = atom_address(client)
    assert client.get(former).status_code == 200
    for wrong in ("/insight/feed.atom", "/insight/feed.atom?key=", f"{former}0", "/insight/feed.atom?key=é"):
        assert client.get(wrong).status_code == 404
    stored = str(services.database.states.find_one({"_id": "atom"}))
    assert former.split("=")[1] not in stored
    client.post("/settings/atom")
    assert client.get(former).status_code == 404
    assert client.get(atom_address(client)).status_code == 200


def test_the_settings_page_switches_on_and_off(client, services):
    form = {"digest": ["false", "true"], "alarm_recurring": ["false", "true"], "feed_atom": "false"}
    saved = client.post("/settings", data=form)
    assert "Saved." in client.get(saved.location).text
    assert services.preferences.read().digest
    assert "Monthly digest: Off → On; Alarms about recurring payments: Off → On" in client.get("/acts").text
    client.post("/settings", data={"digest": "false"})
    after = services.preferences.read()
    assert (after.digest, after.alarm_recurring, after.feed_atom) == (False, True, False)


def test_a_channel_without_its_settings_cannot_be_switched_on_or_tested_on_the_page(client, services):
    page = client.get("/settings").text
    assert "Set SMTP_HOST, SMTP_FROM and MAIL_TO in the environment first." in page
    assert 'action="/settings/test/' not in page
    assert client.post("/settings/test/pigeon").status_code == 404


def test_a_test_is_queued_and_its_result_shown(client, services):
    object.__setattr__(services.settings, "channels", (Channel.WEBHOOK,))
    asked = client.post("/settings/test/webhook")
    page = client.get(asked.location).text
    assert 'form="test-webhook"' in page
    assert 'id="test-webhook" method="post" action="/settings/test/webhook"' in page
    assert "The test is on its way." in page
    assert "Waiting to be sent." in page
    assert {"delivery", "feed:webhook"} <= services.pending_work.kinds()
    claimed = services.channel_outbox.claim("webhook")
    services.channel_outbox.retry_later(claimed, "The webhook answered with 500.", at=NOW)
    assert "Not sent yet: The webhook answered with 500. It is tried again." in client.get("/settings").text
