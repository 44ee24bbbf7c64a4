"""The history as Parquet: the table of `tables.py` with types, written a row group at a time.

pyarrow takes half a second and 50 MB, so it is imported when somebody asks for Parquet.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from src.web.history.csv_table import cells
from src.web.history.exports_schemas import ExportedBody

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 2_000


def parquet(bodies: Iterable[ExportedBody]) -> Iterator[bytes]:
    """The file in pieces, one for each row group."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema, pieces, remaining = _schema(), _Pieces(), iter(bodies)
    with ParquetWriter(pa.PythonFile(pieces), schema, compression="zstd") as writer:
        while some := [_typed(body) for body in islice(remaining, ROW_GROUP)]:
            writer.write_table(pa.Table.from_pylist(some, schema=schema))
            yield pieces.taken()
    yield pieces.taken()


class _Pieces(io.RawIOBase):
    """A file that is read away while it is written."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        self._place += len(self._written[-1])
        return len(self._written[-1])

    def taken(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken


def _typed(body: ExportedBody) -> dict[str, Any]:
    row = cells(body)
    return {
        **row,
        "date": date.fromisoformat(row["date"]),
        "amount": Decimal(row["amount"]),
        "created_at": _moment(row["created_at"]),
        "doubt": _with_moments(row["doubt"]) if row["doubt"] else None,
        "feedback": [{**each, "at": _moment(each["at"])} for each in row["feedback"]],
        "predictions": [{**each, "at": _moment(each["at"])} for each in row["predictions"]],
    }


def _with_moments(doubt: dict[str, Any]) -> dict[str, Any]:
    moments = {name: doubt[name] for name in ("label_at", "found_at", "vouched_at") if doubt[name]}
    return doubt | {name: _moment(text) for name, text in moments.items()}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _schema() -> pa.Schema:
    """Amounts have room for every currency's decimals; times are UTC, in milliseconds."""
    import pyarrow as pa

    text, number, moment = pa.string(), pa.float64(), pa.timestamp("ms", tz="UTC")
    few = pa.dictionary(pa.int32(), text)
    columns = {
        "id": text,
        "date": pa.date32(),
        **dict.fromkeys(("description", "merchant", "subcategory"), text),
        "amount": pa.decimal128(18, 4),
        **dict.fromkeys(("currency", "direction", "mode", "category", "status", "predicted"), few),
        "confidence": number,
        **dict.fromkeys(("band", "decided_by"), few),
        "created_at": moment,
        **dict.fromkeys(("model_version", "source"), few),
        "audit": pa.bool_(),
        **dict.fromkeys(("fingerprint", "key"), text),
        "doubt": pa.struct(
            {
                "category": few,
                "others": few,
                "wholesale": pa.bool_(),
                **dict.fromkeys(("label_at", "found_at", "vouched_at"), moment),
            }
        ),
        "feedback": _list_of(category=few, at=moment, act=text, source=few),
        "predictions": _list_of(
            category=few,
            confidence=number,
            band=few,
            decided_by=few,
            model_version=few,
            at=moment,
            act=text,
            alternatives=_list_of(category=few, probability=number),
            explanation=_list_of(feature=text, weight=number),
            shadow=pa.struct(
                {"version": few, "category": few, "confidence": number, "champion_category": few}
            ),
        ),
        "own_categories": _list_of(slug=text, name=text, group=few, color=few, description=text, parent=few),
    }
    return pa.schema(list(columns.items()))


def _list_of(**fields: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return pa.list_(pa.struct(fields))
