"""The own category that most likely means what another program calls a category."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from src.components.lexicon.category_phrases import phrases_of, singular
from src.components.lexicon.matcher import LexiconMatcher, MerchantType
from src.components.text.cleaning import clean_text
from src.domain.categories import Category, Group, name_key

_LEVELS = re.compile(r"\s*(?:>|::?|/|\\|→|»)\s*")
"""Between a category and the one it is part of: `Food: Restaurants`."""
_SPENDING, _INCOME = (Group.ESSENTIAL, Group.DISCRETIONARY), (Group.INCOME,)


class Evidence(StrEnum):
    """Why a category is proposed, the strongest first."""

    CHOSEN = "chosen"
    """For this file, or for an earlier one."""
    SAME_NAME = "same-name"
    SIMILAR_NAME = "similar-name"
    """Singular or plural, or the name of one level."""
    SYNONYM = "synonym"
    LEXICON = "lexicon"
    NONE = "none"


class ForeignNames:
    """Proposals for the names of one file."""

    def __init__(
        self,
        categories: Sequence[Category],
        by_name: Mapping[str, str],
        synonyms: Mapping[str, str],
        matcher: LexiconMatcher | None,
    ) -> None:
        """by_name: `name_key` of a name, or a slug -> slug. synonyms: slug -> words. matcher: None without a
        model."""
        self._by_name, self._matcher = by_name, matcher
        self._groups = {category.slug: category.group for category in categories}
        self._similar: dict[str, str] = {}
        for category in categories:
            self._similar.setdefault(_plain(category.name), category.slug)
        self._synonyms: dict[str, set[str]] = {}
        for slug in synonyms.keys() & self._groups.keys():
            for word in synonyms[slug].split():
                self._synonyms.setdefault(singular(word), set()).add(slug)
        self._named_after: dict[MerchantType, str] = {}
        for category in categories:
            if category.slug not in synonyms:  # a person's own
                for type in self._types(category.name):
                    self._named_after.setdefault(type, category.slug)

    def propose(self, name: str, *, income: bool) -> tuple[str | None, Evidence]:
        """The slug, None for a new category. income: most of its transactions are income."""
        if slug := self._by_name.get(name_key(name)):
            return slug, Evidence.SAME_NAME
        for slug, evidence in self._candidates(name):
            if self._groups.get(slug) not in (_SPENDING if income else _INCOME):
                return slug, evidence
        return None, Evidence.NONE

    def _candidates(self, name: str) -> Iterator[tuple[str, Evidence]]:
        levels = [level for level in _LEVELS.split(name) if level][::-1]  # the last is the most precise
        for level in levels:
            if slug := self._by_name.get(name_key(level)) or self._similar.get(_plain(level)):
                yield slug, Evidence.SIMILAR_NAME
        for level in levels:
            slugs = self._synonyms.get(_plain(level), set())
            if len(slugs) == 1:
                yield next(iter(slugs)), Evidence.SYNONYM
            types = self._types(level)
            own = {self._named_after[type] for type in types if type in self._named_after}
            listed = {self._by_name.get(category, category) for category, _ in types}
            for slugs in (own, listed & self._groups.keys()):
                if len(slugs) == 1:
                    yield next(iter(slugs)), Evidence.LEXICON

    def _types(self, name: str) -> list[MerchantType]:
        if self._matcher is None:
            return []
        phrases = phrases_of(Category("", name, Group.DISCRETIONARY, ""))
        return [type for phrase in phrases for type in phrase.types(self._matcher)]


def _plain(name: str) -> str:
    """The same for a word and its plural."""
    return " ".join(map(singular, clean_text(name).split()))
