"""The rows of a Parquet file, within bounds: a few bytes of it may stand for gigabytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetFile

from src.components.importing.limits import Limits
from src.errors import InvalidInput

_ROWS_AT_ONCE = 500
_LONGEST_LIST = 10_000


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
        chunks = [group.column(each) for group in groups for each in range(group.num_columns)]
        size = sum(max(each.total_uncompressed_size, each.num_values) for each in chunks)
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


def rows(file: ParquetFile, limits: Limits) -> Iterator[dict[str, Any]]:
    """Raises InvalidInput where the file is damaged or a limit is met."""
    batches = file.iter_batches(_ROWS_AT_ONCE, use_threads=False)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            if not all(_is_bounded(column, limits) for column in batch.columns):
                raise InvalidInput("A row of this file holds more than a transaction can.", field="file")
            found = batch.to_pylist()
        except (pa.ArrowException, OSError, ValueError, OverflowError):
            raise _damaged() from None
        yield from found


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")


def _is_bounded(values: pa.Array, limits: Limits) -> bool:
    """Whether it stays small when texts and lists are written out."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _at_most(pc.binary_length(values.dictionary), limits.cell)
    if pa.types.is_list(kind):
        return _at_most(values.value_lengths(), _LONGEST_LIST) and _is_bounded(values.flatten(), limits)
    if pa.types.is_struct(kind):
        return all(_is_bounded(each, limits) for each in values.flatten())
    return pa.types.is_primitive(kind) or pa.types.is_decimal(kind)


def _at_most(lengths: pa.Array, most: int) -> bool:
    return (pc.max(lengths).as_py() or 0) <= most


def _damaged() -> InvalidInput:
    return InvalidInput("This Parquet file is damaged and cannot be read.", field="file")
