"""Rename, merge and forget merchants, and switch learning off for them: acts that can be undone.

The merchant of a transaction is always the one that its text names, or the one that this was merged into. So
undoing a merge derives it again, and needs no copy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from src.components.text.cleaning import merchant
from src.components.text.masking import mask
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.merchants import Merchant
from src.domain.transactions import Transaction
from src.errors import Conflict, InvalidInput, NotFound, Unavailable
from src.pipeline.merchants.names import with_canonical_merchants

if TYPE_CHECKING:
    from src.pipeline.feedback.feedback import FeedbackLoop
    from src.services.merchants.repository import Merchants
    from src.services.merchants.transactions import MerchantTransactions
    from src.services.transactions.acts import ActLog
    from src.services.transactions.unanswered import Unanswered

_UNFINISHED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MerchantChange:
    """What an act changed."""

    key: str
    act: str | None
    """None if nothing changed."""
    rows: int = 0
    """Transactions that moved to another merchant, or answers that were forgotten."""
    also_updated: int = 0
    """Unanswered transactions that are predicted otherwise."""


@dataclass(frozen=True)
class MerchantEditor:
    """An act is stored first, then the merchant changes, then its transactions; `resume_unfinished` does what
    an interruption left.
    """

    merchants: Merchants
    rows: MerchantTransactions
    acts: ActLog
    feedback: FeedbackLoop
    unanswered: Unanswered

    def find(self, key: str) -> Merchant:
        """The merchant of this key, or the one it was merged into. Raises NotFound, Unavailable."""
        current = self._current(key)
        merchant = self.merchants.get(current)
        if merchant == Merchant(current) and not self.rows.existing([current]):
            raise NotFound("There is no merchant with this key.")
        return merchant

    def _current(self, key: str) -> str:
        return self.merchants.canonical([key]).get(key, key)

    def change(self, key: str, fields: Mapping[str, Any], *, at: datetime) -> MerchantChange:
        """Set `name` (None: show the key) or `learn`. Raises NotFound, Conflict, Unavailable."""
        before = self.find(key)
        after = replace(before, **fields)
        if after.name is not None:
            name = mask(" ".join(after.name.split()))
            after = replace(after, name=name if name != before.key else None)
        if after == before:
            return MerchantChange(before.key, None)
        new = {f"new_{field}": value for field, value in _values(after).items()}
        values = {"key": before.key, **_values(before), **new}
        act = self.acts.begin(ActKind.MERCHANT, ActSummary("merchant-changed", values), at=at)
        try:
            self.merchants.change(before, after)
        except Conflict:
            self.acts.finish(act, rows=0)
            raise
        return self._finish(act, "merchant-changed", values, at)

    def merge(self, keys: Collection[str], into: str, *, at: datetime) -> MerchantChange:
        """The transactions of `keys`, also future ones, are of `into` from now on, with its settings.

        Raises NotFound, InvalidInput if nothing is left to merge, Conflict, Unavailable.
        """
        target = self.find(into).key
        parts = sorted({self.find(key).key for key in keys} - {target})
        if not parts:
            raise InvalidInput("Choose another merchant.", field="from")
        values: dict[str, str | int | None] = {
            "from": "\n".join(parts),
            "into": target,
            "rows": self.rows.count(parts),
        }
        act = self.acts.begin(ActKind.MERCHANT, ActSummary("merchant-merged", values), at=at)
        self.merchants.merge(parts, target, act=act)
        if self.merchants.get(target).into:  # somebody has merged it at this moment, maybe into one of them
            self.merchants.unmerge(act)
            self._derive_again([*parts, target])
            self.acts.finish(act, rows=0)
            raise Conflict("Somebody else has just merged this merchant; try again.")
        return self._finish(act, "merchant-merged", values, at)

    def forget(self, key: str, *, at: datetime) -> MerchantChange:
        """Its answers until now stay those of their transactions, but teach nothing. Later ones do again.

        Raises NotFound, Unavailable.
        """
        before = self.find(key)
        answers = self.rows.count_answers(before.key, since=before.forgotten_at)
        if not answers:
            return MerchantChange(before.key, None)
        values: dict[str, str | int | None] = {"key": before.key, "name": before.name, "rows": answers}
        act = self.acts.begin(ActKind.MERCHANT, ActSummary("merchant-forgotten", values), at=at)
        self._forget(before.key, act, at)
        return self._finish(act, "merchant-forgotten", values, at)

    def keep_apart(self, key: str, other: str, *, at: datetime) -> str:
        """They are two merchants, and are not offered for merging any more. Returns the act.

        Raises NotFound, InvalidInput for one merchant, Unavailable.
        """
        pair = self.find(key).key, self.find(other).key
        if pair[0] == pair[1]:
            raise InvalidInput("These are one merchant.", field="keys")
        what = ActSummary("merchants-apart", {"key": pair[0], "other": pair[1]})
        act = self.acts.begin(ActKind.MERCHANT, what, at=at)
        self.merchants.keep_apart(pair)
        self.acts.finish(act, rows=0, keep=True)
        return act

    def restore(self, merchant: Merchant, *, at: datetime) -> None:
        """As a backup has it, unless a person has decided something about it here.

        A merge and what is forgotten can be undone. The transactions follow with `settle`. Raises Conflict,
        Unavailable; safe to repeat.
        """
        key, into, untouched = merchant.key, merchant.into, Merchant(merchant.key)
        if self.merchants.get(key) != untouched or (into and self._current(into) == key):
            return
        name = mask(merchant.name) if merchant.name else None
        self.merchants.change(untouched, replace(untouched, name=name, learn=merchant.learn))
        if into:
            values: dict[str, str | int | None] = {"from": key, "into": into, "rows": 0}
            act = self.acts.begin(ActKind.MERCHANT, ActSummary("merchant-merged", values), at=at)
            self.merchants.merge([key], into, act=act)
            self.acts.finish(act, rows=0, keep=True)
        if merchant.forgotten_at:
            values = {"key": key, "name": name, "rows": 0}
            act = self.acts.begin(ActKind.MERCHANT, ActSummary("merchant-forgotten", values), at=at)
            self.merchants.forget([key], act=act, at=merchant.forgotten_at)
            self.acts.finish(act, rows=0, keep=True)

    def _finish(self, act: str, code: str, values: Mapping[str, Any], at: datetime) -> MerchantChange:
        """What follows once the merchant itself has changed. It may be called again."""
        key = str(values.get("key") or values["into"])
        if code == "merchant-merged":
            self._derive_again([*str(values["from"]).split("\n"), key])
            key = self._current(key)
        only_renamed = code == "merchant-changed" and values["learn"] == values["new_learn"]
        changed, complete = 0, only_renamed
        if not only_renamed:
            with suppress(Unavailable):  # `resume_unfinished` does it later
                predicted, complete = self.feedback.predict_again([key], act, at=at)
                changed = predicted.total()
        rows = int(values["rows"]) if "rows" in values else self.rows.count([key])
        if complete:
            self.acts.finish(act, rows=rows, keep=True)
        return MerchantChange(key, act, rows, changed)

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict if the merchant was changed again later; Unavailable. Safe to repeat."""
        values = act.what.values
        if act.what.code == "merchant-merged":
            return self._undo_merge(act, at)
        key = str(values["key"])
        if act.what.code == "merchants-apart":
            self.merchants.no_longer_apart((key, str(values["other"])))
            return UndoResult(rows=0)
        if act.what.code == "merchant-forgotten":
            self.merchants.recall(act.id)
        else:
            self._undo_change(key, values)
        self._undo_predictions(act, {self._current(key)}, at)
        return UndoResult(rows=act.rows or 0)

    def _undo_change(self, key: str, values: Mapping[str, Any]) -> None:
        current = self.merchants.get(key)
        before = {name: values[name] for name in ("name", "learn") if values[name] != values[f"new_{name}"]}
        now = {name: _values(current)[name] for name in before}
        if now not in (before, {name: values[f"new_{name}"] for name in before}):
            raise Conflict("This merchant was changed again later. Undo the later change first.")
        if "learn" in before:
            before["learn"] = bool(before["learn"])
        self.merchants.change(current, replace(current, **before))

    def _undo_merge(self, act: Act, at: datetime) -> UndoResult:
        """Transactions whose text was edited since belong to the merchant that it names now."""
        into, parts = str(act.what.values["into"]), str(act.what.values["from"]).split("\n")
        before = self._current(into)
        self.merchants.unmerge(act.id)
        rows = self._derive_again([into, *parts, before])
        self._undo_predictions(act, {before, *map(self._current, [into, *parts])}, at)
        return UndoResult(rows)

    def _derive_again(self, of: Collection[str]) -> int:
        """Give the transactions of these merchants the merchant of today; returns how many moved.

        Repeated until no other merge or undo came in between: it may have moved what this one had moved.
        """
        keys, moved = set(of), 0
        while True:
            merged = self.merchants.merged()
            keys.update(self.merchants.canonical(keys).values(), self.merchants.leading_to(*keys))
            moves = self.rows.derive_again(keys, lambda transactions: self._derived(transactions, keys))
            keys.update(moves)
            moved += sum(moves.values())
            if self.merchants.merged() == merged:
                return moved

    def _derived(self, transactions: Sequence[Transaction], keys: Collection[str]) -> list[str]:
        """The merchant of today: of the text, if that names one of `keys`, else of the stored merchant."""
        texts = [
            merchant(transaction.description, transaction.subcategory, transaction.counterparty)
            for transaction in transactions
        ]
        named = [
            replace(transaction, merchant=text) if text in keys else transaction
            for transaction, text in zip(transactions, texts, strict=True)
        ]
        return [transaction.merchant for transaction in with_canonical_merchants(named, self.merchants)]

    def _undo_predictions(self, act: Act, keys: Collection[str], at: datetime) -> None:
        self.unanswered.undo(act.id)
        self.feedback.predict_without(keys, f"undo:{act.id}", act.at, at)

    def resume_unfinished(self, *, at: datetime) -> None:
        """Finish what an interruption left. Raises Unavailable."""
        for act in self.acts.unfinished(ActKind.MERCHANT, before=at - _UNFINISHED_AFTER):
            if act.what.code == "merchant-forgotten":
                self._forget_again(act)
            if act.what.code == "merchants-apart" or self._is_never_begun(act):
                self.acts.finish(act.id, rows=0)  # it was killed at once, and can be done again
            else:
                self._finish(act.id, act.what.code, act.what.values, at)
        self.settle()

    def _is_never_begun(self, act: Act) -> bool:
        values = act.what.values
        if act.what.code == "merchant-merged":
            return not self.merchants.merged_by(act.id)
        if act.what.code == "merchant-changed":
            current = _values(self.merchants.get(str(values["key"])))
            return all(
                current[name] == values[name] for name in current if values[name] != values[f"new_{name}"]
            )
        return False

    def _forget_again(self, act: Act) -> None:
        """It may have been killed before it was done, or after some of the merchants."""
        self._forget(str(act.what.values["key"]), act.id, act.at)
        if self.acts.undone(act.id):
            self.merchants.recall(act.id)

    def _forget(self, key: str, act: str, at: datetime) -> None:
        """Also what is part of it: after an undo of the merge, that is not remembered either."""
        self.merchants.forget([key, *self.merchants.leading_to(key)], act=act, at=at)

    def settle(self) -> None:
        """After an undo or a restore: no transaction names a merchant that was merged.

        One that was stored or restored while its merchant was merged has the old key.
        """
        if strays := self.rows.existing(self.merchants.merged()):
            self._derive_again(strays)


def _values(merchant: Merchant) -> dict[str, str | int | None]:
    return {"name": merchant.name, "learn": int(merchant.learn)}
