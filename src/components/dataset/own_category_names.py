"""A person's own category names for the types of merchants that the lexicon lists, such as fast food or fuel.

The lexicon's rows of a type are then learned by the person's name for it, so that a chain no answer mentions
gets the person's category of similar merchants. All rows of a type are renamed, or none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import labelled_by_person
from src.components.dataset.lexicon_training_rows import phrases_of
from src.components.lexicon.matcher import LexiconMatcher, MerchantType
from src.components.text.cleaning import clean_text
from src.domain.transactions import Direction

Ballot = Mapping[str, float]
"""By category, its votes."""


@dataclass(frozen=True)
class OwnCategoryNames:
    """Each merchant has one vote on the name of its type, divided as its labels are."""

    least: float = 2.0
    """Votes that a name needs."""
    majority: float = 0.5
    """The share of the votes that a name must exceed."""
    by_name: float = 2.0
    """Votes for a category whose name contains a phrase of the type, such as `Coffee Shops`."""

    def choose(
        self, ballots: Mapping[MerchantType, Ballot], types: set[MerchantType]
    ) -> dict[MerchantType, str]:
        """The category of each of `types` that the votes decide; the others keep the lexicon's."""
        names = {type: name for type, ballot in ballots.items() if (name := self._winner(ballot))}
        for category in {category for category, _ in types}:
            siblings = {type for type in types if type[0] == category}
            if common := self._common_name({type: ballots[type] for type in siblings & set(ballots)}, names):
                names |= dict.fromkeys(siblings - set(names), common)
        return names

    def _winner(self, ballot: Ballot) -> str | None:
        best = _first(ballot)
        enough = ballot[best] >= self.least and ballot[best] > self.majority * sum(ballot.values())
        return best if enough else None

    def _common_name(
        self, ballots: Mapping[MerchantType, Ballot], names: Mapping[MerchantType, str]
    ) -> str | None:
        """The name for the undecided types of a lexicon category: the majority's, unless one type has it.

        A person who calls fuel `Gas` has not named taxis. A person whose `Restaurants` include bars has
        probably named bakeries too.
        """
        if not ballots:
            return None
        total = sum(map(Counter, ballots.values()), Counter())
        best = _first(total)
        beyond_one = total[best] - max(ballot.get(best, 0.0) for ballot in ballots.values())
        among = (ballot for type, ballot in ballots.items() if names.get(type, best) == best)
        contested = sum(map(Counter, among), Counter())
        most = total[best] > self.majority * sum(contested.values())
        return best if most and beyond_one >= self.least else None


class LexiconRenaming:
    """The training rows of one run, where the lexicon's rows get the person's category names."""

    def __init__(self, rows: pd.DataFrame, lexicon: LexiconMatcher, names: OwnCategoryNames) -> None:
        """rows: in ROW_COLUMNS form, the lexicon's by its own categories."""
        self._rows, self._names, self._lexicon = rows, names, lexicon
        self._person = labelled_by_person(rows).to_numpy()
        self.original_categories = rows["category"].to_numpy(object)
        """Shape (n_rows,): as in `rows`, before the renaming."""
        merchants = rows["merchant"].where(rows["merchant"] != "", rows["group"])
        self._merchants = merchants.to_numpy(object)
        self._directions = rows["direction"].to_numpy(object)

    def categories(self, learns: np.ndarray) -> np.ndarray:
        """Each row's category, shape (n_rows,); lexicon rows are renamed by the person's rows in `learns`.

        Rows are renamed only to categories that the lexicon does not have.
        learns: bool, shape (n_rows,).
        """
        mine = self._person & learns
        own = set(self.original_categories[mine]) - set(self.original_categories[~self._person])
        if not own:
            return np.asarray(self.original_categories)
        shipped = {type for type, own in zip(self._types, self._person, strict=True) if type and not own}
        names = self._names.choose(self._ballots(mine, own), shipped)
        names = {type: name for type, name in names.items() if name in own}
        renamed = (names.get(type) if type else None for type in self._types)
        rows = zip(self._person, self.original_categories, renamed, strict=True)
        return np.array([category if own or not name else name for own, category, name in rows], object)

    @cached_property
    def _types(self) -> list[MerchantType | None]:
        """Of each row. Computed at first use, because most people have no category names of their own."""
        rows = self._rows
        texts = zip(phrases_of(rows), rows["description"], rows["subcategory"], strict=True)
        return [
            self._lexicon.type_of(phrase)
            if phrase
            else self._lexicon.type_of(clean_text(described)) or self._lexicon.type_of(clean_text(detail))
            for phrase, described, detail in texts
        ]

    def _ballots(self, rows: np.ndarray, own: set[str]) -> Mapping[MerchantType, Ballot]:
        labels: dict[tuple[MerchantType, str], Counter[str]] = defaultdict(Counter)
        for row in np.flatnonzero(rows):
            if type := self._types[row]:
                labels[type, self._merchants[row]][self.original_categories[row]] += 1
        ballots: dict[MerchantType, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for (type, _), named in labels.items():
            for category, count in named.items():
                ballots[type][category] += count / named.total()
        for type, category in self._named_after(rows, own):
            ballots[type][category] += self._names.by_name
        return ballots

    def _named_after(self, rows: np.ndarray, own: set[str]) -> Iterator[tuple[MerchantType, str]]:
        """The types that an own category is named after; `Rent income` is not the rent that is paid."""
        for category in sorted(own):
            income = self._is_income(rows & (self.original_categories == category))
            for type in self._lexicon.types_in(clean_text(category.replace("-", " "))):
                if income == self._is_income(~self._person & (self.original_categories == type[0])):
                    yield type, category

    def _is_income(self, rows: np.ndarray) -> bool:
        """Whether most of the rows that state a direction state income."""
        stated = self._directions[rows & (self._directions != "")]
        return bool((stated == Direction.INCOME.value).mean() > 0.5) if len(stated) else False


def _first(ballot: Ballot) -> str:
    return max(ballot, key=lambda name: (ballot[name], name))
