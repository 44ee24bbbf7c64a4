"""Training rows from labelled transactions and the shipped lexicon, and the snapshot that identifies them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from src.components.dataset.holdout import fingerprint
from src.components.dataset.schema import EARLIER_ROW_COLUMNS, ROW_COLUMNS
from src.components.text.masking import mask
from src.domain.feedback import LabelSource
from src.domain.transactions import LabelledTransaction
from src.errors import InvalidInput


@dataclass(frozen=True)
class Snapshot:
    """A person's rows as deterministic CSV, and the hash of all training data."""

    csv: bytes
    sha256: str
    """Hash of the CSV and of the lexicon's hash."""


@dataclass(frozen=True)
class Ingestion:
    def gather(self, labelled: Iterable[LabelledTransaction], knowledge: pd.DataFrame) -> pd.DataFrame:
        """The rows of both, a person's first, sorted by id so that their order of arrival changes nothing.

        knowledge: rows of the lexicon in ROW_COLUMNS form.
        """
        by_id = sorted(labelled, key=lambda label: label.id)
        return join_rows(pd.DataFrame([_row(label) for label in by_id], columns=ROW_COLUMNS), knowledge)


@dataclass(frozen=True)
class FromSnapshot(Ingestion):
    """The ingestion of a reproduced run: a person's rows come from its snapshot."""

    csv: bytes = b""

    def gather(self, labelled: Iterable[LabelledTransaction], knowledge: pd.DataFrame) -> pd.DataFrame:
        """The rows of the snapshot and of `knowledge`. Raises InvalidInput."""
        return join_rows(read_snapshot(self.csv), knowledge)


def join_rows(person: pd.DataFrame, knowledge: pd.DataFrame) -> pd.DataFrame:
    """A person's rows before the lexicon's, in the column types of `schema.py`."""
    parts = [_typed(part) for part in (person, knowledge[ROW_COLUMNS]) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else _typed(person)


def snapshot(rows: pd.DataFrame, knowledge_sha256: str) -> Snapshot:
    """A person's rows as CSV, sorted by id, hashed together with the lexicon."""
    text = io.StringIO(newline="")
    # With this line end, text that contains either of its characters is quoted and survives unchanged.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ROW_COLUMNS)
    person = rows[labelled_by_person(rows)].sort_values("id", kind="stable")
    writer.writerows(
        [_plain(value) for value in row] for row in person[ROW_COLUMNS].itertuples(index=False, name=None)
    )
    data = text.getvalue().encode("utf-8", "surrogatepass")
    return Snapshot(data, sha256_of(data, knowledge_sha256))


def read_snapshot(data: bytes) -> pd.DataFrame:
    """ROW_COLUMNS as `snapshot` wrote them. Raises InvalidInput for another table."""
    lines = csv.reader(io.StringIO(data.decode("utf-8", "surrogatepass"), newline=""))
    names = next(lines, [])
    if names not in (ROW_COLUMNS, EARLIER_ROW_COLUMNS):
        raise InvalidInput("This snapshot has other columns than this version of Ledgerloop writes.")
    parsers = [_PARSERS.get(name, str) for name in names]
    try:
        rows = [[parse(text) for parse, text in zip(parsers, line, strict=True)] for line in lines]
    except ValueError:
        raise InvalidInput(f"Line {lines.line_num} of the snapshot cannot be read.") from None
    return pd.DataFrame(rows, columns=names).reindex(columns=ROW_COLUMNS, fill_value="")


def sha256_of(snapshot_csv: bytes, knowledge_sha256: str) -> str:
    """The hash of a run's data: a person's rows and the lexicon."""
    return hashlib.sha256(snapshot_csv + b"\nknowledge " + knowledge_sha256.encode()).hexdigest()


def labelled_by_person(rows: pd.DataFrame) -> pd.Series:
    """bool, shape (n_rows,): labelled by a person, not the lexicon."""
    return rows["source"] != LabelSource.KNOWLEDGE.value


def _row(labelled: LabelledTransaction) -> dict[str, object]:
    transaction = labelled.transaction
    # Masked again: the row may be older than the present masking rules.
    return {
        "id": labelled.id,
        "source": str(labelled.source),
        "description": mask(transaction.description),
        "subcategory": mask(transaction.subcategory or ""),
        "amount": float(transaction.amount),
        "currency": transaction.currency,
        "mode": mask(transaction.mode or ""),
        "direction": str(transaction.direction),
        "date": pd.Timestamp(transaction.date),
        "merchant": transaction.merchant,
        "category": labelled.category,
        "labelled_at": pd.Timestamp(labelled.labelled_at),
        "holdout": labelled.holdout,
        "group": fingerprint(transaction),
        "account": mask(transaction.account or ""),
        "counterparty": mask(transaction.counterparty or ""),
        "mcc": transaction.mcc or "",
    }


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """The column types of `schema.py`, whatever pandas inferred."""
    types = dict.fromkeys(ROW_COLUMNS, "str") | {
        "amount": "float64",
        "date": "datetime64[ns]",
        "labelled_at": "datetime64[ns, UTC]",
        "holdout": "bool",
    }
    return rows.assign(labelled_at=pd.to_datetime(rows["labelled_at"], utc=True)).astype(types)


def _plain(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return "" if value is pd.NaT or value != value else value


def _time(text: str) -> Any:
    return pd.Timestamp(text) if text else pd.NaT


_PARSERS: dict[str, Callable[[str], Any]] = {
    "amount": lambda text: float(text or "nan"),
    "date": _time,
    "labelled_at": _time,
    "holdout": lambda text: text == "True",
}
