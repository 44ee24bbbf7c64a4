"""How names of the name-suggestion-index find their category, on small invented items."""

from src.knowledge.name_suggestion_index import (
    Brand,
    Tag,
    Vote,
    countries,
    elect_brands,
    in_latin,
    is_distinctive,
    names,
    type_of,
    winner,
)

TAGS = {
    "brands/shop/supermarket": Tag("groceries", 1),
    "brands/amenity/fuel": Tag("transport", 1),
    "brands/amenity/atm": Tag("transfer", 0.5),
    "brands/amenity/bank": Tag("", 1),
    "brands/advertising/totem": Tag("", 0),
    "transit/route/bus": Tag("transport", 0.7),
}


def item(name, *, aliases=(), places=("de",), tree="brands", **tags):
    main = {"brands": "brand", "transit": "network"}[tree]
    return {
        "displayName": name,
        "matchNames": list(aliases),
        "locationSet": {"include": list(places)},
        "tags": {main: name, f"{main}:wikidata": "Q1", **tags},
    }


def plain(text):
    """Stands for `clean_text`: drops apostrophes, and numbers of one digit."""
    return " ".join(word for word in text.replace("'", "").split() if not (word.isdigit() and len(word) == 1))


def brands_of(groups, everyday=()):
    index = {path: {"items": items} for path, items in groups.items()}
    return {brand.phrase: brand for brand in elect_brands(index, TAGS, plain, set(everyday))}


def test_a_brand_takes_the_category_of_its_tag_and_the_countries_of_its_places():
    brands = brands_of({"brands/shop/supermarket": [item("Blauer  Laden", places=("de", "at"))]})
    assert brands == {"blauer laden": Brand("blauer laden", "groceries", "AT DE")}


def test_a_name_under_tags_of_two_categories_is_ignored_unless_one_is_clearly_ahead():
    even = {"brands/shop/supermarket": [item("Zwilling")], "brands/amenity/fuel": [item("Zwilling")]}
    assert brands_of(even) == {}
    ahead = {**even, "brands/amenity/fuel": [item("Zwilling"), item("Zwilling", places=("pl",))]}
    assert brands_of(ahead)["zwilling"].category == "transport"


def test_an_alias_yields_to_the_brand_whose_main_name_it_is():
    groups = {
        "brands/shop/supermarket": [item("Konsumia")],
        "brands/amenity/fuel": [item("Tankia", aliases=["konsumia"])],
    }
    assert brands_of(groups)["konsumia"].category == "groceries"


def test_a_bank_outweighs_its_own_cash_machines_but_a_network_of_machines_is_known():
    groups = {
        "brands/amenity/bank": [item("Bank Blau")],
        "brands/amenity/atm": [item("Bank Blau"), item("Geldpunkt")],
    }
    assert {name: brand.category for name, brand in brands_of(groups).items()} == {"geldpunkt": "transfer"}


def test_signs_and_tags_the_table_does_not_know_are_ignored():
    assert brands_of({"brands/advertising/totem": [item("Schildia")], "brands/shop/x": [item("Xia")]}) == {}


def test_everyday_words_short_forms_and_names_without_their_number_are_ignored():
    items = [
        item("Total"),
        item("Ab"),
        item("Motelia 6"),
        item("Gut Laden", aliases=["gtl"]),
        item("A Total"),
    ]
    assert set(brands_of({"brands/shop/supermarket": items}, {"total"})) == {"gut laden"}
    assert brands_of({"transit/route/bus": [item("VXB", tree="transit")]}) == {}


def test_a_cyrillic_name_is_also_known_as_terminals_print_it():
    brands = brands_of({"brands/shop/supermarket": [item("Пятая лавка", places=("ru",))]})
    assert set(brands) == {"пятая лавка", "pyataya lavka"}
    assert in_latin("щука, ёж") == "schuka, ezh"
    assert in_latin("қала") == "қала", "a letter without a spelling leaves the name alone"


def test_names_in_several_languages_are_main_names_and_identifiers_are_none():
    tags = {"name:en": "Blue Shop;Blue", "brand:wikidata": "Q7", "short_name": "BS", "shop": "supermarket"}
    main, aliases = names(item("Blauer Laden", aliases=["blaulad"], **tags), "brands")
    assert main == ["blauer laden", "blue shop", "blue"]
    assert aliases == ["blaulad", "bs"]


def test_a_part_of_a_country_counts_as_the_country_and_a_circle_on_the_map_as_everywhere():
    assert countries(item("x", places=("us-mi.geojson", "fx"))) == {"US", "FR"}
    assert countries(item("x", places=("us", [10.0, 50.0]))) == frozenset()
    assert countries(item("x", places=("001",))) == frozenset()


def test_a_brand_of_many_countries_names_none():
    places = ("at", "be", "ch", "de", "es", "fr", "it", "nl", "pl")
    assert (
        brands_of({"brands/shop/supermarket": [item("Weltladen", places=places)]})["weltladen"].countries
        == ""
    )


def test_a_public_body_is_no_brand():
    assert not is_distinctive("city of blueville", set())
    assert not is_distinctive("blueville city council", set())
    assert is_distinctive("city bakery", {"city"})


def test_a_brand_has_the_type_of_its_winning_tags_where_they_agree():
    cafe, pub = Vote("dining", 1, frozenset(), "coffee"), Vote("dining", 1, frozenset(), "bar")
    fuel = Vote("transport", 1, frozenset(), "fuel")
    assert type_of([cafe, fuel, fuel], "dining") == "coffee"
    assert type_of([cafe, pub], "dining") == ""
    assert type_of([cafe, cafe, pub], "dining") == "coffee"


def test_the_winner_needs_three_fifths():
    votes = [Vote("dining", 0.6, frozenset()), Vote("groceries", 0.4, frozenset())]
    assert winner(votes) == "dining"
    assert winner([*votes, Vote("", 0.2, frozenset())]) == ""
