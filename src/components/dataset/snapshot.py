"""Read a snapshot: the rows that a run was trained on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from src.components.dataset.ingestion import Ingestion, join_rows
from src.components.dataset.schema import ROW_COLUMNS
from src.domain.transactions import LabelledTransaction
from src.errors import InvalidInput


@dataclass(frozen=True)
class FromSnapshot(Ingestion):
    """The ingestion of a reproduced run: a person's rows come from its snapshot."""

    csv: bytes = b""

    def gather(self, labelled: Iterable[LabelledTransaction], knowledge: pd.DataFrame) -> pd.DataFrame:
        """The rows of the snapshot and of `knowledge`. Raises InvalidInput."""
        return join_rows(read(self.csv), knowledge)


def read(data: bytes) -> pd.DataFrame:
    """ROW_COLUMNS as `ingestion.snapshot` wrote them. Raises InvalidInput for another table."""
    lines = csv.reader(io.StringIO(data.decode("utf-8", "surrogatepass"), newline=""))
    if next(lines, []) != ROW_COLUMNS:
        raise InvalidInput("This snapshot has other columns than this version of Ledgerloop writes.")
    parsers = [_PARSERS.get(name, str) for name in ROW_COLUMNS]
    try:
        rows = [[parse(text) for parse, text in zip(parsers, line, strict=True)] for line in lines]
    except ValueError:
        raise InvalidInput(f"Line {lines.line_num} of the snapshot cannot be read.") from None
    return pd.DataFrame(rows, columns=ROW_COLUMNS)


def _time(text: str) -> Any:
    return pd.Timestamp(text) if text else pd.NaT


_PARSERS: dict[str, Callable[[str], Any]] = {
    "amount": lambda text: float(text or "nan"),
    "date": _time,
    "labelled_at": _time,
    "holdout": lambda text: text == "True",
}
