"""A person maps the categories of another program to their own, and that is remembered."""

import io
import json

import pytest

from tests.web.imports.test_imports import run_queued_imports, upload

HEADER = "Date,Details,Amount,Cur,Category\n"
FILE = (
    HEADER
    + "2026-03-04,ZORBLATT,-5,USD,Eating Out\n"
    + "2026-03-05,KIOSK,-6,USD,eating out\n"
    + "2026-03-06,NIGHT CAB,-7,USD,Transport\n"
    + "2026-03-07,FRUMIOUS,-8,USD,Oddities\n"
).encode()
OTHER_LAYOUT = (
    b"Day;What;Sum;Unit;Category\n2026-04-04;ZAPHOD;-5;USD;EATING OUT\n2026-04-05;X RAY;-6;USD;Oddities\n"
)
SIGN = {"sign": "negative-is-expense"}


def mapping(**fields):
    return {"mapping": json.dumps({**SIGN, **fields})}


def dry_run(client, content=FILE, **fields):
    response = upload(client, content, dry_run="true", **mapping(**fields))
    assert response.status_code == 200, response.text
    return {category["name"]: category for category in response.json["categories"]}


def import_file(app, client, content=FILE, **fields):
    response = upload(client, content, **mapping(**fields))
    assert response.status_code == 202, response.text
    run_queued_imports(app)


def category_of(client, text):
    [row] = client.get(f"/api/v1/history?q={text}").json["items"]
    return row["category"]


def is_answered(client, text):
    [row] = client.get(f"/api/v1/history?q={text}").json["items"]
    return row["status"] in ("confirmed", "corrected")


def names(client):
    return {category["name"]: category["slug"] for category in client.get("/api/v1/categories").json}


def test_a_dry_run_lists_the_categories_with_counts_and_proposals(client):
    assert dry_run(client) == {
        "Eating Out": {
            "name": "Eating Out",
            "rows": 2,
            "becomes": True,
            "proposed": True,
            "evidence": "none",
        },
        "Transport": {
            "name": "Transport",
            "rows": 1,
            "becomes": "transport",
            "proposed": "transport",
            "evidence": "same-name",
        },
        "Oddities": {"name": "Oddities", "rows": 1, "becomes": True, "proposed": True, "evidence": "none"},
    }
    client.patch("/api/v1/categories/dining", json={"name": "Eatings out"})
    proposed = dry_run(client)["Eating Out"]
    assert (proposed["becomes"], proposed["proposed"], proposed["evidence"]) == (
        True,
        "dining",
        "similar-name",
    )


def test_the_mapping_decides_what_the_rows_get(app, client):
    import_file(app, client, categories={"Eating Out": "dining", "Oddities": None})
    assert category_of(client, "ZORBLATT") == category_of(client, "KIOSK") == "dining"
    assert is_answered(client, "ZORBLATT")
    assert category_of(client, "CAB") == "transport"
    assert not is_answered(client, "FRUMIOUS")
    assert not names(client).keys() & {"Eating Out", "Oddities"}


def test_without_a_mapping_missing_categories_are_added_by_their_names(app, client):
    import_file(app, client, take_categories=True)
    assert category_of(client, "ZORBLATT") == names(client)["Eating Out"]
    assert category_of(client, "FRUMIOUS") == names(client)["Oddities"]


def test_a_mapping_is_remembered_for_the_same_names_in_all_later_files(app, client):
    import_file(app, client, categories={"Eating Out": "Dining out", "Oddities": None})
    later = FILE.replace(b"2026-03", b"2026-05").replace(b"ZORBLATT", b"JABBER")
    import_file(app, client, later)
    assert category_of(client, "JABBER") == "dining"
    for content, name in ((later, "Eating Out"), (OTHER_LAYOUT, "EATING OUT")):
        categories = dry_run(client, content)
        assert categories[name]["becomes"] == "dining"
        assert (categories["Oddities"]["becomes"], categories["Oddities"]["evidence"]) == (None, "chosen")


def test_what_is_remembered_follows_a_rename_and_a_merge(app, client):
    import_file(app, client, categories={"Eating Out": True, "Oddities": True})
    added = names(client)
    client.patch(f"/api/v1/categories/{added['Eating Out']}", json={"name": "Treats"})
    client.delete(f"/api/v1/categories/{added['Oddities']}?into=shopping")
    assert dry_run(client, OTHER_LAYOUT)["EATING OUT"]["becomes"] == added["Eating Out"]
    assert dry_run(client, OTHER_LAYOUT)["Oddities"]["becomes"] == "shopping"


@pytest.mark.parametrize(
    "wrong",
    [
        {"Eating Out": "no-such"},
        {"Eating Out": 5},
        {"Eating Out": False},
        {"x" * 101: None},
        "dining",
        [["a"]],
    ],
)
def test_an_unknown_category_is_refused(client, wrong):
    refused = upload(client, FILE, **mapping(categories=wrong))
    assert refused.status_code == 422
    assert refused.json["errors"][0]["loc"][-1] == "categories"


def preview_page(client, content=FILE):
    address = upload_page(client, content)
    return address, client.get(address).text


def upload_page(client, content):
    data = {"file": (io.BytesIO(content), "bank.csv")}
    return client.post("/import", data=data, content_type="multipart/form-data").location


def form_of(*choices, **fields):
    """choices: (name, what it becomes)."""
    form = {"sign": "negative-is-expense", **fields}
    for position, (name, choice) in enumerate(choices):
        form |= {f"category-name-{position}": name, f"category-{position}": choice}
    return form


def test_the_page_offers_an_own_category_a_new_one_or_none_for_each(app, client):
    address, shown = preview_page(client)
    assert "3 categories in the file" in shown
    assert "1 like yours, 2 new" in shown
    form = form_of(
        ("Eating Out", "dining"),
        ("Transport", "transport"),
        ("Oddities", ""),
        take_categories="on",
        act="begin",
    )
    assert client.post(f"{address}/plan", data=form).status_code == 303
    run_queued_imports(app)
    assert category_of(client, "KIOSK") == "dining"
    assert not is_answered(client, "FRUMIOUS")
    _, again = preview_page(client, OTHER_LAYOUT)
    assert "as chosen before" in again


def test_one_button_keeps_the_names_of_the_file(client):
    address, _ = preview_page(client)
    form = form_of(("Eating Out", "dining"), ("Oddities", ""), take_categories="on", act="keep-names")
    client.post(f"{address}/plan", data=form)
    shown = client.get(address).text
    assert '<option value="+" selected>New: Eating Out</option>' in shown
    assert '<option value="+" selected>New: Oddities</option>' in shown


def test_choices_count_only_while_the_box_is_checked(app, client):
    address, _ = preview_page(client)
    form = form_of(("Eating Out", "dining"), ("Oddities", "dining"), act="begin")
    assert client.post(f"{address}/plan", data=form).status_code == 303
    run_queued_imports(app)
    assert not is_answered(client, "FRUMIOUS")
    assert dry_run(client, OTHER_LAYOUT)["Oddities"]["evidence"] == "none"


def test_names_of_a_file_are_shown_as_text(client):
    _, shown = preview_page(client, HEADER.encode() + b'2026-03-04,KIOSK,-5,USD,"<b>"" $where.x"\n')
    assert "<b>&#34; $where.x" not in shown
    assert "&lt;b&gt;&#34; $where.x" in shown
