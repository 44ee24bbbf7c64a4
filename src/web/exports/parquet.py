"""A backup as Parquet: the table of `backup_formats.py` with types, written a row group at a time.

pyarrow takes half a second and 50 MB, so it is imported at the first export.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from src.domain.preferences import Preferences
from src.web.exports.backup import BackupRow
from src.web.exports.parquet_columns import SETUP_TEXTS, ParquetColumns

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 2_000
_SWITCHES = [field.name for field in fields(Preferences) if isinstance(field.default, bool)]


def parquet(batches: Iterable[Sequence[BackupRow]]) -> Iterator[bytes]:
    """The file in pieces, one per row group."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema, pieces = _schema(), _Pieces()
    columns = ParquetColumns(schema)
    rows = itertools.chain.from_iterable(batches)
    with ParquetWriter(pa.PythonFile(pieces), schema, compression="zstd") as writer:
        while group := list(itertools.islice(rows, ROW_GROUP)):
            writer.write_table(columns.table(group))
            yield pieces.take()
    yield pieces.take()


class _Pieces(io.RawIOBase):
    """A file whose content is sent while it is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        self._position += len(self._pieces[-1])
        return len(self._pieces[-1])

    def take(self) -> bytes:
        content, self._pieces = b"".join(self._pieces), []
        return content


def _schema() -> pa.Schema:
    """Amounts have the decimals of every currency; times are UTC in milliseconds."""
    import pyarrow as pa

    text, number, time = pa.string(), pa.float64(), pa.timestamp("ms", tz="UTC")
    money = pa.decimal128(18, 4)
    repeated = pa.dictionary(pa.int32(), text)
    transaction = {
        "date": pa.date32(),
        **dict.fromkeys(("description", "merchant", "subcategory"), text),
        "amount": money,
        **dict.fromkeys(("currency", "direction", "mode", "account"), repeated),
        **dict.fromkeys(("counterparty", "notes"), text),
        "mcc": repeated,
        "tags": pa.list_(text),
    }
    splits = _list_of(amount=money, category=repeated, notes=text)
    columns = {
        "id": text,
        **transaction,
        **dict.fromkeys(("category", "status", "predicted"), repeated),
        "confidence": number,
        **dict.fromkeys(("band", "decided_by"), repeated),
        "created_at": time,
        **dict.fromkeys(("model_version", "source"), repeated),
        "audit": pa.bool_(),
        **dict.fromkeys(("fingerprint", "key", "transfer", "refund_of"), text),
        "doubt": pa.struct(
            {
                "category": repeated,
                "others": repeated,
                "wholesale": pa.bool_(),
                **dict.fromkeys(("label_at", "found_at", "vouched_at"), time),
            }
        ),
        "splits": splits,
        "feedback": _list_of(category=repeated, at=time, act=text, source=repeated),
        "predictions": _list_of(
            category=repeated,
            confidence=number,
            band=repeated,
            decided_by=repeated,
            model_version=repeated,
            at=time,
            act=text,
            alternatives=_list_of(category=repeated, probability=number),
            explanation=_list_of(feature=text, weight=number),
            shadow=pa.struct(
                {
                    "version": repeated,
                    "category": repeated,
                    "confidence": number,
                    "champion_category": repeated,
                }
            ),
            rule=text,
        ),
        "own_categories": _list_of(
            slug=text, name=text, group=repeated, color=repeated, description=text, parent=repeated
        ),
        "edits": _list_of(
            act=text,
            at=time,
            before=pa.struct(transaction),
            after=pa.struct(transaction),
            splits_before=splits,
            splits_after=splits,
            undone_at=time,
        ),
        "links": _list_of(
            **dict.fromkeys(("kind", "out", "in", "status", "by"), text),
            score=number,
            created_at=time,
            date=pa.date32(),
            part=pa.int64(),
            order=pa.int64(),
        ),
        "setup": pa.struct(
            {
                "accounts": _list_of(
                    **dict.fromkeys(("id", "name", "currency", "kind"), text),
                    opening_balance=money,
                    created_at=time,
                    former_keys=pa.list_(text),
                    automatic=pa.bool_(),
                ),
                "saved_filters": _list_of(name=text, query=text),
                "merchants": _list_of(
                    **dict.fromkeys(("key", "name", "into"), text), learn=pa.bool_(), forgotten_at=time
                ),
                **dict.fromkeys(SETUP_TEXTS, pa.list_(text)),
                "settings": pa.struct(
                    {
                        **dict.fromkeys(("currency", "locale", "week_starts"), text),
                        "month_starts": pa.int32(),
                        **dict.fromkeys(("auto_precision", "audit_share", "retrain_every_hours"), number),
                        **dict.fromkeys(_SWITCHES, pa.bool_()),
                    }
                ),
            }
        ),
    }
    return pa.schema(list(columns.items()))


def _list_of(**fields: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return pa.list_(pa.struct(fields))
