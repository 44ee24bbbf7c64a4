"""What a person decides about pairs and refunds, and its undo."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from bson import ObjectId

from src.domain.transfers import LinkKind, LinkStatus
from src.errors import Conflict, InvalidInput, NotFound
from src.services.transfers.settlement import Settlement
from tests.pipeline.transfers.test_matching import INCOME, NOW, container, keep, linked, new

__all__ = ["container"]


@pytest.fixture
def two(container):
    return keep(
        container.transactions,
        new("gift", "500", account="Main", category=None),
        new("j doe", "500", direction=INCOME, account="Pot", category=None),
    )


def state(container):
    """Everything of the database that an undo restores, but for the notes of acts and changes."""
    left_out = {"revision", "unsettled_at", "change", "uncounted"}
    return {
        name: sorted(
            (
                {field: value for field, value in document.items() if field not in left_out}
                for document in container.database.collection(name).find()
            ),
            key=lambda document: str(document["_id"]),
        )
        for name in ("transactions", "transfers", "deleted_transactions")
    }


def undone(container, act):
    return container.act_undo.undo(act, at=NOW).rows


def test_a_pair_made_by_hand_and_its_undo(container, two):
    out, into = two
    before = state(container)
    link, act = container.linking.pair(out.id, into.id, at=NOW)
    assert {container.transactions.get(row.id).transfer for row in two} == {link.id}
    assert undone(container, act) == 2
    assert state(container) == before


def test_every_act_on_a_suggestion_can_be_undone_to_exactly_what_was(container, two):
    container.link_matching.maintain()
    [item] = container.links.page(LinkKind.TRANSFER, LinkStatus.SUGGESTED).items
    suggested = state(container)
    _, act = container.linking.pair(two[0].id, two[1].id, at=NOW)
    paired = state(container)
    dismissal = container.linking.dismiss(item.link.id, at=NOW)
    assert container.transactions.get(two[0].id).transfer is None
    with pytest.raises(Conflict):
        undone(container, act)
    undone(container, dismissal)
    assert state(container) == paired
    undone(container, act)
    assert state(container) == suggested


def test_a_deleted_row_takes_its_pair_apart_and_its_return_restores_it(container, two):
    out, into = two
    container.linking.pair(out.id, into.id, at=NOW)
    before = state(container)
    act = container.transaction_editor.delete(out.id, at=NOW)
    assert container.transactions.get(into.id).transfer is None
    assert linked(container) == []
    undone(container, act)
    assert state(container) == before


def test_an_edit_that_makes_a_pair_impossible_takes_it_apart_until_it_is_undone(container, two):
    out, into = two
    link, _ = container.linking.pair(out.id, into.id, at=NOW)
    _, act = container.transaction_editor.edit(out.id, lambda _: {"account": "Pot"}, at=NOW)
    assert container.transactions.get(into.id).transfer is None
    undone(container, act)
    assert container.transactions.get(into.id).transfer == link.id


def test_a_paired_row_leaves_the_other_suggestions(container, two):
    out, into = two
    [other] = keep(
        container.transactions, new("k doe", "500", direction=INCOME, account="Pot", category=None)
    )
    container.link_matching.maintain()
    assert container.links.count_suggested() == 2
    _, act = container.linking.pair(out.id, into.id, at=NOW)
    assert container.links.count_suggested() == 0
    with pytest.raises(Conflict):
        container.linking.pair(out.id, other.id, at=NOW)
    undone(container, act)
    assert container.links.count_suggested() == 2


def test_what_is_no_transfer_is_refused(container, two):
    out, into = two
    [other] = keep(container.transactions, new("j doe", "499", direction=INCOME, account="Pot"))
    for ends in ((into.id, out.id), (out.id, other.id), (out.id, out.id), (out.id, "0" * 24)):
        with pytest.raises(InvalidInput):
            container.linking.pair(*ends, at=NOW)


def test_refunds_are_linked_up_to_the_amount_of_the_purchase(container):
    purchase, first, second = keep(
        container.transactions,
        new("shoe shop", "90", day=date(2026, 3, 1)),
        new("shoe shop", "60", direction=INCOME),
        new("card credit", "31", direction=INCOME),
    )
    before = state(container)
    _, act = container.linking.link_refund(first.id, purchase.id, at=NOW)
    assert container.transactions.get(first.id).refund_of == purchase.id
    with pytest.raises(InvalidInput, match="larger"):
        container.linking.link_refund(second.id, purchase.id, at=NOW)
    undone(container, act)
    assert state(container) == before


def test_an_unlinked_refund_counts_by_itself_again(container):
    purchase, refund = keep(
        container.transactions, new("shoe shop", "90"), new("shoe shop", "60", direction=INCOME)
    )
    container.linking.link_refund(refund.id, purchase.id, at=NOW)
    linked_state = state(container)
    act = container.linking.unlink_refund(refund.id, at=NOW)
    assert container.transactions.get(refund.id).refund_of is None
    with pytest.raises(NotFound):
        container.linking.unlink_refund(refund.id, at=NOW)
    container.link_matching.maintain()
    assert linked(container, LinkKind.REFUND, LinkStatus.SUGGESTED) == []
    undone(container, act)
    assert state(container) == linked_state


def test_a_pair_whose_process_is_killed_is_finished_by_the_job_and_can_be_undone(container, two, monkeypatch):
    def dies(*_):
        raise KeyboardInterrupt

    out, into = two
    with monkeypatch.context() as patched:
        patched.setattr(Settlement, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            container.linking.pair(out.id, into.id, at=container.now() - timedelta(minutes=5))
    assert container.transactions.get(out.id).transfer is None
    container.link_matching.maintain()
    assert all(container.transactions.get(row.id).transfer for row in two)
    [act] = container.act_log.page().items
    assert undone(container, act.id) == 2
    assert linked(container) == []


def test_a_row_restored_after_its_pair_was_undone_is_in_no_pair(container, two):
    out, into = two
    before = state(container)
    _, pairing = container.linking.pair(out.id, into.id, at=NOW)
    deletion = container.transaction_editor.delete(out.id, at=NOW)
    undone(container, pairing)
    undone(container, deletion)
    assert state(container) == before


def test_a_refund_restored_after_its_link_was_undone_counts_by_itself(container):
    purchase, refund = keep(
        container.transactions, new("shoe shop", "90"), new("shoe shop", "60", direction=INCOME)
    )
    before = state(container)
    _, link = container.linking.link_refund(refund.id, purchase.id, at=NOW)
    deletion = container.transaction_editor.delete(refund.id, at=NOW)
    undone(container, link)
    undone(container, deletion)
    assert state(container) == before


def test_the_job_frees_rows_that_carry_a_link_that_is_gone(container, two):
    out, into = two
    before = state(container)
    rows = container.database.transactions
    rows.update_one({"_id": ObjectId(out.id)}, {"$set": {"transfer": "gone"}})
    rows.update_one({"_id": ObjectId(into.id)}, {"$set": {"refund_of": ObjectId(out.id)}})
    container.link_matching.maintain()
    container.database.transfers.delete_many({})  # what it suggested
    assert state(container) == before


def refunded_by(container, purchase):
    """The sum of its refunds, as the analytics count them."""
    rows = container.database.transactions.find({"refund_of": ObjectId(purchase.id)})
    return sum(int(row["amount"]) for row in rows) / 100


@pytest.fixture
def shoes(container):
    """A purchase with two refunds, of which the smaller one was linked first."""
    purchase, small, large = keep(
        container.transactions,
        new("shoe shop", "90"),
        new("shoe shop", "30", direction=INCOME),
        new("shoe shop", "60", direction=INCOME),
    )
    for refund in (small, large):
        container.linking.link_refund(refund.id, purchase.id, at=NOW)
    return purchase, small, large


@pytest.mark.parametrize(
    ("edited", "amount", "left"), [("purchase", "80", 30), ("small", "31", 31), ("large", "61", 30)]
)
def test_an_edit_never_lets_refunds_exceed_their_purchase(container, shoes, edited, amount, left):
    purchase, small, large = shoes
    row = {"purchase": purchase, "small": small, "large": large}[edited]
    before = state(container)
    _, act = container.transaction_editor.edit(row.id, lambda _: {"amount": Decimal(amount)}, at=NOW)
    assert refunded_by(container, purchase) == left
    undone(container, act)
    rows = [container.transactions.get(refund.id) for refund in (small, large)]
    assert [row.refund_of for row in rows] == [purchase.id] * 2
    assert state(container)["transfers"] == before["transfers"]


def test_a_refund_that_no_longer_fits_is_not_linked_by_an_undo(container, shoes):
    purchase, _, large = shoes
    unlinking = container.linking.unlink_refund(large.id, at=NOW)
    [other] = keep(container.transactions, new("shoe shop", "50", direction=INCOME))
    container.linking.link_refund(other.id, purchase.id, at=NOW)
    with pytest.raises(Conflict, match="larger"):
        undone(container, unlinking)
    assert refunded_by(container, purchase) == 80


def test_refunds_that_are_linked_at_once_never_exceed_their_purchase(container):
    purchase, *refunds = keep(
        container.transactions,
        new("shoe shop", "90"),
        *(new("shoe shop", "30", direction=INCOME) for _ in range(8)),
    )

    def link(refund):
        try:
            container.linking.link_refund(refund.id, purchase.id, at=NOW)
        except (Conflict, InvalidInput):
            return None
        return refund.id

    with ThreadPoolExecutor(len(refunds)) as threads:
        accepted = {*threads.map(link, refunds)} - {None}
    rows = [container.transactions.get(refund.id) for refund in refunds]
    assert {row.id for row in rows if row.refund_of} == accepted
    assert len(accepted) == 3


def test_a_refund_that_is_linked_while_its_purchase_is_edited_does_not_exceed_it(container):
    purchase, refund = keep(
        container.transactions, new("shoe shop", "90"), new("shoe shop", "60", direction=INCOME)
    )
    smaller = {"amount": Decimal(50)}
    for _ in range(5):
        with ThreadPoolExecutor(2) as threads:
            edit = threads.submit(container.transaction_editor.edit, purchase.id, lambda _: smaller, at=NOW)
            link = threads.submit(container.linking.link_refund, refund.id, purchase.id, at=NOW)
        assert refunded_by(container, purchase) == 0
        undone(container, edit.result()[1])
        if link.exception() is None:
            container.linking.unlink_refund(refund.id, at=NOW)
        else:
            assert isinstance(link.exception(), Conflict | InvalidInput)
