"""The month totals agree with the transactions after every kind of change."""

import io
import random
from collections import defaultdict
from datetime import date, timedelta
from urllib.parse import quote

import pytest

from src import commands
from src.domain.months import month_of

TEXTS = ("PIZZA CORNER", "CITY CAB", "BLUE DOOR CAFE", "GREEN GROCER", "ACME PAYROLL", "OWN ACCOUNT")
CATEGORIES = ("dining", "groceries", "transport", "salary", "shopping")
ACCOUNTS = ("Main", "Pot", None)
FIRST_DAY = date(2025, 11, 10)
BY = ([], ["month"], ["account"], ["month", "mode"], ["weekday"], ["month", "merchant", "account"], ["day"])


class Person:
    """Does what a person may do, at random, through the API."""

    def __init__(self, app, client, seed):
        self.container, self.client = app.extensions["ledgerloop"], client
        self.chance = random.Random(seed)
        self.acts, self.imports = [], []

    def act(self):
        acts = [getattr(self, name) for name in dir(self) if name.startswith("do_")]
        return self.chance.choice([self.do_predict, *acts])()

    def send(self, method, address, **body):
        response = self.client.open(f"/api/v1{address}", method=method, json=body)
        answer = response.json if response.is_json else {}
        act = response.headers.get("Ledgerloop-Act") or (isinstance(answer, dict) and answer.get("act"))
        if act:
            self.acts.append(act)
        assert response.status_code < 500, response.text
        return answer

    def one(self, **query):
        rows = list(self.container.database.transactions.find(query, {"_id": 1, "amount": 1}))
        return self.chance.choice(rows) if rows else {"_id": "0" * 24, "amount": 100}

    def day(self):
        return (FIRST_DAY + timedelta(days=self.chance.randrange(100))).isoformat()

    def fields(self):
        return {
            "amount": str(self.chance.choice(("10.10", "25", "25", "99.99"))),
            "date": self.day(),
            "currency": self.chance.choice(("USD", "USD", "EUR")),
            "direction": self.chance.choice(("expense", "expense", "income", "transfer")),
            "mode": self.chance.choice(("card", "cash", None)),
            "account": self.chance.choice(ACCOUNTS),
        }

    def do_predict(self):
        self.send("POST", "/predict", description=self.chance.choice(TEXTS), **self.fields())

    def do_predict_several(self):
        rows = [{"description": self.chance.choice(TEXTS), **self.fields()} for _ in range(120)]
        self.send("POST", "/predict/batch", transactions=rows[: self.chance.choice((3, 120))])

    def do_answer(self):
        similar = {"apply_to_similar": self.chance.random() < 0.5}
        row, category = self.one(), self.chance.choice(CATEGORIES)
        self.send("POST", "/feedback", transaction_id=str(row["_id"]), category=category, **similar)

    def do_edit(self):
        fields = self.fields()
        chosen = self.chance.sample(sorted(fields), 2)
        values = {name: fields[name] for name in chosen}
        self.send("PATCH", f"/transactions/{self.one()['_id']}", **values)

    def do_split(self):
        row = self.one(currency="USD")
        parts = [
            {"amount": "5", "category": "dining"},
            {"amount": f"{row['amount'] / 100 - 5:.2f}", "category": "groceries"},
        ]
        self.send("PUT", f"/transactions/{row['_id']}/splits", splits=parts)

    def do_delete(self):
        self.send("DELETE", f"/transactions/{self.one()['_id']}")

    def do_change_many(self):
        change = self.chance.choice(
            ({"set": {"category": "shopping"}}, {"set": {"date": self.day()}}, {"set": {"account": "Pot"}})
        )
        self.send("POST", "/transactions/bulk", filter={"q": self.chance.choice(TEXTS)}, **change)

    def do_delete_many(self):
        self.send("POST", "/transactions/bulk", filter={"q": "CITY CAB"}, delete=True)

    def add(self, description, **fields):
        fields = {**self.fields(), **fields}
        return self.send("POST", "/predict", description=description, **fields)["id"]

    def do_pair(self):
        day, currency = self.day(), self.chance.choice(("USD", "EUR"))
        out = self.add("QX", amount="40", currency="USD", date=day, direction="expense", account="Main")
        day = (date.fromisoformat(day) + timedelta(days=self.chance.randrange(4))).isoformat()
        into = self.add("QX", amount="40", currency=currency, date=day, direction="income", account="Pot")
        self.send("POST", "/transfers", **{"out": out, "in": into})

    def do_link_refund(self):
        purchase = self.one(direction="expense", currency="USD")
        refund = self.add("QX", amount="3", currency="USD", direction="income")
        self.send("POST", f"/transactions/{refund}/refund", of=str(purchase["_id"]))

    def do_undo(self):
        if self.acts:
            self.send("POST", f"/acts/{self.chance.choice(self.acts)}/undo")

    def do_import(self):
        lines = "".join(f"{self.day()},{self.chance.choice(TEXTS)},-7.50,USD\n" for _ in range(20))
        data = {
            "file": (io.BytesIO(f"Date,Details,Amount,Cur\n{lines}".encode()), "bank.csv"),
            "mapping": '{"sign": "negative-is-expense"}',
        }
        answer = self.client.post("/api/v1/imports", data=data, content_type="multipart/form-data")
        self.imports.append(answer.json["id"])
        while claimed := self.container.imports.claim(holder="test"):
            commands.run_import(self.container, claimed, holder="test")

    def do_undo_import(self):
        if self.imports:
            self.send("DELETE", f"/imports/{self.imports.pop()}")

    def do_merge_accounts(self):
        ids = [account["id"] for account in self.client.get("/api/v1/accounts").json]
        if len(ids) > 1:
            first, second = self.chance.sample(ids, 2)
            self.send("DELETE", f"/accounts/{first}?into={second}")

    def do_rename_an_account(self):
        accounts = self.client.get("/api/v1/accounts").json
        if accounts:
            account = self.chance.choice(accounts)["id"]
            self.send("PATCH", f"/accounts/{account}", name=f"Account {self.chance.randrange(9)}")

    def do_merge_categories(self):
        self.send("DELETE", "/categories/transport?into=shopping")

    def do_merge_merchants(self):
        keys = [row["merchant"] for row in self.container.database.transactions.find({}, {"merchant": 1})]
        if keys:
            into, other = self.chance.choice(keys), self.chance.choice(keys)
            self.send("POST", "/merchants/merge", **{"from": [other], "into": into})

    def do_forget_a_merchant(self):
        keys = [row["merchant"] for row in self.container.database.transactions.find({}, {"merchant": 1})]
        if keys:
            self.send("DELETE", f"/merchants/{quote(self.chance.choice(keys), safe='')}/memory")


def sums_of_rows(database, currency, by, *, account, since, until):
    """From the documents, without anything of the month totals."""
    rows = {row["_id"]: row for row in database.transactions.find({})}
    sums = defaultdict(lambda: [0, 0, 0])
    for row in rows.values():
        day = row["date"].date()
        if row["currency"] != currency or not since <= day <= until:
            continue
        if account is not None and row.get("account") != account:
            continue
        paired, refund = "transfer" in row, "refund_of" in row
        category, merchant, review = row["category"], row["merchant"], row["needs_review"]
        parts = [(category, row["amount"], review)]
        again = False
        if paired:
            others = [other for other in rows.values() if other.get("transfer") == row["transfer"]]
            same_currency = [other for other in others if other["currency"] == currency]
            again = account is None and row["direction"] == "income" and len(same_currency) > 1
        elif refund:
            purchase = rows[row["refund_of"]]
            merchant, splits = purchase["merchant"], purchase.get("splits")
            parts = [(purchase["category"], row["amount"], purchase["needs_review"])]
            if row.get("refund_parts"):
                parts = [
                    (splits[part["part"]]["category"], part["amount"], False) for part in row["refund_parts"]
                ]
        elif row.get("splits"):
            parts = [(part["category"], part["amount"], review) for part in row["splits"]]
        values = {
            "month": month_of(day),
            "mode": row["mode"],
            "account": row.get("account"),
            "weekday": day.weekday(),
            "merchant": merchant,
            "day": day.isoformat(),
        }
        dimensions = tuple(values[name] for name in by)
        for number, (part, amount, suggested) in enumerate(parts):
            key = (part, row["direction"], paired, again, refund, bool(suggested), *dimensions)
            for position, value in enumerate((int(amount), 1, int(number == 0))):
                sums[key][position] += value
    return sums


def without_review(sums):
    """A cell does not show whether its rows need review; its group does, where it matters."""
    joined = defaultdict(lambda: [0, 0, 0])
    for key, values in sums.items():
        for position, value in enumerate(values):
            joined[key[:5] + key[6:]][position] += value
    return dict(joined)


def sums_of_cells(analytics, currency, by, **period):
    sums = defaultdict(lambda: [0, 0, 0])
    for cell in analytics.cells(currency=currency, by=by, **period):
        key = (cell.category, cell.direction.value, cell.paired, cell.again, cell.refund)
        key += tuple(getattr(cell, name) for name in by)
        for position, value in enumerate((int(cell.amount * 100), cell.count, cell.rows)):
            sums[key][position] += value
    return dict(sums)


def assert_equal_sums(container, chance):
    for by in chance.sample(BY, 3):
        currency = chance.choice(("USD", "USD", "EUR"))
        period = {"account": chance.choice((None, None, "Main", "Pot")), "since": None, "until": None}
        if chance.random() < 0.5:
            period["since"] = FIRST_DAY + timedelta(days=chance.randrange(60))
            period["until"] = period["since"] + timedelta(days=chance.randrange(60))
        days = {"since": period["since"] or date.min, "until": period["until"] or date.max}
        expected = sums_of_rows(container.database, currency, by, **{**period, **days})
        assert sums_of_cells(container.analytics, currency, by, **period) == without_review(expected), by
    assert container.analytics.uncounted() == 0


@pytest.mark.parametrize("seed", range(2))
def test_the_sums_agree_with_the_transactions_after_every_change(app, client, seed):
    person = Person(app, client, seed)
    for _ in range(40):
        person.act()
        assert_equal_sums(person.container, person.chance)
