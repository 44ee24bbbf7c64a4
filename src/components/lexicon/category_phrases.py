"""The phrases of a category's name and description, and the types of merchants they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from src.components.lexicon.matcher import LexiconMatcher, MerchantType
from src.components.text.cleaning import clean_text
from src.components.text.vocabulary import EDGE, SOFT
from src.domain.categories import Category

_FILLERS = frozenset(
    "with our my we i buy all any other others misc miscellaneous general various etc things stuff fee fees "
    "service services shop shops store stores charge charges expense expenses bills category mit fur alles "
    "sonstiges ausgaben pour autres divers para con otros gastos altri spese".split()
).union(SOFT, EDGE)
"""Words that describe no category by themselves, and separate phrases."""
_SEPARATOR = re.compile(r"[,;/|()&+:!?\n]|\.\s|\s(?:-|and|or|und|oder|et|ou|y|o|e)\s", re.IGNORECASE)
_FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    """Cleaned."""
    whole: bool
    """A whole name, or one of those that a list names; else words were dropped around it."""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(map(singular, self.text.split()))

    def types(self, matcher: LexiconMatcher) -> list[MerchantType]:
        """Of the reading with fewer matches: of `espresso bar` rather than `espresso bars`."""
        readings = [matcher.types_in(self.text), matcher.types_in(" ".join(self.words))]
        return min(filter(None, readings), key=len, default=[])


def phrases_of(category: Category) -> list[Phrase]:
    """Of its name and description: `cafés, espresso bars and Starbucks` are three. None twice."""
    parts = (*_SEPARATOR.split(category.name), *_SEPARATOR.split(category.description))
    phrases: dict[str, Phrase] = {}
    for part in parts:
        words = clean_text(part).split()
        # `credit card payment` has only fillers.
        for run in list(_runs(words)) or [words] * (len(words) > 1):
            text = " ".join(run)
            if len(text) >= _FEWEST_LETTERS or not text.isascii():
                phrases.setdefault(text, Phrase(text, whole=run == words))
    return list(phrases.values())


def _runs(words: Iterable[str]) -> Iterator[list[str]]:
    """The words between fillers."""
    run: list[str] = []
    for word in words:
        if word not in _FILLERS:
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


@lru_cache(16_384)
def singular(word: str) -> str:
    """The same for a word and its English plural; other words may lose an `s` too."""
    if len(word) <= _FEWEST_LETTERS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[: -2 if word.endswith(("shes", "ches", "xes")) else -1]
