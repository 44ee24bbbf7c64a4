"""The registry's alias `champion` follows what serves; a person who moves it there thereby promotes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.domain.models import Pointer
from src.errors import Conflict, Pinned

if TYPE_CHECKING:
    from src.pipeline.training.ports import Clock, Registry, Store

log = logging.getLogger(__name__)

_CHAMPION, _CHALLENGER = "champion", "challenger"


def follow(store: Store, registry: Registry) -> None:
    """Let the aliases name what serves, unless a person moved one.

    Raises Unavailable, also while another process is about it.
    """
    if store.champion() is None:
        return
    with store.alias.lease():
        pointer, found = store.champion(), registry.alias(_CHAMPION)
        if pointer and not moved_by_a_person(pointer, found):
            _move(store, registry, pointer, found)


@dataclass(frozen=True)
class AliasKeeper:
    """What the clock's child does when the registry may have changed, or the alias is late."""

    store: Store
    registry: Registry
    fault_of: Callable[[str], str]
    """Loads a version and predicts with it in a fresh process: what is wrong, or ""; see Tryout."""
    clock: Clock

    def settle(self) -> None:
        """Promote the version a person moved the alias to, or set the alias back and say why.

        Raises Unavailable, also while another process is about it; the next call goes on from there.
        """
        if self.store.champion() is None:
            return
        with self.store.alias.lease():
            pointer, found = self.store.champion(), self.registry.alias(_CHAMPION)
            if pointer and found is not None and moved_by_a_person(pointer, found):
                pointer = self._heed(pointer, found)
            if pointer:
                _move(self.store, self.registry, pointer, found)

    def _heed(self, pointer: Pointer, version: str) -> Pointer:
        """What serves after a person asked for `version`."""
        fault = _objection(pointer) or self.fault_of(version)
        if not fault:
            try:
                return self.store.promote(
                    version,
                    by="mlflow",
                    reason="The alias champion was moved in MLflow.",
                    at=self.clock(),
                    expected_revision=pointer.revision,
                    unless_pinned=True,
                )
            except Pinned as pinned:
                fault = _is_pinned(pinned.version)
            except Conflict:
                fault = "Another model was promoted at the same moment."
        log.warning("alias set back", extra={"version": version, "serving": pointer.version})
        reason = f"The alias champion was moved to it in MLflow, and set back: {fault}"
        self.store.refuse(version, by="mlflow", reason=reason, at=self.clock())
        return self.store.champion() or pointer


def moved_by_a_person(pointer: Pointer, found: str | None) -> bool:
    """Whether the alias is where we never put it. A store that never had ours says nothing of a person."""
    ours = (pointer.alias, pointer.alias_next, pointer.version)
    return pointer.alias is not None and found is not None and found not in ours


def _objection(pointer: Pointer) -> str:
    """Why no version at all may take the place of what serves by a move of the alias."""
    if pointer.pinned_at:
        return _is_pinned(pointer.version)
    # Two people, or one in two places. Training alone gives way: its word is not a person's.
    if pointer.alias != pointer.version and pointer.by != "training":
        return f"model {pointer.version} was promoted here meanwhile."
    return ""


def _is_pinned(version: str) -> str:
    return f"model {version} is pinned. Let go of it on the page of the models first."


def _move(store: Store, registry: Registry, pointer: Pointer, found: str | None) -> None:
    if found != pointer.version and not _has(registry, pointer.version, pointer.run_id):
        store.alias.passed_over(pointer.version)  # it was trained while the registry was away
        return
    if found != pointer.version:
        store.alias.about_to(pointer.version, found=found)
        registry.set_alias(_CHAMPION, pointer.version)
    if found != pointer.version or pointer.alias != pointer.version or pointer.alias_next:
        store.alias.landed(pointer.version)
    _name_challenger(store, registry, pointer)


def _has(registry: Registry, version: str, run_id: str) -> bool:
    """Whether the registry has this very version. An old one has no tag of its run."""
    return registry.run_of(version) in (run_id, "")


def _name_challenger(store: Store, registry: Registry, pointer: Pointer) -> None:
    """The newest version, for as long as it does not serve."""
    named = registry.alias(_CHALLENGER)
    newest = max(store.versions(), key=lambda one: int(one.version), default=None)
    number = int(newest.version) if newest else 0
    if newest and number > int(pointer.version) and (named is None or int(named) < number):
        if _has(registry, newest.version, newest.run_id):
            registry.set_alias(_CHALLENGER, newest.version)
    elif named is not None and int(named) <= int(pointer.version):
        registry.remove_alias(_CHALLENGER)
