"""The rows of a Parquet file, within bounds: a few bytes of it may stand for gigabytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetFile

from src.components.bank_files.limits import Limits
from src.errors import InvalidInput

_ROWS_AT_ONCE = 500
_MOST_BYTES = 50_000_000
"""Of that many rows, written out."""


def opened(content: bytes, limits: Limits, names: Collection[str]) -> ParquetFile:
    """names: of columns it must have. Raises InvalidInput."""
    try:
        file = ParquetFile(pa.BufferReader(content))
        texts = [
            column.path for column in map(file.schema.column, range(len(file.schema))) if _is_text(column)
        ]
        # As dictionaries texts stay as small as they are in the file.
        file = ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        groups = [file.metadata.row_group(each) for each in range(file.metadata.num_row_groups)]
        size = sum(each.total_byte_size for each in groups)  # each.column(…) ends the process where damaged
        found = set(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError):
        raise _damaged() from None
    if not found >= set(names):
        raise InvalidInput(
            "This Parquet file is none that Ledgerloop wrote. Bring CSV, Excel or JSON lines.", field="file"
        )
    if size > limits.unpacked:
        raise InvalidInput(
            f"Unpacked, this file is larger than {limits.unpacked / 1e6:g} megabytes.", field="file"
        )
    limits.check_row(file.metadata.num_rows)
    return file


def rows(file: ParquetFile) -> Iterator[dict[str, Any]]:
    """Raises InvalidInput where the file is damaged or its rows are larger than any of ours."""
    batches = file.iter_batches(_ROWS_AT_ONCE, use_threads=False)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            if sum(map(_written_out, batch.columns)) > _MOST_BYTES:
                raise InvalidInput("A row of this file holds more than a transaction can.", field="file")
            columns = [each.cast(_plain(each.type)) for each in batch.columns]
            found = pa.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist()
        except (pa.ArrowException, OSError, ValueError, OverflowError):
            raise _damaged() from None
        yield from found


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")


def _written_out(values: pa.Array) -> int:
    """Bytes of it where each text is written out wherever it stands."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(values.dictionary).take(values.indices)
        return pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0
    if pa.types.is_list(kind):
        return _written_out(values.flatten())
    if pa.types.is_struct(kind):
        return sum(map(_written_out, values.flatten()))
    return int(values.nbytes)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The same without dictionaries, which are slow to make Python of."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(each.name, _plain(each.type)) for each in kind])
    return kind


def _damaged() -> InvalidInput:
    return InvalidInput("This Parquet file is damaged and cannot be read.", field="file")
