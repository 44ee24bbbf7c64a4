"""From labelled transactions and the shipped lexicon to rows, and the snapshot that names the data."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from src.components.dataset.holdout import fingerprint
from src.components.dataset.schema import ROW_COLUMNS
from src.components.text.masking import mask
from src.domain.feedback import LabelSource
from src.domain.labels import LabelledTransaction


@dataclass(frozen=True)
class Snapshot:
    """A person's rows as deterministic CSV, and the hash of everything a run learns from."""

    csv: bytes
    sha256: str
    """Of the CSV and of the lexicon's own hash: the same hash means the same data."""


@dataclass(frozen=True)
class Ingestion:
    def gather(self, labelled: Iterable[LabelledTransaction], knowledge: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of both, a person's first and sorted by id, so that arrival order changes nothing.

        knowledge: already in ROW_COLUMNS form; its `source` is `knowledge` and it judges nobody.
        """
        person = sorted(labelled, key=lambda one: one.id)
        mine = pd.DataFrame([_row(one) for one in person], columns=ROW_COLUMNS)
        return join_rows(mine, knowledge)


def join_rows(mine: pd.DataFrame, knowledge: pd.DataFrame) -> pd.DataFrame:
    """A person's rows before the lexicon's, in the column types of `rows.py`."""
    parts = [_typed(part) for part in (mine, knowledge[ROW_COLUMNS]) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else _typed(mine)


def snapshot(rows: pd.DataFrame, knowledge_sha256: str) -> Snapshot:
    """Write a person's rows as CSV, sorted by id, and hash them together with the lexicon."""
    text = io.StringIO(newline="")
    # With this end of line a text that holds either of its characters is quoted, and comes back as it was.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ROW_COLUMNS)
    mine = rows[labelled_by_person(rows)].sort_values("id", kind="stable")
    writer.writerows(
        [_plain(value) for value in row] for row in mine[ROW_COLUMNS].itertuples(index=False, name=None)
    )
    data = text.getvalue().encode("utf-8", "surrogatepass")
    return Snapshot(data, sha256_of(data, knowledge_sha256))


def sha256_of(snapshot_csv: bytes, knowledge_sha256: str) -> str:
    """What names the data of a run: a person's rows and the lexicon."""
    return hashlib.sha256(snapshot_csv + b"\nknowledge " + knowledge_sha256.encode()).hexdigest()


def labelled_by_person(rows: pd.DataFrame) -> pd.Series:
    """True where a person gave the label, not the lexicon."""
    return rows["source"] != LabelSource.KNOWLEDGE.value


def _row(labelled: LabelledTransaction) -> dict[str, object]:
    transaction = labelled.transaction
    # Masked when it was stored; once more, for a row may be older than what is masked today.
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
    }


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """The column types of `rows.py`, whatever pandas guessed."""
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
