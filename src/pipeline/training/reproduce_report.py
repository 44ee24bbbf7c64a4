"""Compares a training run with its repetition, and reports the differences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from src.components.dataset.ingestion import sha256_of

if TYPE_CHECKING:
    from src.services.mlflow.past_runs import PastRun

TOLERANCE = 1e-9
"""Largest difference at which two metrics count as equal."""
_NO_MATTER = frozenset({"search.budget_s", "search.left_out"})
"""Settings that do not matter: the candidates left out for lack of time are taken from the run."""


@dataclass(frozen=True)
class ChangedValue:
    what: str
    then: str
    now: str


@dataclass(frozen=True)
class ReproductionReport:
    """The result of repeating a run."""

    circumstances: list[ChangedValue]
    """Of data, lexicon, code, settings, libraries and Python."""
    outcome: list[ChangedValue]
    """Differences of the results: rows, the chosen candidate, and every changed metric."""
    compared: int
    """Metrics of the run and of its candidates."""
    not_repeated: list[str]
    """Metrics of the run that this code does not make again: they depend on the champion of that time, or on
    how quick the machine was."""

    @property
    def same(self) -> bool:
        return not self.outcome

    def sentences(self) -> list[str]:
        """The report for a person, as lines."""
        return [*self._result(), *self._why(), *self._left()]

    def _result(self) -> list[str]:
        if self.same:
            return [f"The run repeats: all {self.compared} metrics are the same to {TOLERANCE:g}."]
        changes = [f"  {change.what}: {change.then} then, {change.now} now" for change in self.outcome]
        return [f"The run does not repeat: {len(changes)} of {self.compared} figures differ.", *changes]

    def _why(self) -> list[str]:
        changes = [f"  {change.what}: {change.then} then, {change.now} now" for change in self.circumstances]
        if changes:
            return ["Its inputs have changed since:", *changes]
        return ["Data, lexicon, code, settings, libraries and Python are unchanged."]

    def _left(self) -> list[str]:
        if not self.not_repeated:
            return []
        names = ", ".join(self.not_repeated)
        why = "They depend on the champion of that time or the speed of the machine, or were renamed since."
        return [f"Not compared: {names}. {why}"]


def data_changed(past: PastRun, lexicon_sha256: str) -> list[ChangedValue]:
    """The hash of the data covers rows and lexicon; this finds which of the two changed."""
    lexicon = past.tags.get("lexicon.sha256", lexicon_sha256)
    logged, actual = past.tags.get("data.sha256", "not known"), sha256_of(past.snapshot, lexicon)
    changed = [ChangedValue("the rows of the snapshot", logged, actual)] if logged != actual else []
    if lexicon != lexicon_sha256:
        changed.append(ChangedValue("the shipped lexicon", lexicon, lexicon_sha256))
    return changed


def made_with_changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[ChangedValue]:
    """The commit is only reported if the code changed: most commits change no model."""
    names = {"code.sha256": "the code", "git.commit": "the commit", "platform": "the machine"}
    changed = [
        ChangedValue(names.get(name, name.removeprefix("version.")), then[name], value)
        for name, value in sorted(now.items())
        if name in then and then[name] != value
    ]
    if all(change.what != "the code" for change in changed):
        return [change for change in changed if change.what != "the commit"]
    return changed


def settings_changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[ChangedValue]:
    if not then:
        return [ChangedValue("the settings", "not logged", "those of today")]
    names = sorted((then.keys() | now.keys()) - _NO_MATTER)
    return [
        ChangedValue(f"the setting {name}", str(then.get(name, "none")), str(now.get(name, "none")))
        for name in names
        if then.get(name) != now.get(name)
    ]


def params_changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[ChangedValue]:
    return [
        ChangedValue(name, then.get(name, "none"), value)
        for name, value in now.items()
        if then.get(name) != value
    ]


def figures(metrics: Mapping[str, float], candidates: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """One name for each metric of the run and of its candidates."""
    nested = {
        f"{candidate}: {name}": value
        for candidate, scores in candidates.items()
        for name, value in scores.items()
    }
    return {**metrics, **nested}


def moved(then: Mapping[str, float], now: Mapping[str, float]) -> list[ChangedValue]:
    return [
        ChangedValue(name, repr(then[name]) if name in then else "none", repr(value))
        for name, value in now.items()
        if name not in then or not math.isclose(then[name], value, rel_tol=0, abs_tol=TOLERANCE)
    ]
