"""From a whole category that is called otherwise to the question about it, and what trains meanwhile."""

from datetime import UTC, date, datetime, timedelta

import pytest

from src.components.dataset.possible_mistakes import CategoryRelabels, LabelConflicts
from src.domain.feedback import Feedback
from src.domain.training_runs import SetAside
from src.errors import NotFound
from src.pipeline.feedback.label_review import LabelReview, to_learn_from
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.possible_mistakes import PossibleMistakes
from src.services.transactions.repository import Transactions
from tests.pipeline.answers import loop_of
from tests.services.rows import keep, new

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
MERCHANTS = ("noodle bar", "taco garden", "corner bakery")
SLUGS = {"dining", "groceries"}


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def events(database):
    return FeedbackEvents(database)


@pytest.fixture
def mistakes(database):
    return PossibleMistakes(database)


@pytest.fixture
def review(database, mistakes):
    return LabelReview(mistakes, loop_of(database, SLUGS))


@pytest.fixture
def train(transactions, mistakes):
    """What a training would learn: the category of each row, by id, and what was set aside."""

    def learned():
        labels, set_aside = to_learn_from(
            transactions, LabelConflicts(), CategoryRelabels(), mistakes, at=LATER
        )
        return {one.id: one.category for one in labels}, set_aside

    return learned


@pytest.fixture
def changed(transactions, events):
    """Twelve answers with dining that were all changed to groceries at once."""
    made = [new(merchant, day=date(2026, 1, day)) for merchant in MERCHANTS for day in range(1, 5)]
    rows = keep(transactions, *made)
    for name, at in (("dining", NOW), ("groceries", LATER)):
        events.add([(row.id, Feedback(name, at, f"all-{name}")) for row in rows])
    return rows


def test_the_earlier_answers_are_learned_until_the_change_is_confirmed(
    changed, train, review, transactions, mistakes
):
    learned, set_aside = train()
    assert (set(learned.values()), set_aside) == ({"dining"}, {SetAside.RELABELLED: 12})
    assert {row.category for row in transactions.newest(20)} == {"groceries"}  # the person's answer is kept
    [relabel] = mistakes.relabels()
    assert (relabel.earlier, relabel.category, relabel.merchants) == ("dining", "groceries", 3)
    assert set(relabel.transaction_ids) == {row.id for row in changed}
    assert review.open() == []  # asked as a whole, not one by one


def test_a_confirmed_change_is_learned_and_asked_about_no_more(changed, train, review, mistakes):
    train()
    review.review_relabel("dining", "groceries", keep=True, at=LATER)
    assert mistakes.relabels() == []
    learned, set_aside = train()
    assert (set(learned.values()), set_aside) == ({"groceries"}, {})
    assert mistakes.relabels() == []


def test_all_is_changed_back_by_one_act_that_can_be_undone(
    changed, train, review, events, transactions, mistakes
):
    train()
    _, act = review.review_relabel("dining", "groceries", keep=False, at=LATER + timedelta(hours=1))
    assert {row.category for row in transactions.newest(20)} == {"dining"}
    assert mistakes.relabels() == []
    events.undo(act, at=LATER + timedelta(hours=2))
    assert len(mistakes.relabels()) == 1


def test_a_change_undone_before_the_next_training_leaves_nothing_to_ask(
    changed, train, review, events, mistakes
):
    train()
    events.undo("all-groceries", at=LATER + timedelta(hours=1))
    assert mistakes.relabels() == []
    assert train()[1] == {}
    with pytest.raises(NotFound):
        review.review_relabel("dining", "groceries", keep=True, at=LATER)


def test_new_rows_of_another_name_are_ignored_and_the_old_ones_learned(transactions, events, train, mistakes):
    for name, at, first in (("dining", NOW, 1), ("groceries", LATER, 10)):
        made = [new(merchant, day=date(2026, 1, first + day)) for merchant in MERCHANTS for day in range(4)]
        events.add([(row.id, Feedback(name, at, f"all-{name}")) for row in keep(transactions, *made)])
    learned, set_aside = train()
    assert (sorted(learned.values()), set_aside) == (["dining"] * 12, {SetAside.RELABELLED: 12})
    assert len(mistakes.relabels()) == 1
