"""The rows of a Parquet file, within limits, because a few bytes of it may unpack to gigabytes."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetFile

from src.components.bank_files.limits import Limits, bad_file
from src.errors import InvalidInput

_ROWS_AT_ONCE = 500
_MAX_BYTES = 50_000_000
"""Of that many rows, unpacked."""


def open_parquet(content: bytes, limits: Limits, names: Set[str]) -> ParquetFile:
    """names: the required columns. Raises InvalidInput."""
    try:
        file = ParquetFile(pa.BufferReader(content))
        columns = map(file.schema.column, range(len(file.schema)))
        texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
        # As dictionaries, texts stay as small as in the file.
        file = ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        groups = [file.metadata.row_group(index) for index in range(file.metadata.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)  # a damaged group.column(…) crashes the process
    except (pa.ArrowException, OSError, ValueError):
        raise _damaged() from None
    if not names <= set(file.schema_arrow.names):
        raise bad_file(
            "This Parquet file is not a Ledgerloop export. Import CSV, Excel or JSON lines instead."
        )
    if size > limits.unpacked:
        raise bad_file(f"Unpacked, this file is larger than {limits.unpacked / 1e6:g} megabytes.")
    limits.check_row(file.metadata.num_rows)
    return file


def rows(file: ParquetFile) -> Iterator[dict[str, Any]]:
    """Raises InvalidInput if the file is damaged or its rows are larger than those of an export."""
    try:
        for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
            if sum(map(_unpacked_size, batch.columns)) > _MAX_BYTES:
                raise bad_file("A row of this file holds more than a transaction can.")
            columns = [column.cast(_plain(column.type)) for column in batch.columns]
            yield from pa.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        raise _damaged() from None


def _unpacked_size(values: pa.Array) -> int:
    """Bytes without dictionaries."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(values.dictionary).take(values.indices)
        return pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0
    if pa.types.is_list(kind):
        return _unpacked_size(values.flatten())
    if pa.types.is_struct(kind):
        return sum(map(_unpacked_size, values.flatten()))
    return int(values.nbytes)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The same type without dictionaries, which convert slowly to Python."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _plain(field.type)) for field in kind])
    return kind


def _damaged() -> InvalidInput:
    return bad_file("This Parquet file is damaged and cannot be read.")
