"""The history of what served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from src.domain.verdicts import JudgedOn, Verdict


class Change(StrEnum):
    """What a line of the promotion history tells."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled-back"
    REFUSED = "refused"
    PINNED = "pinned"
    LET_GO = "let-go"


@dataclass(frozen=True, slots=True)
class Figures:
    """How the two models of a change did on the same rows. Shares are 0..1; None for what nobody measured."""

    judged: bool
    """False in lines of earlier releases, where each model was measured on other rows: never shown."""
    accuracy: float | None
    macro_f1: float | None
    previous_accuracy: float | None
    previous_macro_f1: float | None
    rows: int | None = None
    macro_f1_ci95: tuple[float, float] | None = None
    """95 % interval of the difference in macro-F1."""
    against: str | None = None
    """The version that `previous_accuracy` and `previous_macro_f1` are of; None in lines of earlier releases,
    where it is the line's own `previous`."""
    judged_on: JudgedOn | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> Figures | None:
        """None for a verdict that was reached without scores."""
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

    def reversed(self, version: str) -> Figures:
        """The same comparison seen from the other model. version: whose figures `accuracy` is of."""
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
    """One line of the promotion history."""

    version: str
    previous: str | None
    """What served before; for a refusal, what went on serving."""
    at: datetime
    by: str
    """`training`, `person` or `mlflow`."""
    reason: str
    change: Change = Change.PROMOTED
    figures: Figures | None = None
    run_id: str | None = None
    """The training run whose verdict it was."""
