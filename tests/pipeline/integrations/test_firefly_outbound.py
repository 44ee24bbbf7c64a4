"""A category's way to Firefly III, by HTTP, to a server that plays its API."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from src.config import load_settings
from src.container import Container
from src.domain.deliveries import DeliveryStatus
from src.domain.transactions import Direction, Transaction
from src.errors import CannotStart
from src.pipeline.integrations.inbound import InboundTransaction
from src.services.firefly import client as client
from src.services.firefly.outbox import FireflyOutbox
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
def container_with(settings):
    """The container with settings of Firefly III, whose first wait is none."""
    services = []

    def start(**changes):
        options = {**settings.model_dump(), "firefly_token": TOKEN, "audit_share": 0, **changes}
        container = Container(load_settings(_env_file=None, **options))
        services.append(container)
        container.database.ensure_indexes()
        container.firefly_outbox = FireflyOutbox(container.database, first_wait_s=0)
        if not container.models.champion():
            at = datetime.now(UTC)
            container.models.keep(
                small_bundle(), version="1", run_id="r", mlflow_run_id="m", metrics={}, at=at
            )
            container.models.promote("1", by="training", reason="first", at=at)
        return container

    yield start
    for container in services:
        container.stop()
        container.database.close()


@pytest.fixture
def container(container_with, address):
    return container_with(firefly_url=address + "/")


def inbound(journal=1, text=SURE, direction=Direction.EXPENSE, category=None):
    transaction = Transaction(text, Decimal("12.50"), "EUR", date(2026, 3, 4), direction)
    return InboundTransaction(str(journal), transaction, category)


def tell(container, *many, group="7", again=False):
    """What the webhook's route does; returns the rows."""
    taken = container.webhooks.receive(many, program="firefly-iii", at=container.now())
    container.firefly_outbox.add(
        "firefly-iii", group, [f"firefly-iii:{one.key}" for one in many], again=again or bool(taken.answers)
    )
    return [taken.rows[one.key] for one in many]


def counts(container):
    return container.firefly_outbox.counts(now=container.now())


def test_a_sure_category_is_set_by_its_name_without_waking_webhooks_or_rules(container, firefly):
    firefly.add(7, {"journal": 1})
    tell(container, inbound())
    container.firefly_outbound.deliver_due()
    assert firefly.changes == [
        {
            "fire_webhooks": False,
            "apply_rules": False,
            "transactions": [{"transaction_journal_id": "1", "category_name": "Groceries"}],
        }
    ]
    assert (counts(container).waiting, counts(container).failed) == (0, 0)
    assert counts(container).last_done_at is not None


def test_a_category_is_sent_once_however_often_the_row_is_received(container, firefly):
    firefly.add(7, {"journal": 1})
    for _ in range(3):
        tell(container, inbound())
        container.firefly_outbound.deliver_due()
    assert len(firefly.changes) == 1


def test_every_split_is_named_so_that_none_is_deleted(container, firefly):
    firefly.add(7, {"journal": 1}, {"journal": 2}, {"journal": 3})
    tell(container, inbound(1, UNSURE), inbound(2))
    container.firefly_outbound.deliver_due()
    assert [split["category_name"] for split in firefly.groups["7"]] == [None, "Groceries", None]
    assert len(firefly.groups["7"]) == 3


def test_nothing_is_sent_over_a_persons_answer(container, firefly):
    firefly.add(7, {"journal": 1, "category_name": "Party"})
    tell(container, inbound())
    container.firefly_outbound.deliver_due()
    assert firefly.changes == []
    assert counts(container).waiting == 0


def test_a_category_that_is_written_otherwise_there_keeps_its_name(container, firefly):
    firefly.add(7, {"journal": 1})
    tell(container, inbound())
    container.firefly_outbound.deliver_due()
    firefly.groups["7"][0]["category_name"] = "DINING OUT"
    [row] = tell(container, inbound(category="DINING OUT"))
    container.firefly_outbound.deliver_due()
    assert (row.category, firefly.category(7)) == ("dining", "DINING OUT")


@pytest.mark.parametrize("one", [inbound(text=UNSURE), inbound(direction=Direction.TRANSFER)])
def test_what_is_unsure_and_transfers_are_left_alone(container, firefly, one):
    firefly.add(7, {"journal": 1})
    tell(container, one)
    container.firefly_outbound.deliver_due()
    assert firefly.changes == []


def test_an_unsure_one_is_tagged_where_asked_and_the_tag_goes_when_it_is_known(
    container_with, address, firefly
):
    container = container_with(firefly_url=address, firefly_check_tag=TAG)
    firefly.add(7, {"journal": 1, "tags": ["trip"]})
    tell(container, inbound(text=UNSURE))
    container.firefly_outbound.deliver_due()
    assert firefly.groups["7"][0]["tags"] == ["trip", TAG]
    firefly.groups["7"][0]["category_name"] = "Party"
    [row] = tell(container, inbound(text=UNSURE, category="Party"))
    container.firefly_outbound.deliver_due()
    assert row.category == "party"
    assert (firefly.groups["7"][0]["tags"], firefly.category(7)) == (["trip"], "Party")


def test_an_answer_given_here_is_sent_there_too_but_not_over_another_category(container, firefly):
    firefly.add(7, {"journal": 1})
    [row] = tell(container, inbound())
    container.firefly_outbound.deliver_due()
    container.feedback.record(row.id, "dining", at=container.now())
    container.firefly_outbound.deliver_due()
    assert firefly.category(7) == "Dining out"
    firefly.groups["7"][0]["category_name"] = "Party"
    container.feedback.record(row.id, "transport", at=container.now())
    container.firefly_outbound.deliver_due()
    assert firefly.category(7) == "Party"


def test_an_answer_in_the_millisecond_in_which_a_delivery_ends_is_sent_too(container, firefly):
    firefly.add(7, {"journal": 1})
    [row] = tell(container, inbound())
    container.firefly_outbound.deliver_due()
    [delivery] = container.database.deliveries.find()
    container.feedback.record(row.id, "dining", at=delivery["finished_at"])
    container.firefly_outbound.deliver_due()
    assert firefly.category(7) == "Dining out"


@pytest.mark.parametrize("fault", [500, 503, 429, 401, 302])
def test_an_error_there_is_recorded_and_tried_again(container, firefly, fault):
    firefly.add(7, {"journal": 1})
    firefly.faults = [fault]
    tell(container, inbound())
    container.firefly_outbound.deliver_due()
    assert (counts(container).waiting, firefly.changes) == (1, [])
    assert counts(container).trouble
    container.firefly_outbound.deliver_due()
    assert firefly.category(7) == "Groceries"
    assert (counts(container).waiting, counts(container).trouble) == (0, None)


def test_no_redirect_is_followed_with_the_token(container, firefly):
    firefly.add(7, {"journal": 1})
    firefly.faults = [307]
    tell(container, inbound())
    container.firefly_outbound.deliver_due()
    assert len(firefly.asked) == 1


def test_what_does_not_answer_in_time_is_tried_again(container, firefly, monkeypatch):
    monkeypatch.setattr(client, "_TIMEOUT_S", (0.2, 0.2))
    firefly.add(7, {"journal": 1})
    firefly.faults = ["hang"]
    tell(container, inbound())
    container.firefly_outbound.deliver_due()
    assert counts(container).trouble == "Firefly III did not answer (ReadTimeout)."
    container.firefly_outbound.deliver_due()
    assert firefly.category(7) == "Groceries"


def test_nobody_there_is_trouble_and_no_more(container_with):
    container = container_with(firefly_url="http://127.0.0.1:9")
    tell(container, inbound())
    container.firefly_outbound.deliver_due()
    assert counts(container).trouble == "Firefly III did not answer (ConnectionError)."


def test_a_refusal_is_given_up_at_once_and_a_transaction_that_is_gone_is_done(container, firefly):
    firefly.add(7, {"journal": 1})
    firefly.faults = [422]
    tell(container, inbound())
    tell(container, inbound(2), group="8")
    container.firefly_outbound.deliver_due()
    assert (counts(container).waiting, counts(container).failed) == (0, 1)
    assert counts(container).trouble == "Firefly III refused the change."


def test_after_three_days_it_is_given_up_with_its_reason(container, firefly):
    firefly.faults = [500]
    tell(container, inbound())
    old = {"$set": {"since": datetime.now(UTC) - timedelta(days=3, minutes=1)}}
    container.database.collection("deliveries").update_one({}, old)
    container.firefly_outbound.deliver_due()
    assert (counts(container).waiting, counts(container).failed) == (0, 1)
    assert counts(container).trouble == "Firefly III answered with status 500."


def test_each_wait_is_twice_as_long_up_to_an_hour(container, firefly):
    deliveries = FireflyOutbox(container.database, first_wait_s=5)
    deliveries.add("firefly-iii", "7", ["firefly-iii:1"], again=False)
    collection = container.database.collection("deliveries")
    waits = []
    for _ in range(13):
        collection.update_one({}, [{"$set": {"due_at": "$$NOW"}}])
        deliveries.retry_later(deliveries.claim(), "Trouble.", at=container.now())
        results = collection.aggregate(
            [
                {
                    "$set": {
                        "wait": {"$dateDiff": {"startDate": "$$NOW", "endDate": "$due_at", "unit": "second"}}
                    }
                }
            ]
        )
        waits.append(next(results)["wait"])
    dues = [min(5 * 2**n, 3600) for n in range(13)]
    assert all(due / 2 < wait <= due + 1 for wait, due in zip(waits, dues, strict=True)), waits


def test_one_that_changes_while_it_is_delivered_is_delivered_again(container):
    container.firefly_outbox.add("firefly-iii", "7", ["firefly-iii:1"], again=False)
    under_way = container.firefly_outbox.claim()
    assert container.firefly_outbox.claim() is None
    container.firefly_outbox.add("firefly-iii", "7", ["firefly-iii:1"], again=True)
    container.firefly_outbox.finish(under_way, DeliveryStatus.DONE, at=container.now())
    assert counts(container).waiting == 1


def test_one_that_was_killed_before_it_was_due_is_due_when_it_is_received_again(container):
    document = {"_id": "firefly-iii:7", "owner": "local", "group": "7", "keys": []}
    container.database.collection("deliveries").insert_one(document)
    assert container.firefly_outbox.claim() is None
    container.firefly_outbox.add("firefly-iii", "7", ["firefly-iii:1"], again=False)
    assert container.firefly_outbox.claim().group == "7"


def test_one_whose_process_was_killed_is_taken_up_again(container, firefly):
    firefly.add(7, {"journal": 1})
    tell(container, inbound())
    container.firefly_outbox.claim()
    container.firefly_outbound.deliver_due()
    assert firefly.asked == []  # another process may be at it
    container.database.collection("deliveries").update_one({}, [{"$set": {"due_at": "$$NOW"}}])
    container.firefly_outbound.deliver_due()
    assert firefly.category(7) == "Groceries"


def test_the_clock_delivers(container, firefly):
    firefly.add(7, {"journal": 1})
    tell(container, inbound())
    container.jobs.by_kind["delivery"]()
    assert firefly.category(7) == "Groceries"


def test_half_a_connection_is_no_start(settings):
    with pytest.raises(CannotStart, match="FIREFLY_TOKEN"):
        load_settings(_env_file=None, firefly_url="https://firefly.example")
    with pytest.raises(CannotStart, match="FIREFLY_URL"):
        load_settings(_env_file=None, firefly_url="firefly.example", firefly_token="x")
