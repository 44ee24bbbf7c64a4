"""An answer must be given by what was known before it, and by nothing else."""

from dataclasses import replace

import pytest

from benchmarks.quality.baselines import Lookup
from benchmarks.quality.data import Dataset
from benchmarks.quality.generated import generate
from benchmarks.quality.product import Product, Setup
from benchmarks.quality.protocols import blocks, chronological, cold, replay, shuffled
from tests.benchmarks.invented_rows import data, example


class Spy:
    """Records what it learns and is asked, in order."""

    def __init__(self):
        self.learned, self.asked, self.trained_on, self.outcomes = [], [], [], []

    def learn(self, examples):
        self.learned.extend(examples)

    def train(self):
        self.trained_on.append(len(self.learned))

    def answer(self, examples):
        self.asked.extend((example, tuple(self.learned)) for example in examples)
        return list(examples)


def of_days(number):
    """Every row has another text, so that rows can be distinguished."""
    return data([(f"shop {chr(97 + day % 26)}{chr(97 + day // 26)}", f"c{day % 3}") for day in range(number)])


def test_replay_asks_each_row_of_the_last_four_fifths_before_it_learns_it():
    spy, rows = Spy(), of_days(100)
    run = replay(rows, spy)
    assert [answer.transaction for answer in run.answers] == [
        example.transaction for example in rows.examples[20:]
    ]
    assert [answer.transaction for answer in run.at_once] == [
        example.transaction for example in rows.examples[20:]
    ]
    for asked, known in spy.asked:
        assert all(one.transaction.date < asked.transaction.date for one in known)
    assert len(spy.learned) == 100


def test_replay_trains_before_each_block_on_all_that_came_before():
    spy = Spy()
    replay(of_days(100), spy)
    assert spy.trained_on == list(range(20, 100, 5))


def test_within_a_block_only_the_answers_at_once_know_the_rows_before():
    spy = Spy()
    replay(of_days(100), spy)
    first_block = [len(known) for _, known in spy.asked[:10]]
    assert first_block == [20] * 5 + [20, 21, 22, 23, 24]


@pytest.mark.parametrize("rows", [20, 99, 101, 806])
def test_the_blocks_are_the_last_four_fifths_without_gap_or_overlap(rows):
    examples = of_days(rows).examples
    asked = [example for _, block in blocks(examples) for example in block]
    assert asked == list(examples[rows // 5 :])
    assert all(known == examples[: len(known)] for known, _ in blocks(examples))


@pytest.mark.parametrize("way", [chronological, shuffled])
def test_a_split_answers_a_fifth_and_learns_none_of_it(way):
    spy, rows = Spy(), of_days(50)
    run = way(rows, spy)
    assert (len(run.answers), len(spy.learned), spy.trained_on) == (10, 40, [40])
    assert not {id(example) for example in run.answers} & {id(example) for example in spy.learned}
    if way is chronological:
        assert tuple(run.answers) == rows.examples[40:]


def test_the_cold_start_learns_nothing_and_asks_only_what_means_a_shipped_category():
    spy = Spy()
    rows = data([("corner bakery", "Food"), ("odd thing", "Mine")], {"Food": "dining|groceries"})
    run = cold(rows, spy, lambda examples: {})
    assert ([answer.category for answer in run.answers], spy.learned) == (["Food"], [])


def flipped(rows: Dataset, since: int) -> Dataset:
    """Every label from `since` on is another."""
    examples = [
        replace(example, category="FLIPPED") if number >= since else example
        for number, example in enumerate(rows.examples)
    ]
    return replace(rows, examples=tuple(examples))


def test_what_is_labelled_later_changes_no_earlier_answer_of_product_or_baseline(lexicon):
    # Every model serves, so that nothing keeps what it learned from the answers.
    rows, setup = generate(24), Setup(lexicon=lexicon, without=frozenset({"verdict"}))
    store = first_day(setup)
    one, other = (replay(history, Product(setup, store.copy())) for history in (rows, flipped(rows, 16)))
    assert [answer.best for answer in one.answers[:14]] == [answer.best for answer in other.answers[:14]]
    assert [answer.confidence for answer in one.at_once[:13]] == [
        answer.confidence for answer in other.at_once[:13]
    ]
    for name, answers in one.baselines.items():
        assert answers[:14] == other.baselines[name][:14]
    assert [answer.confidence for answer in one.answers[14:]] != [
        answer.confidence for answer in other.answers[14:]
    ]


def first_day(setup):
    product = Product(setup)
    product.train()
    return product.store()


def test_a_correction_decides_the_next_answer_through_the_products_own_memory(lexicon):
    product = Product(Setup(lexicon=lexicon), first_day(Setup(lexicon=lexicon)))
    asked = example("SQ *CORNER BAKERY 0107", "treats", 2)
    [before] = product.answer([asked])
    product.learn([example("CORNER BAKERY", "treats", 1)])
    [after] = product.answer([asked])
    assert (before.by_memory, before.last) == (False, None)
    assert (after.by_memory, after.best, after.last) == (True, "treats", "treats")


def test_without_memory_the_model_decides(lexicon):
    setup = Setup(lexicon=lexicon, without=frozenset({"memory"}))
    product = Product(setup, first_day(setup))
    product.learn([example("CORNER BAKERY", "treats")])
    [answer] = product.answer([example("CORNER BAKERY", "treats", 1)])
    assert (answer.by_memory, answer.best, answer.last) == (False, "dining", "treats")


def test_the_lookup_knows_a_merchant_by_its_most_frequent_name():
    known = [example("BLUE DOOR", "a"), example("BLUE DOOR 7", "b"), example("BLUE DOOR 8", "b")]
    known += [example("RED HOUSE", "a"), example("GREEN GATE", "a")]
    assert Lookup().fit(known).answer([example("BLUE DOOR 99", ""), example("NEVER SEEN", "")]) == ["b", "a"]
