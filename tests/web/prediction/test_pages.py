"""The pages as a browser without scripts meets them: links, forms, redirects and words."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from bson import ObjectId

from src.domain.training_runs import Trigger
from src.domain.verdicts import Difference, Outcome, Scores, Verdict
from src.services.runs.worker_lease import ClaimedRun
from src.services.transactions.documents import transaction_fields

HTML = {"Accept": "text/html,application/xhtml+xml"}
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
FORM = {
    "description": "SWIGGY order 8841 BANGALORE",
    "amount": "350,75",
    "currency": "INR",
    "date": "2026-03-04",
    "mode": "UPI",
}
AGAIN = {**FORM, "again": "true"}


@pytest.fixture
def browse(client):
    """GET a page; returns it with its text without tags."""

    def get(address, status=200):
        response = client.get(address, headers=HTML)
        assert response.status_code == status, response.text
        response.words = words_of(response.text)
        return response

    return get


@pytest.fixture
def submit(client, browse):
    """POST a form and follow the redirect to the page that answers."""

    def post(address, fields):
        response = client.post(address, data=fields, headers=HTML)
        assert response.status_code == 303, response.text
        return browse(response.location)

    return post


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


def words_of(html):
    text = re.sub(r"<(script|style|select|datalist)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text))).replace(" .", ".")


def field(html, name):
    """The value a hidden or text field of this name holds, the last one of the page."""
    return unescape(re.findall(rf'name="{name}" value="([^"]*)"', html)[-1])


@pytest.mark.parametrize(
    "address", ["/", "/predict", "/feedback", "/history", "/analytics", "/quality", "/models"]
)
def test_every_page_works_before_the_first_transaction_and_shows_the_next_step(browse, address):
    page = browse(address)
    assert page.mimetype == "text/html"
    assert "<h1>" in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize("address", ["/", "/feedback", "/history", "/analytics", "/quality", "/models"])
def test_every_page_works_before_the_first_model(bare_app, address):
    response = bare_app.test_client().get(address, headers=HTML)
    assert response.status_code == 200
    assert "No model yet" in response.text


def test_an_added_transaction_is_answered_with_category_confidence_and_reasons(submit):
    page = submit("/predict", FORM)
    assert "Dining out" in page.words
    assert "₹350.75" in page.words
    assert re.search(r"(Almost certain|Very likely|Likely|Perhaps), \d+ %", page.words)
    assert "decided by model 1" in page.words
    assert "Because of" in page.words
    assert "swiggy" in page.words


def test_reloading_the_answer_adds_nothing(client, browse):
    address = client.post("/predict", data=FORM, headers=HTML).location
    browse(address)
    browse(address)
    assert client.get("/api/v1/history").json["total"] == 1


def test_what_is_wrong_is_shown_at_the_field_and_the_input_is_kept(client):
    response = client.post(
        "/predict", data={**FORM, "amount": "-3", "description": 'a "b" <c>'}, headers=HTML
    )
    assert response.status_code == 422
    assert field(response.text, "description") == 'a "b" <c>'
    assert field(response.text, "amount") == "-3"
    assert 'aria-describedby="amount-wrong"' in response.text
    assert "Amount must be a number above 0" in words_of(response.text)
    assert client.get("/api/v1/history").json["total"] == 0


def test_a_transaction_added_before_the_first_model_waits_and_is_predicted_later(bare_app, bundle):
    client, services = bare_app.test_client(), bare_app.extensions["ledgerloop"]
    response = client.post("/predict", data=FORM | {"description": "SWIGGY card 4111 1111 1111 1111"})
    assert response.status_code == 303
    page = words_of(client.get("/", headers=HTML).text)
    assert "Kept. Ledgerloop categorizes this transaction when the first model is ready." in page
    assert "4111 1111" not in page
    assert services.pending_work.kinds() == {"waiting"}
    services.jobs.predict_waiting()
    assert client.get("/api/v1/history").json["total"] == 0

    services.models.keep(bundle, version="1", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    services.models.promote("1", by="training", reason="The first model.", at=NOW)
    services.jobs.predict_waiting()
    services.jobs.predict_waiting()
    history = client.get("/api/v1/history").json
    assert [item["transaction"]["description"][:6] for item in history["items"]] == ["SWIGGY"]
    assert "waiting" not in services.pending_work.kinds()
    assert "Kept." not in words_of(client.get("/", headers=HTML).text)


def test_the_account_of_a_transaction_before_the_first_model_is_known_by_its_number(bare_app):
    client, services = bare_app.test_client(), bare_app.extensions["ledgerloop"]
    form = {"description": "SHELL", "amount": "5", "account": "DE89 3704 0044 0532 0130 00"}
    refused = client.post("/api/v1/predict", json=form)
    assert refused.status_code == 503
    assert services.accounts.names() == []
    assert client.post("/predict", data=form).status_code == 303
    [item] = services.waiting_transactions.oldest(10)
    assert [item.transaction.account] == services.accounts.names()
    assert "[" not in item.transaction.account
    assert "3704" not in item.transaction.account


def test_an_interrupted_prediction_of_waiting_transactions_stores_none_twice(bare_app, bundle):
    client, services = bare_app.test_client(), bare_app.extensions["ledgerloop"]
    services.database.ensure_indexes()
    client.post("/predict", data=FORM)
    [item] = services.waiting_transactions.oldest(10)
    services.models.keep(bundle, version="1", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    services.models.promote("1", by="training", reason="The first model.", at=NOW)
    services.jobs.predict_waiting()
    services.database.waiting_transactions.insert_one(  # as if it had been killed before the removal
        {
            "_id": ObjectId(item.id),
            "owner": "local",
            "at": item.at,
            **transaction_fields(item.transaction),
        }
    )
    services.jobs.predict_waiting()
    assert client.get("/api/v1/history").json["total"] == 1
    assert services.waiting_transactions.oldest(10) == []


def test_the_same_transaction_is_kept_twice_only_if_the_person_says_so(bare_app):
    client, services = bare_app.test_client(), bare_app.extensions["ledgerloop"]
    client.post("/predict", data=FORM)
    repeated = client.post("/predict", data=FORM, headers=HTML)
    assert repeated.status_code == 422
    assert "You added this already; it waits for the first model." in words_of(repeated.text)
    client.post("/predict", data=FORM | {"again": "true"})
    first, second = services.waiting_transactions.oldest(10)
    client.post(f"/predict/waiting/{first.id}/remove")
    assert [item.id for item in services.waiting_transactions.oldest(10)] == [second.id]


def test_the_progress_of_the_first_training_is_on_the_page(bare_app):
    runs = bare_app.extensions["ledgerloop"].runs
    runs.request(trigger=Trigger.FIRST_START, reason="", at=NOW)
    claimed(runs).progress("model_trainer", 0.42)
    page = words_of(bare_app.test_client().get("/", headers=HTML).text)
    assert "Comparing candidate models 42 %" in page


def test_a_correction_is_learned_shown_and_undone(submit, browse):
    first = submit("/predict", FORM)
    learned = submit("/feedback", answer_of(first, choice="groceries"))
    assert "Learned: the next SWIGGY will be Groceries." in learned.words
    again = submit("/predict", AGAIN)
    assert "Groceries" in again.words
    assert "decided by your earlier answer for this merchant" in again.words

    undone = submit(
        "/feedback/undo", {"act": field(learned.text, "act"), "next": field(learned.text, "next")}
    )
    assert "Undone. 1 transaction restored." in undone.words
    assert "decided by model 1" in submit("/predict", AGAIN).words


def answer_of(page, **fields):
    return {"transaction_id": field(page.text, "transaction_id"), "next": field(page.text, "next"), **fields}


def test_answers_that_differ_are_not_called_learned(submit):
    submit("/feedback", answer_of(submit("/predict", FORM), category="groceries"))
    second = submit("/feedback", answer_of(submit("/predict", AGAIN), category="dining"))
    assert "Learned" not in second.words
    assert "Saved as Dining out." in second.words


def test_all_similar_transactions_are_set_by_one_answer_and_undone_by_one_click(submit, client):
    submit("/predict", FORM)
    submit("/predict", AGAIN)
    page = submit("/predict", AGAIN)
    assert "Also save it as my answer for 2 other unanswered transactions" in page.words
    answered = submit("/feedback", answer_of(page, category="groceries", apply_to_similar="true"))
    assert "2 similar transactions set too." in answered.words
    assert client.get("/api/v1/history?category=groceries").json["total"] == 3
    submit("/feedback/undo", {"act": field(answered.text, "act")})
    assert client.get("/api/v1/history?category=groceries").json["total"] == 0


def test_an_answer_shows_how_many_others_it_updated_and_one_click_undoes_all(submit, client):
    for amount in ("10", "20"):
        submit("/predict", {**FORM, "amount": amount})
    learned = submit("/feedback", answer_of(submit("/predict", FORM), category="groceries"))
    assert "Learned: the next SWIGGY will be Groceries. 2 more updated." in learned.words
    assert client.get("/api/v1/history?category=groceries").json["total"] == 3
    undone = submit("/feedback/undo", {"act": field(learned.text, "act")})
    assert "Undone. 3 transactions restored." in undone.words
    assert client.get("/api/v1/history?category=groceries").json["total"] == 0


def test_undo_answers_json_too(client, submit):
    learned = submit("/feedback", answer_of(submit("/predict", FORM), category="groceries"))
    act = field(learned.text, "act")
    assert client.post("/feedback/undo", json={"act": act}).json == {"undone": 1}
    assert client.post("/feedback/undo", json={"act": act}).status_code == 404
    assert client.post("/feedback/undo", json={"act": {"$ne": ""}}).status_code == 422


def test_a_form_without_a_category_is_refused_and_keeps_nothing(client, submit):
    page = submit("/predict", FORM)
    response = client.post("/feedback", data=answer_of(page, choice=""), headers=HTML)
    assert response.status_code == 422
    assert "Choose a category first." in response.text
    assert client.get("/api/v1/history?status=predicted").json["total"] == 1


def test_an_answer_never_leads_to_another_site(client, submit):
    page = submit("/predict", FORM)
    fields = {**answer_of(page, category="dining"), "next": "https://elsewhere.example/"}
    assert client.post("/feedback", data=fields, headers=HTML).location.startswith("/review?")


def test_a_script_gets_the_changed_row_only(client, submit):
    fields = {**answer_of(submit("/predict", FORM), choice="groceries"), "shape": "row"}
    response = client.post("/feedback", data=fields, headers={**HTML, "X-Live": "1"})
    assert response.status_code == 200
    assert "<h1>" not in response.text
    assert f'id="row-{fields["transaction_id"]}"' in response.text
    assert "Learned: the next SWIGGY will be Groceries." in words_of(response.text)


def test_a_script_gets_the_merchants_other_cards_too_after_an_answer_and_after_its_undo(client, submit):
    for _ in range(3):
        page = submit("/predict", {**FORM, "again": "true"})
    ids = re.findall(r'href="/[^"]*id=([0-9a-f]{24})"|/transactions/([0-9a-f]{24})', page.text)
    rows = {one or other for one, other in ids} - {answer_of(page)["transaction_id"]}
    fields = {**answer_of(page, choice="groceries"), "shape": "row", "others": ",".join(sorted(rows)) + ",x"}
    answered = client.post("/feedback", data=fields, headers={**HTML, "X-Live": "1"})
    assert len(rows) == 2
    assert "Saved as Groceries. 2 more updated." in words_of(answered.text)
    for row in rows:
        assert f'id="row-{row}"' in answered.text
    act = re.search(r'name="act" value="([^"]+)"', answered.text)[1]
    undone = client.post("/feedback/undo", data={**fields, "act": act}, headers={**HTML, "X-Live": "1"})
    for row in rows:
        assert f'id="row-{row}"' in undone.text


def test_the_page_shows_that_the_rest_follows_if_many_rows_are_left(submit, browse):
    page = submit("/predict", FORM)
    submit("/feedback", answer_of(page, category="groceries"))
    row = answer_of(page)["transaction_id"]
    [act] = browse("/api/v1/acts").json["items"]
    shown = browse(f"/?id={row}&act={act['id']}&also=1000&more=true")
    assert "1,000 more updated. The rest is updated in the background." in shown.words


def test_a_new_category_is_made_while_answering_and_only_for_a_transaction_there_is(client, submit, services):
    fields = answer_of(submit("/predict", FORM), new_category=" Bee  keeping ")
    assert "Bee keeping" in submit("/feedback", fields).words
    assert services.transactions.get(fields["transaction_id"]).category == "bee-keeping"
    for wrong, status in (
        ({"transaction_id": "0" * 24, "new_category": "Nobody"}, 404),
        ({"new_category": ""}, 422),
    ):
        assert (
            client.post("/feedback", data={**fields, "category": "", **wrong}, headers=HTML).status_code
            == status
        )
    assert "nobody" not in services.categories.slugs()


def test_the_history_is_filtered_and_its_csv_link_has_the_same_filter(submit, browse, client):
    submit("/predict", FORM)
    submit("/predict", {"description": "NIGHT CAB", "amount": "12", "date": "2026-02-01"})
    page = browse("/history?q=cab&min_amount=1,5&sort=amount")
    assert "1 transaction matches the filter" in page.words
    assert "NIGHT CAB" in page.text
    assert "SWIGGY" not in page.text
    csv = unescape(re.search(r'href="(/api/v1/history\.csv[^"]*)"', page.text)[1])
    assert "q=cab" in csv
    assert client.get(csv.replace("1%2C5", "1.5")).text.count("NIGHT CAB") == 1


def test_the_history_goes_on_by_a_plain_link(submit, browse):
    for number in range(3):
        submit("/predict", {**FORM, "description": f"SHOP {number}", "date": f"2026-03-0{number + 1}"})
    page = browse("/history?limit=2")
    rest = browse(unescape(re.search(r'href="(/history\?[^"]*cursor=[^"]*)"', page.text)[1]))
    assert "SHOP 0" in rest.text
    assert "SHOP 2" not in rest.text


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "min_amount=-1",
        "category=%24ne",
        "cursor=rubbish",
        "sort=sideways",
        "limit=0",
        "unknown=1",
    ],
)
def test_an_invalid_filter_is_reported_on_the_page(browse, query):
    page = browse(f"/history?{query}", status=422)
    assert 'role="alert"' in page.text


def test_text_of_a_transaction_is_never_markup(submit):
    page = submit("/predict", {**FORM, "description": "<script>alert(1)</script> swiggy"})
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_analytics_has_the_sums_in_words_tables_and_figures(submit, browse):
    submit("/predict", FORM)
    submit("/predict", {**FORM, "description": "ACME PAYROLL", "amount": "90000", "direction": "income"})
    page = browse("/analytics")
    assert "Spending ₹350.75" in page.words
    assert "Income ₹90,000.00" in page.words
    assert page.text.count('type="application/json"') >= 4
    assert "No transactions in this period" in browse("/analytics?from=2001-01-01&to=2001-12-31").words
    assert "aria-invalid" in browse("/analytics?from=soon", status=422).text


def test_a_category_has_its_colour_from_a_sheet_of_rules(client):
    response = client.get("/categories.css")
    assert response.mimetype == "text/css"
    assert re.search(r"\.cat-dining\{--cat:#[0-9a-fA-F]{6}\}", response.text)
    assert (
        client.get("/categories.css", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    )


def test_plotly_js_comes_from_the_installed_package_and_is_cached(client):
    response = client.get("/static/vendor/plotly.min.js", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "max-age" in response.headers["Cache-Control"]
    assert client.get("/static/vendor/plotly.min.js").data.startswith(b"/**\n* plotly.js v")
    tag = response.headers["ETag"]
    again = client.get(
        "/static/vendor/plotly.min.js", headers={"Accept-Encoding": "gzip", "If-None-Match": tag}
    )
    assert again.status_code == 304


def test_a_training_asked_for_on_the_page_is_queued_once(client, submit, services):
    page = submit("/models/train", {})
    assert "Training is running" in page.words
    assert services.runs.current().trigger is Trigger.MANUAL
    second = client.post("/models/train", headers=HTML)
    assert second.status_code == 409
    assert "A training run is under way; wait for it to end." in words_of(second.text)


def claimed(runs):
    return ClaimedRun(runs, runs.claim(holder="test", at=NOW), holder="test")


def test_the_verdict_of_a_run_is_shown_with_all_its_numbers(services, browse):
    services.runs.request(trigger=Trigger.SCHEDULE, reason="the slot", at=NOW)
    run = claimed(services.runs)
    run.record(
        data={"rows": 5210, "feedback_rows": 310, "sha256": "ab" * 32},
        metrics={"accuracy": 0.912},
        mlflow_run_id="f00d",
    )
    run.record_verdict(
        Verdict(
            False,
            Outcome.NOT_BETTER,
            "The new model is no better on 412 transactions of yours.",
            challenger=Scores("2", 412, 0.9, 0.84, 0.5, 0.03),
            champion=Scores("1", 412, 0.9, 0.85, 0.5, 0.03),
            macro_f1=Difference(-0.01, (-0.03, 0.012)),
            notes=("Dining out fell by 4 points.",),
        )
    )
    run.succeed(at=NOW)
    assert "Kept the champion" in browse("/models").words
    page = browse(f"/models/runs/{run.run.id}").words
    for words in (
        "The new model is no better on 412 transactions of yours.",
        "Macro-F1 85.0 % 84.0 % −1.0 (−3.0 to +1.2)",
        "Dining out fell by 4 points.",
        "Labelled by you 310",
    ):
        assert words in page.replace("\N{NO-BREAK SPACE}", " "), words


def test_an_older_version_is_made_champion_after_a_question(client, submit, browse, services):
    question = browse("/models/2/promote")
    assert "Make model 2 champion?" in question.words
    assert services.models.champion().version == "1"
    page = submit("/models/2/promote", {"reason": "the other was worse"})
    assert "Model 2 is active" in page.words
    assert "the other was worse" in page.words
    assert services.models.promotions()[0].by == "person"


@pytest.mark.parametrize(
    "address",
    ["/models/99/promote", "/models/runs/none", "/?id=000000000000000000000000", "/?id=x", "/nowhere"],
)
def test_what_does_not_exist_gets_an_error_page(browse, address):
    page = browse(address, status=404)
    assert "<h1>Not Found</h1>" in page.text


def test_the_first_steps_are_shown_until_there_is_a_transaction(browse, submit):
    steps = "Import a file From your bank or another app. You see a preview first. Load demo data"
    assert steps in browse("/").words
    submit("/predict", FORM)
    assert steps not in browse("/").words


@pytest.mark.parametrize("address", ["/history", "/feedback"])
def test_an_empty_list_leads_to_the_import(browse, submit, address):
    assert "Import a file Add a transaction" in browse(address).words
    submit("/predict", FORM)
    assert "Import a file Add a transaction" not in browse(address).words


def test_import_is_in_the_navigation_and_quality_is_a_tab_of_models(browse):
    pages = re.findall(r'<a href="(/[^"]*)"[^>]*>\s*<svg', browse("/").text.partition("</nav>")[0])
    assert pages == ["/", "/review", "/history", "/import", "/analytics", "/models"]
    for page in ("/models", "/quality"):
        tabs = browse(page).text.partition('<nav class="tabs"')[2].partition("</nav>")[0]
        assert re.findall(r'href="([^"]+)"', tabs) == ["/models", "/quality"]
        assert f'href="{page}" aria-current="page"' in tabs


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("/import", [("/import", "page")]),
        ("/history", [("/history", "page")]),
        ("/acts", [("/history", "true")]),
        ("/quality", [("/models", "true")]),
        ("/settings", [("/settings", "page")]),
        ("/categories", [("/settings", "true")]),
        ("/settings/accounts", [("/settings", "true")]),
    ],
)
def test_the_navigation_marks_the_page_or_the_one_it_belongs_to(browse, address, links):
    header = browse(address).text.partition("</header>")[0]
    assert re.findall(r'<a [^>]*href="([^"]+)"[^>]* aria-current="(\w+)"', header) == links
