"""The columns of a row group of Parquet, made of the values as they are stored.

What every row has becomes whole arrays: `Table.from_pylist` would take several times as long.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from src.domain.exports import PlainEdit, PlainInput, PlainPrediction
from src.domain.money import amount_text
from src.web.exports.backup import BackupRow, LinkBody, SetupBody
from src.web.shared.labels import reason_text

if TYPE_CHECKING:
    import pyarrow as pa

SETUP_TEXTS = ("rules", "recurring", "skipped_groups", "profiles", "budgets", "limits", "dismissals")
"""The parts of the setup whose items are JSON."""

_AS_STORED = (
    *("id", "description", "merchant", "subcategory", "currency", "direction", "mode", "account", "notes"),
    *("counterparty", "mcc", "category", "status", "created_at", "source", "fingerprint", "key", "transfer"),
    *("refund_of", "doubt", "feedback"),
)
_OF_NEWEST = {
    "predicted": "category",
    "band": "band",
    "decided_by": "decided_by",
    "model_version": "model_version",
}
_OF_PREDICTION = ("category", "confidence", "band", "decided_by", "model_version", "at", "act", "rule")
_INPUT_TEXTS = (
    *("description", "merchant", "subcategory", "currency", "direction", "mode", "account"),
    *("counterparty", "notes", "mcc"),
)
_reason = lru_cache(16384)(reason_text)


@dataclass(frozen=True)
class ParquetColumns:
    schema: pa.Schema

    def table(self, backups: Sequence[BackupRow]) -> pa.Table:
        import pyarrow as pa

        rows: Any = [backup.row for backup in backups]
        newest = [row["predictions"][-1] for row in rows]
        values: dict[str, list[Any]] = {
            **{name: [row.get(name) for row in rows] for name in _AS_STORED},
            **{name: [prediction[field] for prediction in newest] for name, field in _OF_NEWEST.items()},
            "date": [_day(row) for row in rows],
            "amount": [_amount(row) for row in rows],
            "tags": [row.get("tags", ()) for row in rows],
            "confidence": [round(prediction["confidence"], 6) for prediction in newest],
            "audit": [row.get("audit", False) for row in rows],
            "splits": [_splits(row) for row in rows],
            "own_categories": [backup.own_categories for backup in backups],
            "edits": [[_edit(edit) for edit in row.get("edits", ())] for row in rows],
            "links": [[_link(link) for link in backup.links] for backup in backups],
            "setup": [backup.setup and _setup(backup.setup) for backup in backups],
        }
        columns = [
            _predictions([row["predictions"] for row in rows], field.type)
            if field.name == "predictions"
            else pa.array(values[field.name], field.type)
            for field in self.schema
        ]
        return pa.Table.from_arrays(columns, schema=self.schema)


def _predictions(of_rows: Sequence[Sequence[PlainPrediction]], type_: pa.ListType) -> pa.Array:
    import pyarrow as pa

    fields = {field.name: field for field in type_.value_type}
    predictions: list[Any] = list(itertools.chain.from_iterable(of_rows))
    arrays = {
        name: pa.array([prediction.get(name) for prediction in predictions], fields[name].type)
        for name in (*_OF_PREDICTION, "shadow")
    }
    for name, word in (("alternatives", None), ("explanation", _reason)):
        pairs = [prediction[name] for prediction in predictions]
        arrays[name] = _pairs(pairs, fields[name].type, word)
    structs = pa.StructArray.from_arrays([arrays[name] for name in fields], fields=list(fields.values()))
    return pa.ListArray.from_arrays(_offsets(of_rows), structs, type=type_)


def _pairs(lists: Sequence[Sequence[tuple[str, float]]], type_: pa.ListType, word: Any) -> pa.Array:
    """word: what becomes of the first value of each pair; None: nothing."""
    import pyarrow as pa

    pairs = list(itertools.chain.from_iterable(lists))
    words = [pair[0] for pair in pairs] if word is None else [word(pair[0]) for pair in pairs]
    first, second = type_.value_type
    arrays = [pa.array(words, first.type), pa.array([pair[1] for pair in pairs], second.type)]
    structs = pa.StructArray.from_arrays(arrays, fields=[first, second])
    return pa.ListArray.from_arrays(_offsets(lists), structs, type=type_)


def _offsets(lists: Iterable[Sequence[Any]]) -> pa.Array:
    import pyarrow as pa

    return pa.array([0, *itertools.accumulate(map(len, lists))], pa.int32())


def _day(fields: PlainInput) -> date:
    return fields["date"].date()


def _amount(fields: PlainInput) -> Decimal:
    return Decimal(amount_text(fields["amount"], fields["currency"]))


def _splits(fields: PlainInput) -> list[dict[str, Any]]:
    currency = fields["currency"]
    return [
        {**split, "amount": Decimal(amount_text(split["amount"], currency))}
        for split in fields.get("splits", ())
    ]


def _edit(edit: PlainEdit) -> dict[str, Any]:
    before, after = edit["before"], edit["after"]
    return {
        "act": edit["act"],
        "at": edit["at"],
        "before": _input(before),
        "after": _input(after),
        "splits_before": _splits(before),
        "splits_after": _splits(after),
        "undone_at": edit.get("undone_at"),
    }


def _input(fields: PlainInput) -> dict[str, Any]:
    texts = {name: fields.get(name) for name in _INPUT_TEXTS}
    return {**texts, "date": _day(fields), "amount": _amount(fields), "tags": fields.get("tags", ())}


def _link(link: LinkBody) -> dict[str, Any]:
    return {
        **link,
        "created_at": datetime.fromisoformat(link["created_at"]),
        "date": date.fromisoformat(link["date"]),
    }


def _setup(setup: SetupBody) -> dict[str, Any]:
    def at(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    return {
        **setup,
        "accounts": [
            {
                **account,
                "created_at": at(account["created_at"]),
                "opening_balance": Decimal(account["opening_balance"]),
            }
            for account in setup["accounts"]
        ],
        "merchants": [
            {**merchant, "forgotten_at": at(merchant["forgotten_at"])} for merchant in setup["merchants"]
        ],
        **{name: [json.dumps(item) for item in setup[name]] for name in SETUP_TEXTS},  # type: ignore[literal-required]
    }
