"""The apostrophe that keeps a spreadsheet from computing a text."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
"""A spreadsheet treats a cell that begins like this as a formula, in some languages also with the full-width
signs, except after an apostrophe, which exports add and imports remove."""


def escape_formula(text: str) -> str:
    """With an apostrophe in front if a spreadsheet would take it for a formula.

    A text with apostrophes and then the beginning of a formula gets one more, so that an import can undo it.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
