"""What all charts of one selection need: its sums, names and colours, amounts in words, links to the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from src.domain.categories import Category, Flow, Group
from src.domain.periods import PeriodKind
from src.domain.sums import Cell
from src.pipeline.dashboard.selection import SelectedSums, with_children
from src.web.analytics.chart_parts import NEUTRAL, Chart, Figure, Row, TableCell
from src.web.dashboard import text
from src.web.history.links import history_link
from src.web.shared import fields, format
from src.web.shared.blueprint import merchant_name
from src.web.shared.labels import UNCATEGORIZED

_LAST = 100_000

Slug = str | None


@dataclass(frozen=True)
class View:
    sums: SelectedSums
    categories: Sequence[Category]

    @property
    def currency(self) -> str:
        return self.sums.selection.currency

    @property
    def to_savings(self) -> str:
        """What `sums.moved_to_savings` is called."""
        return text.SAVINGS_CATEGORIES if self.sums.selection.account else text.TO_SAVINGS

    def chart(
        self, id: str, sentence: str, rows: Sequence[Row], figure: Figure | None = None, **more: Any
    ) -> Chart:
        """more: further fields, and `heads` in place of those of the text."""
        title, heads = text.CHARTS[id]
        return Chart(
            id, f"{title} ({self.currency})", more.pop("heads", heads), sentence, rows, figure, **more
        )

    def money(self, amount: Decimal) -> str:
        return format.money(amount, self.currency)

    def cell(self, amount: Decimal, flow: Flow | None = None, **shared: Any) -> TableCell:
        """An amount that leads to its rows. shared: what its cells share, as for `history_link`."""
        return TableCell(self.number(amount), self.link(flow, **shared), self.exact(amount))

    def plain(self, amount: Decimal) -> TableCell:
        """An amount that is no sum of rows."""
        return TableCell(self.number(amount), amount=self.exact(amount))

    def number(self, amount: Decimal) -> str:
        """Without the currency, where the title names it."""
        return format.amount(amount, self.currency, grouped=True)

    def change(self, amount: Decimal) -> TableCell:
        sign = "+" if amount > 0 else ""
        return TableCell(f"{sign}{self.number(amount)}", amount=self.exact(amount))

    def signed(self, amount: Decimal) -> str:
        return f"+{self.money(amount)}" if amount > 0 else self.money(amount)

    @staticmethod
    def percent(share: float, *, signed: bool = False) -> TableCell:
        return TableCell(text.percent(share, signed=signed), amount=f"{share:.4f}")

    def exact(self, amount: Decimal) -> str:
        """As a decimal string."""
        return fields.money(amount, self.currency)

    def link(self, flow: Flow | None = None, **shared: Any) -> str:
        selection, period = self.sums.selection, self.sums.period
        if selection.account:
            shared = {"account": selection.account, **shared}
        if selection.category:
            shared = {"category": selection.category, **shared}
        if not ("month" in shared and period.kind is PeriodKind.MONTH) and "since" not in shared:
            shared |= {"since": period.since, "until": period.until}
        return history_link(self.currency, flow, **shared)

    def name(self, slug: Slug) -> str:
        if slug is None:
            return UNCATEGORIZED
        return self._by_slug[slug].name if slug in self._by_slug else slug

    def color(self, slug: Slug) -> str:
        return self._by_slug[slug].color if slug and slug in self._by_slug else NEUTRAL

    def merchant(self, key: str) -> str:
        return merchant_name(key) if key else text.NO_MERCHANT

    def order(self, slug: Slug) -> int:
        """By group, then as in the list of categories; uncategorized is last."""
        return self._order.get(slug or "", _LAST)

    def group(self, slug: Slug) -> Group | None:
        return self._by_slug[slug].group if slug and slug in self._by_slug else None

    def root(self, slug: Slug) -> Slug:
        """The category whose row includes `slug`: its parent, unless the parent is selected itself."""
        parent = self._by_slug[slug].parent if slug and slug in self._by_slug else None
        if parent in (None, self.sums.selection.category) or slug == self.sums.selection.category:
            return slug
        return parent if parent in self._by_slug else slug

    def is_direct(self, slug: Slug) -> bool:
        """Whether its row is of what counts in the selected category itself: no filter lists that alone."""
        return slug == self.sums.selection.category and len(with_children(self.categories, slug or "")) > 1

    def row_name(self, slug: Slug) -> str:
        return text.directly_in(self.name(slug)) if self.is_direct(slug) else self.name(slug)

    def category_link(self, flow: Flow, slug: Slug, **shared: Any) -> str:
        return "" if self.is_direct(slug) else self.link(flow, category=slug, **shared)

    def within(self, slug: Slug, slugs: Iterable[Slug]) -> set[Slug]:
        """Those of `slugs` that are the category or below it."""
        below: set[Slug] = {slug} if slug is None else {*with_children(self.categories, slug)}
        return below & {*slugs}

    @cached_property
    def _by_slug(self) -> dict[str, Category]:
        return {category.slug: category for category in self.categories}

    @cached_property
    def _order(self) -> dict[str, int]:
        groups = list(Group)
        ordered = sorted(self.categories, key=lambda category: groups.index(category.group))
        return {category.slug: position for position, category in enumerate(ordered)}


def by(cells: Iterable[Cell], flow: Flow, *keys: str) -> dict[Any, list[Cell]]:
    """The cells of a flow by one field, or by a tuple of several."""
    grouped: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.flow is flow:
            values = tuple(getattr(cell, key) for key in keys)
            grouped[values[0] if len(keys) == 1 else values].append(cell)
    return grouped


def total(cells: Iterable[Cell]) -> Decimal:
    return sum((cell.counted for cell in cells), Decimal(0))


def count(cells: Iterable[Cell]) -> int:
    return sum(cell.count for cell in cells)


def share(amount: Decimal, of: Decimal) -> float:
    """Of the amounts above zero: refunds can exceed the spending of a category."""
    return float(amount / of) if amount > 0 and of > 0 else 0.0
