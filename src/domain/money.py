"""ISO 4217 currencies and their decimal places: the only table of them.

The decimals of a code must never change: amounts are stored in the smallest unit.
"""

from __future__ import annotations

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_TWO_DECIMALS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG "
    "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
    "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK "
    "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD "
    "XCG YER ZAR ZMW ZWG ZWL"
)
_EXPONENTS = {
    code: places
    for codes, places in ((_NO_DECIMALS, 0), (_TWO_DECIMALS, 2), (_THREE_DECIMALS, 3), (_FOUR_DECIMALS, 4))
    for code in codes.split()
}

CURRENCIES = frozenset(_EXPONENTS) - {"UYW"}
"""Currencies in use. Imports recognize these."""

KNOWN_CURRENCIES = CURRENCIES | frozenset(
    (
        # Retired since about 1985: a history may be older than the euro.
        "ADP AFA ATS AZM BEF BGL BYB BYR CSD CSK CUC CYP DDM DEM ECS EEK ESP FIM FRF GHC GRD GWP IEP ITL LTL "
        "LUF LVL MGF MRO MTL MXP MZM NLG PLZ PTE ROL RUR SDD SIT SKK SLL SRG STD SUR TJR TMM TPE TRL UAK VEB "
        "VEF XEU YUD YUM YUN ZMK ZRN ZRZ ZWD ZWR "
        # Units of account.
        "BOV CHE CHW COU MXV USN UYW XDR"
    ).split()
)
"""Every code that a stored transaction may have."""


def decimal_places(currency: str) -> int:
    """Decimal places of `currency`'s smallest unit, e.g. 2 for USD, 0 for JPY; 2 for a code not listed."""
    return _EXPONENTS.get(currency, 2)


def amount_text(units: int, currency: str) -> str:
    """Of an amount in the smallest unit: `"350.75"`, with the currency's decimals."""
    places = decimal_places(currency)
    if not places:
        return str(int(units))
    digits = f"{units:0{places + 1}d}"
    return f"{digits[:-places]}.{digits[-places:]}"
