"""The MongoDB form of what a promotion changed. Examples are ids only: a deleted row leaves no text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from src.domain.predictions import Band
from src.domain.promotions import CategoryChange, PredictionDiff

Document = dict[str, Any]


def changes_document(changes: PredictionDiff) -> Document:
    return {
        "before": changes.before,
        "after": changes.after,
        "unanswered": changes.unanswered,
        "rows": changes.rows,
        "remembered": changes.remembered,
        "pairs": [_pair_document(pair) for pair in changes.pairs],
        "bands": [[before.value, after.value, rows] for before, after, rows in changes.bands],
        "at": changes.at,
    }


def changes_of(document: Document) -> PredictionDiff:
    return PredictionDiff(
        before=document["before"],
        after=document["after"],
        unanswered=document["unanswered"],
        rows=document["rows"],
        remembered=document["remembered"],
        pairs=tuple(map(_pair, document["pairs"])),
        bands=tuple((Band(before), Band(after), rows) for before, after, rows in document["bands"]),
        at=document["at"],
    )


def _pair_document(pair: CategoryChange) -> Document:
    return {
        "before": pair.before,
        "after": pair.after,
        "rows": pair.rows,
        "money": {currency: str(amount) for currency, amount in pair.money.items()},
        "examples": list(pair.examples),
    }


def _pair(document: Document) -> CategoryChange:
    return CategoryChange(
        before=document["before"],
        after=document["after"],
        rows=document["rows"],
        money={currency: Decimal(amount) for currency, amount in document["money"].items()},
        examples=tuple(document["examples"]),
    )
