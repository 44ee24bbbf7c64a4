"""How far any answer could come, counted on a few rows."""

from benchmarks.quality.baselines import SmartImporter
from benchmarks.quality.ceilings import ceilings
from tests.benchmarks.invented_rows import data, example


def of(rows, accepted=None, block_share=0.2):
    return {ceiling.protocol: ceiling for ceiling in ceilings(data(rows, accepted), block_share)}


def test_an_oracle_is_right_as_often_as_the_most_frequent_name_of_a_merchant_and_text():
    # Asked in replay are the last eight: six rows of a market, of which two dissent, and two of a cab.
    rows = [("blue market", "food")] * 2
    rows += [("blue market", "food")] * 4 + [("blue market order", "gifts")] * 2 + [("city cab", "taxi")] * 2
    ceiling = of(rows)["replay"]
    assert ceiling.rows == 8
    assert ceiling.merchant.value == 6 / 8
    assert ceiling.text.value == 1.0  # "order" names nobody, but parts the two
    assert ceiling.macro_f1.value == (8 / 10 + 0 + 1) / 3


def test_what_is_new_and_what_was_called_otherwise_is_counted_by_what_was_known_then():
    rows = [("blue market", "food")] * 2
    rows += [("blue market", "gifts"), ("city cab", "taxi"), ("12345", "food"), ("city cab", "taxi")]
    rows += [("blue market", "food")] * 4
    ceiling = of(rows)["replay"]  # five blocks of two rows; the first one is known
    assert ceiling.changed == 1 / 8  # gifts
    assert ceiling.new_merchant == 2 / 8  # the first cab, and digits that name nobody
    assert ceiling.new_category == 2 / 8  # gifts and taxi, each once
    late = of(rows)["chronological"]
    assert (late.rows, late.new_merchant, late.changed) == (2, 0, 0)


def test_the_cold_start_accepts_each_shipped_category_that_means_the_owners():
    accepted = {"Food": "groceries|dining", "Bars": "dining", "Cars": "transport"}
    rows = [("blue door", "Food"), ("blue door", "Bars"), ("blue door", "Cars"), ("blue door", "Mine")]
    ceiling = of(rows, accepted)["cold"]
    assert (ceiling.rows, ceiling.merchant.value) == (3, 2 / 3)


def test_smart_importer_completes_what_is_like_what_it_has_read():
    known = [example(f"blue market {n}", "food") for n in range(6)]
    known += [example(f"city cab {n}", "taxi") for n in range(6)]
    asked = [example("city cab 77", "taxi"), example("blue market 78", "food")]
    assert SmartImporter().fit(known).answer(asked) == ["taxi", "food"]
    assert SmartImporter().fit(known[:6]).answer(asked) == ["food", "food"]
    assert SmartImporter().fit(known).answer([]) == []
