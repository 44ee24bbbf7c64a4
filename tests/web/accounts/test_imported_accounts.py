"""Accounts of imported files: known again after a rename or a merge; gone when their import is undone."""

import pytest

from tests.web.accounts.test_accounts import account_of, listed, snapshot, undo
from tests.web.imports.test_imports import BANK, run_queued_imports, upload


@pytest.fixture
def imported(app, client):
    def bring(account):
        mapping = f'{{"sign": "negative-is-expense", "account": "{account}"}}'
        import_id = upload(client, BANK, mapping=mapping).json["id"]
        run_queued_imports(app)
        return import_id

    return bring


def test_a_file_is_known_again_after_its_account_was_renamed_and_merged(client, imported):
    imported("Giro")
    client.patch(f"/api/v1/accounts/{listed(client)['Giro']['id']}", json={"name": "Everyday"})
    imported("GIRO")
    assert {name: one["rows"] for name, one in listed(client).items()} == {"Everyday": 2}
    other = client.post("/api/v1/accounts", json={"name": "Joint", "currency": "USD"}).json["id"]
    client.delete(f"/api/v1/accounts/{listed(client)['Everyday']['id']}?into={other}")
    imported("giro")
    assert [(name, one["rows"], one["balance"]) for name, one in listed(client).items()] == [
        ("Joint", 2, "-20.50")
    ]


def test_a_number_chosen_for_a_file_is_that_of_a_known_account_or_refused(client, predicted, imported):
    number = "DE89370400440532013000"
    predicted(account=number)
    imported(number)
    assert {name: one["rows"] for name, one in listed(client).items()} == {"Account 1": 3}
    mapping = '{"sign": "negative-is-expense", "account": "GB29 NWBK 6016 1331 9268 19"}'
    refused = upload(client, BANK, mapping=mapping)
    assert (refused.status_code, "No account has this number yet." in refused.text) == (422, True)


def test_the_profile_remembers_the_account_after_its_import_was_undone(client, imported):
    done = imported("Giro")
    client.delete(f"/api/v1/imports/{done}")
    assert listed(client) == {}
    assert upload(client, BANK, dry_run="true").json["plan"]["account"] == "Giro"


def test_undoing_everything_leaves_no_account(client, imported, web_database):
    first = imported("Giro")
    renamed = client.patch(f"/api/v1/accounts/{listed(client)['Giro']['id']}", json={"name": "Everyday"})
    undo(client, renamed)
    client.delete(f"/api/v1/imports/{first}")
    assert snapshot(web_database) == ([], [])


@pytest.mark.parametrize("merged", [False, True])
def test_the_account_that_an_import_has_set_is_taken_back_under_its_new_name(
    app, client, imported, merged, web_database
):
    upload(client, BANK, mapping='{"sign": "negative-is-expense", "account": null}')
    run_queued_imports(app)
    before = snapshot(web_database)
    later = imported("Giro")
    account = listed(client)["Giro"]["id"]
    if merged:
        other = client.post("/api/v1/accounts", json={"name": "Joint"}).json["id"]
        client.delete(f"/api/v1/accounts/{account}?into={other}")
    else:
        client.patch(f"/api/v1/accounts/{account}", json={"name": "Joint"})
    rows = [{"id": item["id"]} for item in client.get("/api/v1/history").json["items"]]
    assert {account_of(client, row) for row in rows} == {"Joint"}
    client.delete(f"/api/v1/imports/{later}")
    assert {account_of(client, row) for row in rows} == {None}
    for act in client.get("/api/v1/acts").json["items"]:
        assert client.post(f"/api/v1/acts/{act['id']}/undo").status_code == 200
    assert [row["_id"] for row in snapshot(web_database)[0]] == [row["_id"] for row in before[0]]
    assert snapshot(web_database)[1] == []
