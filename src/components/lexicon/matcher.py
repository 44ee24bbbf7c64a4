"""Find the lexicon's phrases in a text and return them as field tokens for the model.

The model learns how far to trust each kind of match, and what a person calls the lexicon's categories. No
scikit-learn: web workers import this.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from src.components.text.cleaning import clean_text
from src.components.text.vocabulary import SOFT
from src.domain.categories import LexiconEntry

PREFIX = "lexicon"
"""Every token begins with it: `lexicon:dining`, `lexicon-whole:dining`."""

_KINDS = {"merchant": "name", "statement": "name", "brand": "brand", "word": "word"}
"""Kind of an entry -> kind of a match. Brands are so many that some match by chance."""
_RANK = {"name": 2, "brand": 1, "word": 0, "part": -1}
_TRUST = {
    "whole": 1.02,
    "first": 1.01,
    "long": 0.97,
    "word": 0.95,
    "part": 0.9,
    "brand": 0.93,
    "cut": 0.9,
    "inside": 0.85,
    "brand-inside": 0.85,
}
"""Trust in each kind of match, relative to the average."""
_MOST_TRUSTED = 0.985
_LONGEST = 5
"""Maximum words of a phrase."""
_LEAST_JOINED = 6
"""Minimum letters of a name that is run together or cut off."""
_LEAST_HALF = 5
"""Minimum letters of a word inside a compound or cut off at the end of a text."""
_LEAST_OTHER = 3
"""Minimum letters of the other half of a compound."""
_MOST_CUT = 4
"""Maximum letters cut off the last word."""
_TEXTS_KEPT = 8_192
_LEAST_LEFT = 0.6
"""Minimum share of a name that is left if it is cut off."""


MerchantType = tuple[str, str]
"""(category, type of merchant within it or "")."""
Meaning = tuple[str, str, str]
"""Category, kind and type, as in Match."""


class Match(NamedTuple):
    phrase: str
    """Cleaned."""
    category: str
    kind: str
    """One of _KINDS."""
    type: str
    """Within the category, or ""."""
    words: int
    """Number of words of the text; 0 if the name is cut off."""
    start: int
    partly: bool = False
    """Half of a compound as in `bahnhofsapotheke`, or cut off as in `city parkin`."""


class LexiconMatcher:
    """Looks up phrases of the lexicon in cleaned texts."""

    def __init__(self, lexicon: str) -> None:
        """lexicon: as of `lexicon_text`."""
        # Equal meanings are one object, and equal words one string: a third of the memory.
        meanings: dict[Meaning, Meaning] = {}
        self._phrases: dict[str, Meaning] = {}
        self._longest: dict[str, int] = {}
        """By every word: the most words of a phrase that begins with it, or 0."""
        for line in re.finditer(r"[^\n]+", lexicon):
            phrase, category, kind, *type = line[0].split("\t")
            meaning = (category, kind, type[0] if type else "")
            self._phrases[phrase] = meanings.setdefault(meaning, meaning)
            first, *others = phrase.split(" ")
            self._longest[first] = max(1 + len(others), self._longest.get(first, 0))
            for word in others:
                self._longest.setdefault(word, 0)
        names = [phrase for phrase, (_, kind, _) in self._phrases.items() if kind == "name"]
        self._joined = {phrase.replace(" ", ""): phrase for phrase in reversed(names)}
        self._sorted = sorted(joined for joined in self._joined if len(joined) >= _LEAST_JOINED)
        # Single words for what is bought, long enough to match in part.
        self._ordered = sorted(
            word
            for word, (_, kind, _) in self._phrases.items()
            if kind == "word" and word.isalpha() and len(word) >= _LEAST_HALF
        )
        self._words = frozenset(self._ordered)
        self._tokens = lru_cache(_TEXTS_KEPT)(self._find_tokens)
        self._half = lru_cache(_TEXTS_KEPT)(self._find_half)
        self._without_end = lru_cache(_TEXTS_KEPT)(self._find_without_end)

    def of(self, text: str, hidden: str = "") -> list[str]:
        """Tokens for a cleaned text. hidden: a phrase to ignore."""
        return list(self._tokens(text, hidden))

    def type_of(self, text: str) -> MerchantType | None:
        """The type of the best match in a cleaned text."""
        matches = self._every(text.split(), "")
        best = max(matches, key=_rank, default=None)
        return (best.category, best.type) if best else None

    def types_in(self, text: str) -> list[MerchantType]:
        """The type of each phrase in a cleaned text, such as the name of a category."""
        matches = self._matches(text.split(), "")
        return list(dict.fromkeys((match.category, match.type) for match in matches if not match.partly))

    def _every(self, words: Sequence[str], hidden: str) -> list[Match]:
        matches = list(self._matches(words, hidden))
        if all(match.kind == "word" for match in matches) and (cut := self._cut_off(words, hidden)):
            matches.append(cut)
        return matches

    def _find_tokens(self, text: str, hidden: str) -> tuple[str, ...]:
        words = text.split()
        matches = self._every(words, hidden)
        if not matches:
            return ()
        best = max(matches, key=_rank)
        others = dict.fromkeys(match.category for match in matches if match.category != best.category)
        return (
            f"{PREFIX}:{best.category}",
            f"{PREFIX}-{_match_kind(best, words)}:{best.category}",
            *([f"{PREFIX}-type:{best.type}"] if best.type else []),
            *(f"{PREFIX}-beside:{category}" for category in others),
        )

    def _matches(self, words: Sequence[str], hidden: str) -> Iterator[Match]:
        """From left to right, the longest at each position, without overlap."""
        position = 0
        while position < len(words):
            match = (
                self._spelled(words, position, hidden)
                or self._run_together(words, position, hidden)
                or self._partly(words, position, hidden)
            )
            if match:
                yield match
            position += match.words if match else 1

    def _spelled(self, words: Sequence[str], position: int, hidden: str) -> Match | None:
        longest = min(self._longest.get(words[position], 0), _LONGEST, len(words) - position)
        for length in range(longest, 0, -1):
            phrase = " ".join(words[position : position + length])
            if (meaning := self._phrases.get(phrase)) and phrase != hidden:
                return Match(phrase, *meaning, length, position)
        return None

    def _run_together(self, words: Sequence[str], position: int, hidden: str) -> Match | None:
        """`bluedoor` for `blue door`, and the other way about."""
        joined = ""
        for length, word in enumerate(words[position : position + 2], 1):
            joined += word
            if len(joined) >= _LEAST_JOINED:
                phrase = self._joined.get(joined)
                if phrase and phrase != hidden:
                    return Match(phrase, *self._phrases[phrase], length, position)
        return None

    def _partly(self, words: Sequence[str], position: int, hidden: str) -> Match | None:
        """`bahnhofsapotheke` and `pizzahouse` by one half, and the last word of a text without its end.

        A word of any phrase is not split: `delivery` is not a deli.
        """
        word = words[position].rstrip("0123456789")  # `shop12`: a branch
        if word in self._longest or not word.isalpha():
            is_known = word in self._phrases and word != hidden and len(word) >= _LEAST_HALF
            phrase = word if is_known else None
        else:
            phrase = self._half(word, hidden)
            if not phrase and position and position == len(words) - 1:
                phrase = self._without_end(word, hidden)
        return Match(phrase, *self._phrases[phrase], 1, position, partly=True) if phrase else None

    def _find_half(self, word: str, hidden: str) -> str | None:
        """The second half of a compound counts first, then the first half."""
        last = len(word) - _LEAST_HALF
        seconds = (word[cut:] for cut in range(_LEAST_OTHER, last + 1))
        firsts = (word[:-cut] for cut in range(_LEAST_OTHER, last))
        halves = (half for half in (*seconds, *firsts) if half in self._words and half != hidden)
        return next(halves, None)

    def _find_without_end(self, word: str, hidden: str) -> str | None:
        """If all slightly longer words that begin with it are of one category."""
        if len(word) < _LEAST_HALF:
            return None
        longest = len(word) + _MOST_CUT
        matches = [full for full in _starting_with(word, self._ordered, longest) if full != hidden]
        return matches[0] if self._have_one_category(matches) else None

    def _cut_off(self, words: Sequence[str], hidden: str) -> Match | None:
        """The whole text as the start of a name, if all names that start with it are of one category."""
        joined = "".join(words)
        if len(joined) < _LEAST_JOINED:
            return None
        longer = _starting_with(joined, self._sorted, len(joined) / _LEAST_LEFT)
        names = [name for name in map(self._joined.__getitem__, longer) if name != hidden]
        return Match(names[0], *self._phrases[names[0]], 0, 0) if self._have_one_category(names) else None

    def _have_one_category(self, phrases: Iterable[str]) -> bool:
        return len({self._phrases[phrase][0] for phrase in phrases}) == 1


def _starting_with(start: str, ordered: Sequence[str], longest: float) -> list[str]:
    """The texts in `ordered` that begin with `start` and have at most `longest` letters."""
    first, end = bisect_left(ordered, start), bisect_left(ordered, start + "\U0010ffff")
    return [text for text in ordered[first:end] if len(text) <= longest]


def smoothing_of(agreement: Mapping[str, float]) -> dict[str, float]:
    """By token, how often a person would disagree with the lexicon, 0..1.

    agreement: by category, the share of listed merchants for which people use it.
    """
    return {
        f"{PREFIX}-{manner}:{category}": 1 - min(_MOST_TRUSTED, share * trust)
        for category, share in agreement.items()
        for manner, trust in _TRUST.items()
    }


def lexicon_text(entries: Iterable[LexiconEntry]) -> str:
    """The lexicon as one string to store in a model: phrase, category, kind and type in each line.

    Of phrases that are equal once cleaned the first one counts; brands come last.
    """
    lines: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.kind == "brand"):
        if phrase := clean_text(entry.phrase):
            lines.setdefault(phrase, f"{phrase}\t{entry.category}\t{_KINDS[entry.kind]}\t{entry.type}")
    return "\n".join(lines[phrase] for phrase in sorted(lines))


@lru_cache(4)
def matcher_for(lexicon: str) -> LexiconMatcher:
    """Built once per lexicon and process."""
    return LexiconMatcher(lexicon)


def _rank(match: Match) -> tuple[int, int, int]:
    """Names come first in a text; of words for what is bought the last counts: `bread shop`."""
    rank = _RANK["part"] if match.partly else _RANK[match.kind]
    return rank, match.words, match.start if match.kind == "word" else -match.start


def _match_kind(match: Match, words: Sequence[str]) -> str:
    if not match.words:
        return "cut"
    others = [*words[: match.start], *words[match.start + match.words :]]
    alone = all(word in SOFT for word in others)
    if match.kind == "brand":
        return "brand" if alone or match.words > 1 else "brand-inside"
    if match.partly:
        return "part"
    if alone:
        return "whole"
    if match.kind == "word":
        return "word"
    if match.words > 1:
        return "long"
    return "first" if match.start == 0 else "inside"
