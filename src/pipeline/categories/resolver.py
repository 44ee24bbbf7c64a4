"""The categories of files and of other programs, by their names: one that exists, else a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from src.components.lexicon.category_suggestion import suggested
from src.components.text.masking import mask
from src.domain.categories import Category, name_key, slug_of
from src.domain.predictions import Prediction
from src.domain.transactions import NewTransaction, Transaction
from src.errors import Conflict


class Categories(Protocol):
    def all(self) -> list[Category]: ...
    def by_name(self) -> Mapping[str, str]: ...
    def add(self, category: Category) -> Category: ...


class Predicts(Protocol):
    def predict(
        self, transactions: Sequence[Transaction], *, at: datetime
    ) -> list[tuple[Transaction, Prediction]]: ...


class CategoryNames:
    """Asks for the categories once, at the first name, and remembers them."""

    def __init__(self, categories: Categories, predictor: Predicts | None = None) -> None:
        """predictor: says what a new category is like; without it, a new one is discretionary."""
        self._categories = categories
        self._predictor = predictor
        self._slugs: dict[str, str] = {}

    def slug(self, name: str, rows: Sequence[NewTransaction] = ()) -> str:
        """The category of this name or slug, whatever its case; a new one where there is none.

        rows: some transactions that have it, from which a new one takes its group and colour.
        """
        if not self._slugs:
            self._slugs = dict(self._categories.by_name())
        name = mask(name)
        key = name_key(name)
        if key not in self._slugs:
            self._slugs[key] = self._made(name, rows)
        return self._slugs[key]

    def _made(self, name: str, rows: Sequence[NewTransaction]) -> str:
        slug, number = slug_of(name), 2
        while slug in self._slugs.values():
            slug, number = f"{slug_of(name)}-{number}", number + 1
        known = self._categories.all()
        shares = [_shares(row.prediction) for row in rows]
        new = suggested(slug, name, self._name_shares(name, rows), shares, known)
        try:
            return self._categories.add(new).slug
        except Conflict:  # another process made it at the same moment
            return self._categories.by_name()[name_key(name)]

    def _name_shares(self, name: str, rows: Sequence[NewTransaction]) -> Mapping[str, float]:
        """What the model makes of the name, with the amount and direction of one of the rows."""
        if self._predictor is None or not rows:
            return {}
        asked = replace(rows[0].transaction, description=name, subcategory=None)
        [(_, prediction)] = self._predictor.predict([asked], at=rows[0].prediction.at)
        return _shares(prediction)


def _shares(prediction: Prediction) -> dict[str, float]:
    return {alternative.category: alternative.probability for alternative in prediction.alternatives}
