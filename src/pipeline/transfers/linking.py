"""What a person decides about own transfers and refunds: acts that can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.transactions import Direction, Transaction
from src.domain.transfers import (
    End,
    Link,
    LinkedBy,
    LinkKind,
    LinkStatus,
    Misfit,
    link_between,
    misfit,
    purchase_merchant,
    purchase_merchants,
    refund_misfit,
    transfer_misfit,
)
from src.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from src.services.transactions.acts import ActLog
    from src.services.transfers.candidates import Candidates
    from src.services.transfers.links import Links

_MISFITS = {
    Misfit.SAME: "A transaction cannot be linked to itself.",
    Misfit.DIRECTION: "The first transaction must be an expense and the second one income.",
    Misfit.ACCOUNT: "Both transactions are of the same account, so this is no transfer between own accounts.",
    Misfit.AMOUNT: "The two amounts differ. Only a transfer between currencies may have two amounts.",
    Misfit.DAYS: "The two transactions are more than five days apart.",
    Misfit.CURRENCY: "The refund has another currency than the purchase.",
    Misfit.REFUND_TOO_LARGE: "The refund is larger than what is left of the purchase.",
    Misfit.REFUND_TOO_EARLY: "The refund is from before the purchase.",
}
_ACTS = {
    (LinkKind.TRANSFER, LinkStatus.PAIRED): "transfer-paired",
    (LinkKind.TRANSFER, LinkStatus.DISMISSED): "transfer-dismissed",
    (LinkKind.REFUND, LinkStatus.PAIRED): "refund-linked",
    (LinkKind.REFUND, LinkStatus.DISMISSED): "refund-dismissed",
}


_MOST_OPTIONS = 30


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """Ids of transactions that another one may be linked to."""

    counterparts: tuple[str, ...]
    """The other end of an own transfer."""
    purchases: tuple[str, ...]
    """What it may refund."""


@dataclass(frozen=True)
class Linking:
    links: Links
    candidates: Candidates
    acts: ActLog

    def pair(self, out: str, into: str, *, at: datetime) -> tuple[Link, str]:
        """Pair the two ends of an own transfer; returns the pair and the id of the act.

        Raises InvalidInput if they do not fit, Conflict if one is linked already, NotFound, Unavailable.
        """
        return self._link(LinkKind.TRANSFER, out, into, ("out", "in"), at)

    def link_refund(
        self, refund: str, purchase: str, *, part: int | None = None, at: datetime
    ) -> tuple[Link, str]:
        """Link a refund to its purchase, as `pair` does. part: of a split purchase, from 0."""
        return self._link(LinkKind.REFUND, purchase, refund, ("of", None), at, part)

    def pair_either(self, one: str, other: str, *, at: datetime) -> str:
        """Pair two transactions, whichever of them is the expense; returns the id of the act."""
        ends = self.candidates.get([one])
        is_out = one in ends and ends[one].transaction.direction is Direction.EXPENSE
        return self.pair(*((one, other) if is_out else (other, one)), at=at)[1]

    def accept(self, link_id: str, *, part: int | None = None, at: datetime) -> str:
        """Pair, or link, what was suggested; returns the id of the act. Raises as `pair` does."""
        link = self.links.get(link_id)
        if link.kind is LinkKind.REFUND:
            return self.link_refund(link.into, link.out, part=part, at=at)[1]
        return self.pair(link.out, link.into, at=at)[1]

    def options(self, transaction_id: str) -> LinkOptions:
        """What a transaction may be linked to. Raises NotFound, Unavailable."""
        ends = self.candidates.get([transaction_id])
        if transaction_id not in ends:
            raise NotFound("There is no transaction with this id.")
        end = ends[transaction_id]
        if end.transaction.direction is Direction.TRANSFER:
            return LinkOptions((), ())
        near = [*self.candidates.of_equal_amount([end]), *self.candidates.of_other_currencies([end])]
        counterparts = [
            other.id
            for other in near
            if transfer_misfit(end.transaction, other.transaction) is None
            or transfer_misfit(other.transaction, end.transaction) is None
        ]
        is_income = end.transaction.direction is Direction.INCOME and end.transaction.merchant
        purchases = [
            purchase
            for purchase in (self.candidates.purchases_like(end) if is_income else ())
            if refund_misfit(purchase.transaction, end.transaction) is None
        ]
        merchants = purchase_merchants(end.transaction.merchant)
        purchases.sort(key=lambda purchase: purchase_merchant(purchase.transaction.merchant) not in merchants)
        return LinkOptions(
            tuple(dict.fromkeys(counterparts))[:_MOST_OPTIONS],
            tuple(purchase.id for purchase in purchases[:_MOST_OPTIONS]),
        )

    def dismiss(self, transfer_id: str, *, at: datetime) -> str:
        """Take a pair apart, or dismiss a suggestion; returns the id of the act.

        The two are never paired or suggested again. Raises NotFound, Conflict if both are deleted,
        Unavailable.
        """
        link = self.links.get(transfer_id)
        if link.status is LinkStatus.DISMISSED:
            raise NotFound("This pair was dismissed already.")
        return self._decide(link, LinkStatus.DISMISSED, at=at)

    def unlink_refund(self, refund: str, *, at: datetime) -> str:
        """Unlink a refund, or dismiss the suggestion of one; returns the id of the act.

        Raises NotFound if it is neither, Unavailable.
        """
        if refund not in self.candidates.get([refund]):
            raise NotFound("There is no transaction with this id.")
        own = [link for link in self.links.of(refund) if link.kind is LinkKind.REFUND and link.into == refund]
        open_ones = [link for link in own if link.status is not LinkStatus.DISMISSED]
        if not open_ones:
            raise NotFound("This transaction is not linked as a refund.")
        return self.dismiss(min(open_ones, key=lambda link: link.status is not LinkStatus.PAIRED).id, at=at)

    def _link(
        self,
        kind: LinkKind,
        out: str,
        into: str,
        fields: tuple[str, str | None],
        at: datetime,
        part: int | None = None,
    ) -> tuple[Link, str]:
        """fields: of the request, for the errors."""
        ends = self.candidates.get({out, into})
        for transaction_id, field in zip((out, into), fields, strict=True):
            if transaction_id not in ends:
                if field is None:
                    raise NotFound("There is no transaction with this id.")
                raise InvalidInput("There is no transaction with this id.", field=field)
        self._check(kind, ends[out], ends[into], fields[0])
        if part is not None:
            _check_part(ends[out].transaction, part, ends[into].transaction.amount)
        status, by = LinkStatus.SUGGESTED, LinkedBy.PERSON
        new = link_between(kind, ends[out], ends[into], status, by, score=1.0, at=at)
        existing = self.links.find(new.id)
        link = replace(existing or new, out=out, into=into, part=part)
        act = self._decide(link, LinkStatus.PAIRED, at=at, is_new=existing is None)
        decided = self.links.get(link.id)
        if not decided.shown:  # somebody else was quicker
            self.links.restore(decided, act, existing.status if existing else None, link.by, at=at)
            self.acts.finish(act, rows=0)
            raise Conflict(_MISFITS[Misfit.REFUND_TOO_LARGE] if kind is LinkKind.REFUND else _TAKEN)
        return decided, act

    def _check(self, kind: LinkKind, out: End, into: End, field: str | None) -> None:
        reason = Misfit.SAME if out.id == into.id else misfit(kind, out.transaction, into.transaction)
        if reason is None and kind is LinkKind.REFUND and self._exceeds_purchase(out, into):
            reason = Misfit.REFUND_TOO_LARGE
        if reason is not None:
            raise InvalidInput(_MISFITS[reason], field=field)
        held = [link for end in (out, into) for link in self.links.of(end.id)]
        if any(_contradicts(link, kind, out.id, into.id) for link in held):
            raise Conflict(_TAKEN)

    def _exceeds_purchase(self, purchase: End, refund: End) -> bool:
        refunded = self.candidates.refunded([purchase.id]).get(purchase.id, Decimal(0))
        return refund.transaction.amount > purchase.transaction.amount - refunded

    def _decide(self, link: Link, status: LinkStatus, *, at: datetime, is_new: bool = False) -> str:
        """Returns the id of the act, which is stored first."""
        ends = self.candidates.get({link.out, link.into})
        if not ends:
            raise Conflict("Both transactions of this pair are deleted. Restore one of them first.")
        values = {
            "link": link.id,
            "transaction_id": link.into if link.kind is LinkKind.REFUND else link.out,
            "other": link.out if link.kind is LinkKind.REFUND else link.into,
            "before": None if is_new else link.status.value,
            "before_by": None if is_new else link.by.value,
        }
        act = self.acts.begin(ActKind.LINK, ActSummary(_ACTS[link.kind, status], values), at=at)
        self.links.decide(link, status, act, at=at)
        self.acts.finish(act, rows=len(ends))
        return act

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Restore the link as it was before the act.

        Raises Conflict if a later act changed it or a transaction is linked otherwise by now, Unavailable.
        """
        values = act.what.values
        link = self.links.find(str(values["link"]))
        before = LinkStatus(str(values["before"])) if values["before"] else None
        if link is None or act.id not in link.acts:
            self.links.forget(str(values["link"]), unless=before)
            return UndoResult(rows=0)
        if link.acts[-1] != act.id:
            raise Conflict("This pair was changed again later. Undo the later change first.")
        if before is LinkStatus.PAIRED:
            linked = [other for end in (link.out, link.into) for other in self.links.of(end)]
            if any(_contradicts(other, link.kind, link.out, link.into) for other in linked):
                raise Conflict(_TAKEN)
            ends = self.candidates.get({link.out, link.into})
            is_refund = link.kind is LinkKind.REFUND and len(ends) == 2
            if is_refund and self._exceeds_purchase(ends[link.out], ends[link.into]):
                raise Conflict(_MISFITS[Misfit.REFUND_TOO_LARGE])
        by = LinkedBy(str(values["before_by"])) if values["before_by"] else None
        if not self.links.restore(link, act.id, before, by, at=at):
            raise Conflict("This pair is being changed at the same time; try again.")
        return UndoResult(rows=len(self.candidates.get({link.out, link.into})))


def _check_part(purchase: Transaction, part: int, amount: Decimal) -> None:
    if part >= len(purchase.splits):
        raise InvalidInput("The purchase has no such part.", field="part")
    if amount > purchase.splits[part].amount:
        raise InvalidInput("The refund is larger than this part of the purchase.", field="part")


_TAKEN = "One of these transactions is linked already. Unlink it first."


def _contradicts(link: Link, kind: LinkKind, out: str, into: str) -> bool:
    """Whether a link in effect keeps `out` and `into` from being linked."""
    if link.status is not LinkStatus.PAIRED or not link.shown:
        return False
    if link.into in (out, into):
        return True
    if link.out not in (out, into):
        return False
    # A purchase may have several refunds.
    return not (link.kind is kind is LinkKind.REFUND and link.out == out)
