"""Add, change, merge or delete an account: acts that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from src.components.text.masking import mask
from src.domain.accounts import Account, AccountKind
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.categories import name_key
from src.domain.money import decimal_places
from src.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts
    from src.services.accounts.transactions import AccountTransactions
    from src.services.transactions.acts import ActLog
    from src.services.transfers.links import Links

FIELDS = ("name", "currency", "kind", "opening_balance")
"""The fields that a person may change."""

_UNFINISHED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class AccountEditor:
    """An act is stored first, then the account changes, then its transactions; `resume_unfinished` does what
    an interruption left.
    """

    accounts: Accounts
    rows: AccountTransactions
    acts: ActLog
    links: Links

    def add(self, account: Account, *, at: datetime) -> tuple[Account, str]:
        """Returns it with its id, and the act.

        Raises Conflict if the name is taken, InvalidInput, Unavailable.
        """
        added = self.accounts.add(_checked(account))
        what = ActSummary("account-added", {"account_id": added.id, "name": added.name})
        act = self.acts.begin(ActKind.ACCOUNT_ADD, what, at=at)
        self.acts.finish(act, rows=0, keep=True)
        return added, act

    def change(
        self, account_id: str, fields: Mapping[str, Any], *, at: datetime
    ) -> tuple[Account, str | None]:
        """Set some of `FIELDS`. A new name is also that of its transactions.

        Returns the account, and the act; None if nothing changes. Raises NotFound, Conflict if the name is
        taken, InvalidInput, Unavailable.
        """
        before = self.accounts.get(account_id)
        after = _checked(replace(before, **fields))
        if after == before:
            return before, None
        after = replace(after, automatic=False)
        if name_key(after.name) != name_key(before.name):
            former = dict.fromkeys((*before.former_keys, name_key(before.name)))
            after = replace(after, former_keys=tuple(former))
        what = ActSummary(
            "account-changed",
            {
                "account_id": account_id,
                "former_keys": "\n".join(before.former_keys),
                "automatic": int(before.automatic),
                **_values(before),
                **{f"new_{name}": value for name, value in _values(after).items()},
            },
        )
        act = self.acts.begin(ActKind.ACCOUNT_CHANGE, what, at=at)
        try:
            self.accounts.change(before, after)
        except Conflict:
            self.acts.finish(act, rows=0)
            raise
        self._finish_change(act, what.values)
        return after, act

    def _finish_change(self, act: str, values: Mapping[str, Any]) -> None:
        if values["name"] != values["new_name"]:
            self.rows.rename(values["name"], values["new_name"])
        self.acts.finish(act, rows=self.rows.count(values["new_name"]), keep=True)

    def delete(
        self, account_id: str, into: str | None, *, at: datetime, keep_rows: bool = False
    ) -> tuple[Account, int, str]:
        """Merge it with its transactions into `into`; without `into`, delete an unused one.

        keep_rows: also delete a used one, whose transactions are then in no account. Its opening balance is
        added to that of `into`, if the currency is the same. Returns the account as it was, the number of its
        transactions, and the act. Raises NotFound, Conflict if it is used, InvalidInput, Unavailable.
        """
        before = self.accounts.get(account_id)
        target = self._other(before, into) if into is not None else None
        if target is None and not keep_rows and (used := self.rows.count(before.name)):
            raise Conflict(f"{used} transactions are in this account. Choose the account they move to.")
        values = {"account_id": account_id, "into_id": into, **_values(before)}
        values |= {"into": target.name} if target else {}
        act = self.acts.begin(ActKind.ACCOUNT_MERGE, ActSummary("account-merged", values), at=at)
        try:
            self.accounts.retire(before, target, act=act)
        except Conflict:
            self.acts.finish(act, rows=0)
            raise
        return before, self._finish_merge(act, values, at), act

    def _other(self, account: Account, into_id: str) -> Account:
        with suppress(NotFound):
            if (into := self.accounts.get(into_id)).id != account.id:
                return into
        raise InvalidInput("Choose another account that exists.", field="into")

    def _finish_merge(self, act: str, values: Mapping[str, Any], at: datetime) -> int:
        """What follows once the account itself is merged. Each step does nothing if it is done already.

        A transfer between the two accounts is none any more: its pair comes apart until this is undone.
        """
        into = self.accounts.current(values["into_id"])
        rows = self.rows.move(values["name"], into.name if into else None, act=act, at=at)
        self.links.settle_unsettled()
        self.acts.finish(act, rows=rows, keep=True)
        return rows

    def undo_add(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict if a transaction is in the account by now."""
        try:
            account = self.accounts.get(str(act.what.values["account_id"]))
        except NotFound:
            return UndoResult(rows=0)
        if used := self.rows.count(account.name):
            raise Conflict(f"{used} transactions are in this account by now. Delete it on its page instead.")
        self.accounts.remove(account)
        return UndoResult(rows=0)

    def undo_change(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict if the account was changed again later."""
        values = act.what.values
        before = {name: values[name] for name in FIELDS if values[name] != values[f"new_{name}"]}
        after = {name: values[f"new_{name}"] for name in before}
        try:
            account = self.accounts.get(str(values["account_id"]))
        except NotFound:
            raise Conflict("This account was merged or deleted later. Undo that first.") from None
        current = {name: _values(account)[name] for name in before}
        if current not in (before, after):
            raise Conflict("This account was changed again later. Undo the later change first.")
        if "name" not in before:
            self._restore_fields(account, before, values)
            return UndoResult(rows=0)
        names = (str(values["new_name"]), str(values["name"]))
        # Until the account itself is renamed, its former name leads to it: an interruption does no harm.
        rows = self.rows.rename(*names)
        self._restore_fields(account, before, values)
        return UndoResult(rows=rows + self.rows.rename(*names))  # and those stored meanwhile

    def _restore_fields(self, account: Account, before: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        fields = _fields_of(before) | {"automatic": bool(values["automatic"])}
        if "name" in before:
            former = filter(None, str(values["former_keys"]).split("\n"))
            name = str(values["new_name"])
            undone = [name_key(name)] if self.rows.may_return(name) else []
            fields["former_keys"] = tuple(dict.fromkeys((*former, *undone)))
        if "opening_balance" in before:
            fields["opening_balance"] += account.merged_opening
        if (restored := replace(account, **fields)) != account:
            self.accounts.change(account, restored)

    def undo_merge(self, act: Act, at: datetime) -> UndoResult:
        """Transactions that were moved to another account since stay there."""
        values = act.what.values
        self.accounts.restore(str(values["account_id"]), act=act.id)
        undone = self.rows.move_back(act.id, str(values["name"]), targets=self._targets, at=at)
        self.links.settle_unsettled()
        return undone

    def _targets(self, act_id: str) -> list[str | None]:
        act = self.acts.find(act_id)
        into_id = act.what.values["into_id"] if act else None
        return self.accounts.names_on_the_way(str(into_id) if into_id else None) if act else []

    def resume_unfinished(self, *, at: datetime) -> None:
        """Finish what an interruption left. Raises Unavailable."""
        self.accounts.break_circles()
        before = at - _UNFINISHED_AFTER
        for act in self.acts.unfinished(ActKind.ACCOUNT_CHANGE, before=before):
            self._finish_unfinished_change(act)
        for act in self.acts.unfinished(ActKind.ACCOUNT_MERGE, before=before):
            self._finish_unfinished_merge(act, at)
        self.settle(at=at)

    def settle(self, *, at: datetime, with_numbers: bool = False) -> None:
        """After an undo: every transaction names an account of today, and no automatic account is empty.

        A transaction that was stored or restored while its account was renamed or merged has the old name.
        with_numbers: also remove empty accounts that are recognized by a number.
        """
        accounts, names = self.accounts.all(), set(self.rows.names())
        for stray in names - {account.name for account in accounts}:
            name = self.accounts.canonical(stray, currency=self.rows.currency(stray))
            if act := self.accounts.merge_of(stray):
                self.rows.move(stray, name, act=act, at=at)
            elif name != stray:
                self.rows.rename(stray, name)
        for account in accounts:
            is_empty = account.name not in names and not account.merged_opening
            if account.automatic and is_empty and (with_numbers or not account.numbers):
                with suppress(Conflict):  # it was changed at this moment
                    self.accounts.remove(account)

    def _finish_unfinished_change(self, act: Act) -> None:
        account = self.accounts.by_name(str(act.what.values["new_name"]))
        if account and account.id == act.what.values["account_id"]:
            self._finish_change(act.id, act.what.values)
        else:  # it was killed before the account changed
            self.acts.finish(act.id, rows=0)

    def _finish_unfinished_merge(self, act: Act, at: datetime) -> None:
        try:
            self.accounts.get(str(act.what.values["account_id"]))
        except NotFound:
            self._finish_merge(act.id, act.what.values, at)
        else:  # it was killed before the account was merged, or while the merge was undone
            self.acts.finish(act.id, rows=self.rows.count_moved(act.id))


def _checked(account: Account) -> Account:
    """With single spaces in its name and the exact decimals of its currency. Raises InvalidInput."""
    name, smallest = " ".join(account.name.split()), _smallest_amount(account.currency)
    if mask(name) != name:
        raise InvalidInput(
            "Name the account without its number: numbers are not stored in a readable form.", field="name"
        )
    if account.opening_balance % smallest or account.own_opening % smallest:
        raise InvalidInput(
            f"An amount in {account.currency} has at most {decimal_places(account.currency)} decimals.",
            field="opening_balance",
        )
    return replace(account, name=name, opening_balance=account.opening_balance.quantize(smallest))


def _smallest_amount(currency: str) -> Decimal:
    return Decimal(1).scaleb(-decimal_places(currency))


def _values(account: Account) -> dict[str, str]:
    return {
        "name": account.name,
        "currency": account.currency,
        "kind": account.kind.value,
        "opening_balance": str(account.own_opening.quantize(_smallest_amount(account.currency))),
    }


def _fields_of(values: Mapping[str, Any]) -> dict[str, Any]:
    types = {"kind": AccountKind, "opening_balance": Decimal}
    return {name: types.get(name, str)(value) for name, value in values.items()}
