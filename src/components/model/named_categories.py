"""Categories that a model has not learned, predicted from their names and descriptions.

A category without labels, or with very few, takes a share of the probability of the categories that its
transactions had so far: its parent, those of the lexicon's phrases in its name, and a person's own that are
named after the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from src.components.features.tokens import TransactionTokens
from src.components.lexicon.category_phrases import phrases_of, singular
from src.components.lexicon.matcher import PREFIX, LexiconMatcher
from src.components.model.scorer import Evidence, LinearScorer, MergedScorer
from src.domain.categories import Category, Group
from src.domain.predictions import Reason
from src.domain.transactions import Direction, Transaction


@dataclass(frozen=True)
class Shares:
    """The share that a category takes of its source categories, 0..1, by what matches.

    Measured on four people's histories with `benchmarks.quality.named_categories`: of the rows with a stated
    confidence of 0.43, 0.55 and 0.66, 39, 58 and 64 % had the category.

    phrase: the transaction contains a phrase of the name; then it also takes `elsewhere` of all other
    categories. type: the merchant is of a type that the name mentions. category: the name mentions no type,
    but the lexicon's category of the merchant. part: nothing matches, but the category is part of a source
    and the type of the merchant is unknown.
    """

    phrase: float = 0.7
    elsewhere: float = 0.35
    type: float = 0.6
    category: float = 0.2
    part: float = 0.07


@dataclass(frozen=True, slots=True)
class Claim:
    """What a category takes of a transaction's probabilities, and why."""

    category: int
    """Its position among those predicted from their names."""
    share: float
    """Of its sources."""
    elsewhere: float
    """Of all others."""
    code: str
    """Of the reason."""


class NamedScorer:
    """A scorer, with the categories that it has not learned."""

    def __init__(
        self,
        scorer: LinearScorer | MergedScorer,
        own: Sequence[Category],
        learned: Collection[str] | None = None,
        shares: Shares | None = None,
    ) -> None:
        """own: the person's categories, learned or not. learned: those learned from enough labels; None: all
        that the scorer has."""
        self._scorer, self.matcher = scorer, scorer.matcher
        learned = scorer.classes if learned is None else learned
        self.named = [category for category in own if category.slug not in learned]
        slugs = [category.slug for category in self.named]
        self.classes = tuple(dict.fromkeys((*scorer.classes, *slugs)))
        self._columns = [self.classes.index(slug) for slug in slugs]
        self._by_phrase: dict[str, list[tuple[tuple[str, ...], Claim]]] = defaultdict(list)
        """First word -> the phrases that begin with it."""
        self._by_field: dict[str, list[Claim]] = defaultdict(list)
        self._of_parents: list[Claim] = []
        for position, category in enumerate(self.named):
            self._add_claims(position, category, shares or Shares())
        self._sources = _sources(self.named, scorer, {category.slug: category for category in own})
        self._others = np.array([[name != slug for name in scorer.classes] for slug in slugs], bool)
        """As `_sources`: False where both are the same."""

    def _add_claims(self, position: int, category: Category, shares: Shares) -> None:
        phrases = [(phrase, phrase.types(self.matcher)) for phrase in phrases_of(category)]
        names_type = any(type for _, types in phrases for _, type in types)
        for phrase, types in phrases:
            code = f"named:{phrase.text}"
            if phrase.whole or any(type for _, type in types):
                claim = Claim(position, shares.phrase, shares.elsewhere, code)
                self._by_phrase[phrase.words[0]].append((phrase.words, claim))
            for lexicon_category, type in types:
                if type:
                    self._by_field[f"{PREFIX}-type:{type}"].append(Claim(position, shares.type, 0.0, code))
                elif not names_type:
                    claim = Claim(position, shares.category, 0.0, code)
                    self._by_field[f"{PREFIX}:{lexicon_category}"].append(claim)
        if category.parent:
            self._of_parents.append(Claim(position, shares.part, 0.0, f"part-of:{category.parent}"))

    def probabilities(self, transactions: Sequence[Transaction]) -> np.ndarray:
        """Shape (n_transactions, n_classes), columns as in `classes`."""
        return self.probabilities_of(self.read(transactions))

    def explain(self, transaction: Transaction, category: str, limit: int = 5) -> tuple[Reason, ...]:
        [reasons] = self.explain_each(self.read([transaction]), [category], limit)
        return reasons

    def read(self, transactions: Iterable[Transaction]) -> list[Evidence]:
        return self._scorer.read(transactions)

    def probabilities_of(self, evidence: Sequence[Evidence]) -> np.ndarray:
        learned = self._scorer.probabilities_of(evidence)
        rows = self._widened(learned)
        alike: dict[tuple[Claim, ...], list[int]] = defaultdict(list)
        for position, row in enumerate(evidence):
            alike[self._claims(row.tokens)].append(position)
        for claims, positions in alike.items():
            if claims:
                rows[positions] = self._divided(learned[positions], claims)
        return rows

    def _widened(self, learned: np.ndarray) -> np.ndarray:
        """With a column of zeros for each category that the scorer does not have."""
        return np.pad(learned, ((0, 0), (0, len(self.classes) - learned.shape[1])))

    def _divided(self, learned: np.ndarray, claims: Sequence[Claim]) -> np.ndarray:
        """Several claims to one probability together take as much as if independent.

        learned: shape (n_rows, n_classes of the scorer). Returns shape (n_rows, n_classes).
        """
        shares = np.stack([self._shares(claim) for claim in claims])
        taken = learned * (1 - np.prod(1 - shares, axis=0))
        parts = shares / np.maximum(shares.sum(axis=0), 1e-12)
        rows = self._widened(learned - taken)
        rows[:, [self._columns[claim.category] for claim in claims]] += taken @ parts.T
        return rows

    def _shares(self, claim: Claim) -> np.ndarray:
        """Of each category of the scorer."""
        shares = np.where(self._sources[claim.category], claim.share, claim.elsewhere)
        return np.asarray(shares * self._others[claim.category])

    def explain_each(
        self, rows: Sequence[Evidence], categories: Sequence[str], limit: int = 5
    ) -> list[tuple[Reason, ...]]:
        """If it has a claim, what matches its name, then the reasons for the category it takes most of."""
        claims = [self._claim_of(row, category) for row, category in zip(rows, categories, strict=True)]
        explained = [
            self._source(row, claim) if claim else category
            for row, claim, category in zip(rows, claims, categories, strict=True)
        ]
        reasons = self._scorer.explain_each(rows, explained, limit)
        return [
            (Reason(claim.code, round(claim.share, 3)), *of_row[: limit - 1]) if claim else of_row
            for claim, of_row in zip(claims, reasons, strict=True)
        ]

    def _claim_of(self, row: Evidence, category: str) -> Claim | None:
        claims = (claim for claim in self._claims(row.tokens) if self.named[claim.category].slug == category)
        return next(claims, None)

    def _source(self, row: Evidence, claim: Claim) -> str:
        """The category of which it takes most."""
        taken = self._scorer.probabilities_of([row])[0] * self._shares(claim)
        return self._scorer.classes[int(taken.argmax())]

    def _claims(self, tokens: TransactionTokens) -> tuple[Claim, ...]:
        """The strongest of each category."""
        claims: dict[int, Claim] = {}
        for claim in sorted(self._all_claims(tokens), key=lambda claim: -claim.share):
            claims.setdefault(claim.category, claim)
        is_expense = f"direction:{Direction.EXPENSE.value}" in tokens.fields
        return tuple(
            claim
            for claim in claims.values()
            if not (is_expense and self.named[claim.category].group is Group.INCOME)
        )

    def _all_claims(self, tokens: TransactionTokens) -> Iterator[Claim]:
        words = [singular(word) for word in tokens.text.split()]
        for start, word in enumerate(words):
            for phrase, claim in self._by_phrase.get(word, ()):
                if tuple(words[start : start + len(phrase)]) == phrase:
                    yield claim
        for field in tokens.fields:
            yield from self._by_field.get(field, ())
        if not any(field.startswith(f"{PREFIX}-type:") for field in tokens.fields):
            yield from self._of_parents


def _sources(
    named: Sequence[Category], scorer: LinearScorer | MergedScorer, own: dict[str, Category]
) -> np.ndarray:
    """Shape (n_named, n_classes of the scorer): True where the former takes from the latter."""
    mentioned = {slug: _lexicon_categories(category, scorer.matcher) for slug, category in own.items()}
    sources = np.zeros((len(named), len(scorer.classes)), bool)
    for row, category in zip(sources, named, strict=True):
        wanted = mentioned[category.slug] | ({category.parent} if category.parent else set())
        row[:] = [slug in wanted or not wanted.isdisjoint(mentioned.get(slug, ())) for slug in scorer.classes]
    return sources


def _lexicon_categories(category: Category, matcher: LexiconMatcher) -> set[str]:
    """The lexicon's categories that its name and description mention."""
    return {
        lexicon_category for phrase in phrases_of(category) for lexicon_category, _ in phrase.types(matcher)
    }
