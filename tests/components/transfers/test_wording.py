"""What a text tells about own transfers."""

import pytest

from src.components.transfers.wording import Wording, mentions, wording_of


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("CREDIT CARD PAYMENT VISA 1234", Wording.OWN),
        ("Payment received, thank you", Wording.OWN),
        ("TRANSFER TO SAVINGS ACCOUNT", Wording.OWN),
        ("Übertrag auf Tagesgeldkonto", Wording.OWN),
        ("VIREMENT INTERNE", Wording.OWN),
        ("Transfer to J Doe", Wording.TRANSFER),
        ("NEFT CR 0099 J DOE", Wording.TRANSFER),
        ("CARD PAYMENT TO CORNER SHOP", Wording.NONE),
        ("PAYMENT RECEIVED FROM CLIENT 12", Wording.NONE),
        ("SALARY ACME", Wording.NONE),
        ("REFUND OF TRANSFER", Wording.REVERSAL),
    ],
)
def test_wording(text, wording):
    assert wording_of(text) is wording


def test_a_name_is_mentioned_only_as_whole_words():
    assert mentions("to RAINY-DAY pot", "Rainy day")
    assert not mentions("maintenance", "Main")
    assert not mentions("anything", None)
