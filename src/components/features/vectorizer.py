"""The features of a linear model, as one scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import normalize
from sklearn.utils.validation import check_is_fitted

from src.components.dataset.schema import MODEL_FIELDS, OPTIONAL_FIELDS
from src.components.features.linear_form import BLOCKS, LinearForm, field_values
from src.components.features.token_counts import TokenCounts
from src.components.features.tokens import TransactionTokens, log2_amount, tokenize
from src.components.features.typical_amounts import PREFIX as AMOUNTS_PREFIX
from src.components.features.typical_amounts import TypicalAmounts
from src.components.lexicon.matcher import matcher_for
from src.components.text.cleaning import merchant

if TYPE_CHECKING:
    import pandas as pd

    from src.components.model.classifier import LinearCategorizer

_FEW_ROWS = 50
_ROWS_AT_ONCE = 10_000


class TransactionFeatures(TransformerMixin, BaseEstimator):
    """Words, pairs of words and character n-grams of the text, and a column per value of the other fields.

    Each block of text is TF-IDF of length `*_weight` (0 if the text has none of its terms). Every other field
    has the value `side_weight` in one column, because with a higher one it would outweigh the text, and
    `bare_weight` if there is no text. Missing and unseen values add nothing.

    lexicon: as of `lexicon_text`; its matches have the value `opinion_weight` in a few columns.
    usual_weight: value of the columns that compare the amount with the merchant's and the person's typical
    amount; 0 omits them.
    min_rows: pairs, n-grams and field values in fewer rows are dropped, unless there are few rows altogether.
    Words are kept, because a name may occur in a single row of the lexicon.
    max_*: keep the most frequent terms, which bounds the size of the model.
    The names of parameters are stored in model files.
    """

    def __init__(
        self,
        word_weight: float = 0.8,
        pair_weight: float = 0.5,
        ngram_weight: float = 1.0,
        side_weight: float = 0.3,
        bare_weight: float = 1.0,
        opinion_weight: float = 1.0,
        usual_weight: float = 0.0,
        lexicon: str = "",
        min_rows: int = 2,
        max_words: int = 20_000,
        max_pairs: int = 10_000,
        max_ngrams: int = 30_000,
        max_fields: int = 2_000,
    ) -> None:
        self.word_weight = word_weight
        self.pair_weight = pair_weight
        self.ngram_weight = ngram_weight
        self.side_weight = side_weight
        self.bare_weight = bare_weight
        self.opinion_weight = opinion_weight
        self.usual_weight = usual_weight
        self.lexicon = lexicon
        self.min_rows = min_rows
        self.max_words = max_words
        self.max_pairs = max_pairs
        self.max_ngrams = max_ngrams
        self.max_fields = max_fields

    def fit(self, X: pd.DataFrame, y: Any = None, **options: Any) -> Self:
        """options: as in fit_transform."""
        self.fit_transform(X, y, **options)
        return self

    def fit_transform(
        self,
        X: pd.DataFrame,
        y: Any = None,
        hidden: Sequence[str] | np.ndarray | None = None,
        own: np.ndarray | None = None,
    ) -> sparse.csr_matrix:
        """X: needs MODEL_FIELDS. Returns float64, shape (n_rows, n_features).

        hidden: per row, the phrase that the lexicon ignores, "" for none.
        own: bool, shape (n_rows,), a person's rows, whose amounts are real; None is all.
        """
        own = np.ones(len(X), bool) if own is None else own
        self.usual_ = self._typical_amounts(X[own]) if self.usual_weight else None
        return self._fit(TokenCounts.of(self._tokens(X, hidden, own)), np.arange(len(X)))

    def transform(self, X: pd.DataFrame, hidden: Sequence[str] | None = None) -> sparse.csr_matrix:
        """X: needs MODEL_FIELDS. Returns float64, shape (n_rows, n_features). hidden: as in fit_transform."""
        check_is_fitted(self, "terms_")
        tokens = self._tokens(X, hidden, np.ones(len(X), bool))
        return self.transform_counts(TokenCounts.of(tokens), np.arange(len(X)))

    def counts(self, X: pd.DataFrame, hidden: np.ndarray) -> TokenCounts:
        """For fits on parts of X, without typical amounts, which depend on the part.

        Arguments: as in fit_transform.
        """
        self.usual_ = None
        return TokenCounts.of(self._tokens(X, hidden, np.ones(len(X), bool)))

    def fit_counts(self, counts: TokenCounts, rows: np.ndarray) -> sparse.csr_matrix:
        """As fit_transform, on some rows of `counts`. rows: int, their positions."""
        self.usual_ = None
        return self._fit(counts, rows)

    def transform_counts(self, counts: TokenCounts, rows: np.ndarray) -> sparse.csr_matrix:
        """As transform. rows: as in fit_counts."""
        used, text_of_row = np.unique(counts.texts[rows], return_inverse=True)
        texts = [self._block(block, counts, used)[text_of_row] for block in BLOCKS if self.terms_[block]]
        return sparse.hstack([*texts, self._field_columns(counts, rows)], format="csr")

    def terms(self, block: str) -> list[str]:
        """The terms of a block of text, in column order."""
        return list(self.terms_[block])

    def linear_form(self, classifier: LinearCategorizer) -> LinearForm:
        """These features and the classifier fitted on them, as plain numbers."""
        return LinearForm(
            classes=tuple(map(str, classifier.classes_)),
            terms={block: tuple(self.terms(block)) for block in BLOCKS},
            fields=tuple(self.fields_),
            field_shares=self.field_shares_,
            weights=self._weights(),
            lexicon=self.lexicon,
            typical_amounts=self.usual_,
            temperature=float(classifier.temperature_),
            idf=np.concatenate([self.idf_[block] for block in BLOCKS]),
            coef=np.ascontiguousarray(classifier.coef_.T),
            intercept=classifier.intercept_,
            confidence_points=classifier.confidence_points_,
            calibrated_points=classifier.calibrated_points_,
            field_smoothing=classifier.doubts_[len(classifier.doubts_) - len(self.fields_) :],
        )

    def typical_amount_columns(self) -> np.ndarray:
        """bool, shape (n_features,)."""
        return np.array([name.startswith(AMOUNTS_PREFIX) for name in self.get_feature_names_out()])

    def smoothing(self, by_field: Mapping[str, float]) -> np.ndarray:
        """Shape (n_features,): the value of each field in `by_field`, and 0 for the text."""
        return np.array([by_field.get(name, 0.0) for name in self.get_feature_names_out()])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        check_is_fitted(self, "terms_")
        names = [f"{block}:{term}" for block in BLOCKS for term in self.terms(block)]
        return np.array([*names, *self.fields_], dtype=object)

    def _weights(self) -> dict[str, float]:
        """As in LinearForm."""
        weights = {
            "words": self.word_weight,
            "pairs": self.pair_weight,
            "ngrams": self.ngram_weight,
            "field": self.side_weight,
            "bare": self.bare_weight,
            "opinion": self.opinion_weight,
            "usual": self.usual_weight,
        }
        return {name: float(weight) for name, weight in weights.items()}

    def _typical_amounts(self, X: pd.DataFrame) -> TypicalAmounts:
        names = ("description", "subcategory", "counterparty", "amount", "currency")
        return TypicalAmounts.learned(
            (merchant(*texts), log2_amount(amount, currency)) for *texts, amount, currency in _rows(X, names)
        )

    def _fit(self, counts: TokenCounts, rows: np.ndarray) -> sparse.csr_matrix:
        min_rows = self.min_rows if len(rows) >= _FEW_ROWS else 1
        self.n_features_in_ = len(MODEL_FIELDS)
        self._fit_texts(counts, rows, min_rows)
        self._fit_fields(counts, rows, min_rows)
        return self.transform_counts(counts, rows)

    def _fit_texts(self, counts: TokenCounts, rows: np.ndarray, min_rows: int) -> None:
        """Choose the terms of each block, and compute their inverse document frequencies."""
        repeats = np.bincount(counts.texts[rows], minlength=counts.texts.max(initial=-1) + 1)
        self.terms_: dict[str, list[str]] = {}
        self.idf_: dict[str, np.ndarray] = {}
        for block in BLOCKS:
            of_texts, least = counts.of_texts[block], 1 if block == "words" else min_rows
            in_rows = (of_texts != 0).astype(np.int64).T @ repeats
            chosen = np.flatnonzero(in_rows >= least)
            if len(chosen) > (limit := getattr(self, f"max_{block}")):
                totals = (of_texts.T @ repeats)[chosen]
                chosen = np.sort(chosen[(-totals).argsort()[:limit]])
            self.terms_[block] = [counts.terms[block][column] for column in chosen]
            self.idf_[block] = np.log((len(rows) + 1) / (in_rows[chosen] + 1.0)) + 1.0

    def _fit_fields(self, counts: TokenCounts, rows: np.ndarray, min_rows: int) -> None:
        in_rows = counts.of_fields[rows].sum(axis=0).A1
        ranked = (-in_rows).argsort(kind="stable")[: self.max_fields]
        chosen = np.sort(ranked[in_rows[ranked] >= min_rows])
        self.fields_ = [counts.fields[column] for column in chosen]
        self.field_shares_ = in_rows[chosen] / len(rows)

    def _block(self, block: str, counts: TokenCounts, texts: np.ndarray) -> sparse.csr_matrix:
        """TF-IDF, with the length of the block: shape (n_texts, n_terms of the model)."""
        matrix = _columns(counts.of_texts[block], counts.terms[block], self.terms_[block], texts)
        matrix.data *= self.idf_[block][matrix.indices]
        return normalize(matrix, copy=False) * self._weights()[block]

    def _field_columns(self, counts: TokenCounts, rows: np.ndarray) -> sparse.csr_matrix:
        matrix = _columns(counts.of_fields, counts.fields, self.fields_, rows)
        matrix.data *= field_values(self.fields_, self._weights())[matrix.indices]
        bare = np.repeat(~counts.has_text[rows], np.diff(matrix.indptr))
        matrix.data[bare] *= self.bare_weight / self.side_weight
        return matrix

    def _tokens(
        self, X: pd.DataFrame, hidden: Sequence[str] | np.ndarray | None, own: np.ndarray
    ) -> Iterator[TransactionTokens]:
        matcher = matcher_for(self.lexicon)
        phrases = [""] * len(X) if hidden is None else hidden
        for fields, phrase, real in zip(_rows(X, MODEL_FIELDS), phrases, own, strict=True):
            typical_amounts = self.usual_ if real else None
            yield tokenize(*fields, matcher=matcher, hidden=phrase, typical_amounts=typical_amounts)

    def __getstate__(self) -> dict[str, Any]:
        """The terms of each block as one string: a model file with 40,000 entries loads slowly."""
        state = dict(super().__getstate__())
        if "terms_" in state:
            state["terms_"] = {block: "\n".join(terms) for block, terms in self.terms_.items() if terms}
            state["idf_"] = {block: self.idf_[block] for block in state["terms_"]}
            state["fields_"] = "\n".join(self.fields_)
            state["usual_"] = self.usual_.to_text() if self.usual_ else None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        if "terms_" in state:
            terms, idf = state["terms_"], state["idf_"]
            state["terms_"] = {block: terms[block].split("\n") if block in terms else [] for block in BLOCKS}
            state["idf_"] = {block: idf.get(block, np.empty(0)) for block in BLOCKS}
            state["fields_"] = state["fields_"].split("\n") if state["fields_"] else []
            amounts = state.get("usual_")  # absent in old models
            state["usual_"] = None if amounts is None else TypicalAmounts.from_text(amounts)
            state.setdefault("usual_weight", 0.0)
        super().__setstate__(state)


def _rows(X: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The values of these columns, row by row."""
    missing = set(OPTIONAL_FIELDS).difference(X)
    for start in range(0, len(X), _ROWS_AT_ONCE):  # as Python objects, all of them take much memory
        part = X.iloc[start : start + _ROWS_AT_ONCE]
        columns = ([""] * len(part) if name in missing else part[name].tolist() for name in names)
        yield from zip(*columns, strict=True)


def _columns(
    counts: sparse.csr_matrix, names: Sequence[str], wanted: Sequence[str], rows: np.ndarray
) -> sparse.csr_matrix:
    """Some rows of `counts`, float64, with the columns `wanted`. names: of its columns; both are sorted."""
    position = {name: column for column, name in enumerate(wanted)}
    columns = np.array([position.get(name, -1) for name in names], np.int32)
    known = np.flatnonzero(columns >= 0)
    matrix = counts[rows][:, known].astype(np.float64)
    matrix.indices = columns[known][matrix.indices]
    return sparse.csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(len(rows), len(wanted)))
