"""Download the name-suggestion-index and write its brands: the first step of `make lexicon`.

Development only, with the npm client; running Ledgerloop needs nothing of npm. Version and content are
pinned, so the file is byte-identical.

An item is a brand (operator, network) under an OpenStreetMap tag, with its names and countries. A name may be
listed under several tags: each item votes for the category of its tag, and the name is used if one category
is clearly ahead.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from src.components.text.cleaning import clean_text
from src.components.text.vocabulary import PLACES, SOFT
from src.errors import InvalidInput, Unavailable
from src.knowledge.lexicon_files import read_csv

PACKAGE = "name-suggestion-index"
VERSION = "8.0.20260918"
SHA256 = "3ee22f0f0a99528ac9c65a57211575defd968e21fd6374e746bfd02e94422121"
MEMBER = "package/dist/json/nsi.min.json"

HERE = Path(__file__).parent
TAGS = HERE / "osm_categories.csv"
EVERYDAY = HERE / "everyday_words.txt"
BRANDS = HERE / "brands.csv.gz"

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


def main() -> int:
    try:
        index = index_of(download())
    except (InvalidInput, Unavailable) as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    brands = elect_brands(index, read_tags(TAGS), clean_text, read_everyday(EVERYDAY))
    BRANDS.write_bytes(packed(brands))
    print(f"{len(brands)} brands, {BRANDS.stat().st_size / 1024:.0f} kB")  # noqa: T201
    return 0


def download() -> bytes:
    """The package from npm. Raises Unavailable."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}", "--pack-destination", folder]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"npm could not download {PACKAGE} {VERSION}: {error}") from error
        return next(Path(folder).glob("*.tgz")).read_bytes()


def index_of(package: bytes) -> dict[str, Any]:
    """The items of the index by tag. Raises InvalidInput if the package is not the pinned one."""
    if hashlib.sha256(package).hexdigest() != SHA256:
        raise InvalidInput(f"The package from npm is not the pinned {PACKAGE} {VERSION}.")
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        file = archive.extractfile(MEMBER)
        return json.load(file)["nsi"] if file else {}


def read_tags(path: Path) -> dict[str, Tag]:
    return {
        f"{row['tree']}/{row['tag']}": Tag(row["category"], float(row["weight"]), row["type"])
        for row in read_csv(path)
    }


def read_everyday(path: Path) -> Collection[str]:
    """The words and phrases of the list, and those that text cleaning knows as no names."""
    everyday = set(PLACES | SOFT)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            everyday.add(line.removeprefix("= "))
        elif not line.startswith("#"):
            everyday.update(line.split())
    return everyday


def packed(brands: Iterable[Brand]) -> bytes:
    return packed_csv(("phrase", "category", "countries", "type"), map(vars, brands))


def packed_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """One gzipped CSV without a time stamp."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)


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
    return _clearly_ahead((vote.category, vote.weight) for vote in votes)


def type_of(votes: Iterable[Vote], category: str) -> str:
    """The kind of merchant within `category`, if most of its votes agree; else ""."""
    return _clearly_ahead((vote.type, vote.weight) for vote in votes if vote.category == category)


def _clearly_ahead(votes: Iterable[tuple[str, float]]) -> str:
    counts: dict[str, float] = defaultdict(float)
    for name, weight in votes:
        counts[name] += weight
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
    mains, aliases = (
        dict.fromkeys(" ".join(name.lower().split()) for name in part) for part in (main, other)
    )
    return list(mains), [name for name in aliases if name not in mains]


def countries(item: Item) -> frozenset[str]:
    """Upper-case two-letter codes; none if worldwide, or in places without a code."""
    codes = set()
    for location in item.get("locationSet", {}).get("include", ()):
        code = re.fullmatch(r"([a-z]{2})(?:-.*)?", location) if isinstance(location, str) else None
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
            phrase = clean(spelling)
            if re.search(r"\d", spelling) and not re.search(r"\d", phrase):
                continue  # cleaning removed a number: `super 8` must not become `super`
            if sum(char.isalpha() for char in phrase) >= letters:
                yield phrase


def _countries_of(votes: Iterable[Vote]) -> str:
    sets = [vote.countries for vote in votes]
    codes = frozenset[str]() if not all(sets) else frozenset[str]().union(*sets)
    return " ".join(sorted(codes)) if len(codes) <= MANY_COUNTRIES else ""


if __name__ == "__main__":
    sys.exit(main())
