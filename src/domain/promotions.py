"""The deployment history, and what a promotion changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from src.domain.predictions import Band
from src.domain.verdicts import JudgedOn, Verdict, Why


class PromotionEvent(StrEnum):
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled-back"
    REFUSED = "refused"
    PINNED = "pinned"
    UNPINNED = "let-go"


@dataclass(frozen=True, slots=True)
class ComparedMetrics:
    """Two models on the same rows. Shares are 0..1; None for what was not measured."""

    judged: bool
    """False in lines of earlier releases, which measured each model on other rows: never shown."""
    accuracy: float | None
    macro_f1: float | None
    previous_accuracy: float | None
    previous_macro_f1: float | None
    rows: int | None = None
    macro_f1_ci95: tuple[float, float] | None = None
    """95 % interval of the difference in macro-F1."""
    against: str | None = None
    """The version of `previous_accuracy` and `previous_macro_f1`; None in lines of earlier releases, whose
    `previous` it is."""
    judged_on: JudgedOn | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> ComparedMetrics | None:
        """None for a verdict without scores."""
        new, old, gap = verdict.challenger, verdict.champion, verdict.macro_f1
        if new is None:
            return None
        return cls(
            judged=True,
            accuracy=new.accuracy,
            macro_f1=new.macro_f1,
            previous_accuracy=old.accuracy if old else None,
            previous_macro_f1=old.macro_f1 if old else None,
            rows=new.rows,
            macro_f1_ci95=gap.ci95 if gap else None,
            against=old.version if old else None,
            judged_on=verdict.judged_on,
        )

    @property
    def paired(self) -> bool:
        """Whether both models were measured, on the same rows."""
        return self.judged and self.previous_accuracy is not None

    def reversed(self, version: str) -> ComparedMetrics:
        """The same comparison with the models swapped. version: of the model that `accuracy` is of now."""
        ci95 = self.macro_f1_ci95
        return replace(
            self,
            accuracy=self.previous_accuracy,
            macro_f1=self.previous_macro_f1,
            previous_accuracy=self.accuracy,
            previous_macro_f1=self.macro_f1,
            macro_f1_ci95=(-ci95[1], -ci95[0]) if ci95 else None,
            against=version,
        )


@dataclass(frozen=True, slots=True)
class Promotion:
    """One line of the deployment history."""

    version: str
    previous: str | None
    """The champion before; for a refusal, the one that stays."""
    at: datetime
    by: str
    """`training`, `person`, `mlflow`, or `shipped` for the model that Ledgerloop ships with."""
    reason: Why
    change: PromotionEvent = PromotionEvent.PROMOTED
    figures: ComparedMetrics | None = None
    run_id: str | None = None
    """The training run with the verdict."""


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """Transactions whose predicted category changes from `before` to `after`; None is `unknown`."""

    before: str | None
    after: str | None
    rows: int
    money: dict[str, Decimal]
    """The sum of their amounts by currency, in any direction."""
    examples: tuple[str, ...]
    """Ids of a few of them, of different merchants, newest first."""


@dataclass(frozen=True, slots=True)
class PredictionDiff:
    """How the predictions of two models differ on unanswered transactions."""

    before: str
    after: str
    """Model versions."""
    unanswered: int
    """Number of unanswered transactions."""
    rows: int
    """How many of them were compared, the newest ones."""
    remembered: int
    """How many of these the memory decides, so that no model matters."""
    pairs: tuple[CategoryChange, ...]
    """The most frequent change first."""
    bands: tuple[tuple[Band, Band, int], ...]
    """(band before, band after, rows) of changed bands."""
    at: datetime

    @property
    def changed(self) -> int:
        return sum(pair.rows for pair in self.pairs)

    @property
    def money(self) -> dict[str, Decimal]:
        """The sum over all changes, by currency."""
        total: dict[str, Decimal] = {}
        for pair in self.pairs:
            for currency, amount in pair.money.items():
                total[currency] = total.get(currency, Decimal(0)) + amount
        return dict(sorted(total.items()))
