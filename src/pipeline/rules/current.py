"""The rules as they are now, ready to be compared with transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.components.rules.matching import RuleMatcher

if TYPE_CHECKING:
    from src.services.rules.repository import Rules


class CurrentRules:
    """Made ready once for each state of the rules, which every prediction checks.

    So a rule that was changed in one process decides the next prediction of every other.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._ready: tuple[str, RuleMatcher] = ("", RuleMatcher(()))

    def __call__(self, state: str | None = None) -> RuleMatcher:
        """state: the present one, if it was read already. Raises Unavailable."""
        if state is None:
            state = self._rules.state()
        ready_for, matcher = self._ready
        if state != ready_for:
            matcher = RuleMatcher(self._rules.all())
            self._ready = (state, matcher)
        return matcher
