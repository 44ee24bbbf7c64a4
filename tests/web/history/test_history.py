"""GET /history and /history.csv, PATCH and DELETE /transactions/{id}."""

import csv
import io

import pytest

from src.domain.transactions import HistoryFilter
from src.services.transactions.query import query_of


@pytest.fixture
def four(predicted):
    return [
        predicted("SWIGGY", "10", date="2026-01-01", mode="UPI"),
        predicted("CITY CAB", "20", date="2026-01-02", mode="card"),
        predicted("SUPER MARKET", "30", date="2026-01-03", subcategory="weekly"),
        predicted("ACME PAYROLL", "4000", date="2026-01-04", direction="income"),
    ]


@pytest.fixture
def detailed(predicted):
    return [
        predicted(
            "SWIGGY 1", date="2026-01-01", account="Checking", counterparty="Swiggy Ltd", tags=["a", "b"]
        ),
        predicted("SWIGGY 2", date="2026-01-02", account="Checking", notes="with Anna", mcc="5812"),
        predicted("CITY CAB", date="2026-01-03", account="Card", currency="EUR", tags=["b"]),
    ]


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("account=Checking", [1, 0]),
        ("account=Checking&tag=a", [0]),
        ("tag=b", [2, 0]),
        ("counterparty=Swiggy+Ltd", [0]),
        ("mcc=5812", [1]),
        ("merchant=swiggy", [1, 0]),
        ("currency=EUR", [2]),
        ("import=5f0000000000000000000000", []),
        ("q=anna", [1]),
        ("q=swiggy+ltd", [0]),
    ],
)
def test_details_are_filters(client, detailed, query, matches):
    answer = client.get(f"/api/v1/history?{query}").json
    assert [item["id"] for item in answer["items"]] == [detailed[position]["id"] for position in matches]
    assert answer["total"] == len(matches)
    assert client.get(f"/history?{query}").text.count('id="row-') == len(matches)


def test_a_filter_reads_only_the_transactions_it_shows(web_database, detailed):
    for name in ("account", "counterparty", "tag", "mcc", "import_id"):
        query = query_of(HistoryFilter(**{name: "Checking"}))
        sorted_ = web_database.transactions.find(query).sort([("date", -1), ("_id", -1)]).explain()
        plan = sorted_["executionStats"]
        assert plan["totalDocsExamined"] == plan["nReturned"]
        assert "SORT" not in str(sorted_["queryPlanner"]["winningPlan"]), name


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [3, 2, 1, 0]),
        ("sort=date", [0, 1, 2, 3]),
        ("sort=-amount", [3, 2, 1, 0]),
        ("sort=amount", [0, 1, 2, 3]),
        ("from=2026-01-02&to=2026-01-03", [2, 1]),
        ("category=transport", [1]),
        ("mode=UPI", [0]),
        ("direction=income", [3]),
        ("q=weekly", [2]),
        ("q=ark+SUP", [2]),
        ("q=.*", []),
        ("min_amount=20&max_amount=30.00", [2, 1]),
        ("status=confirmed", []),
        ("from=&to=&category=&mode=&q=&sort=&limit=&cursor=", [3, 2, 1, 0]),
    ],
)
def test_a_filter_finds_its_transactions(client, four, query, expected):
    answer = client.get(f"/api/v1/history?{query}").json
    assert [item["id"] for item in answer["items"]] == [four[position]["id"] for position in expected]
    assert answer["total"] == len(expected)


def test_pages_follow_each_other_by_cursor(client, four):
    first = client.get("/api/v1/history?limit=3").json
    assert (len(first["items"]), first["total"]) == (3, 4)
    rest = client.get("/api/v1/history", query_string={"limit": 3, "cursor": first["next_cursor"]}).json
    assert [item["id"] for item in rest["items"]] == [four[0]["id"]]
    assert rest["next_cursor"] is None


def test_a_cursor_of_another_order_is_404(client, four):
    cursor = client.get("/api/v1/history?limit=1").json["next_cursor"]
    response = client.get("/api/v1/history", query_string={"sort": "amount", "cursor": cursor})
    assert response.status_code == 404


def read_csv(client, query=""):
    response = client.get(f"/api/v1/history.csv?{query}")
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8"))))


def test_the_csv_has_every_row_of_the_filter(client, four):
    rows = read_csv(client, "max_amount=30")
    assert [row["id"] for row in rows] == [four[2]["id"], four[1]["id"], four[0]["id"]]
    assert rows[2]["amount"] == "10.00"
    assert rows[2]["category"] == "dining"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_the_csv_is_a_formula(client, predicted, start):
    text = f'{start}HYPERLINK("x","y")'
    predicted(text, mode=text, subcategory=text)
    [row] = read_csv(client)
    assert row["description"] == row["mode"] == row["subcategory"] == f"'{text}"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_text_of_any_script_comes_out_of_the_csv_unharmed(client, predicted):
    predicted('🍕, "بيتزا"')
    assert read_csv(client)[0]["description"] == '🍕, "بيتزا"'


def test_an_empty_history_is_a_csv_of_its_head(client):
    assert client.get("/api/v1/history.csv").text.startswith("id,date,description,")


def test_more_rows_than_one_portion_all_come_out(client, predicted):
    body = {"transactions": [{"description": f"SWIGGY {row}", "amount": row + 1} for row in range(1234)]}
    client.post("/api/v1/predict/batch", json=body)
    assert len({row["id"] for row in read_csv(client)}) == 1234


def test_a_change_is_predicted_again(client, predicted):
    first = predicted("SWIGGY", "10", mode="UPI")
    response = client.patch(
        f"/api/v1/transactions/{first['id']}", json={"description": "CITY CAB", "amount": 12.5, "mode": None}
    )
    assert response.status_code == 200
    assert response.json["category"] == "transport"
    assert response.json["transaction"] == {
        **first["transaction"],
        "description": "CITY CAB",
        "merchant": response.json["transaction"]["merchant"],
        "amount": "12.50",
        "mode": None,
    }


def test_a_change_leaves_a_persons_answer_as_it_is(client, predicted, answered):
    first = predicted("SWIGGY", "10")
    answered(first["id"], "groceries")
    response = client.patch(f"/api/v1/transactions/{first['id']}", json={"description": "CITY CAB"})
    assert (response.json["category"], response.json["status"]) == ("groceries", "corrected")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 422),
        ({"amount": 0}, 422),
        ({"category": "dining"}, 422),
        ({"description": ""}, 409),  # these three do not fit what is there
        ({"description": None}, 409),
        ({"currency": "JPY"}, 409),
    ],
    ids=repr,
)
def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(client, predicted, changes, status):
    first = predicted("SWIGGY", "10.50")
    response = client.patch(f"/api/v1/transactions/{first['id']}", json=changes)
    assert response.status_code == status, response.text
    assert client.get("/api/v1/history").json["items"][0]["transaction"] == first["transaction"]


def test_a_deleted_transaction_is_gone_with_what_it_taught(client, predicted, answered):
    first = predicted("SQ *BLUE DOOR 0042", "4.20")
    answered(first["id"], "groceries")
    assert client.delete(f"/api/v1/transactions/{first['id']}").status_code == 204
    assert client.delete(f"/api/v1/transactions/{first['id']}").status_code == 404
    assert predicted("SQ *BLUE DOOR 0042", "4.20")["decided_by"] == "model"


def test_a_transaction_has_its_whole_history_and_an_old_answer_is_undone_by_its_act(
    client, predicted, answered
):
    first, second = (predicted("SQ *BLUE DOOR", amount)["id"] for amount in ("1", "2"))
    act = answered(first, "groceries")["act"]
    answered(first, "travel")
    life = client.get(f"/api/v1/transactions/{first}").json
    assert life["transaction"]["description"] == "SQ *BLUE DOOR"
    assert [event["category"] for event in life["feedback"]] == ["groceries", "travel"]
    assert life["feedback"][0]["act"] == act
    assert [prediction["act"] for prediction in life["predictions"]] == [None]
    other = client.get(f"/api/v1/transactions/{second}").json
    assert [prediction["act"] for prediction in other["predictions"]][:2] == [None, act]
    assert other["predictions"][-1]["category"] == other["category"]
    newest = life["feedback"][-1]["act"]
    assert client.post(f"/api/v1/acts/{newest}/undo").json["undone"] >= 1
    assert client.get(f"/api/v1/transactions/{first}").json["category"] == "groceries"


def test_the_life_of_a_transaction_there_is_not_is_404(client):
    for row in ("0" * 24, "nothing"):
        assert client.get(f"/api/v1/transactions/{row}").status_code == 404
