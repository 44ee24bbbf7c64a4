"""Limits beyond which a file is refused."""

from __future__ import annotations

from dataclasses import dataclass

from src.errors import InvalidInput


def bad_file(sentence: str) -> InvalidInput:
    """The error for a file that is refused as a whole."""
    return InvalidInput(sentence, field="file")


@dataclass(frozen=True, slots=True)
class Limits:
    size: int = 25_000_000
    """Bytes of the file."""
    rows: int = 200_000
    columns: int = 200
    cell: int = 10_000
    """Characters of one cell, or of one message."""
    account: int = 500
    """Characters of the account that a statement names once, for all its rows."""
    line: int = 1_000_000
    """Characters of one line of a CSV file."""
    messages: int = 3_000_000
    """Characters of all messages of a file."""
    message_count: int = 30_000
    unpacked: int = 150_000_000
    """Bytes of all parts of a spreadsheet, unpacked."""
    ratio: int = 100
    """Compression ratio of a spreadsheet's parts of more than a megabyte."""
    texts: int = 100_000_000
    """Bytes of memory for the shared texts of a spreadsheet."""
    cells: int = 2_000_000
    """Filled cells of a spreadsheet."""
    values: int = 1_500_000
    """Values in JSON."""
    lines: int = 3_000_000
    """Lines of text."""
    elements: int = 4_000_000
    """Elements of one XML document."""
    tag: int = 100_000
    """Bytes of one tag or comment of XML."""
    parts: int = 5_000
    """XML elements of one transaction."""
    depth: int = 40
    """Nested XML or SGML elements."""

    def check_size(self, content: bytes) -> None:
        if not content:
            raise bad_file("The file is empty.")
        if len(content) > self.size:
            raise bad_file(f"The file is larger than {self.size / 1e6:g} megabytes.")

    def check_row(self, count: int) -> None:
        """count: records read so far."""
        if count > self.rows:
            raise bad_file(f"The file has more than {self.rows:,} rows. Split it.")

    def check_lines(self, text: str) -> None:
        if text.count("\n") + text.count("\r") > self.lines:
            raise bad_file(f"The file has more than {self.lines:,} lines. Split it.")

    def check_messages(self, length: int) -> None:
        """length: characters of all messages so far."""
        if length > self.messages:
            raise bad_file(f"The messages have more than {self.messages:,} characters. Split them.")

    def check_account(self, text: str) -> None:
        if len(text) > self.account:
            raise bad_file(f"The name of an account has more than {self.account:,} characters.")

    def check_cells(self, row: int, cells: list[str]) -> None:
        if len(cells) > self.columns:
            raise bad_file(f"Row {row} has more than {self.columns} columns.")
        if sum(map(len, cells)) > self.cell and max(map(len, cells)) > self.cell:
            raise bad_file(f"Row {row} has a cell of more than {self.cell:,} characters.")


DEFAULT = Limits()
