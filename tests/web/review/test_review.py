"""What waits for an answer, by group: one answer decides many transactions, and is undone as one act."""

import base64
from datetime import date
from decimal import Decimal

import pytest

from src.domain.feedback import Feedback, LabelSource
from src.domain.predictions import Band
from src.domain.review import GroupKey
from src.domain.transactions import Direction
from tests.services.rows import NOW, new


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def store(services):
    def store(*rows):
        return [row.id for row in services.transactions.add(rows, source="api", at=NOW)]

    return store


def waiting(merchant, amount="10", category="dining", **fields):
    return new(merchant, amount, category=category, band=Band.SUGGEST, **fields)


@pytest.fixture
def queue(store):
    """Six groups: two merchants, one of them with income too, one without a merchant, two currencies."""
    return store(
        waiting("corner cafe", "4", day=date(2026, 3, 1)),
        waiting("corner cafe", "6", day=date(2026, 3, 5), account="Main"),
        waiting("corner cafe", "1000", currency="JPY", category="groceries", day=date(2026, 3, 2)),
        waiting("corner cafe", "2", direction=Direction.INCOME, day=date(2026, 2, 1)),
        waiting("landlord", "900", day=date(2026, 3, 3)),
        waiting("", "20", day=date(2026, 1, 1)),
        waiting("", "21", day=date(2026, 1, 2)),
        new("corner cafe", "5", category="dining"),
    )


@pytest.fixture
def review(client):
    def review(**query):
        response = client.get("/api/v1/review", query_string=query)
        assert response.status_code == 200, response.text
        return response.json

    return review


@pytest.fixture
def answer(client):
    def answer(key, category="groceries", status=200, **values):
        response = client.post("/api/v1/review/answers", json={"key": key, "category": category, **values})
        assert response.status_code == status, response.text
        return response.json

    return answer


def cafe(review):
    of_merchant = [group for group in review()["groups"] if group["merchant"] == "corner cafe"]
    return max(of_merchant, key=lambda group: group["count"])


def test_waiting_transactions_are_grouped_by_merchant_and_direction(review, queue):
    body = review()
    assert (body["rows_waiting"], body["groups_waiting"], body["next_cursor"]) == (7, 5, None)
    group = cafe(review)
    assert group["amounts"] == [{"currency": "USD", "total": "10.00"}, {"currency": "JPY", "total": "1000"}]
    assert (group["category"], group["count"], group["others"]) == ("dining", 3, 1)
    assert group["categories"] == [{"category": "dining", "count": 2}, {"category": "groceries", "count": 1}]
    assert [row["category"] for row in group["alternatives"]] == ["dining", "groceries"]
    assert (group["first_date"], group["last_date"]) == ("2026-03-01", "2026-03-05")
    assert [row["id"] for row in group["examples"]] == [queue[1], queue[2], queue[0]]


@pytest.mark.parametrize(
    ("order", "first"),
    [("effect", "landlord"), ("amount", "landlord"), ("newest", "corner cafe"), ("oldest", "")],
)
def test_groups_are_ordered_and_paged(review, queue, order, first):
    keys, cursor = [], None
    while True:
        body = review(order=order, limit=2, **({"cursor": cursor} if cursor else {}))
        keys += [group["key"] for group in body["groups"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert keys == [group["key"] for group in review(order=order)["groups"]]
    assert len(set(keys)) == 5
    assert GroupKey.read(keys[0]).merchant == first


def test_many_small_transactions_have_more_effect_than_one_large_one(review, store):
    store(waiting("once", "500"), *[waiting("often", "4") for _ in range(10)], waiting("small", "5"))
    assert [group["merchant"] for group in review()["groups"]] == ["often", "once", "small"]


def test_filters_choose_the_transactions_that_are_grouped(review, queue):
    assert [group["count"] for group in review(account="Main")["groups"]] == [1]
    assert [group["merchant"] for group in review(q="landl")["groups"]] == ["landlord"]
    assert review(min_amount="20")["rows_waiting"] == 4


def test_an_answer_with_the_filter_of_the_list_sets_what_the_list_shows(client, review, answer, queue):
    [group] = review(account="Main")["groups"]
    rows = client.get(f"/api/v1/review/{group['key']}/transactions?account=Main").json["items"]
    assert [row["id"] for row in rows] == [queue[1]]
    assert (group["count"], group["categories"]) == (1, [{"category": "dining", "count": 1}])
    assert answer(group["key"], scope="these", account="Main")["updated"] == 1
    assert cafe(review)["count"] == 2
    answer(group["key"], status=404, scope="these", account="Main")


def test_a_merchant_is_searched_by_the_name_that_a_person_gave_it(client, review, queue):
    assert client.patch("/api/v1/merchants/landlord", json={"name": "Old Mill"}).status_code == 200
    assert [group["merchant"] for group in review(q="mill")["groups"]] == ["landlord"]


def test_one_answer_decides_a_group_and_is_undone_as_one(client, review, answer, queue):
    before = [client.get(f"/api/v1/transactions/{row}").json for row in queue]
    key = cafe(review)["key"]
    outcome = answer(key)
    assert outcome["updated"] == 3
    assert "answered Groceries for CORNER CAFE" in client.get("/acts", headers={"Accept": "text/html"}).text
    assert review()["groups_waiting"] == 3  # the merchant's income follows
    rows = [client.get(f"/api/v1/transactions/{row}").json for row in queue]
    assert [row["category"] for row in rows[:3]] == ["groceries"] * 3
    assert sorted(row["feedback"][0]["source"] for row in rows[:3]) == ["feedback", "similar", "similar"]
    assert rows[4] == before[4]
    assert client.post(f"/api/v1/acts/{outcome['act']}/undo").json["undone"] >= 3
    after = [client.get(f"/api/v1/transactions/{row}").json for row in queue]
    for row in (*after, *before):
        for name in ("feedback", "answers", "predictions", "events", "revision"):
            row.pop(name, None)
    assert after == before
    assert cafe(review)["count"] == 3


def test_the_next_transaction_follows_the_answer_unless_it_is_for_these_alone(client, review, answer, queue):
    def next_one():
        body = {"description": "corner cafe", "amount": 5, "save": False}
        return client.post("/api/v1/predict", json=body).json

    assert answer(cafe(review)["key"], scope="these")["also_updated"] == 0
    assert next_one()["decided_by"] == "model"


def test_scopes_reach_other_transactions_as_they_say(client, review, answer, queue):
    automatic = queue[7]
    outcome = answer(cafe(review)["key"], scope="future")
    assert (outcome["updated"], outcome["also_updated"]) == (3, 2)  # the automatic one, and the income
    row = client.get(f"/api/v1/transactions/{automatic}").json
    assert (row["category"], row["status"], row["decided_by"]) == ("groceries", "predicted", "memory")
    client.post(f"/api/v1/acts/{outcome['act']}/undo")
    assert client.get(f"/api/v1/transactions/{automatic}").json["category"] == "dining"

    outcome = answer(cafe(review)["key"], scope="past_and_future")
    assert (outcome["updated"], outcome["also_updated"]) == (4, 1)
    assert client.get(f"/api/v1/transactions/{automatic}").json["status"] == "corrected"
    client.post(f"/api/v1/acts/{outcome['act']}/undo")
    assert client.get(f"/api/v1/transactions/{automatic}").json["category"] == "dining"


@pytest.mark.parametrize(
    ("scope", "rows", "source"), [("these", 3, "once"), ("past_and_future", 4, "similar")]
)
def test_an_answer_for_very_many_is_finished_by_the_scheduler_and_undone_as_one(
    client, services, review, answer, queue, monkeypatch, scope, rows, source
):
    monkeypatch.setattr("src.pipeline.feedback.feedback.AT_ONCE", 2)

    def waits():
        return [[group[name] for name in ("key", "count", "category")] for group in review()["groups"]]

    before = waits()
    outcome = answer(cafe(review)["key"], scope=scope)
    assert (outcome["updated"], outcome["also_updated"]) == (rows, 0)
    [act] = client.get("/api/v1/acts").json["items"]
    assert (act["rows"], act["progress"]) == (None, {"done": 0, "rows": rows})
    services.jobs.by_kind["bulk"]()
    ids = [queue[number] for number in (1, 0, 2, 7)][:rows]
    lives = [client.get(f"/api/v1/transactions/{row}").json for row in ids]
    assert {life["category"] for life in lives} == {"groceries"}
    newest = "once" if scope == "these" else "feedback"
    assert [life["feedback"][-1]["source"] for life in lives] == [newest, *[source] * (rows - 1)]
    [act] = client.get("/api/v1/acts").json["items"]
    assert (act["rows"] >= rows, act["progress"]) == (True, None)
    client.post(f"/api/v1/acts/{outcome['act']}/undo")
    assert waits() == before


def test_exceptions_keep_waiting_with_their_prediction(client, review, answer, queue):
    outcome = answer(cafe(review)["key"], **{"except": [queue[1]]})
    assert outcome["updated"] == 2
    [left] = [group for group in review()["groups"] if group["examples"][0]["id"] == queue[1]]
    assert (left["count"], left["category"]) == (1, "dining")


def test_answers_of_a_person_are_never_overwritten(client, services, review, answer, queue):
    services.feedback_events.add([(queue[7], Feedback("travel", NOW, "earlier", LabelSource.ONCE))])
    answer(cafe(review)["key"], scope="past_and_future")
    assert client.get(f"/api/v1/transactions/{queue[7]}").json["category"] == "travel"


def test_a_transaction_without_a_merchant_is_a_group_of_its_own(client, review, answer, queue):
    groups = [group for group in review()["groups"] if group["merchant"] == ""]
    assert [group["count"] for group in groups] == [1, 1]
    assert answer(groups[0]["key"])["updated"] == 1
    assert [group["key"] for group in review()["groups"] if group["merchant"] == ""] == [groups[1]["key"]]


def test_the_transactions_of_a_group_are_paged(client, review, queue):
    key = cafe(review)["key"]
    first = client.get(f"/api/v1/review/{key}/transactions?limit=2").json
    rest = client.get(f"/api/v1/review/{key}/transactions?cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["items"] + rest["items"]] == [queue[1], queue[2], queue[0]]
    assert first["total"] == 3


def test_a_skipped_group_is_hidden_until_its_date(client, review, queue):
    key = cafe(review)["key"]

    def skip(until):
        return client.post("/api/v1/review/skip", json={"key": key, "until": until}).json

    assert skip("2199-01-01") == {"key": key, "until": "2199-01-01"}
    body = review()
    assert (body["groups_waiting"], body["rows_waiting"], body["groups_skipped"]) == (4, 4, 1)
    assert [group["key"] for group in review(skipped=True)["groups"]] == [key]
    skip("2020-01-01")
    assert review()["groups_waiting"] == 5
    skip("2199-01-01")
    assert skip(None)["until"] is None
    assert review()["groups_waiting"] == 5


def test_wrong_requests_are_refused(client, review, answer, queue):
    key = cafe(review)["key"]
    assert answer("nonsense", status=422)["errors"][0]["loc"] == ["key"]
    assert answer(key, "no-such-category", status=422)
    assert answer(key, status=422, scope="everything")
    answer(str(GroupKey("nobody", Direction.EXPENSE)), status=404)
    answer(str(GroupKey("", Direction.EXPENSE, "x" * 24)), status=404)
    lone_surrogate = "WyLtoIAiLCJleHBlbnNlIixudWxsXQ"
    escaped = base64.urlsafe_b64encode(b'["\\ud800","expense",null]').decode().rstrip("=")
    for key in ("nonsense", lone_surrogate, escaped):
        assert client.get(f"/api/v1/review/{key}/transactions").status_code == 404
    assert client.get("/api/v1/review?cursor=nonsense").status_code == 404
    assert client.get("/api/v1/review?order=random").status_code == 422
    assert cafe(review)["count"] == 3
    assert client.get("/api/v1/acts").json["items"] == []


def test_sums_are_exact(review, store):
    store(*(waiting("kiosk", "0.1") for _ in range(3)))
    [group] = review()["groups"]
    assert Decimal(group["amounts"][0]["total"]) == Decimal("0.30")


def test_the_navigation_counts_groups(client, services, review, queue):
    assert services.group_review.count(100, today=date(2026, 3, 9)) == 5
    assert services.group_review.count(3, today=date(2026, 3, 9)) == 3
    page = client.get("/history", headers={"Accept": "text/html"}).text
    assert '<span class="count" id="waiting-count">5<' in page
    client.post("/api/v1/review/skip", json={"key": cafe(review)["key"], "until": "2026-04-01"})
    assert services.group_review.count(100, today=date(2026, 3, 9)) == 4
