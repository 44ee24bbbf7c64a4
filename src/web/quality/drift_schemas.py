"""Whether what comes in still looks like what the champion learned from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.quality import DriftResult
from src.pipeline.monitoring.drift import DriftReport
from src.web.shared.fields import utc_text


class DriftSignBody(TypedDict):
    what: Annotated[str, Field(description="`merchants`, `amounts`, `categories` or `accuracy`.")]
    verdict: Annotated[str, Field(description="`steady`, `shifted` or `too-few`.")]
    told: Annotated[str, Field(description="The verdict in words.")]
    then: Annotated[float | None, Field(description="A share, 0..1, or the median amount.")]
    now: float | None
    of: Annotated[str, Field(description="The category that moved most, or the currency.")]
    rows_then: int
    rows_now: int
    effect: Annotated[
        float | None,
        Field(
            description="Population stability index of amounts and categories, else the change for the worse."
        ),
    ]
    least_effect: Annotated[float, Field(description="A smaller effect is no drift, however sure it is.")]
    p: Annotated[float | None, Field(description="Of this test alone; the four share a chance of 0.001.")]


class DriftBody(TypedDict):
    version: Annotated[str | None, Field(description="The champion; null before there is one.")]
    learned_at: Annotated[str | None, Field(description='"Then" is the time up to here.')]
    since: Annotated[str | None, Field(description='"Now" is the time from here.')]
    drifting: bool
    signs: list[DriftSignBody]


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _sign_body(sign: DriftResult) -> DriftSignBody:
    return {
        "what": sign.measure.value,
        "verdict": sign.verdict.value,
        "told": sign.told,
        "then": _rounded(sign.then),
        "now": _rounded(sign.now),
        "of": sign.of,
        "rows_then": sign.rows_then,
        "rows_now": sign.rows_now,
        "effect": _rounded(sign.effect),
        "least_effect": sign.least_effect,
        "p": _rounded(sign.p),
    }


def drift_body(report: DriftReport) -> DriftBody:
    return {
        "version": report.version,
        "learned_at": utc_text(report.learned_at) if report.learned_at else None,
        "since": utc_text(report.since) if report.since else None,
        "drifting": report.drifting,
        "signs": [_sign_body(sign) for sign in report.signs],
    }
