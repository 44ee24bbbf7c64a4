"""Rows of a Ledgerloop export: kept again as they were, and not predicted anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from src.components.bank_files.entry import Kept
from src.components.text.masking import mask
from src.domain.categories import Category
from src.domain.predictions import Prediction
from src.domain.transactions import DoubtMark, StoredTransaction
from src.errors import Conflict
from src.pipeline.categories.resolver import Categories, CategoryNames
from src.pipeline.prediction.predict import prepare


class Rows(Protocol):
    def deleted(
        self, keys: Collection[str], *, import_id: str, ids: Collection[str] = ()
    ) -> Collection[str]: ...
    def restore(self, rows: Sequence[StoredTransaction], *, import_id: str) -> int: ...


@dataclass
class Restoring:
    """For one import."""

    import_id: str
    rows: Rows
    categories: Categories
    _slugs: dict[str, str] = field(default_factory=dict)
    """What a category is called in the export -> what it is called here."""

    def add(self, found: Sequence[Kept]) -> tuple[int, int]:
        """How many of `found` this import has brought, now or in an earlier try; how many were deleted.

        Raises Unavailable.
        """
        for each in found:
            self._know(each)
        restored = [_translated(_masked(each.row), self._slugs) for each in found]
        keys = [row.key for row in restored if row.key]
        deleted = self.rows.deleted(keys, import_id=self.import_id, ids=[row.id for row in restored])
        kept = [row for row in restored if row.id not in deleted and row.key not in deleted]
        return self.rows.restore(kept, import_id=self.import_id), len(restored) - len(kept)

    def _know(self, one: Kept) -> None:
        """Make the own categories that are not there; those that answers name though nobody tells of them."""
        # Those that belong to no other first, so that each finds its parent.
        told = {each.slug: each for each in sorted(one.categories, key=lambda each: each.parent is not None)}
        named = {event.category for event in one.row.feedback if event.category}
        for slug in (*told, *sorted(named - set(told))):
            if slug not in self._slugs:
                self._slugs[slug] = (
                    self._here(_masked_category(told[slug])) if slug in told else self._names.slug(slug)
                )

    @cached_property
    def _names(self) -> CategoryNames:
        return CategoryNames(self.categories)

    def _here(self, category: Category) -> str:
        there = self.categories.all()
        by_name = {each.name.casefold(): each.slug for each in there}
        if any(each.slug == category.slug for each in there):
            return category.slug
        if category.name.casefold() in by_name:
            return by_name[category.name.casefold()]
        parent = self._slugs.get(category.parent or "", category.parent)
        if all(each.slug != parent for each in there):
            parent = None
        try:
            return self.categories.add(replace(category, parent=parent)).slug
        except Conflict:  # another import made it in this moment
            return self._here(category)


def _masked(row: StoredTransaction) -> StoredTransaction:
    """A hand may have written into the file what an export never holds."""
    predictions = tuple(
        replace(
            each,
            explanation=tuple(replace(reason, feature=mask(reason.feature)) for reason in each.explanation),
        )
        for each in row.predictions
    )
    return replace(row, transaction=prepare(row.transaction), predictions=predictions)


def _masked_category(category: Category) -> Category:
    return replace(category, name=mask(category.name), description=mask(category.description))


def _translated(row: StoredTransaction, slugs: Mapping[str, str]) -> StoredTransaction:
    if all(slug == here for slug, here in slugs.items()):
        return row
    return replace(
        row,
        predictions=tuple(_prediction(each, slugs) for each in row.predictions),
        feedback=tuple(
            replace(each, category=slugs.get(each.category, each.category)) if each.category else each
            for each in row.feedback
        ),
        doubt=_doubt(row.doubt, slugs) if row.doubt else None,
    )


def _doubt(mark: DoubtMark, slugs: Mapping[str, str]) -> DoubtMark:
    return replace(
        mark,
        category=slugs.get(mark.category, mark.category),
        others=slugs.get(mark.others, mark.others),
    )


def _prediction(prediction: Prediction, slugs: Mapping[str, str]) -> Prediction:
    category = prediction.category
    return replace(
        prediction,
        category=slugs.get(category, category) if category else None,
        alternatives=tuple(
            replace(each, category=slugs.get(each.category, each.category))
            for each in prediction.alternatives
        ),
    )
