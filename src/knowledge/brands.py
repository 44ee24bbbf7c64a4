"""Categories of brands, from the items of the name-suggestion-index.

An item is a brand (operator, network) under an OpenStreetMap tag, with its names and countries. A name may be
listed under several tags: each item votes for the category of its tag, and the name is used if one category
is clearly ahead. Pure functions; `name_suggestion_index.py` downloads and writes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MIN_SHARE = 0.6
"""The share of a name's votes that the winner needs."""
ALIAS_WEIGHT = 0.5
"""Relative to a main name, so that an alias yields to the brand with that main name."""
LETTERS = {"brands": 3, "operators": 4, "transit": 4}
LETTERS_OF_AN_ALIAS = 4
"""Shorter names and aliases are ambiguous."""
MANY_COUNTRIES = 8
"""A brand in more countries counts as worldwide, listed without countries."""

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
    """A row of osm_categories.csv. category: "" for an excluded tag, which votes against the others."""

    category: str
    weight: float
    type: str = ""
    """From types.csv."""


@dataclass(frozen=True)
class Vote:
    category: str
    weight: float
    countries: frozenset[str]
    type: str = ""


@dataclass(frozen=True)
class Brand:
    """phrase: a name after `clean_text`. countries: such as `DE FR`; "" for all."""

    phrase: str
    category: str
    countries: str
    type: str = ""


def elect_brands(
    index: Mapping[str, Mapping[str, Any]], tags: Mapping[str, Tag], clean: Clean, everyday: Collection[str]
) -> list[Brand]:
    """The brands of the whole index, sorted by phrase.

    index: `brands/shop/supermarket` -> {"items": [...]}; tags: by the same keys; clean: `clean_text`;
    everyday: words that are not names by themselves.
    """
    votes: dict[str, list[Vote]] = defaultdict(list)
    for path, group in index.items():
        tag = tags.get(path)
        if tag is not None and tag.weight > 0:
            for item in group["items"]:
                for phrase, vote in _votes(item, path.partition("/")[0], tag, clean):
                    votes[phrase].append(vote)
    return [
        Brand(phrase, category, _countries_of(its_votes), type_of(its_votes, category))
        for phrase, its_votes in sorted(votes.items())
        if is_distinctive(phrase, everyday) and (category := winner(its_votes))
    ]


def winner(votes: Iterable[Vote]) -> str:
    """The category clearly ahead; "" if none is, or if excluded tags are."""
    counts: dict[str, float] = defaultdict(float)
    for vote in votes:
        counts[vote.category] += vote.weight
    category, most = max(counts.items(), key=lambda item: (item[1], item[0]))
    return category if most >= MIN_SHARE * sum(counts.values()) else ""


def type_of(votes: Iterable[Vote], category: str) -> str:
    """The kind of merchant within `category`, if most of its votes agree; else ""."""
    counts: dict[str, float] = defaultdict(float)
    for vote in votes:
        if vote.category == category:
            counts[vote.type] += vote.weight
    most = max(counts, key=lambda name: (counts[name], name))
    return most if counts[most] >= MIN_SHARE * sum(counts.values()) else ""


def names(item: Item, tree: str) -> tuple[list[str], list[str]]:
    """(main names, aliases), each once, in lower case."""
    main, other = [item["displayName"]], list(item.get("matchNames", ()))
    for key, value in item["tags"].items():
        if _NAME_TAGS[tree].fullmatch(key):
            main += value.split(";")
        elif _ALIAS_TAGS.fullmatch(key):
            other += value.split(";")
    mains = dict.fromkeys(_normalized(name) for name in main)
    aliases = dict.fromkeys(_normalized(name) for name in other)
    return list(mains), [name for name in aliases if name not in mains]


def countries(item: Item) -> frozenset[str]:
    """Upper-case two-letter codes; none if worldwide, or in places without a code."""
    codes = set()
    for place in item.get("locationSet", {}).get("include", ()):
        code = re.fullmatch(r"([a-z]{2})(?:-.*)?", place) if isinstance(place, str) else None
        if code is None:
            return frozenset()
        codes.add("FR" if code[1] == "fx" else code[1].upper())
    return frozenset(codes)


def is_distinctive(phrase: str, everyday: Collection[str]) -> bool:
    """Whether a cleaned phrase can be a brand: neither everyday words nor a public body."""
    if _PUBLIC_BODY.match(phrase):
        return False
    return phrase not in everyday and not all(len(word) == 1 or word in everyday for word in phrase.split())


def in_latin(name: str) -> str:
    """A Cyrillic name as card terminals print it: `пятёрочка` -> `pyaterochka`.

    A name with a letter missing from the table is returned unchanged.
    """
    spelled = "".join(_CYRILLIC.get(char, char) for char in name)
    return name if any("\u0400" <= char <= "\u04ff" for char in spelled) else spelled


def _votes(item: Item, tree: str, tag: Tag, clean: Clean) -> Iterator[tuple[str, Vote]]:
    main, aliases = names(item, tree)
    weights = dict.fromkeys(_phrases(aliases, clean, LETTERS_OF_AN_ALIAS), tag.weight * ALIAS_WEIGHT)
    weights |= dict.fromkeys(_phrases(main, clean, LETTERS[tree]), tag.weight)
    codes = countries(item)
    for phrase, weight in weights.items():
        yield phrase, Vote(tag.category, weight, codes, tag.type)


def _phrases(spelled: Iterable[str], clean: Clean, letters: int) -> Iterator[str]:
    for name in spelled:
        for spelling in (name, in_latin(name)):
            phrase = _phrase(spelling, clean)
            if sum(char.isalpha() for char in phrase) >= letters:
                yield phrase


def _phrase(name: str, clean: Clean) -> str:
    """The cleaned name; "" if cleaning removed a number: `super 8` must not become `super`."""
    phrase = clean(name)
    return "" if re.search(r"\d", name) and not re.search(r"\d", phrase) else phrase


def _countries_of(votes: Iterable[Vote]) -> str:
    sets = [vote.countries for vote in votes]
    codes = frozenset[str]() if not all(sets) else frozenset[str]().union(*sets)
    return " ".join(sorted(codes)) if len(codes) <= MANY_COUNTRIES else ""


def _normalized(name: str) -> str:
    return " ".join(name.lower().split())
