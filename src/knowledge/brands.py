"""Which brand belongs to which category, read from the items of the name-suggestion-index.

An item is one brand (operator, network) under one OpenStreetMap tag, with its names and countries. The same
name may stand under several tags: each item votes for the category of its tag, and a name is taken where one
category is clearly ahead. Pure functions; `name_suggestion_index.py` fetches and writes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

AHEAD = 0.6
"""The share of a name's votes that the winner needs."""
ALIAS_WEIGHT = 0.5
"""Of another name of a brand, beside 1 of its main name: an alias yields to whom it is the main name of."""
LETTERS = {"brands": 3, "operators": 4, "transit": 4}
LETTERS_OF_AN_ALIAS = 4
"""A name, or an alias, of fewer letters means too many things."""
MANY_COUNTRIES = 8
"""A brand of more countries is of the whole world, which the table says by naming none."""

Item = Mapping[str, Any]
Clean = Callable[[str], str]

_NAME_TAGS = {
    "brands": re.compile(r"(?:name|brand)(?::(?!wikidata|wikipedia|short|type)[\w-]+)?"),
    "operators": re.compile(r"operator(?::(?!wikidata|wikipedia|short|type)[\w-]+)?"),
    "transit": re.compile(r"network(?::(?!wikidata|wikipedia|short|guid|type)[\w-]+)?"),
}
_ALIAS_TAGS = re.compile(
    r"(?:alt|short|official)_name(?::[\w-]+)?|(?:brand|operator|network):short(?::[\w-]+)?"
)
_PUBLIC_BODY = re.compile(
    r"(city|town|village|state|county|borough|municipality|commune|ville|ayuntamiento|comune|prefeitura|"
    r"camara|concello|ajuntament) (of|de|di|do|da|d)\b|(stadt|gemeinde|gmina|obec|mesto|mairie|landkreis) |"
    r".*\b(city|county|district|borough|town|parish) council\b|.* kommun[e]?$"
)
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch  y  e yu ya i yi ye g u".split(" "),
        strict=True,
    )
)


@dataclass(frozen=True)
class Tag:
    """A row of osm_categories.csv. category: "" where the tag is left out; its weight then speaks against."""

    category: str
    weight: float
    type: str = ""
    """Of types.csv."""


@dataclass(frozen=True)
class Vote:
    category: str
    weight: float
    countries: frozenset[str]
    type: str = ""


@dataclass(frozen=True)
class Brand:
    """phrase: a name as `clean_text` leaves it. countries: such as `DE FR`; "" for all."""

    phrase: str
    category: str
    countries: str
    type: str = ""


def elected(
    index: Mapping[str, Mapping[str, Any]], tags: Mapping[str, Tag], clean: Clean, everyday: Collection[str]
) -> list[Brand]:
    """The brands of the whole index, sorted by phrase.

    index: `brands/shop/supermarket` -> {"items": [...]}; tags: by the same names; clean: `clean_text`;
    everyday: words that are no name on their own.
    """
    votes: dict[str, list[Vote]] = defaultdict(list)
    for path, group in index.items():
        tag = tags.get(path)
        if tag is not None and tag.weight > 0:
            for item in group["items"]:
                for phrase, vote in _votes(item, path.partition("/")[0], tag, clean):
                    votes[phrase].append(vote)
    return [
        Brand(phrase, category, _together(ballot), type_of(ballot, category))
        for phrase, ballot in sorted(votes.items())
        if is_telling(phrase, everyday) and (category := winner(ballot))
    ]


def winner(ballot: Iterable[Vote]) -> str:
    """The category clearly ahead; "" where none is, or where it is the tags left out."""
    counts: dict[str, float] = defaultdict(float)
    for vote in ballot:
        counts[vote.category] += vote.weight
    category, most = max(counts.items(), key=lambda each: (each[1], each[0]))
    return category if most >= AHEAD * sum(counts.values()) else ""


def type_of(ballot: Iterable[Vote], category: str) -> str:
    """What kind of merchant of `category` it is, where most of its votes agree on one."""
    counts: dict[str, float] = defaultdict(float)
    for vote in ballot:
        if vote.category == category:
            counts[vote.type] += vote.weight
    most = max(counts, key=lambda name: (counts[name], name))
    return most if counts[most] >= AHEAD * sum(counts.values()) else ""


def names(item: Item, tree: str) -> tuple[list[str], list[str]]:
    """(main names, aliases), each once, in lower case."""
    main, other = [item["displayName"]], list(item.get("matchNames", ()))
    for key, value in item["tags"].items():
        if _NAME_TAGS[tree].fullmatch(key):
            main += value.split(";")
        elif _ALIAS_TAGS.fullmatch(key):
            other += value.split(";")
    mains = dict.fromkeys(_spaced(name) for name in main)
    aliases = dict.fromkeys(_spaced(name) for name in other)
    return list(mains), [name for name in aliases if name not in mains]


def countries(item: Item) -> frozenset[str]:
    """Two-letter codes in capitals; none where it is of the whole world, or of places without a code."""
    codes = set()
    for place in item.get("locationSet", {}).get("include", ()):
        code = re.fullmatch(r"([a-z]{2})(?:-.*)?", place) if isinstance(place, str) else None
        if code is None:
            return frozenset()
        codes.add("FR" if code[1] == "fx" else code[1].upper())
    return frozenset(codes)


def is_telling(phrase: str, everyday: Collection[str]) -> bool:
    """Whether a cleaned phrase can stand for a brand: no everyday word and no public body."""
    if _PUBLIC_BODY.match(phrase):
        return False
    return phrase not in everyday and not all(len(word) == 1 or word in everyday for word in phrase.split())


def in_latin(name: str) -> str:
    """A Cyrillic name as card terminals print it: `пятёрочка` -> `pyaterochka`.

    A name with a letter the table lacks is returned as it is, not half of it.
    """
    spelled = "".join(_CYRILLIC.get(char, char) for char in name)
    return name if any("\u0400" <= char <= "\u04ff" for char in spelled) else spelled


def _votes(item: Item, tree: str, tag: Tag, clean: Clean) -> Iterator[tuple[str, Vote]]:
    main, aliases = names(item, tree)
    weights = dict.fromkeys(_phrases(aliases, clean, LETTERS_OF_AN_ALIAS), tag.weight * ALIAS_WEIGHT)
    weights |= dict.fromkeys(_phrases(main, clean, LETTERS[tree]), tag.weight)
    places = countries(item)
    for phrase, weight in weights.items():
        yield phrase, Vote(tag.category, weight, places, tag.type)


def _phrases(spelled: Iterable[str], clean: Clean, letters: int) -> Iterator[str]:
    for name in spelled:
        for spelling in (name, in_latin(name)):
            phrase = _phrase(spelling, clean)
            if sum(char.isalpha() for char in phrase) >= letters:
                yield phrase


def _phrase(name: str, clean: Clean) -> str:
    """The cleaned name; "" where cleaning took a number from it: `super 8` must not become `super`."""
    phrase = clean(name)
    return "" if re.search(r"\d", name) and not re.search(r"\d", phrase) else phrase


def _together(ballot: Iterable[Vote]) -> str:
    sets = [vote.countries for vote in ballot]
    codes = frozenset[str]() if not all(sets) else frozenset[str]().union(*sets)
    return " ".join(sorted(codes)) if len(codes) <= MANY_COUNTRIES else ""


def _spaced(name: str) -> str:
    return " ".join(name.lower().split())
