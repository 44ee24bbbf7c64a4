import pytest

from src.components.lexicon.matcher import LexiconMatcher, lexicon_text
from src.components.text.cleaning import clean_text
from src.knowledge.build import (
    PACKED,
    TABLES,
    errors_in,
    packed,
    read_brands,
    read_tables,
    slugs,
    types,
    without_listed,
)
from src.knowledge.lexicon_files import Knowledge
from src.knowledge.name_suggestion_index import BRANDS

SLUGS = (
    "groceries dining transport travel shopping home housing utilities health personal-care entertainment "
    "subscriptions insurance education family pets gifts services taxes-fees debt savings transfer salary "
    "other-income other"
).split()


def test_the_default_categories_are_in_their_order_with_colours_of_their_own():
    categories = Knowledge().categories
    assert [category.slug for category in categories] == SLUGS
    assert len({category.color for category in categories}) == len(SLUGS)


def test_every_shipped_category_has_other_words_to_be_searched_by():
    assert set(Knowledge().search_words) == set(SLUGS)
    assert all(words == words.lower().strip() != "" for words in Knowledge().search_words.values())


def test_the_tables_are_sound():
    assert list(errors_in(read_tables(TABLES), slugs(), types())) == []


def test_the_packed_lexicon_equals_its_tables():
    own = list(read_tables(TABLES))
    everything = [*own, *without_listed(own, read_brands(BRANDS))]
    assert PACKED.read_bytes() == packed(everything), "run python -m src.knowledge.build"


def test_a_phrase_in_two_categories_or_of_an_unknown_kind_is_reported():
    entry = {"phrase": "blue door", "category": "dining", "kind": "merchant", "countries": ""}
    faults = list(errors_in([entry, {**entry, "category": "travel"}, {**entry, "phrase": "Big"}], slugs()))
    assert len(faults) == 2
    assert list(errors_in([{**entry, "kind": "x", "category": "none"}], slugs()))
    spelled = {**entry, "phrase": "blue-door", "category": "travel"}
    assert list(errors_in([entry, spelled], slugs())), "the same once it is cleaned"


def test_the_brands_of_the_world_are_there_too():
    kinds = [entry.kind for entry in Knowledge().entries()]
    assert set(kinds) == {"merchant", "brand", "statement", "word"}
    assert kinds.count("brand") > 20_000


def test_every_category_is_known_by_many_phrases():
    entries = Knowledge().entries()
    counts = {slug: sum(entry.category == slug for entry in entries) for slug in SLUGS}
    assert min(counts.values()) >= 20, counts


@pytest.mark.parametrize(
    ("text", "category"),
    [("Hausverwaltung Krüger Miete Wohnung 12 inkl. NK", "housing"), ("Zahnarzt Dr. Weiß Rg 182", "health")],
)
def test_no_short_name_of_a_shop_hides_what_a_text_says(text, category):
    matcher = LexiconMatcher(lexicon_text(Knowledge().entries()))
    assert matcher.of(clean_text(text))[0] == f"lexicon:{category}"


def test_nearly_every_phrase_has_a_text_once_it_is_cleaned():
    entries = Knowledge().entries()
    silent = [entry.phrase for entry in entries if not clean_text(entry.phrase)]
    assert len(silent) < 0.01 * len(entries), silent


def test_reading_twice_gives_the_same_rows_and_hash():
    one, other = Knowledge(), Knowledge()
    assert one.sha256 == other.sha256
    assert (one.entries(), one.category_profiles()) == (other.entries(), other.category_profiles())
