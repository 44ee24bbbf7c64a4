"""What predictions depend on, kept in the memory of a process as long as it is certain to be current.

It contains what a person decided, the names of all merchants with answers, and the answers that were asked
for. So a prediction for a merchant that nobody has answered asks MongoDB nothing. Whenever something may have
changed, MongoDB is asked instead, and what is in memory follows (`services/mongo/basis_changes.py`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from src.domain.feedback import PastAnswer
from src.domain.prediction_basis import PredictionBasis
from src.errors import Unavailable
from src.services.mongo.basis_changes import Change, Progress
from src.services.mongo.client import Database, guarded
from src.services.rules.prediction_basis import PredictionBases
from src.services.transactions.repository import Transactions, stem_of

log = logging.getLogger(__name__)

_CURRENT_FOR_S = 1.0
"""After that, the changes of other hosts are looked for."""
_MOST_MERCHANTS = 200_000
"""With more, MongoDB is asked for all answers: the names would take too much memory."""
_MOST_ANSWERS = 20_000
"""Merchants and beginnings of names whose answers are kept."""
_PAUSE = 20
"""Everything is read again only after so many times as long as it took."""
_NONE: Mapping[str, datetime] = {}

Answers = dict[str, list[PastAnswer]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """As of the change `number` of `line`; it may be used while `token` is that of the host."""

    token: bytes
    looked_at: float
    """When the changes were looked for."""
    line: str
    number: int
    basis: PredictionBasis
    merchants: set[int] | None
    """Hashes of those with answers, and perhaps of others; None if there are too many."""
    stems: set[int]
    """Hashes of the beginnings of their names."""
    own: Answers = field(default_factory=dict)
    """The answers for a merchant, as far as they were asked for."""
    similar: Answers = field(default_factory=dict)
    """The same by the beginning of the name."""


class PredictionMemory:
    def __init__(
        self,
        database: Database,
        bases: PredictionBases,
        transactions: Transactions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._bases, self._transactions = database, bases, transactions
        self._clock = clock
        self._kept: _Kept | None = None
        self._reading = threading.Lock()
        self._not_before = 0.0

    def basis(self, merchants: Collection[str]) -> PredictionBasis:
        """What a person has decided, in general and about these merchants. Raises Unavailable."""
        kept = self._current()
        return kept.basis if kept else self._bases.read(merchants)

    def recollections(
        self, merchants: Collection[str], ignored: Mapping[str, datetime] = _NONE
    ) -> dict[str, list[PastAnswer]]:
        """As of `Transactions`. Raises Unavailable."""
        kept = self._current()
        if kept is None or kept.merchants is None or ignored is not kept.basis.ignored_merchants:
            return self._transactions.recollections(merchants, ignored)
        known = kept.merchants
        answered = [name for name in merchants if name and hash(name) in known]
        answers = {name: kept.own[name] for name in answered if name in kept.own}
        if unread := [name for name in answered if name not in answers]:
            read = self._transactions.recollections(unread, ignored)
            answers |= _kept_in(kept.own, {name: read.get(name, []) for name in unread})
        return {name: of_name for name, of_name in answers.items() if of_name}

    def similar(
        self, merchants: Collection[str], ignored: Mapping[str, datetime] = _NONE
    ) -> dict[str, list[PastAnswer]]:
        """As of `Transactions`. Raises Unavailable."""
        kept = self._current()
        if kept is None or kept.merchants is None or ignored is not kept.basis.ignored_merchants:
            return self._transactions.similar(merchants, ignored)
        stems = {name: stem for name in merchants if (stem := stem_of(name)) and hash(stem) in kept.stems}
        answers = {stem: kept.similar[stem] for stem in stems.values() if stem in kept.similar}
        if unread := {stem: name for name, stem in stems.items() if stem not in answers}:
            read = self._transactions.similar(list(unread.values()), ignored)
            answers |= _kept_in(kept.similar, {stem: read.get(name, []) for stem, name in unread.items()})
        return {name: answers[stem] for name, stem in stems.items() if answers[stem]}

    def _current(self) -> _Kept | None:
        """What is in memory, if it is certain to be current."""
        kept, token = self._kept, self._database.basis_changes.token()  # before anything is read
        if token is None:
            return None
        now = self._clock()
        if kept and kept.token == token and now - kept.looked_at < _CURRENT_FOR_S:
            return kept
        return self._followed(kept, token, now)

    @guarded
    def _followed(self, kept: _Kept | None, token: bytes, now: float) -> _Kept | None:
        if kept is None:
            self._read_soon(now)
            return None
        progress = self._database.basis_changes.progress(kept.number)
        if progress.is_open:
            return None
        changes = progress.since(kept.number) if kept.line == progress.line else None
        if changes is None or _too_many(kept):
            self._read_soon(now)
            return None
        followed = self._changed(kept, changes) if changes else kept
        self._kept = current = replace(followed, token=token, looked_at=now, number=progress.number)
        return current

    def _changed(self, kept: _Kept, changes: Sequence[Change]) -> _Kept:
        """With these changes."""
        own, similar, basis = dict(kept.own), dict(kept.similar), kept.basis
        if any(change.decisions for change in changes):
            own, similar, basis = {}, {}, self._bases.read_all()
        for change in changes:
            for name in change.merchants:
                own.pop(name, None)
                similar.pop(stem_of(name), None)
                if kept.merchants is not None:  # one too many in these sets does no harm
                    kept.merchants.add(hash(name))
                    kept.stems.add(hash(stem_of(name)))
        return replace(kept, basis=basis, own=own, similar=similar)

    def _read_soon(self, now: float) -> None:
        """In a thread, because it may take a while; until then, MongoDB is asked."""
        if now >= self._not_before and self._reading.acquire(blocking=False):
            threading.Thread(target=self._read, name="prediction-memory", daemon=True).start()

    def _read(self) -> None:
        began = self._clock()
        try:
            token = self._database.basis_changes.token()
            if token is not None and not (progress := self._progress()).is_open:
                self._kept = self._read_all(token, began, progress)
        except Unavailable:
            pass  # a later request tries again
        finally:
            self._not_before = self._clock() + _PAUSE * (self._clock() - began)
            self._reading.release()

    @guarded
    def _progress(self) -> Progress:
        return self._database.basis_changes.progress(0)

    def _read_all(self, token: bytes, at: float, progress: Progress) -> _Kept:
        basis = self._bases.read_all()
        names = self._transactions.answered_merchants(_MOST_MERCHANTS + 1)
        if len(names) > _MOST_MERCHANTS:
            return _Kept(token, at, progress.line, progress.number, basis, None, set())
        stems = {hash(stem) for stem in map(stem_of, names)}
        return _Kept(token, at, progress.line, progress.number, basis, set(map(hash, names)), stems)


def _too_many(kept: _Kept) -> bool:
    """Whether so many merchants were answered since that everything must be read again."""
    return kept.merchants is not None and len(kept.merchants) > _MOST_MERCHANTS


def _kept_in(answers: Answers, read: Answers) -> Answers:
    """Returns `read`."""
    if len(answers) + len(read) > _MOST_ANSWERS:
        answers.clear()
    if len(read) <= _MOST_ANSWERS:
        answers.update(read)
    return read
