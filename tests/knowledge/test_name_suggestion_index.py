"""The brands that ship, without a network."""

import csv
from pathlib import Path

import pytest

from src.components.text.cleaning import clean_text
from src.errors import InvalidInput
from src.knowledge.build import KINDS, TABLES, read_brands, read_tables, slugs, types, without_listed
from src.knowledge.name_suggestion_index import (
    BRANDS,
    EVERYDAY,
    PACKAGE,
    TAGS,
    VERSION,
    Brand,
    index_of,
    packed,
    read_everyday,
    read_tags,
)

NOTICE = Path(__file__).parent.parent.parent / "NOTICE"


@pytest.fixture(scope="module")
def brands():
    return list(read_brands(BRANDS))


def test_the_brands_are_many_and_of_known_categories(brands):
    assert len(brands) > 20_000
    assert {brand["category"] for brand in brands} <= set(slugs())


def test_each_brand_is_listed_once_and_in_order(brands):
    phrases = [brand["phrase"] for brand in brands]
    assert phrases == sorted(set(phrases))


def test_every_brand_has_a_text_once_it_is_cleaned(brands):
    silent = [brand["phrase"] for brand in brands if not clean_text(brand["phrase"])]
    assert silent == []


def test_every_brand_is_written_as_the_lexicon_writes_phrases(brands):
    assert [brand for brand in brands if brand["phrase"] != " ".join(brand["phrase"].lower().split())] == []
    assert [brand for brand in brands if sum(char.isalpha() for char in brand["phrase"]) < 3] == []


def test_no_brand_is_an_everyday_word(brands):
    everyday = read_everyday(EVERYDAY)
    assert [brand["phrase"] for brand in brands if brand["phrase"] in everyday] == []


def test_the_file_is_small():
    assert BRANDS.stat().st_size < 500_000


def test_our_own_tables_win_over_the_brands(brands):
    own = list(read_tables(TABLES))
    taken = {clean_text(entry["phrase"]) for entry in own}
    kept = list(without_listed(own, brands))
    assert not taken & {brand["phrase"] for brand in kept}
    assert len(kept) < len(brands)


def test_every_tag_has_a_known_category_or_a_reason_to_be_ignored():
    with TAGS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert row["category"] in slugs() or (not row["category"] and row["note"]), row
            assert 0 <= float(row["weight"]) <= 1, row
            assert not row["type"] or types()[row["type"]] == row["category"], row
    assert read_tags(TAGS)["brands/shop/supermarket"].category == "groceries"


def test_another_package_than_the_pinned_one_is_refused():
    with pytest.raises(InvalidInput, match="not the pinned name-suggestion-index"):
        index_of(b"something else")


def test_equal_brands_give_an_equal_file():
    brands = [Brand("blauer laden", "groceries", "DE"), Brand("tankia", "transport", "")]
    assert packed(brands) == packed(list(brands))


def test_the_notice_names_the_package_and_its_version():
    notice = NOTICE.read_text()
    assert f"{PACKAGE}, version {VERSION}" in notice
    assert "Copyright 2026, name-suggestion-index contributors" in notice


def test_kinds_of_our_tables_are_those_the_code_knows():
    assert {entry["kind"] for entry in read_tables(TABLES)} == set(KINDS)
