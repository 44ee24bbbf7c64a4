"""The features of a linear model, as one scikit-learn transformer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.validation import check_is_fitted

from src.components.dataset.schema import MODEL_FIELDS, OPTIONAL_FIELDS
from src.components.features.linear_form import BLOCKS, LinearForm, field_values
from src.components.features.tokens import TransactionTokens, log2_amount, tokenize
from src.components.features.typical_amounts import PREFIX as AMOUNTS_PREFIX
from src.components.features.typical_amounts import TypicalAmounts
from src.components.lexicon.matcher import matcher_for
from src.components.text.cleaning import merchant

if TYPE_CHECKING:
    import pandas as pd

    from src.components.model.classifier import LinearCategorizer

_ANALYSIS: dict[str, dict[str, Any]] = {
    "words": {"token_pattern": r"\S+", "lowercase": False},
    "pairs": {"token_pattern": r"\S+", "lowercase": False, "ngram_range": (2, 2)},
    "ngrams": {"analyzer": "char_wb", "lowercase": False, "ngram_range": (2, 5)},
}
"""The text is cleaned already, and so in lower case."""
_FEW_ROWS = 50


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
        hidden: Sequence[str] | None = None,
        own: np.ndarray | None = None,
    ) -> sparse.csr_matrix:
        """X: needs MODEL_FIELDS. Returns float64, shape (n_rows, n_features).

        hidden: per row, the phrase that the lexicon ignores, "" for none.
        own: bool, shape (n_rows,), a person's rows, whose amounts are real; None is all.
        """
        own = np.ones(len(X), bool) if own is None else own
        self.usual_ = self._typical_amounts(X[own]) if self.usual_weight else None
        tokens = self._tokens(X, hidden, own)
        min_rows = self.min_rows if len(X) >= _FEW_ROWS else 1
        self.n_features_in_ = len(MODEL_FIELDS)
        texts = self._fit_texts([row.text for row in tokens], min_rows)
        self._fit_fields(tokens, min_rows)
        return sparse.hstack([*texts, self._field_columns(tokens)], format="csr")

    def transform(self, X: pd.DataFrame, hidden: Sequence[str] | None = None) -> sparse.csr_matrix:
        """X: needs MODEL_FIELDS. Returns float64, shape (n_rows, n_features). hidden: as in fit_transform."""
        check_is_fitted(self, "vectorizers_")
        tokens, weights = self._tokens(X, hidden, np.ones(len(X), bool)), self._weights()
        texts = [row.text for row in tokens]
        blocks = [block for block in BLOCKS if block in self.vectorizers_]
        matrices = [self.vectorizers_[block].transform(texts) * weights[block] for block in blocks]
        return sparse.hstack([*matrices, self._field_columns(tokens)], format="csr")

    def terms(self, block: str) -> list[str]:
        """The terms of a block of text, in column order."""
        vocabulary = self.vectorizers_[block].vocabulary_ if block in self.vectorizers_ else {}
        return sorted(vocabulary, key=vocabulary.__getitem__)

    def linear_form(self, classifier: LinearCategorizer) -> LinearForm:
        """These features and the classifier fitted on them, as plain numbers."""
        idf = [self.vectorizers_[block].idf_ for block in BLOCKS if block in self.vectorizers_]
        return LinearForm(
            classes=tuple(map(str, classifier.classes_)),
            terms={block: tuple(self.terms(block)) for block in BLOCKS},
            fields=tuple(self.fields_),
            field_shares=self.field_shares_,
            weights=self._weights(),
            lexicon=self.lexicon,
            typical_amounts=self.usual_,
            temperature=float(classifier.temperature_),
            idf=np.concatenate([np.empty(0), *idf]),
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
        check_is_fitted(self, "vectorizers_")
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

    def _fit_texts(self, texts: Sequence[str], min_rows: int) -> list[sparse.csr_matrix]:
        """The columns of each block that has any."""
        self.vectorizers_: dict[str, TfidfVectorizer] = {}
        matrices, weights = [], self._weights()
        for block in BLOCKS:
            vectorizer = TfidfVectorizer(
                **_ANALYSIS[block],
                min_df=1 if block == "words" else min_rows,
                max_features=getattr(self, f"max_{block}"),
            )
            with suppress(ValueError):  # texts without a single term
                matrices.append(vectorizer.fit_transform(texts) * weights[block])
                self.vectorizers_[block] = vectorizer
        return matrices

    def _fit_fields(self, tokens: Sequence[TransactionTokens], min_rows: int) -> None:
        counts = Counter(field for row in tokens for field in row.fields)
        ranked = sorted(counts, key=lambda field: (-counts[field], field))[: self.max_fields]
        self.fields_ = sorted(field for field in ranked if counts[field] >= min_rows)
        self.field_shares_ = np.array([counts[field] / len(tokens) for field in self.fields_])

    def _field_columns(self, tokens: Sequence[TransactionTokens]) -> sparse.csr_matrix:
        columns = {field: column for column, field in enumerate(self.fields_)}
        by_row = [[columns[field] for field in row.fields if field in columns] for row in tokens]
        starts = np.cumsum([0, *map(len, by_row)])
        indices = np.array([column for row in by_row for column in row], dtype=np.int32)
        values = field_values(self.fields_, self._weights())[indices]
        bare = np.array([not row.text for row in tokens], dtype=bool)
        values[np.repeat(bare, np.diff(starts))] *= self.bare_weight / self.side_weight
        return sparse.csr_matrix((values, indices, starts), shape=(len(tokens), len(self.fields_)))

    def _tokens(
        self, X: pd.DataFrame, hidden: Sequence[str] | None, own: np.ndarray
    ) -> list[TransactionTokens]:
        matcher = matcher_for(self.lexicon)
        phrases = [""] * len(X) if hidden is None else hidden
        return [
            tokenize(*fields, matcher=matcher, hidden=phrase, typical_amounts=self.usual_ if real else None)
            for fields, phrase, real in zip(_rows(X, MODEL_FIELDS), phrases, own, strict=True)
        ]

    def __getstate__(self) -> dict[str, Any]:
        """Each vocabulary as one string: a model file with 40,000 dictionary entries loads slowly."""
        state = dict(super().__getstate__())
        fitted = state.pop("vectorizers_", None)
        if fitted is not None:
            state["terms_"] = {block: "\n".join(self.terms(block)) for block in fitted}
            state["idf_"] = {block: vectorizer.idf_ for block, vectorizer in fitted.items()}
            state["fields_"] = "\n".join(self.fields_)
            state["usual_"] = self.usual_.to_text() if self.usual_ else None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        terms, idf = state.pop("terms_", None), state.pop("idf_", None)
        if terms is not None and idf is not None:
            state["vectorizers_"] = {block: _restored(block, terms[block], idf[block]) for block in terms}
            state["fields_"] = state["fields_"].split("\n") if state["fields_"] else []
            amounts = state.get("usual_")  # absent in old models
            state["usual_"] = None if amounts is None else TypicalAmounts.from_text(amounts)
            state.setdefault("usual_weight", 0.0)
        super().__setstate__(state)


def _rows(X: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The values of these columns, row by row."""
    missing = set(OPTIONAL_FIELDS).difference(X)
    return zip(*([""] * len(X) if name in missing else X[name].tolist() for name in names), strict=True)


def _restored(block: str, terms: str, idf: np.ndarray) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**_ANALYSIS[block])
    vectorizer.vocabulary_ = {term: column for column, term in enumerate(terms.split("\n"))}
    vectorizer.idf_ = idf
    return vectorizer
