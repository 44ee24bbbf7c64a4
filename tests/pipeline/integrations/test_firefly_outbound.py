"""A category's way to Firefly III, by HTTP, to a server that plays its API."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from src.config import load_settings
from src.container import Container
from src.domain.transactions import Direction, Transaction
from src.errors import CannotStart
from src.pipeline.integrations.inbound import Told
from src.services.firefly import client as client
from src.services.firefly.outbox import Deliveries
from tests.firefly_server import TOKEN, Firefly, running
from tests.small_model import small_bundle

SURE, UNSURE = "FRESH MARKET CORNER MARKET", "ZQXV KJHGQ"
TAG = "ledgerloop: check"


@pytest.fixture
def firefly():
    return Firefly()


@pytest.fixture
def address(firefly):
    with running(firefly) as address:
        yield address


@pytest.fixture
def settle(settings):
    """The house with settings of Firefly III, whose first wait is none."""
    made = []

    def start(**changes):
        given = {**settings.model_dump(), "firefly_token": TOKEN, "audit_share": 0, **changes}
        house = Container(load_settings(_env_file=None, **given))
        made.append(house)
        house.database.ensure_indexes()
        house.deliveries = Deliveries(house.database, first_wait_s=0)
        if not house.models.champion():
            at = datetime.now(UTC)
            house.models.keep(small_bundle(), version="1", run_id="r", mlflow_run_id="m", metrics={}, at=at)
            house.models.promote("1", by="training", reason="first", at=at)
        return house

    yield start
    for house in made:
        house.stop()
        house.database.close()


@pytest.fixture
def house(settle, address):
    return settle(firefly_url=address + "/")


def told(journal=1, text=SURE, direction=Direction.EXPENSE, category=None):
    transaction = Transaction(text, Decimal("12.50"), "EUR", date(2026, 3, 4), direction)
    return Told(str(journal), transaction, category)


def tell(house, *many, group="7", anew=False):
    """What the webhook's route does; returns the rows."""
    taken = house.webhooks.take(many, program="firefly-iii", at=house.now())
    house.deliveries.add(
        "firefly-iii", group, [f"firefly-iii:{each.key}" for each in many], anew=anew or bool(taken.answers)
    )
    return [taken.rows[each.key] for each in many]


def counts(house):
    return house.deliveries.counts(now=house.now())


def test_a_sure_category_is_set_by_its_name_without_waking_webhooks_or_rules(house, firefly):
    firefly.add(7, {"journal": 1})
    tell(house, told())
    house.delivering.work()
    assert firefly.changes == [
        {
            "fire_webhooks": False,
            "apply_rules": False,
            "transactions": [{"transaction_journal_id": "1", "category_name": "Groceries"}],
        }
    ]
    assert (counts(house).waiting, counts(house).failed) == (0, 0)
    assert counts(house).last_done_at is not None


def test_it_is_said_once_however_often_it_is_told(house, firefly):
    firefly.add(7, {"journal": 1})
    for _ in range(3):
        tell(house, told())
        house.delivering.work()
    assert len(firefly.changes) == 1


def test_every_split_is_named_so_that_none_is_deleted(house, firefly):
    firefly.add(7, {"journal": 1}, {"journal": 2}, {"journal": 3})
    tell(house, told(1, UNSURE), told(2))
    house.delivering.work()
    assert [each["category_name"] for each in firefly.groups["7"]] == [None, "Groceries", None]
    assert len(firefly.groups["7"]) == 3


def test_nothing_is_said_over_a_persons_word(house, firefly):
    firefly.add(7, {"journal": 1, "category_name": "Party"})
    tell(house, told())
    house.delivering.work()
    assert firefly.changes == []
    assert counts(house).waiting == 0


def test_a_category_that_is_written_otherwise_there_keeps_its_name(house, firefly):
    firefly.add(7, {"journal": 1})
    tell(house, told())
    house.delivering.work()
    firefly.groups["7"][0]["category_name"] = "DINING OUT"
    [row] = tell(house, told(category="DINING OUT"))
    house.delivering.work()
    assert (row.category, firefly.category(7)) == ("dining", "DINING OUT")


@pytest.mark.parametrize("one", [told(text=UNSURE), told(direction=Direction.TRANSFER)])
def test_what_is_unsure_and_transfers_are_left_alone(house, firefly, one):
    firefly.add(7, {"journal": 1})
    tell(house, one)
    house.delivering.work()
    assert firefly.changes == []


def test_an_unsure_one_is_tagged_where_asked_and_the_tag_goes_when_it_is_known(settle, address, firefly):
    house = settle(firefly_url=address, firefly_check_tag=TAG)
    firefly.add(7, {"journal": 1, "tags": ["trip"]})
    tell(house, told(text=UNSURE))
    house.delivering.work()
    assert firefly.groups["7"][0]["tags"] == ["trip", TAG]
    firefly.groups["7"][0]["category_name"] = "Party"
    [row] = tell(house, told(text=UNSURE, category="Party"))
    house.delivering.work()
    assert row.category == "party"
    assert (firefly.groups["7"][0]["tags"], firefly.category(7)) == (["trip"], "Party")


def test_an_answer_given_here_goes_there_too_but_not_over_another_word(house, firefly):
    firefly.add(7, {"journal": 1})
    [row] = tell(house, told())
    house.delivering.work()
    house.feedback.record(row.id, "dining", at=house.now())
    house.delivering.work()
    assert firefly.category(7) == "Dining out"
    firefly.groups["7"][0]["category_name"] = "Party"
    house.feedback.record(row.id, "transport", at=house.now())
    house.delivering.work()
    assert firefly.category(7) == "Party"


@pytest.mark.parametrize("fault", [500, 503, 429, 401, 302])
def test_trouble_there_is_told_and_tried_again(house, firefly, fault):
    firefly.add(7, {"journal": 1})
    firefly.faults = [fault]
    tell(house, told())
    house.delivering.work()
    assert (counts(house).waiting, firefly.changes) == (1, [])
    assert counts(house).trouble
    house.delivering.work()
    assert firefly.category(7) == "Groceries"
    assert (counts(house).waiting, counts(house).trouble) == (0, None)


def test_no_redirect_is_followed_with_the_token(house, firefly):
    firefly.add(7, {"journal": 1})
    firefly.faults = [307]
    tell(house, told())
    house.delivering.work()
    assert len(firefly.asked) == 1


def test_what_does_not_answer_in_time_is_tried_again(house, firefly, monkeypatch):
    monkeypatch.setattr(client, "_TIMEOUT_S", (0.2, 0.2))
    firefly.add(7, {"journal": 1})
    firefly.faults = ["hang"]
    tell(house, told())
    house.delivering.work()
    assert counts(house).trouble == "Firefly III did not answer (ReadTimeout)."
    house.delivering.work()
    assert firefly.category(7) == "Groceries"


def test_nobody_there_is_trouble_and_no_more(settle):
    house = settle(firefly_url="http://127.0.0.1:9")
    tell(house, told())
    house.delivering.work()
    assert counts(house).trouble == "Firefly III did not answer (ConnectionError)."


def test_a_refusal_is_given_up_at_once_and_a_transaction_that_is_gone_is_done(house, firefly):
    firefly.add(7, {"journal": 1})
    firefly.faults = [422]
    tell(house, told())
    tell(house, told(2), group="8")
    house.delivering.work()
    assert (counts(house).waiting, counts(house).failed) == (0, 1)
    assert counts(house).trouble == "Firefly III refused the change."


def test_after_three_days_it_is_given_up_with_its_reason(house, firefly):
    firefly.faults = [500]
    tell(house, told())
    old = {"$set": {"since": datetime.now(UTC) - timedelta(days=3, minutes=1)}}
    house.database.collection("deliveries").update_one({}, old)
    house.delivering.work()
    assert (counts(house).waiting, counts(house).failed) == (0, 1)
    assert counts(house).trouble == "Firefly III answered with status 500."


def test_each_wait_is_twice_as_long_up_to_an_hour(house, firefly):
    deliveries = Deliveries(house.database, first_wait_s=5)
    deliveries.add("firefly-iii", "7", ["firefly-iii:1"], anew=False)
    collection = house.database.collection("deliveries")
    waits = []
    for _ in range(13):
        collection.update_one({}, [{"$set": {"due_at": "$$NOW"}}])
        deliveries.put_off(deliveries.claim(), "Trouble.", at=house.now())
        found = collection.aggregate(
            [
                {
                    "$set": {
                        "wait": {"$dateDiff": {"startDate": "$$NOW", "endDate": "$due_at", "unit": "second"}}
                    }
                }
            ]
        )
        waits.append(next(found)["wait"])
    dues = [min(5 * 2**n, 3600) for n in range(13)]
    assert all(due / 2 < wait <= due + 1 for wait, due in zip(waits, dues, strict=True)), waits


def test_one_that_changes_while_it_is_delivered_is_delivered_again(house):
    house.deliveries.add("firefly-iii", "7", ["firefly-iii:1"], anew=False)
    under_way = house.deliveries.claim()
    assert house.deliveries.claim() is None
    house.deliveries.add("firefly-iii", "7", ["firefly-iii:1"], anew=True)
    house.deliveries.done(under_way, at=house.now())
    assert counts(house).waiting == 1


def test_one_that_was_killed_before_it_was_due_is_due_when_it_is_told_again(house):
    document = {"_id": "firefly-iii:7", "owner": "local", "group": "7", "keys": []}
    house.database.collection("deliveries").insert_one(document)
    assert house.deliveries.claim() is None
    house.deliveries.add("firefly-iii", "7", ["firefly-iii:1"], anew=False)
    assert house.deliveries.claim().group == "7"


def test_one_whose_process_was_killed_is_taken_up_again(house, firefly):
    firefly.add(7, {"journal": 1})
    tell(house, told())
    house.deliveries.claim()
    house.delivering.work()
    assert firefly.asked == []  # another process may be at it
    house.database.collection("deliveries").update_one({}, [{"$set": {"due_at": "$$NOW"}}])
    house.delivering.work()
    assert firefly.category(7) == "Groceries"


def test_the_clock_delivers(house, firefly):
    firefly.add(7, {"journal": 1})
    tell(house, told())
    house.chores.deliver()
    assert firefly.category(7) == "Groceries"


def test_half_a_connection_is_no_start(settings):
    with pytest.raises(CannotStart, match="FIREFLY_TOKEN"):
        load_settings(_env_file=None, firefly_url="https://firefly.example")
    with pytest.raises(CannotStart, match="FIREFLY_URL"):
        load_settings(_env_file=None, firefly_url="firefly.example", firefly_token="x")
