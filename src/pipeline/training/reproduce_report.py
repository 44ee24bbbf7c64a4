"""What is compared of a run and of the same run made once more, and how it is told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from src.components.dataset.ingestion import sha256_of

TOLERANCE = 1e-9
"""How far a metric may be from what it was."""
_NO_MATTER = frozenset({"search.budget_s", "search.left_out"})
"""Settings that change nothing here: what there was no time for is taken from the run itself."""


class Past(Protocol):
    """A run that has ended, as `services/mlflow/past_runs.py` reads it."""

    @property
    def name(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
    @property
    def params(self) -> Mapping[str, str]: ...
    @property
    def metrics(self) -> Mapping[str, float]: ...
    @property
    def candidates(self) -> Mapping[str, Mapping[str, float]]: ...
    @property
    def snapshot(self) -> bytes: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def left_out(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Changed:
    what: str
    then: str
    now: str


@dataclass(frozen=True)
class Reproduced:
    """How a run went the second time."""

    circumstances: list[Changed]
    """Of data, lexicon, code, settings, libraries and Python."""
    outcome: list[Changed]
    """Of what came out: rows, the chosen candidate, and every metric that moved."""
    compared: int
    """Metrics of the run and of its candidates."""
    not_repeated: list[str]
    """Metrics of the run that this code does not make again: they depend on the champion of that time, or on
    how quick the machine was."""

    @property
    def same(self) -> bool:
        return not self.outcome

    def sentences(self) -> list[str]:
        """What a person reads, a line each."""
        return [*self._result(), *self._why(), *self._left()]

    def _result(self) -> list[str]:
        if self.same:
            return [f"The run repeats: all {self.compared} metrics are the same to {TOLERANCE:g}."]
        moved = [f"  {one.what}: {one.then} then, {one.now} now" for one in self.outcome]
        return [f"The run does not repeat: {len(moved)} of {self.compared} figures differ.", *moved]

    def _why(self) -> list[str]:
        differ = [f"  {one.what}: {one.then} then, {one.now} now" for one in self.circumstances]
        if differ:
            return ["What it is made from has changed since:", *differ]
        return ["Data, lexicon, code, settings, libraries and Python are what they were."]

    def _left(self) -> list[str]:
        if not self.not_repeated:
            return []
        names = ", ".join(self.not_repeated)
        why = "They hang on the champion of that time, on the machine's speed, or have another name by now."
        return [f"Not compared: {names}. {why}"]


def data_changed(past: Past, lexicon_sha256: str) -> list[Changed]:
    """The data's hash is of rows and lexicon together; which of the two moved is told apart."""
    lexicon = past.tags.get("lexicon.sha256", lexicon_sha256)
    named, found = past.tags.get("data.sha256", "not known"), sha256_of(past.snapshot, lexicon)
    changed = [Changed("the rows of the snapshot", named, found)] if named != found else []
    if lexicon != lexicon_sha256:
        changed.append(Changed("the shipped lexicon", lexicon, lexicon_sha256))
    return changed


def made_with_changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[Changed]:
    """The commit is told only where the code itself moved: most commits change no model."""
    names = {"code.sha256": "the code", "git.commit": "the commit", "platform": "the machine"}
    changed = [
        Changed(names.get(name, name.removeprefix("version.")), then[name], value)
        for name, value in sorted(now.items())
        if name in then and then[name] != value
    ]
    if all(one.what != "the code" for one in changed):
        return [one for one in changed if one.what != "the commit"]
    return changed


def settings_changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Changed]:
    if not then:
        return [Changed("the settings", "not noted", "those of today")]
    names = sorted((then.keys() | now.keys()) - _NO_MATTER)
    return [
        Changed(f"the setting {name}", str(then.get(name, "none")), str(now.get(name, "none")))
        for name in names
        if then.get(name) != now.get(name)
    ]


def params_changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[Changed]:
    return [
        Changed(name, then.get(name, "none"), value) for name, value in now.items() if then.get(name) != value
    ]


def figures(metrics: Mapping[str, float], candidates: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """One name for each metric of the run and of its candidates."""
    nested = {
        f"{candidate}: {name}": value
        for candidate, found in candidates.items()
        for name, value in found.items()
    }
    return {**metrics, **nested}


def moved(then: Mapping[str, float], now: Mapping[str, float]) -> list[Changed]:
    return [
        Changed(name, repr(then[name]) if name in then else "none", repr(value))
        for name, value in now.items()
        if name not in then or not math.isclose(then[name], value, rel_tol=0, abs_tol=TOLERANCE)
    ]
