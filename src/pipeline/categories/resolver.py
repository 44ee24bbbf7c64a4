"""Category names in files and other programs: the existing category, else a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from src.components.lexicon.category_suggestion import suggested
from src.components.text.masking import mask
from src.domain.categories import name_key, slug_of
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
    _slugs: dict[str, str] = field(default_factory=dict)

    def slug(self, name: str, rows: Sequence[NewTransaction] = ()) -> str:
        """The category with this name or slug in any case, or a new one.

        rows: some of its transactions, from which a new one gets its group and colour.
        """
        if not self._slugs:
            self._slugs = self.categories.by_name()
        name = mask(name)
        key = name_key(name)
        if key not in self._slugs:
            self._slugs[key] = self._add(name, rows)
        return self._slugs[key]

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
