"""Restore the rows of a Ledgerloop export with their predictions and answers; nothing is predicted again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from src.components.bank_files.entry import Exported
from src.components.text.masking import mask
from src.domain.categories import Category
from src.domain.feedback import Feedback
from src.domain.predictions import Prediction
from src.domain.transactions import MistakeMark, Split, StoredTransaction, Transaction
from src.errors import Conflict
from src.pipeline.categories.resolver import CategoryNames
from src.pipeline.imports.restore_setup import SetupRestore
from src.pipeline.prediction.predict import prepare
from src.pipeline.transfers.restore import LinkRestore

if TYPE_CHECKING:
    from src.services.categories.repository import Categories
    from src.services.transactions.imported import ImportedTransactions

T = TypeVar("T", Prediction, Feedback, MistakeMark, Split)


@dataclass
class ExportRestore:
    """For one import."""

    import_id: str
    rows: ImportedTransactions
    categories: Categories
    with_canonical_accounts: Callable[[Sequence[Transaction]], list[Transaction]]
    """Returns them with their accounts' names of today."""
    links: LinkRestore
    setup: SetupRestore
    _slugs: dict[str, str] = field(default_factory=dict)
    """Slug in the export -> slug here."""

    def add(self, exported: Sequence[Exported]) -> tuple[int, int]:
        """How many this import has added, now or in an earlier attempt; how many a person had deleted.

        Raises Unavailable.
        """
        for transaction in exported:
            self._learn_categories(transaction)
            if transaction.setup:
                self.setup.add(transaction.setup.with_slugs(self._slugs))
        rows = [_translated(_masked(transaction.row), self._slugs) for transaction in exported]
        keys = [row.key for row in rows if row.key]
        deleted = self.rows.note_deleted(keys, import_id=self.import_id, ids=[row.id for row in rows])
        kept = [row for row in rows if row.id not in deleted and row.key not in deleted]
        named = self.with_canonical_accounts([row.transaction for row in kept])
        kept = [replace(row, transaction=one) for row, one in zip(kept, named, strict=True)]
        added = self.rows.restore(kept, import_id=self.import_id)
        is_kept = {row.id for row in kept}
        self.links.add([transaction for transaction in exported if transaction.row.id in is_kept])
        return added, len(rows) - len(kept)

    def _learn_categories(self, exported: Exported) -> None:
        """Create the person's categories that do not exist here, also those that only answers name."""
        parents_first = sorted(exported.categories, key=lambda category: category.parent is not None)
        for slug, category in {category.slug: category for category in parents_first}.items():
            if slug not in self._slugs:
                masked = replace(category, name=mask(category.name), description=mask(category.description))
                self._slugs[slug] = self._find_or_create(masked)
        answered = {event.category for event in exported.row.feedback if event.category}
        answered |= {split.category for inputs in _inputs(exported.row) for split in inputs.splits}
        for slug in sorted(answered - self._slugs.keys()):
            self._slugs[slug] = slug if slug in self._merged else self._names.slug(slug)

    @cached_property
    def _merged(self) -> dict[str, str]:
        """Merged here: their rows keep them until the import ends, so undoing the merge restores them."""
        return self.categories.merged_into()

    @cached_property
    def _names(self) -> CategoryNames:
        return CategoryNames(self.categories)

    def _find_or_create(self, category: Category) -> str:
        known = self.categories.all()
        slugs = {other.slug for other in known}
        by_name = {other.name.casefold(): other.slug for other in known}
        if category.slug in slugs or category.slug in self._merged:
            return category.slug
        if category.name.casefold() in by_name:
            return by_name[category.name.casefold()]
        parent = self._slugs.get(category.parent or "", category.parent)
        try:
            return self.categories.add(replace(category, parent=parent if parent in slugs else None)).slug
        except Conflict:  # another import created it at the same moment
            return self._find_or_create(category)


def _masked(row: StoredTransaction) -> StoredTransaction:
    """A person may have edited the export, so its texts are masked again."""
    predictions = tuple(
        replace(
            prediction,
            explanation=tuple(
                reason._replace(feature=mask(reason.feature)) for reason in prediction.explanation
            ),
        )
        for prediction in row.predictions
    )
    edits = tuple(replace(edit, before=prepare(edit.before), after=prepare(edit.after)) for edit in row.edits)
    return replace(row, transaction=prepare(row.transaction), predictions=predictions, edits=edits)


def _inputs(row: StoredTransaction) -> Iterator[Transaction]:
    """The present and the earlier ones."""
    yield row.transaction
    for edit in row.edits:
        yield from (edit.before, edit.after)


def _translated(row: StoredTransaction, slugs: Mapping[str, str]) -> StoredTransaction:
    """slugs: slug in the export -> slug here."""
    if all(slug == here for slug, here in slugs.items()):
        return row

    def translated(item: T, *names: str) -> T:
        old = {name: getattr(item, name) for name in names}
        return replace(item, **{name: slugs.get(slug, slug) for name, slug in old.items()})

    def with_splits(inputs: Transaction) -> Transaction:
        return replace(inputs, splits=tuple(translated(split, "category") for split in inputs.splits))

    return replace(
        row,
        transaction=with_splits(row.transaction),
        edits=tuple(
            replace(edit, before=with_splits(edit.before), after=with_splits(edit.after))
            for edit in row.edits
        ),
        predictions=tuple(
            replace(
                translated(prediction, "category"),
                alternatives=tuple(
                    other._replace(category=slugs.get(other.category, other.category))
                    for other in prediction.alternatives
                ),
            )
            for prediction in row.predictions
        ),
        feedback=tuple(translated(event, "category") for event in row.feedback),
        mistake=translated(row.mistake, "category", "others") if row.mistake else None,
    )
