"""Rough exchange rates, so that amounts in different currencies can be compared.

Units per US dollar. The model reads amounts in steps of a factor of 1.4, so a rate that is off by a third
moves an amount by one step. Unlisted currencies count as the dollar.
"""

from __future__ import annotations

_RATES = (
    "inr=85 pkr=280 bdt=120 lkr=300 npr=135 jpy=150 krw=1400 cny=7 hkd=8 twd=32 idr=16000 vnd=25000 "
    "php=57 thb=34 myr=4.4 sgd=1.3 aud=1.5 nzd=1.7 cad=1.4 mxn=19 brl=5.5 ars=1000 clp=950 cop=4100 "
    "pen=3.7 uyu=41 sek=10 nok=10 dkk=7 isk=135 pln=4 czk=23 huf=360 ron=4.6 bgn=1.8 rsd=108 rub=90 "
    "uah=41 kzt=500 gel=2.7 amd=390 try=38 ils=3.6 aed=3.7 sar=3.75 qar=3.6 egp=49 mad=10 zar=18 "
    "ngn=1550 kes=130 ghs=14 tzs=2600 ugx=3700"
)
_UNITS = {code: float(units) for code, _, units in (rate.partition("=") for rate in _RATES.split())}


def units_per_dollar(currency: str) -> float:
    """currency: ISO 4217 code in any case; "" and unknown codes count as the dollar."""
    return _UNITS.get(currency.lower(), 1.0)
