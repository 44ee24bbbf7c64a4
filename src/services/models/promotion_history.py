"""The entries of the deployment history, and their documents."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from src.domain.models import Pointer
from src.domain.promotions import ComparedMetrics, Promotion, PromotionEvent
from src.domain.verdicts import Code, Why, because, judged_on_of, why_document, why_of
from src.services.mongo.client import Document


def is_rollback(version: str, previous: str | None) -> bool:
    """Version numbers only grow, so a lower one is an older model."""
    return previous is not None and int(version) < int(previous)


def lines_of(
    target: Document,
    before: Pointer | None,
    *,
    by: str,
    reason: Why,
    at: datetime,
    figures: ComparedMetrics | None,
    pin: bool,
) -> list[Promotion]:
    """The entries for a promotion of document `target`, and for a pin with it, oldest first."""
    version, previous = target["version"], before.version if before else None
    change = PromotionEvent.ROLLED_BACK if is_rollback(version, previous) else PromotionEvent.PROMOTED
    run_id = target["run_id"] if by == "training" else None
    promoted = Promotion(version, previous, at, by, reason, change, figures, run_id)
    if pin:
        requested = because(Code.PINNED_WITH_PROMOTION)
        return [promoted, Promotion(version, version, at, by, requested, PromotionEvent.PINNED)]
    if before and before.pinned_at:
        ended = because(Code.PIN_REPLACED, version=version)
        return [promoted, Promotion(before.version, version, at, by, ended, PromotionEvent.UNPINNED)]
    return [promoted]


def line_document(line: Promotion) -> Document:
    document = asdict(line) | {"change": line.change.value, "reason": why_document(line.reason)}
    if line.figures:
        document["figures"]["judged_on"] = line.figures.judged_on and line.figures.judged_on.value
    return document


def line_of(document: Document) -> Promotion:
    """Entries from before there were pins and refusals have no `change`."""
    version, previous = document["version"], document["previous"]
    first = PromotionEvent.ROLLED_BACK if is_rollback(version, previous) else PromotionEvent.PROMOTED
    return Promotion(
        version=version,
        previous=previous,
        at=document["at"],
        by=document["by"],
        reason=why_of(document["reason"]),
        change=PromotionEvent(document.get("change", first)),
        figures=_figures(document.get("figures")),
        run_id=document.get("run_id"),
    )


def _figures(document: Document | None) -> ComparedMetrics | None:
    if document is None:
        return None
    ci95, judged_on = document["macro_f1_ci95"], judged_on_of(document.get("judged_on"))
    interval = (ci95[0], ci95[1]) if ci95 else None
    return ComparedMetrics(**document | {"macro_f1_ci95": interval, "judged_on": judged_on})
