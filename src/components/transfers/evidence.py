"""How strongly two transactions look like the two ends of one own transfer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from src.components.transfers.wording import Wording, mentions, wording_of
from src.domain.categories import Group
from src.domain.transactions import Transaction
from src.domain.transfers import End, same_account

_MOVED = (Group.TRANSFER, Group.SAVING)
_PER_LEVEL, _PER_DAY = 0.1, 0.02


def text_of(transaction: Transaction) -> str:
    return " ".join(
        part for part in (transaction.description, transaction.counterparty, transaction.subcategory) if part
    )


@dataclass(frozen=True, slots=True)
class TransferEvidence:
    """Of two transactions that may be one own transfer, from both sides. Levels are those of `Wording`."""

    out: int
    into: int
    answered_otherwise: bool
    """A person gave one of them a category of spending or income."""
    accounts_known: bool

    @property
    def is_plausible(self) -> bool:
        """Enough to suggest the pair."""
        weakest, strongest = sorted((self.out, self.into))
        if self.accounts_known:
            return strongest >= Wording.TRANSFER or weakest >= Wording.NONE
        return weakest >= Wording.TRANSFER or (strongest == Wording.OWN and weakest >= Wording.NONE)

    @property
    def is_certain(self) -> bool:
        """Enough to pair them, if neither has another counterpart."""
        weakest, strongest = sorted((self.out, self.into))
        if self.answered_otherwise or weakest < Wording.NONE:
            return False
        if self.accounts_known:
            return strongest >= Wording.TRANSFER
        return strongest == Wording.OWN and weakest >= Wording.TRANSFER

    def score(self, days: int) -> float:
        """0..1, higher for more and closer evidence; only compared, never a probability."""
        levels = _PER_LEVEL * (self.out + self.into)
        score = 0.4 + levels + (0.2 if self.accounts_known else 0) - _PER_DAY * days
        return round(min(max(score, 0.01), 0.99), 2)


def evidence_of(out: End, into: End, groups: Mapping[str, Group]) -> TransferEvidence:
    """groups: by category. The two already fit by direction, amount and date."""
    one, other = out.transaction, into.transaction
    return TransferEvidence(
        out=_level(out, other, groups),
        into=_level(into, one, groups),
        answered_otherwise=any(end.answered and not _is_moved(end, groups) for end in (out, into)),
        accounts_known=bool(one.account and other.account) and not same_account(one, other),
    )


def _level(end: End, other: Transaction, groups: Mapping[str, Group]) -> int:
    text = text_of(end.transaction)
    wording = wording_of(text)
    if wording is Wording.REVERSAL:
        return wording
    if mentions(text, other.account) and not same_account(end.transaction, other):
        return Wording.OWN
    if wording is Wording.NONE and _is_moved(end, groups):
        return Wording.TRANSFER
    if wording is Wording.NONE and end.sure and end.category in groups:
        return Wording.REVERSAL  # spending or income, without doubt
    return wording


def _is_moved(end: End, groups: Mapping[str, Group]) -> bool:
    return groups.get(end.category or "") in _MOVED
