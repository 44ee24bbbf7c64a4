"""Category names in files and other programs: the existing category, else a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from src.components.lexicon.category_suggestion import suggested
from src.components.text.masking import mask
from src.domain.categories import name_key, slug_of
from src.domain.imports import NEW_CATEGORY, NO_CATEGORY
from src.domain.predictions import Prediction
from src.domain.transactions import NewTransaction
from src.errors import Conflict

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.categories.repository import Categories


@dataclass
class CategoryNames:
    """Reads the categories once, at the first name."""

    categories: Categories
    predictor: Predictor | None = None
    """Gives a new category its group and colour; without it, a new one is discretionary."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """`name_key` of a file's name -> what the person chose: slug, NEW_CATEGORY or NO_CATEGORY."""
    _slugs: dict[str, str] = field(default_factory=dict)

    def chosen_slug(self, name: str, rows: Sequence[NewTransaction]) -> str | None:
        """As `slug`, unless the person chose another; None for no category."""
        choice = self.chosen.get(name_key(mask(name)), NEW_CATEGORY)
        if choice == NO_CATEGORY:
            return None
        known = self._by_name().get(choice) if choice != NEW_CATEGORY else None
        return known or self.slug(name, rows)

    def slug(self, name: str, rows: Sequence[NewTransaction] = ()) -> str:
        """The category with this name or slug in any case, or a new one.

        rows: some of its transactions, from which a new one gets its group and colour.
        """
        slugs, name = self._by_name(), mask(name)
        key = name_key(name)
        if key not in slugs:
            slugs[key] = self._add(name, rows)
        return slugs[key]

    def _by_name(self) -> dict[str, str]:
        if not self._slugs:
            self._slugs = self.categories.by_name()
        return self._slugs

    def _add(self, name: str, rows: Sequence[NewTransaction]) -> str:
        slug, number = slug_of(name), 2
        while slug in self._slugs.values():
            slug, number = f"{slug_of(name)}-{number}", number + 1
        name_shares = {}
        if self.predictor and rows:  # the prediction for the name, with the amount and direction of a row
            named = replace(
                rows[0].transaction, description=name, subcategory=None, counterparty=None, mcc=None
            )
            [(_, prediction)] = self.predictor.predict([named], at=rows[0].prediction.at)
            name_shares = _shares(prediction)
        shares = [_shares(row.prediction) for row in rows]
        new = suggested(slug, name, name_shares, shares, self.categories.all())
        try:
            return self.categories.add(new).slug
        except Conflict:  # another process added it at the same moment
            return self.categories.by_name()[name_key(name)]


def _shares(prediction: Prediction) -> dict[str, float]:
    return {alternative.category: alternative.probability for alternative in prediction.alternatives}
