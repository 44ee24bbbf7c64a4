"""Files over HTTP: the page's way and the API's."""

import io
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.hostile_files import csv_ordinary
from src import commands
from src.pipeline.imports import reading, undo
from src.services.imports.file_reader import FileReader

BANK = b"""Date,Details,Amount,Cur
2026-03-04,PIZZA CORNER,-12.50,USD
2026-03-05,y,z,USD
2026-03-05,CITY CAB,-8.00,USD
"""
UNCLEAR = b"Date,Details,Amount,Cur\n04/05/2026,PIZZA CORNER,-12.50,USD\n05/06/2026,CITY CAB,-8.00,USD\n"
SIGN = '{"sign": "negative-is-expense"}'


def upload(client, content=BANK, name="bank.csv", **fields):
    data = {"file": (io.BytesIO(content), name), **fields}
    return client.post("/api/v1/imports", data=data, content_type="multipart/form-data")


def run_queued_imports(app):
    container = app.extensions["ledgerloop"]
    while claimed := container.imports.claim(holder="test"):
        commands.run_import(container, claimed, holder="test")


def test_a_file_is_accepted_processed_and_reported(app, client):
    answer = upload(client, mapping=SIGN)
    assert (answer.status_code, answer.json["status"]) == (202, "running")
    run_queued_imports(app)
    done = client.get(f"/api/v1/imports/{answer.json['id']}").json
    assert (done["status"], done["progress"]) == ("done", 1)
    assert [done[f"rows_{name}"] for name in ("read", "added", "duplicate", "rejected")] == [3, 2, 0, 1]
    assert [reject["row"] for reject in done["rejects"]] == [3]
    assert client.get("/api/v1/history").json["total"] == 2
    assert [record["id"] for record in client.get("/api/v1/imports").json] == [done["id"]]


def test_a_dry_run_shows_what_would_be_kept_and_keeps_nothing(client):
    seen = upload(client, UNCLEAR, dry_run="true").json
    assert {question["key"] for question in seen["questions"]} >= {"date_order"}
    answered = upload(
        client, UNCLEAR, dry_run="true", mapping='{"date_order": "dmy", "sign": "negative-is-expense"}'
    )
    assert (answered.status_code, answered.json["questions"]) == (200, [])
    assert [entry["date"] for entry in answered.json["entries"]] == ["2026-05-04", "2026-06-05"]
    assert client.get("/api/v1/imports").json == []


def test_a_file_with_an_open_question_is_not_taken(client):
    answer = upload(client, UNCLEAR)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["errors"][0]["loc"] == ["date_order"]


def test_an_import_is_undone(app, client):
    import_id = upload(client, mapping=SIGN).json["id"]
    assert client.delete(f"/api/v1/imports/{import_id}").status_code == 409
    run_queued_imports(app)
    assert client.delete(f"/api/v1/imports/{import_id}").json == {
        "rows_removed": 2,
        "rows_kept": 0,
        "answers_kept": 0,
    }
    assert client.get("/api/v1/history").json["total"] == 0
    assert client.get(f"/api/v1/imports/{import_id}").json["status"] == "undone"


@pytest.mark.parametrize(
    ("content", "fields", "status"),
    [
        (b"", {}, 422),
        (b"%PDF-1.4 ...", {}, 422),
        (BANK, {"mapping": "nonsense"}, 422),
        (BANK, {"mapping": "[1]"}, 422),
        (BANK, {"mapping": '{"sign": {"$gt": 1}}'}, 422),
        (BANK, {"mapping": '{"no_such_part": 1}'}, 422),
        (BANK, {"dry_run": "perhaps"}, 422),
        (BANK, {"more": "1"}, 422),
    ],
)
def test_a_file_that_is_refused_is_answered_in_the_contracts_form(client, content, fields, status):
    answer = upload(client, content, **fields)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert "Traceback" not in answer.text


def test_a_file_that_is_too_large_is_refused(app, client):
    most = app.extensions["ledgerloop"].settings.max_import_mb
    assert upload(client, b"x" * (most * 1_000_000 + 200_000)).status_code == 413


def test_no_file_and_no_such_import(client):
    assert client.post("/api/v1/imports", json={}).status_code == 422
    for path in ("/api/v1/imports/none", "/api/v1/imports/none/rejects.csv", "/import/none"):
        assert client.get(path).status_code == 404


def test_rejected_rows_come_as_csv_without_formulas(app, client):
    import_id = upload(client, BANK.replace(b",y,", b",=1+1,"), mapping=SIGN).json["id"]
    run_queued_imports(app)
    heading, row = client.get(f"/api/v1/imports/{import_id}/rejects.csv").text.splitlines()
    assert heading.startswith("date,description,amount,currency,Why it was rejected")
    assert row.startswith("2026-03-05,'=1+1,z,USD,")


def rejected(client, import_id):
    return client.get(f"/api/v1/imports/{import_id}/rejects.csv").data


QIF = b"!Type:Bank\nD3/14/2026\nT-4.20\nPKettle\n^\nD3/15/2026\nTz\nPKiosk\n^\n"
OFX = (
    b"OFXHEADER:100\n\n<OFX><BANKTRANLIST><CURDEF>USD"
    b"<STMTTRN><DTPOSTED>20260314<TRNAMT>-4.20<FITID>1<NAME>Kettle</STMTTRN>"
    b"<STMTTRN><DTPOSTED>20260315<TRNAMT>z<FITID>2<NAME>Kiosk</STMTTRN></BANKTRANLIST></OFX>"
)


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        (BANK, SIGN),
        (BANK.replace(b",", b";").replace(b"y", b"=y"), SIGN),
        (UNCLEAR.replace(b"-8.00", b"z"), '{"date_order": "dmy", "sign": "negative-is-expense"}'),
        (QIF, '{"default_currency": "GBP"}'),
        (OFX, "{}"),
    ],
    ids=["commas", "semicolons", "unclear days", "QIF", "OFX"],
)
def test_rejected_rows_that_are_mended_are_added_and_nothing_twice(app, client, content, mapping):
    import_id = upload(client, content, mapping=mapping).json["id"]
    run_queued_imports(app)
    before = client.get("/api/v1/history").json["total"]
    mended = rejected(client, import_id).replace(b",z,", b",-3.50,")
    for added in (1, 0):
        again = upload(client, mended, name="rejected.csv")
        assert again.status_code == 202, again.text
        run_queued_imports(app)
        done = client.get(f"/api/v1/imports/{again.json['id']}").json
        assert [done[f"rows_{name}"] for name in ("added", "rejected")] == [added, 0]
    items = [item["transaction"] for item in client.get("/api/v1/history").json["items"]]
    assert len(items) == before + 1
    assert sorted(item["amount"] for item in items if item["amount"] == "3.50") == ["3.50"]
    assert {item["currency"] for item in items} == {"GBP" if content == QIF else "USD"}
    assert all(item["direction"] == "expense" for item in items)


def test_rejected_rows_that_are_not_mended_are_rejected_again(app, client):
    import_id = upload(client, mapping=SIGN).json["id"]
    run_queued_imports(app)
    again = upload(client, rejected(client, import_id)).json["id"]
    run_queued_imports(app)
    done = client.get(f"/api/v1/imports/{again}").json
    assert [done[f"rows_{name}"] for name in ("added", "rejected")] == [0, 1]


def test_a_profile_keeps_its_name_when_another_file_follows_it(app, client):
    sent = client.post("/import", data={"file": (io.BytesIO(BANK), "march.csv")})
    client.post(
        f"{sent.location}/plan",
        data={"answer-sign": "negative-is-expense", "act": "begin", "profile": "My bank"},
    )
    upload(client, BANK.replace(b"03-04", b"04-04"), name="april.csv")
    page = client.get("/import").text
    assert "My bank" in page


def test_a_profile_is_renamed_and_deleted_where_it_is_listed(app, client):
    sent = client.post("/import", data={"file": (io.BytesIO(BANK), "bank.csv")})
    client.post(f"{sent.location}/plan", data={"answer-sign": "negative-is-expense", "act": "begin"})
    rename, forget = re.findall(r'"(/import/profiles/[^"]+)"', client.get("/import").text)
    assert client.post(rename, data={"name": "\u200b"}).status_code == 422
    assert client.post(rename, data={"name": "<b>Mine</b> 4111.1111.1111.1111"}).status_code == 303
    assert "<bdi>&lt;b&gt;Mine&lt;/b&gt; [card]</bdi>" in client.get("/import").text
    client.post(forget)
    assert "Mine" not in client.get("/import").text
    assert client.post(rename, data={"name": "Gone"}).status_code == client.post(forget).status_code == 404


def test_the_name_of_a_profile_is_masked(app, client):
    sent = client.post("/import", data={"file": (io.BytesIO(BANK), "bank.csv")})
    named = {"act": "begin", "profile": "Card 4111.1111.1111.1111", "answer-sign": "negative-is-expense"}
    assert client.post(f"{sent.location}/plan", data=named).status_code == 303
    assert [profile.name for profile in app.extensions["ledgerloop"].import_profiles.all()] == ["Card [card]"]


def test_a_currency_that_is_none_of_the_choices_is_typed_in(app, client):
    content = b"Date,Details,Debit\n2026-03-04,PIZZA CORNER,12.50\n"
    sent = client.post("/import", data={"file": (io.BytesIO(content), "x.csv")})
    assert 'name="other-default_currency"' in client.get(sent.location).text
    form = {"other-default_currency": "nok", "act": "begin"}
    assert client.post(f"{sent.location}/plan", data=form).status_code == 303
    run_queued_imports(app)
    assert client.get("/api/v1/history").json["items"][0]["transaction"]["currency"] == "NOK"


def test_the_pages_lead_from_the_file_to_the_report_and_back(app, client):
    assert "Import a file" in client.get("/import").text
    sent = client.post("/import", data={"file": (io.BytesIO(UNCLEAR), "<b>march</b>.csv")})
    assert sent.status_code == 303
    shown = client.get(sent.location).text
    assert "04/05/2026 is 4 May 2026" in shown
    assert "&lt;b&gt;march" in shown
    plan = f"{sent.location}/plan"
    refused = client.post(plan, data={"act": "begin"})
    assert (refused.status_code, client.get("/api/v1/history").json["total"]) == (422, 0)
    form = {
        "answer-date_order": "dmy",
        "answer-sign": "negative-is-expense",
        "act": "begin",
        "profile": "My bank",
    }
    assert client.post(plan, data=form).status_code == 303
    run_queued_imports(app)
    report = client.get(sent.location).text
    assert "This deletes 2 transactions" in report
    assert "My bank" in client.get("/import").text
    client.post(f"{sent.location}/undo")
    assert "Undone" in client.get(sent.location).text


def test_the_account_of_a_file_is_asked_for_once(app, client):
    answer = upload(client, mapping='{"sign": "negative-is-expense", "account": "Giro"}')
    run_queued_imports(app)
    rows = client.get("/api/v1/history").json["items"]
    assert {row["transaction"]["account"] for row in rows} == {"Giro"}
    dry = upload(client, BANK.replace(b"03-04", b"04-04"), dry_run="true").json
    assert dry["plan"]["account"] == dry["entries"][0]["account"] == "Giro"
    dry = upload(client, dry_run="true", mapping='{"account": null}').json
    assert dry["plan"]["account"] is None
    page = client.post("/import", data={"file": (io.BytesIO(BANK), "b.csv")})
    assert 'value="Giro"' in client.get(page.location).text
    client.post(f"{page.location}/plan", data={"account": " ", "act": "show"})
    assert 'name="account" list="known-accounts" maxlength="100" dir="auto" autocomplete="off" value=""' in (
        client.get(page.location).text
    )
    assert answer.status_code == 202


def test_an_import_that_only_set_accounts_can_be_undone_on_its_page(app, client):
    upload(client, mapping=SIGN)
    run_queued_imports(app)
    again = upload(client, mapping='{"sign": "negative-is-expense", "account": "Giro"}').json["id"]
    run_queued_imports(app)
    assert "removes the account of 2 transactions" in client.get(f"/import/{again}").text
    client.post(f"/import/{again}/undo")
    rows = client.get("/api/v1/history").json["items"]
    assert [row["transaction"]["account"] for row in rows] == [None, None]
    assert "Undo import" not in client.get(f"/import/{again}").text


def test_a_file_may_be_left(client):
    sent = client.post("/import", data={"file": (io.BytesIO(BANK), "bank.csv")})
    assert client.post(f"{sent.location}/discard").status_code == 303
    assert client.get(sent.location).status_code == 404


def test_an_unreadable_upload_on_the_page_is_reported_on_the_page(client):
    for content in (b"", b"%PDF-1.4"):
        answer = client.post("/import", data={"file": (io.BytesIO(content), "x.csv")})
        assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_a_large_import_is_undone_outside_the_request(app, client, monkeypatch):
    monkeypatch.setattr(undo, "AT_ONCE", 1)
    import_id = upload(client, mapping=SIGN).json["id"]
    run_queued_imports(app)
    answer = client.delete(f"/api/v1/imports/{import_id}")
    assert (answer.status_code, answer.json) == (202, {"id": import_id, "status": "undoing"})
    shown = client.get(f"/import/{import_id}").text
    assert "Undoing" in shown
    assert "Undo import" not in shown
    assert client.delete(f"/api/v1/imports/{import_id}").status_code == 409
    run_queued_imports(app)
    state = client.get(f"/api/v1/imports/{import_id}").json
    assert (state["status"], state["progress"]) == ("undone", 1)
    assert client.get("/api/v1/history").json["total"] == 0


def test_a_file_is_read_once_when_it_comes_and_once_more_for_each_change(app, client):
    container = app.extensions["ledgerloop"]
    reader = container.file_reader
    sent = client.post("/import", data={"file": (io.BytesIO(UNCLEAR), "march.csv")})
    assert reader.started == 1
    container.database.collection("uploads.chunks").delete_many({})  # what is shown needs no file
    for _ in range(3):
        shown = client.get(sent.location)
        assert "04/05/2026 is 4 May 2026" in shown.text
    client.get(f"/api/v1/imports/{sent.location.rpartition('/')[2]}")
    assert reader.started == 1


def test_a_change_reads_the_file_once_more_and_the_same_again_does_not(app, client):
    reader = app.extensions["ledgerloop"].file_reader
    sent = client.post("/import", data={"file": (io.BytesIO(UNCLEAR), "march.csv")})
    form = {"answer-date_order": "dmy", "answer-sign": "negative-is-expense"}
    client.post(f"{sent.location}/plan", data=form)
    assert reader.started == 2
    assert client.post(f"{sent.location}/plan", data={"act": "begin"}).status_code == 303
    assert reader.started == 2


def test_over_the_api_a_file_is_read_once(app, client):
    assert upload(client, mapping=SIGN).status_code == 202
    assert app.extensions["ledgerloop"].file_reader.started == 1


def test_a_file_that_takes_too_much_is_refused_in_a_sentence(app, client):
    app.extensions["ledgerloop"].file_reader = FileReader(memory=60_000_000)
    answer = upload(client, csv_ordinary(6_000_000), mapping=SIGN)
    assert answer.status_code == 202
    refused = state_when_read(client, answer.json["id"])
    assert (refused["status"], refused["retry_until"]) == ("failed", None)
    assert "too much memory or time" in refused["error"]


def state_when_read(client, import_id):
    while (state := client.get(f"/api/v1/imports/{import_id}").json)["status"] == "running":
        time.sleep(0.01)
    return state


@pytest.fixture
def all_files_are_long(monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 10)


@pytest.fixture
def held(app):
    """What is read apart from the requests, when the test calls it."""
    works = []
    object.__setattr__(app.extensions["ledgerloop"].import_reading, "apart", works.append)
    return works


@pytest.mark.usefixtures("all_files_are_long")
def test_a_long_file_is_read_while_its_page_shows_the_progress(client, held):
    sent = client.post("/import", data={"file": (io.BytesIO(UNCLEAR), "march.csv")})
    assert sent.status_code == 303
    shown = client.get(sent.location).text
    assert "Reading the file" in shown
    assert '<meta http-equiv="refresh"' in shown
    import_id = sent.location.rpartition("/")[2]
    assert client.get(f"/api/v1/imports/{import_id}").json["status"] == "running"
    assert client.get(f"/api/v1/imports/{import_id}/preview").status_code == 409
    held.pop()()
    assert "04/05/2026 is 4 May 2026" in client.get(sent.location).text


@pytest.mark.usefixtures("all_files_are_long")
def test_a_dry_run_of_a_long_file_has_its_preview_later(client, held):
    answer = upload(client, UNCLEAR, dry_run="true")
    assert (answer.status_code, answer.json["status"]) == (202, "running")
    held.pop()()
    seen = client.get(f"/api/v1/imports/{answer.json['id']}/preview").json
    assert [question["key"] for question in seen["questions"]] == ["date_order"]
    assert client.get("/api/v1/history").json["total"] == 0


@pytest.mark.usefixtures("all_files_are_long")
def test_a_long_file_is_imported_once_it_is_read(app, client):
    answer = upload(client, mapping=SIGN)
    assert answer.status_code == 202
    while app.extensions["ledgerloop"].imports.get(answer.json["id"]).status == "reading":
        time.sleep(0.01)
    run_queued_imports(app)
    done = client.get(f"/api/v1/imports/{answer.json['id']}").json
    assert (done["status"], done["rows_added"]) == ("done", 2)


def test_a_preview_of_another_release_is_made_again(app, client):
    container = app.extensions["ledgerloop"]
    sent = client.post("/import", data={"file": (io.BytesIO(UNCLEAR), "march.csv")})
    import_id = sent.location.rpartition("/")[2]
    record = container.imports.get(import_id)
    container.imports.set_plan(
        import_id, record.plan, form=record.format, rows=record.rows, preview=b'{"layout": 1}'
    )
    assert "04/05/2026 is 4 May 2026" in client.get(sent.location).text
    assert container.file_reader.started == 2
    assert client.get(sent.location).status_code == 200
    assert container.file_reader.started == 2


def stopped(app, client):
    import_id = upload(client, mapping=SIGN).json["id"]
    assert client.post(f"/import/{import_id}/stop").status_code == 303
    run_queued_imports(app)
    return import_id


def test_one_that_was_stopped_is_tried_again_from_its_page(app, client):
    page = f"/import/{stopped(app, client)}"
    assert "Try again" in client.get(page).text
    assert client.post(f"{page}/retry").status_code == 303
    assert "Try again" not in client.get(page).text
    run_queued_imports(app)
    assert "Done" in client.get(page).text
    assert client.get("/api/v1/history").json["total"] == 2
    assert client.post(f"{page}/retry").status_code == 409


def test_one_that_was_stopped_is_tried_again_over_the_api_as_long_as_its_file_is_there(
    app, client, web_database
):
    first, second = stopped(app, client), stopped(app, client)
    assert client.get(f"/api/v1/imports/{first}").json["retry_until"] > "2026"
    answer = client.post(f"/api/v1/imports/{first}/retry")
    assert (answer.status_code, answer.json) == (202, {"id": first, "status": "running"})
    run_queued_imports(app)
    done = client.get(f"/api/v1/imports/{first}").json
    assert [done[name] for name in ("status", "rows_read", "rows_added", "retry_until")] == [
        "done",
        3,
        2,
        None,
    ]

    ended_at = {"finished_at": datetime.now(UTC) - timedelta(days=2)}
    web_database.collection("imports").update_one({"_id": second}, {"$set": ended_at})
    app.extensions["ledgerloop"].imports.delete_old_files()
    assert client.post(f"/api/v1/imports/{second}/retry").status_code == 409
    assert client.post("/api/v1/imports/none/retry").status_code == 404
    shown = client.get(f"/import/{second}").text
    assert "Upload it again" in shown
    assert "Try again" not in shown


PARTIES = (
    "Buchungstag;Verwendungszweck;Gegenseite;Betrag;Mandat\n"
    "13.03.2026;Karte;Kiosk Blau;-2,50;4111111111111111\n"
    "14.03.2026;Karte;Hofladen <b>Grün</b>;-8,10;\n"
    "15.03.2026;Karte;Bahn Nord;-4,00;\n"
).encode()
EURO = '{"sign": "negative-is-expense", "default_currency": "EUR"}'


def test_a_dry_run_names_the_columns_of_which_nothing_is_kept(client):
    unused = upload(client, PARTIES, dry_run="true", mapping=EURO).json["unused_columns"]
    assert unused == [
        {
            "place": 2,
            "name": "Gegenseite",
            "examples": ["Kiosk Blau", "Hofladen <b>Grün</b>", "Bahn Nord"],
            "distinct": 3,
            "suggested": True,
        },
        {"place": 4, "name": "Mandat", "examples": ["[card]"], "distinct": 1, "suggested": False},
    ]


def test_the_page_shows_unused_columns_and_adds_one_with_one_button(client):
    sent = client.post("/import", data={"file": (io.BytesIO(PARTIES), "march.csv")})
    shown = client.get(sent.location).text
    assert "not used: Gegenseite, Mandat" in shown
    assert "Hofladen &lt;b&gt;Grün&lt;/b&gt;" in shown
    assert shown.count('name="add_column"') == 1
    columns = {
        f"column-{position}": value
        for position, value in enumerate(["date", "description", "", "amount", ""])
    }
    answer = client.post(f"{sent.location}/plan", data={**columns, "add_column": "2"})
    assert answer.status_code == 303
    shown = client.get(sent.location).text
    assert "Karte Kiosk Blau" in shown
    assert 'name="add_column"' not in shown
    for rubbish in ("-1", "9", "x", "٣", "4294967296"):
        assert (
            client.post(f"{sent.location}/plan", data={**columns, "add_column": rubbish}).status_code == 303
        )


def test_rows_that_another_file_also_has_stay_and_both_numbers_are_reported(app, client):
    first = upload(client, mapping=SIGN).json["id"]
    run_queued_imports(app)
    one_row = client.get("/api/v1/history.jsonl").data.splitlines(keepends=True)[0]
    later = upload(client, one_row, name="history.jsonl").json["id"]
    run_queued_imports(app)
    assert "This deletes 1 of 2 transactions; 1 will stay" in client.get(f"/import/{first}").text
    assert client.delete(f"/api/v1/imports/{first}").json == {
        "rows_removed": 1,
        "rows_kept": 1,
        "answers_kept": 0,
    }
    assert "2 transactions: 1 deleted, 1 kept because" in client.get(f"/import/{first}").text
    assert "undoing it deletes them" in client.get(f"/import/{first}").text
    state = client.get(f"/api/v1/imports/{first}").json
    assert (state["rows_removed"], state["rows_kept"]) == (1, 1)
    assert client.get("/api/v1/history").json["total"] == 1
    assert client.delete(f"/api/v1/imports/{later}").json["rows_removed"] == 1


def reported_rows(client, import_id):
    state = client.get(f"/api/v1/imports/{import_id}").json
    names = ("added", "duplicate", "deleted_before", "rejected", "left_out")
    counts = {name: state[f"rows_{name}"] for name in names}
    assert sum(counts.values()) == state["rows_read"]
    return counts


def test_rows_deleted_by_hand_are_counted_in_the_report(app, client):
    upload(client, mapping=SIGN)
    run_queued_imports(app)
    row = client.get("/api/v1/history").json["items"][0]
    deleted = client.delete(f"/api/v1/transactions/{row['id']}")
    assert deleted.status_code == 204
    again = upload(client, mapping=SIGN).json["id"]
    run_queued_imports(app)
    counts = reported_rows(client, again)
    assert (counts["added"], counts["duplicate"], counts["deleted_before"]) == (0, 1, 1)
    assert "Deleted before" in client.get(f"/import/{again}").text
    act = deleted.headers["Ledgerloop-Act"]
    [listed] = client.get("/api/v1/acts").json["items"]
    assert (listed["id"], listed["kind"], listed["rows"]) == (act, "delete", 1)
    assert client.post(f"/api/v1/acts/{act}/undo").json == {"act": act, "undone": 1, "kept": 0}
    assert row in client.get("/api/v1/history").json["items"]


def test_a_row_typed_by_hand_does_not_come_back_from_an_export_once_it_is_deleted(app, client):
    typed = {"description": "PIZZA CORNER", "amount": "12.50", "currency": "USD", "date": "2026-03-04"}
    row = client.post("/api/v1/predict", json=typed).json["id"]
    export = client.get("/api/v1/history.jsonl").data
    act = client.delete(f"/api/v1/transactions/{row}").headers["Ledgerloop-Act"]
    restored = upload(client, export, name="history.jsonl").json["id"]
    run_queued_imports(app)
    assert reported_rows(client, restored)["deleted_before"] == 1
    assert client.get("/api/v1/history").json["total"] == 0
    bank = upload(client, mapping=SIGN).json["id"]
    run_queued_imports(app)
    assert reported_rows(client, bank)["added"] == 2  # the bank's own row is another one
    client.post(f"/api/v1/acts/{act}/undo")
    assert client.delete(f"/api/v1/imports/{restored}").json["rows_removed"] == 0
    assert client.get("/api/v1/history").json["total"] == 3


MESSAGES = b"""sms_text,category,amount
"Rs 1,250.75 debited from A/c XX1234 via UPI to CHAI CORNER on 13-09-2026. Ref: CHA881.",Tea,1250.75
INR 499 spent on your credit card XX9999 on 14-09-2026 at BANYAN BOOKS.,Books,499.0
482913 is your OTP for a purchase of Rs 500.00 at BANYAN BOOKS.,Books,500
INR 90 debited via UPI to CHAI CORNER on 15-09-2026. Ref: CHA882.,Tea,91
"""


def test_a_table_of_payment_messages_is_imported_with_its_categories_and_without_a_question(app, client):
    seen = upload(client, MESSAGES, "sms.csv", dry_run="true").json
    assert (seen["questions"], seen["plan"]["columns"][0]) == ([], "payment-message")
    answer = upload(client, MESSAGES, "sms.csv", mapping='{"take_categories": true}')
    run_queued_imports(app)
    done = client.get(f"/api/v1/imports/{answer.json['id']}").json
    assert [done[f"rows_{name}"] for name in ("added", "rejected", "left_out")] == [2, 1, 1]
    assert {reject["row"]: reject["reason"] for reject in done["rejects"]} == {
        4: "It is a one-time code, not a payment.",
        5: "The amount in its column is not in its message.",
    }
    items = client.get("/api/v1/history").json["items"]
    kept = [
        (
            item["category"],
            *(item["transaction"][name] for name in ("description", "date", "amount", "currency")),
        )
        for item in items
    ]
    assert kept == [
        ("books", "BANYAN BOOKS", "2026-09-14", "499.00", "INR"),
        ("tea", "CHAI CORNER", "2026-09-13", "1250.75", "INR"),
    ]


def test_the_page_shows_which_column_is_used_as_payment_message(client):
    page = client.get(client.post("/import", data={"file": (io.BytesIO(MESSAGES), "sms.csv")}).location).text
    column = page.split('name="column-0"')[1].split("</select>")[0]
    assert '<option value="payment-message" selected>Payment message</option>' in column


def test_demo_data_is_loaded_from_the_page_and_gone_with_its_undo(app, client):
    started = client.post("/import/demo")
    assert started.status_code == 303
    assert "Demo: a year of made-up transactions</a>: waiting to start" in client.get("/").text
    run_queued_imports(app)
    assert client.get("/api/v1/history").json["total"] > 500
    assert client.post(f"{started.location}/undo").status_code == 303
    assert client.get("/api/v1/history").json["total"] == 0


def test_a_preview_has_days_sums_and_duplicates_of_the_whole_file(app, client):
    seen = upload(client, dry_run="true", mapping=SIGN).json
    assert (seen["days"], seen["rows_duplicate"]) == ({"from": "2026-03-04", "to": "2026-03-05"}, 0)
    assert seen["sums"] == [{"currency": "USD", "direction": "expense", "rows": 2, "amount": "20.50"}]
    upload(client, mapping='{"sign": "negative-is-expense", "account": "Giro"}')
    run_queued_imports(app)
    more = BANK + b"2026-03-05,CITY CAB,-8.00,USD\n2026-03-06,KIOSK,2.00,USD\n"
    assert upload(client, more, dry_run="true").json["rows_duplicate"] == 2
    other = upload(client, more, dry_run="true", mapping='{"account": "Another"}').json
    assert other["rows_duplicate"] == 0
    assert [account["name"] for account in client.get("/api/v1/accounts").json] == ["Giro"]
    item = client.get("/api/v1/history?q=pizza").json["items"][0]
    client.delete(f"/api/v1/transactions/{item['id']}")
    assert upload(client, more, dry_run="true").json["rows_duplicate"] == 2


def test_duplicates_of_a_file_are_as_many_as_its_import_skips(app, client):
    upload(client, QIF, "a.qif", mapping='{"default_currency": "USD", "date_order": "mdy"}')
    upload(client, BANK + b"2026-03-05,CITY CAB,-8.00,USD\n", mapping=SIGN)
    run_queued_imports(app)
    more = b"Date,Details,Amount,Cur\n" + b"2026-03-05,CITY CAB,-8.00,USD\n" * 3
    seen = upload(client, more, dry_run="true", mapping=SIGN).json
    done = upload(client, more, mapping=SIGN).json["id"]
    run_queued_imports(app)
    skipped = client.get(f"/api/v1/imports/{done}").json["rows_duplicate"]
    assert seen["rows_duplicate"] == skipped == 2


def test_the_page_says_how_much_it_does_not_show_and_what_is_missing(client):
    rows = "".join(f"04/{day:02d}/2026,SHOP {day},-{day}.00,EUR\n" for day in range(1, 13)) * 3
    content = f"Date,Details,Amount,Cur\n{rows}05/06/2026,PAY,900.00,EUR\n".encode()
    sent = client.post("/import", data={"file": (io.BytesIO(content), "march.csv")})
    page = client.get(sent.location).text
    assert page.index("Money out") < page.index('name="account"') < page.index("Import 37 transactions")
    assert page.index("Cancel import") < page.index("<table")
    assert "€234.00" in page
    assert "15 more of 37 rows" in page
    assert "The other 17 are imported too" in page
    refused = client.post(f"{sent.location}/plan", data={"act": "begin"})
    assert (
        "Nothing is imported yet, because 2 questions have no answer. The first: Which part" in refused.text
    )
    refused = client.post(f"{sent.location}/plan", data={"act": "begin", "answer-date_order": "dmy"})
    assert "because this question has no answer: Which amounts are spending?" in refused.text
    cancelled = client.post(f"{sent.location}/discard")
    assert (cancelled.status_code, client.get(sent.location).status_code) == (303, 404)
