"""Currencies and their smallest units."""

from __future__ import annotations

# ISO 4217: currencies whose smallest unit is not a hundredth.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_EXPONENTS = {
    currency: places
    for currencies, places in ((_NO_DECIMALS, 0), (_THREE_DECIMALS, 3), (_FOUR_DECIMALS, 4))
    for currency in currencies.split()
}


def decimal_places(currency: str) -> int:
    """Decimal places of `currency`'s smallest unit (ISO 4217), e.g. 2 for USD, 0 for JPY."""
    return _EXPONENTS.get(currency, 2)
