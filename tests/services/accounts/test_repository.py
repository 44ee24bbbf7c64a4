from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from src.domain.accounts import Account, AccountKind
from src.domain.preferences import Preferences
from src.errors import Conflict, NotFound
from src.services.accounts.repository import Accounts
from tests.services.rows import NOW


@pytest.fixture
def accounts(database):
    return Accounts(
        database,
        lambda: Preferences(currency="EUR"),
        lambda number: f"hash of {number[-2:]}",
        now=lambda: NOW,
    )


def account(name="Everyday", **fields):
    defaults = {"currency": "EUR", "kind": AccountKind.CHECKING, "opening_balance": Decimal("-0.05")}
    return Account("", name, created_at=NOW, **{**defaults, **fields})


def test_an_account_is_read_as_it_was_stored(accounts):
    added = accounts.add(account())
    assert accounts.get(added.id) == replace(account(), id=added.id)
    assert accounts.all() == [added]


def test_an_unknown_name_makes_one_account_whatever_its_case_and_spaces(accounts):
    names = ["Tages  geld", "TAGES GELD", " tages geld "] * 5
    with ThreadPoolExecutor(8) as pool:
        stored = set(pool.map(lambda name: accounts.canonical(name, currency="CHF"), names))
    [made] = accounts.all()
    assert stored == {made.name}
    assert (made.currency, made.opening_balance) == ("CHF", 0)


def test_a_former_name_leads_to_the_account_until_another_account_has_it(accounts):
    before = accounts.add(account("Giro"))
    accounts.change(before, replace(before, name="Everyday", former_keys=("giro",)))
    assert accounts.canonical("GIRO") == "Everyday"
    accounts.add(account("Giro"))
    assert accounts.canonical("GIRO") == "Giro"


def test_names_and_numbers_of_a_merged_account_lead_to_the_other_and_back(accounts):
    first, second, third = (accounts.add(account(name)) for name in ("First", "Second", "Third"))
    accounts.add_number("first", "hash")
    first = accounts.get(first.id)
    accounts.retire(first, second, act="one")
    accounts.retire(accounts.get(second.id), third, act="two")
    assert accounts.canonical("FIRST") == "Third"
    assert accounts.by_number("hash") == accounts.current(first.id) == accounts.get(third.id)
    assert accounts.get(third.id).opening_balance == 3 * third.opening_balance
    with pytest.raises(NotFound):
        accounts.get(first.id)
    accounts.restore(first.id, act="one")
    assert accounts.by_number("hash") == accounts.get(first.id) == first


def test_an_account_that_another_was_merged_into_meanwhile_is_not_merged(accounts):
    first, second, third = (accounts.add(account(name)) for name in ("First", "Second", "Third"))
    accounts.retire(first, second, act="one")
    with pytest.raises(Conflict):
        accounts.retire(second, third, act="two")
    with pytest.raises(Conflict):
        accounts.retire(third, first, act="three")


def test_a_deleted_account_gives_its_name_and_number_free(accounts):
    before = accounts.add(account("Giro", numbers=("hash",)))
    accounts.retire(before, None, act="one")
    assert (accounts.all(), accounts.by_number("hash"), accounts.by_name("giro")) == ([], None, None)
    accounts.canonical("giro")
    with pytest.raises(Conflict):
        accounts.restore(before.id, act="one")


def test_a_number_belongs_to_the_account_that_it_was_given_last(accounts):
    for name in ("First", "Second", "Second"):
        accounts.canonical(name)
        accounts.add_number(name, "hash")
    assert accounts.by_number("hash").name == "Second"
    first = accounts.by_name("First")
    assert first.numbers == ()
    accounts.change(first, replace(first, name="Mine"))


def test_an_account_that_somebody_else_has_changed_is_not_overwritten(accounts):
    before = accounts.add(account())
    accounts.change(before, replace(before, kind=AccountKind.SAVINGS))
    for act in (
        lambda: accounts.change(before, replace(before, name="Mine")),
        lambda: accounts.retire(before, None, act="one"),
        lambda: accounts.remove(before),
    ):
        with pytest.raises(Conflict):
            act()
    assert [one.kind for one in accounts.all()] == [AccountKind.SAVINGS]


def test_two_accounts_cannot_have_one_name(accounts):
    accounts.add(account("Giro"))
    other = accounts.add(account("Other"))
    with pytest.raises(Conflict):
        accounts.add(account("GIRO"))
    with pytest.raises(Conflict):
        accounts.change(other, replace(other, name="giro"))


def test_an_unknown_number_makes_one_account_that_shows_no_digit_of_it(accounts, database):
    accounts.add(account("ACCOUNT 1"))
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(accounts.canonical_of_number, ["DE0001", "DE0002"] * 8))
    assert set(names[::2]) | set(names[1::2]) == {"Account 2", "Account 3"}
    assert len(set(names[::2])) == len(set(names[1::2])) == 1
    assert "DE00" not in str(list(database.accounts.find()))


def test_names_of_today_follow_the_account_and_else_the_name(accounts):
    renamed, merged, into, deleted = (
        accounts.add(account(name)) for name in ("Giro", "Cash", "Wallet", "Broker")
    )
    accounts.change(renamed, replace(renamed, name="Everyday", former_keys=("giro",)))
    accounts.add(account("Giro"))
    accounts.retire(merged, into, act="one")
    accounts.retire(accounts.get(into.id), accounts.get(renamed.id), act="two")
    accounts.retire(deleted, None, act="three")
    ids = {"Giro": renamed.id, "Cash": merged.id, "Wallet": into.id, "Broker": deleted.id, "Visa": None}
    assert accounts.names_today(ids) == {
        **dict.fromkeys(("Giro", "Cash", "Wallet"), "Everyday"),
        "Broker": "Broker",
        "Visa": "Visa",
    }
    assert accounts.name_today("giro", None) == "Giro"
    assert accounts.names() == ["Everyday", "Giro"]


def test_names_are_read_with_one_query(accounts, database):
    ids = {name: accounts.add(account(name)).id for name in ("Everyday", "Giro", "Cash")}
    mongo = database.collection("accounts").database
    for read in (lambda: accounts.names_today(ids), accounts.names):
        mongo.command("profile", 2)
        read()
        mongo.command("profile", 0)
        assert mongo["system.profile"].count_documents({"ns": database.accounts.full_name}) == 1
        mongo["system.profile"].drop()
