"""The tokens of many rows as counts, made once for all models that are fitted on parts of these rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from src.components.features.linear_form import BLOCKS
from src.components.features.tokens import TransactionTokens

_ANALYSIS: dict[str, dict[str, Any]] = {
    "words": {"token_pattern": r"\S+"},
    "pairs": {"token_pattern": r"\S+", "ngram_range": (2, 2)},
    "ngrams": {"analyzer": "char_wb", "ngram_range": (2, 5)},
}


@dataclass(frozen=True)
class TokenCounts:
    """Texts repeat, so their terms are counted once for each different text."""

    texts: np.ndarray
    """int, shape (n_rows,): the number of each row's text, of n_texts different ones."""
    has_text: np.ndarray
    """bool, shape (n_rows,)."""
    terms: Mapping[str, list[str]]
    """The terms of each of BLOCKS, sorted."""
    of_texts: Mapping[str, sparse.csr_matrix]
    """By block: int32, shape (n_texts, n_terms)."""
    fields: list[str]
    """The values of the other fields, sorted."""
    of_fields: sparse.csr_matrix
    """int32, shape (n_rows, n_fields)."""

    @classmethod
    def of(cls, tokens: Iterable[TransactionTokens]) -> Self:
        """tokens: of each row; an iterator saves memory."""
        texts: dict[str, int] = {}
        names: dict[str, int] = {}
        text_of_row, fields_of_rows, ends = [], [], [0]
        for row in tokens:
            text_of_row.append(texts.setdefault(row.text, len(texts)))
            fields_of_rows.extend([names.setdefault(name, len(names)) for name in row.fields])
            ends.append(len(fields_of_rows))
        counted = {block: _counted(block, list(texts)) for block in BLOCKS}
        fields = sorted(names)
        positions = np.empty(len(names), np.int32)
        positions[[names[name] for name in fields]] = np.arange(len(names))
        columns = positions[np.array(fields_of_rows, np.int32)]
        values = np.ones(len(columns), np.int32)
        numbers = np.array(text_of_row, np.int32)
        return cls(
            numbers,
            numbers != texts.get("", -1),
            {block: terms for block, (terms, _) in counted.items()},
            {block: counts for block, (_, counts) in counted.items()},
            fields,
            sparse.csr_matrix((values, columns, ends), shape=(len(numbers), len(fields))),
        )


def _counted(block: str, texts: list[str]) -> tuple[list[str], sparse.csr_matrix]:
    """The sorted terms, and how often each occurs in each text. The texts are cleaned, so in lower case."""
    vectorizer = CountVectorizer(**_ANALYSIS[block], lowercase=False, dtype=np.int32)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # texts without a single term
        return [], sparse.csr_matrix((len(texts), 0), dtype=np.int32)
    counts.sort_indices()
    return vectorizer.get_feature_names_out().tolist(), counts
