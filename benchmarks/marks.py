"""Text between two marks of a Markdown file, which a command replaces."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def rewrite(page: Path, lines: Iterable[str]) -> None:
    """Put `lines` between the marks. Raises ValueError if the page has no marks."""
    text = page.read_text()
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{page} has no place for figures: it needs the lines {BEGIN} and {END}.")
    page.write_text(before + BEGIN + "\n\n" + "\n".join(lines) + "\n" + END + after)
