import pytest

from src.domain.accounts import kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Girokonto", "checking"),
        ("Sparkasse Giro", "checking"),
        ("Credit Union Checking", "checking"),
        ("Tagesgeldkonto", "savings"),
        ("My savings", "savings"),
        ("Kreditkarte Gold", "card"),
        ("VISA", "card"),
        ("Debit card", "card"),
        ("Bargeld", "cash"),
        ("Geldbörse", "cash"),
        ("Kredit Auto", "loan"),
        ("Préstamo coche", "loan"),
        ("Depot", "investment"),
    ],
)
def test_the_name_of_an_account_tells_its_kind(name, kind):
    assert kind_of(name) == kind
