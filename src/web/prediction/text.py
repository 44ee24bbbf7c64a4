"""The words of the form, its messages, and the reasons of a prediction."""

from __future__ import annotations

from collections.abc import Sequence

from src.domain.predictions import Prediction
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, category_name

_LISTED = "listed under "
"""Start of the label of a lexicon match, as the API has it; the slug of a category follows."""

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
    slug = label.removeprefix(_LISTED)
    return label if slug == label else f"known as {category_name(slug)}"
