"""The rules on their pages, without scripts."""

import io
import json
import re

import pytest

from tests.web.rules.conftest import SWIGGY


def fields(*lines, **others):
    """The form as a browser sends it; lines: field, comparison, value and the end of a range."""
    names = ("condition_field", "condition_op", "condition_value", "condition_last")
    columns = {name: [line[number] for line in lines] for number, name in enumerate(names)}
    return {"match": "all", "category": "groceries", "stop": "true", "enabled": "true", **columns, **others}


ON_SWIGGY = ("merchant", "equals", "swiggy", "")
BLANK = ("description", "contains", "", "")


def stored(client):
    return client.get("/api/v1/rules/export").json["rules"]


def main(page):
    """The text of the page, with single spaces."""
    return " ".join(re.sub("<[^>]+>", " ", page.text.split("<main")[1].split("</main>")[0]).split())


def test_a_rule_is_previewed_saved_and_applied(client, predicted, undo):
    row = predicted(amount="350.75", currency="INR")
    preview = client.post("/rules/new", data=fields(ON_SWIGGY, BLANK, preview="true"))
    assert preview.status_code == 200
    assert "Matches 1 stored transaction : ₹350.75" in main(preview)
    assert stored(client) == []
    saved = client.post("/rules/new", data=fields(ON_SWIGGY, BLANK, tags="food, app"), follow_redirects=True)
    assert "Saved. It decides from the next prediction on." in main(saved)
    [rule] = stored(client)
    assert (rule["conditions"], rule["category"], rule["tags"]) == ([SWIGGY], "groceries", ["food", "app"])
    assert "Apply to 1 stored transaction" in main(saved)
    applied = client.post(f"/rules/{rule['id']}/apply", follow_redirects=True)
    assert "1 stored transaction changed." in main(applied)
    for page in (client.get("/history"), client.get(f"/transactions/{row['id']}")):
        assert f'href="/rules/{rule["id"]}"' in page.text
    assert "by your rule “swiggy”" in main(client.get(f"/transactions/{row['id']}"))
    act = re.search(r'action="/acts/(\w+)/undo"', applied.text)[1]
    assert undo({"act": act})["undone"] == 1


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        (("merchant", "in", "swiggy, zomato", ""), ("merchant", "in", ["swiggy", "zomato"])),
        (("amount", "in", "1; 2.50", ""), ("amount", "in", ["1", "2.50"])),
        (("amount", "between", "1,150.00", ""), ("amount", "between", ["1150.00", None])),
        (("date", "between", "2026-01-01", "2026-01-31"), ("date", "between", ["2026-01-01", "2026-01-31"])),
        (("direction", "equals", "Income", ""), ("direction", "equals", "income")),
        (("notes", "is_not_empty", "", ""), ("notes", "is_empty", False)),
        (("notes", "is_empty", "", ""), ("notes", "is_empty", True)),
    ],
)
def test_a_condition_is_read_shown_and_saved_again_unchanged(client, line, condition):
    assert client.post("/rules/new", data=fields(line)).status_code == 303
    [rule] = stored(client)
    [one] = rule["conditions"]
    assert (one["field"], one["op"], one["value"]) == condition
    page = client.get(f"/rules/{rule['id']}").text
    form = page.split("data-rule")[1].split("</form>")[0]
    shown = [
        re.search(r'<option value="(\w+)" selected', part)[1]
        for part in re.findall(r'name="condition_(?:field|op)">.*?</select>', form)[:2]
    ]
    shown += re.findall(r'name="condition_(?:value|last)" value="([^"]*)"', form)[:2]
    again = client.post(f"/rules/{rule['id']}", data=fields(shown, name=rule["name"]))
    assert again.location.endswith("saved=none")


def test_invalid_conditions_are_explained_where_they_are_and_nothing_is_lost(client):
    lines = ON_SWIGGY, ("notes", "matches", "(unclosed", ""), ("amount", "equals", "lots", "")
    page = client.post("/rules/new", data=fields(*lines, name="Mine"))
    assert page.status_code == 422
    assert "This pattern is not valid: missing )." in page.text
    assert page.text.count('aria-invalid="true"') == 2
    assert 'value="(unclosed"' in page.text
    assert 'value="Mine"' in page.text
    empty = client.post("/rules/new", data=fields(BLANK))
    assert "Fill in at least one condition." in empty.text
    assert stored(client) == []


def test_matches_are_counted_before_a_category_is_chosen(client, predicted):
    predicted()
    preview = client.post("/rules/new", data=fields(ON_SWIGGY, category="", preview="true"))
    assert "Matches 1 stored transaction" in main(preview)
    assert "would follow it" not in main(preview)


def test_more_lines_keep_what_was_typed(client):
    page = client.post("/rules/new", data=fields(ON_SWIGGY, more="true"))
    assert page.text.count("data-condition") == 3
    assert 'value="swiggy"' in page.text
    assert 'role="alert"' not in page.text


def test_texts_of_a_rule_are_escaped(client, add):
    rule = add({"field": "notes", "op": "contains", "value": "<b>x"}, name="<script>", tags=["<i>"])
    for path in ("/rules", f"/rules/{rule['id']}", "/acts"):
        assert not re.search("<script>[^<]|<b>x|<i>", client.get(path).text)


def test_rules_are_ordered_switched_searched_and_deleted_on_the_page(client, add):
    zomato = {**SWIGGY, "value": "zomato"}
    first, second = add(name="first"), add(zomato, name="second", tags=["x"])
    assert "Matches nothing" in main(client.get("/rules"))
    moved = client.post(f"/rules/{second['id']}/move", data={"to": "up"}, follow_redirects=True)
    assert "The order is changed." in main(moved)
    assert [rule["name"] for rule in stored(client)] == ["second", "first"]
    client.post(f"/rules/{first['id']}/switch", data={"on": "false"})
    assert [rule["enabled"] for rule in stored(client)] == [True, False]
    page = client.get("/rules?q=ZOMATO groc").text
    names = re.findall('class="text" href="/rules/[^"]+"><bdi>(.*?)</bdi>', page)
    assert names == ["second"]
    client.post(f"/rules/{first['id']}/delete")
    assert [rule["conditions"] for rule in stored(client)] == [[zomato]]


def test_a_rule_starts_from_a_transaction_or_is_widened_by_it(client, add, predicted, answered):
    row = predicted("ZOMATO order 12")
    answered(row["id"], "dining")
    page = client.get(f"/rules/new?transaction={row['id']}").text
    assert 'value="zomato"' in page
    assert '<option value="dining" selected>' in page
    rule = add()
    assert "Add to this rule" in client.get(f"/transactions/{row['id']}").text
    client.post(f"/transactions/{row['id']}/rule", data={"rule": rule["id"]})
    assert stored(client)[0]["conditions"][0]["value"] == ["swiggy", "zomato"]


def test_the_third_answer_alike_offers_a_rule_which_can_be_dismissed(client, predicted):
    for number in range(3):
        row = predicted(f"SWIGGY order {number}")
        answer = {"transaction_id": row["id"], "category": "dining", "next": f"/transactions/{row['id']}"}
        page = client.post("/feedback", data=answer, follow_redirects=True)
        assert ("Make it a rule" in page.text) is (number == 2)
    assert "/rules/new?merchant=swiggy&amp;category=dining" in page.text
    assert "Suggested by your answers" in client.get("/rules").text
    assert stored(client) == []
    client.post("/rules/suggestions/dismiss", data={"merchant": "swiggy", "category": "dining"})
    assert "Suggested by your answers" not in client.get("/rules").text


def test_exported_rules_are_imported_on_the_page(client, add):
    rule = add(name="mine")
    document = client.get("/api/v1/rules/export").get_data()
    client.delete(f"/api/v1/rules/{rule['id']}")

    def upload(content):
        data = {"file": (io.BytesIO(content), "rules.json")}
        return client.post("/rules/import", data=data, follow_redirects=True)

    assert "1 rule added." in main(upload(document))
    assert "1 rule skipped" in main(upload(document))
    for wrong in (b"", b"[]", json.dumps({"rules": [{"conditions": []}]}).encode()):
        refused = upload(wrong)
        assert (refused.status_code, "cannot be imported" in refused.text) == (422, True)
    assert len(stored(client)) == 1
