"""Merchants that may be one under several names."""

import pytest

from src.components.text.merchant_variants import variants

ROWS = {"blue door": 5, "bluedoor": 3, "blue doro": 2, "plum tree": 9, "plum tree cafe": 1, "pear tree": 4}


def evidence(rows, of_one_party=(), **options):
    return {(pair.key, pair.into): pair.evidence for pair in variants(rows, of_one_party, **options)}


def test_each_pair_has_its_evidence_and_the_smaller_one_is_merged_into_the_larger():
    assert evidence(ROWS, [["pear tree", "plum tree"]]) == {
        ("bluedoor", "blue door"): ("same-letters",),
        ("blue doro", "blue door"): ("spelling",),
        ("blue doro", "bluedoor"): ("spelling",),
        ("plum tree cafe", "plum tree"): ("first-words",),
        ("pear tree", "plum tree"): ("counterparty",),
    }


@pytest.mark.parametrize("key", ROWS)
def test_the_pairs_of_one_merchant_are_those_that_name_it(key):
    parties = [["pear tree", "plum tree"]]
    every = {pair: codes for pair, codes in evidence(ROWS, parties).items() if key in pair}
    assert evidence(ROWS, parties, of=key) == every


@pytest.mark.parametrize(
    "keys",
    [
        ("lounge a1 bar", "lounge a2 bar"),  # numbers are part of the name
        ("lidl", "aldi"),
        ("swiggy", "swiggy instamart"),
        tuple(f"bank of {city}" for city in ("asia", "bath", "cork", "dover", "essex")),  # common words
    ],
)
def test_different_merchants_are_not_offered(keys):
    assert evidence(dict.fromkeys(keys, 1)) == {}


def test_a_party_of_merchants_that_no_transaction_has_is_no_evidence():
    assert evidence({"blue door": 1}, [["blue door", "gone"]]) == {}
