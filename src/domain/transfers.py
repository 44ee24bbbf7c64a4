"""Links between two transactions: the two ends of an own transfer, a purchase and its refund."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is a field's name here
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from src.domain.feedback import BY_A_PERSON, active_answers
from src.domain.transactions import Direction, StoredTransaction, Transaction

TRANSFER_WITHIN = timedelta(days=5)
"""Between the two ends of an own transfer."""
REFUND_WITHIN = timedelta(days=120)
"""After its purchase, for one that is suggested; a person may link a later one."""


class LinkKind(StrEnum):
    TRANSFER = "transfer"
    REFUND = "refund"


class LinkStatus(StrEnum):
    SUGGESTED = "suggested"
    PAIRED = "paired"
    DISMISSED = "dismissed"
    """By a person: it is never suggested or paired again."""


class LinkedBy(StrEnum):
    IMPORT = "import"
    JOB = "job"
    PERSON = "person"


class Misfit(StrEnum):
    """Why two transactions cannot be linked."""

    SAME = "same"
    DIRECTION = "direction"
    ACCOUNT = "account"
    AMOUNT = "amount"
    DAYS = "days"
    CURRENCY = "currency"
    REFUND_TOO_LARGE = "refund-too-large"
    REFUND_TOO_EARLY = "refund-too-early"


@dataclass(frozen=True, slots=True)
class End:
    """One of two transactions that may be linked."""

    id: str
    transaction: Transaction
    category: str | None = None
    sure: bool = False
    """Whether a person or an automatic prediction decided the category."""
    answered: bool = False
    key: str | None = None
    """Of an imported transaction: the same when it is imported again."""

    @property
    def lasting_id(self) -> str:
        """The same after the import is undone and repeated."""
        return self.key or self.id


def end_of(row: StoredTransaction) -> End:
    answers = active_answers(row.feedback)
    return End(
        id=row.id,
        transaction=row.transaction,
        category=row.category,
        sure=not row.needs_review,
        answered=bool(answers) and answers[-1].source in BY_A_PERSON,
        key=row.key,
    )


@dataclass(frozen=True, slots=True)
class Link:
    """Two transactions that belong together, or may."""

    id: str
    kind: LinkKind
    out: str
    """Id of the transaction whose money left: the purchase of a refund."""
    into: str
    """Id of the transaction whose money arrived: the refund."""
    status: LinkStatus
    by: LinkedBy
    score: float
    """How likely the two belong together, 0..1; 1 if a person linked them."""
    created_at: datetime
    date: Date
    """Of the expense of a transfer, or of the refund: lists are in its order."""
    shown: bool = False
    """False if a transaction is gone, no longer fits, or belongs to another link in effect."""
    order: int = 0
    """Of a linked refund: when it was linked, relative to the others of its purchase."""
    part: int | None = None
    """Of a refund: the part of its split purchase that a person chose, from 0."""
    acts: tuple[str, ...] = ()
    """What a person did to it and did not undo, oldest first."""


@dataclass(frozen=True, slots=True)
class LinkedRows:
    """A link with its transactions."""

    link: Link
    out: StoredTransaction
    into: StoredTransaction


@dataclass(frozen=True, slots=True)
class LinkPage:
    items: tuple[LinkedRows, ...]
    next_cursor: str | None


def link_between(
    kind: LinkKind, out: End, into: End, status: LinkStatus, by: LinkedBy, *, score: float, at: datetime
) -> Link:
    dated = into if kind is LinkKind.REFUND else out
    return Link(
        id=_link_id(kind, out.lasting_id, into.lasting_id),
        kind=kind,
        out=out.id,
        into=into.id,
        status=status,
        by=by,
        score=score,
        created_at=at,
        date=dated.transaction.date,
    )


def _link_id(kind: LinkKind, out: str, into: str) -> str:
    """The same for the same two transactions, so that a dismissed link is recognized.

    out, into: their lasting ids.
    """
    return hashlib.sha256("\x1f".join((kind.value, out, into)).encode()).hexdigest()[:24]


def same_account(one: Transaction, other: Transaction) -> bool:
    """Whether both accounts are known and the same."""
    return bool(one.account and other.account and one.account.casefold() == other.account.casefold())


def transfer_misfit(out: Transaction, into: Transaction) -> Misfit | None:
    """Why the two are not the ends of one own transfer; None if they can be."""
    if (out.direction, into.direction) != (Direction.EXPENSE, Direction.INCOME):
        return Misfit.DIRECTION
    if out.currency == into.currency and same_account(out, into):
        return Misfit.ACCOUNT  # a conversion may stay within an account of several currencies
    if out.currency == into.currency and out.amount != into.amount:
        return Misfit.AMOUNT
    return Misfit.DAYS if abs(out.date - into.date) > TRANSFER_WITHIN else None


# Without accents, as in the keys of merchants.
_REFUND_WORDS = frozenset(
    "refund refunds refunded return returns returned reversal retoure ruckerstattung rueckerstattung "
    "erstattung gutschrift storno remboursement rembt avoir reembolso devolucion rimborso "
    "terugbetaling zwrot estorno".split()
)


_PURCHASE_WORDS = ("bestellung", "einkauf", "order", "purchase", "commande", "achat", "pedido", "compra")


def purchase_merchant(merchant: str) -> str:
    """The merchant of `zara bestellung`, and of the purchase that `zara retoure` or `refund zara` refunds."""
    name, _, last = _without_refund_words(merchant).rpartition(" ")
    return name if name and last in _PURCHASE_WORDS else f"{name} {last}".strip()


def _without_refund_words(merchant: str) -> str:
    return " ".join(word for word in merchant.split() if word not in _REFUND_WORDS) or merchant


def purchase_merchants(merchant: str) -> tuple[str, ...]:
    """The merchants whose purchase it may refund, the likeliest first.

    `zalando se berlin refund` is of `zalando` too: what a word such as `refund` follows keeps its town and
    company form.
    """
    name = purchase_merchant(merchant)
    if _without_refund_words(merchant) == merchant:
        return (name,)
    words = name.split()
    return tuple(" ".join(words[:length]) for length in range(len(words), 0, -1))


def purchase_keys(merchant: str) -> tuple[str, ...]:
    """The keys of merchants that `purchase_merchant` takes for one of `purchase_merchants`."""
    names = purchase_merchants(merchant)
    return (*names, *(f"{name} {word}" for name in names for word in _PURCHASE_WORDS))


def refund_misfit(purchase: Transaction, refund: Transaction) -> Misfit | None:
    """Why one cannot be a refund of the other; None if it can."""
    if (purchase.direction, refund.direction) != (Direction.EXPENSE, Direction.INCOME):
        return Misfit.DIRECTION
    if purchase.currency != refund.currency:
        return Misfit.CURRENCY
    if refund.amount > purchase.amount:
        return Misfit.REFUND_TOO_LARGE
    return Misfit.REFUND_TOO_EARLY if refund.date < purchase.date else None


def misfit(kind: LinkKind, out: Transaction, into: Transaction) -> Misfit | None:
    return transfer_misfit(out, into) if kind is LinkKind.TRANSFER else refund_misfit(out, into)


def links_to_show(links: Iterable[Link], transactions: Mapping[str, Transaction]) -> set[str]:
    """The ids of the links in effect, and of the suggestions that do not contradict them.

    links: all that share a transaction. transactions: the existing ones, by id. Of two links that want one
    transaction, the one in effect keeps it, else the older one gets it. The refunds of a purchase count in
    the order in which they were linked, up to its amount.
    """
    fitting = [link for link in links if _fits(link, transactions)]
    fitting.sort(key=lambda link: (not link.shown, link.created_at, link.id))
    claims, paired = _Claims(), []
    for link in fitting:
        if link.status is LinkStatus.PAIRED and claims.allow(link):
            claims.add(link)
            paired.append(link)
    left = _LeftToRefund(transactions)
    in_effect = [link for link in in_order(paired) if link.kind is LinkKind.TRANSFER or left.take(link)]
    claims = _Claims(in_effect)
    suggested = [
        link
        for link in fitting
        if link.status is LinkStatus.SUGGESTED
        and claims.allow(link)
        and (link.kind is LinkKind.TRANSFER or left.is_enough_for(link))
    ]
    return {link.id for link in (*in_effect, *suggested)}


def in_order(links: Iterable[Link]) -> list[Link]:
    """In the order in which the refunds of a purchase were linked."""
    return sorted(links, key=lambda link: (link.order, link.created_at, link.id))


def _fits(link: Link, transactions: Mapping[str, Transaction]) -> bool:
    out, into = transactions.get(link.out), transactions.get(link.into)
    return out is not None and into is not None and misfit(link.kind, out, into) is None


class _Claims:
    """The transactions that links in effect take. A purchase may have several refunds, but is no transfer."""

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._taken: set[str] = set()
        self._purchases: set[str] = set()
        for link in links:
            self.add(link)

    def add(self, link: Link) -> None:
        self._taken.add(link.into)
        (self._taken if link.kind is LinkKind.TRANSFER else self._purchases).add(link.out)

    def allow(self, link: Link) -> bool:
        is_purchase = link.kind is LinkKind.TRANSFER and link.out in self._purchases
        return not is_purchase and self._taken.isdisjoint((link.out, link.into))


class _LeftToRefund:
    """How much of each purchase is not refunded yet."""

    def __init__(self, transactions: Mapping[str, Transaction]) -> None:
        self._transactions = transactions
        self._refunded: dict[str, Decimal] = defaultdict(Decimal)

    def is_enough_for(self, link: Link) -> bool:
        return self._refunded[link.out] + self._amount(link.into) <= self._amount(link.out)

    def take(self, link: Link) -> bool:
        """False if not enough is left."""
        if is_enough := self.is_enough_for(link):
            self._refunded[link.out] += self._amount(link.into)
        return is_enough

    def _amount(self, transaction_id: str) -> Decimal:
        return self._transactions[transaction_id].amount
