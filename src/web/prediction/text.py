"""The words of the form, its messages, and the reasons of a prediction."""

from __future__ import annotations

from collections.abc import Sequence

from src.domain.predictions import Prediction
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, category_name

_BEFORE_A_SLUG = {"listed under ": "known as ", "part of ": "part of "}
"""How a reason begins before the slug of a category, as the API has it, and before its name, on the page."""

MISSING_TEXT = "Enter the statement text, or a note below."


def two_amounts(amounts: Sequence[str], currency: str) -> str:
    """`This can be read in two ways. €1,150.00 or €1.15?`"""
    readings = " or ".join(format.money(amount, currency) for amount in amounts)
    return f"This can be read in two ways. {readings}?"


@bp.app_template_filter()
def reasons(prediction: Prediction) -> tuple[list[str], list[str]]:
    """The evidence for the category and against it, with names of categories instead of slugs."""
    evidence, against = labels.reasons(prediction)
    return list(map(_reason, evidence)), list(map(_reason, against))


def _reason(label: str) -> str:
    """`listed under personal-care` as `known as Personal care`."""
    for start, words in _BEFORE_A_SLUG.items():
        if label.startswith(start):
            return words + category_name(label.removeprefix(start))
    return label
