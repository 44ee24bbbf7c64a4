"""Measures what a new category is offered for before its first label, by its name alone.

`python -m benchmarks.quality.named_categories DIR --files …` takes the categories of a file one at a
time. The first model, which knows only the shipped categories, gets one of them by its name and predicts
every row of the file. With `--trained N`, the N most frequent categories are taken instead, each with a model
that has learned all other rows of the file.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.quality.data import Dataset, Example, about, read_folder
from benchmarks.quality.product import Product, Setup
from src.components.model.named_categories import NamedScorer
from src.components.model.serving import Serving
from src.domain.categories import Category, Group, name_key, slug_of
from src.domain.feedback import LabelSource
from src.domain.predictions import Band
from src.knowledge.lexicon_files import Knowledge

_FEWEST_ROWS = 5
SHIPPED = Knowledge().categories


@dataclass(frozen=True)
class Offers:
    """Of one category that was added by its name. Each array: shape (n_rows,)."""

    category: str
    own: np.ndarray
    """The rows that have it."""
    rank: np.ndarray
    """Its rank among the alternatives, from 0."""
    confidence: np.ndarray
    was_auto: np.ndarray
    """Categorized automatically without the category."""
    is_auto: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.named_categories")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", nargs="*", default=())
    parser.add_argument("--trained", type=int, default=0, metavar="N")
    parser.add_argument(
        "--parents", action="store_true", help="each is part of the shipped one that means it"
    )
    parser.add_argument("--list", action="store_true", help="also one line for each category")
    options = parser.parse_args()
    datasets, _ = read_folder(options.folder, options.files)
    first = None if options.trained else _first_model()
    everything = []
    for data in datasets:
        offers = []
        for offer in (
            _trained(data, options.trained) if first is None else _cold(data, first, options.parents)
        ):
            offers.append(offer)
            if options.list:
                print(f"  {offer.category:28}", _figures([offer]), flush=True)
        print(f"{about(data)}: {_figures(offers)}")
        everything += offers
    print(f"all: {_figures(everything)}")
    print(*_reliability(everything), sep="\n")


def _first_model() -> Serving:
    product = Product(Setup())
    product.train()
    return product.current()


def _cold(data: Dataset, serving: Serving, with_parents: bool) -> Iterator[Offers]:
    for name in _own_names(data):
        meant = sorted(data.accepted.get(name, ())) if with_parents else []
        parent = meant[0] if len(meant) == 1 else None
        if parent or not with_parents:
            category = replace(_category(name), parent=parent)
            yield _offers(name, data.examples, serving, [category])


def _trained(data: Dataset, most: int) -> Iterator[Offers]:
    slugs = {name_key(text): category.slug for category in SHIPPED for text in (category.name, category.slug)}
    names = dict.fromkeys(example.category for example in data.examples)
    own = [_category(name) for name in names if name_key(name) not in slugs]
    for name in _own_names(data)[:most]:
        product = Product(Setup())
        product.train()
        product.learn(
            (
                replace(example, category=slugs.get(name_key(example.category), slug_of(example.category)))
                for example in data.examples
                if example.category != name
            ),
            LabelSource.IMPORT,
        )
        product.train()
        yield _offers(name, data.examples, product.current(), own)


def _own_names(data: Dataset) -> list[str]:
    """The categories that no shipped one is called, the most frequent first."""
    shipped = {name_key(text) for category in SHIPPED for text in (category.name, category.slug)}
    counts = Counter(example.category for example in data.examples)
    return [
        name for name, rows in counts.most_common() if rows >= _FEWEST_ROWS and name_key(name) not in shipped
    ]


def _category(name: str) -> Category:
    return Category(slug_of(name), name, Group.DISCRETIONARY, "#7a5195")


def _offers(name: str, examples: Sequence[Example], serving: Serving, own: Sequence[Category]) -> Offers:
    transactions = [example.transaction for example in examples]
    scorer = NamedScorer(serving.scorer, own)
    rows, before = scorer.probabilities(transactions), serving.scorer.probabilities(transactions)
    mine = rows[:, scorer.classes.index(slug_of(name))]
    return Offers(
        name,
        np.array([example.category == name for example in examples]),
        np.where(mine > 0, (rows > mine[:, np.newaxis]).sum(axis=1), len(scorer.classes)),
        mine,
        _auto(before, serving.scorer.classes, serving),
        _auto(rows, scorer.classes, serving),
    )


def _auto(rows: np.ndarray, classes: Sequence[str], serving: Serving) -> np.ndarray:
    best = zip(rows.max(axis=1), rows.argmax(axis=1), strict=True)
    return np.array([serving.band(confidence, classes[at]) is Band.AUTO for confidence, at in best])


def _figures(offers: Sequence[Offers]) -> str:
    def total(rows: Sequence[np.ndarray]) -> int:
        return int(sum(row.sum() for row in rows))

    own, others = total([offer.own for offer in offers]), total([~offer.own for offer in offers])
    parts = [f"{len(offers)} categories, {own:,} rows"]
    for words, rank in (("first", 1), ("among three", 3)):
        right = total([offer.own & (offer.rank < rank) for offer in offers])
        wrong = total([~offer.own & (offer.rank < rank) for offer in offers])
        parts.append(
            f"{words} {right / max(own, 1):.1%}, others {wrong / max(others, 1):.2%} ({right}:{wrong})"
        )
    lost = total([~offer.own & offer.was_auto & ~offer.is_auto for offer in offers])
    parts.append(f"others no longer automatic {lost / max(others, 1):.2%}")
    return "; ".join(parts)


def _reliability(offers: Sequence[Offers]) -> Iterator[str]:
    """Stated confidence and share of right rows; every category has the same weight."""
    for low, high in ((0.02, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.6), (0.6, 1.0)):
        inside = [(offer, (offer.confidence >= low) & (offer.confidence < high)) for offer in offers]
        shares = [
            (offer.confidence[rows].mean(), offer.own[rows].mean()) for offer, rows in inside if rows.any()
        ]
        if shares:
            stated, right = np.mean(shares, axis=0)
            bin_of = f"confidence {low:.2f} to {high:.2f}"
            yield f"{bin_of}: {stated:.2f}, right {right:.2f}, {len(shares)} categories"


if __name__ == "__main__":
    main()
