"""The formats of account numbers and national ids by country, for masking.

A format that other numbers share (a date, an order number) needs valid check digits, or a word before the
number that says what it is. Every pattern matches in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from stdnum import luhn, verhoeff

GAP = r"[\s.\u00ad\u200b\u2010-\u2015\u2060\u2212/_-]"
"""Separators within a number: any space, a dot, a slash, any dash."""
_SPACE = r"[\s\u00ad\u200b\u2010-\u2015\u2060\u2212-]"
"""The same without separators of dates and amounts."""
_WORD_DISTANCE = 40
"""Characters before a number that are searched for a word such as `order`."""


@dataclass(frozen=True, slots=True)
class Form:
    country: str
    """And the name of the number."""
    pattern: re.Pattern[str]
    label: str
    valid: Callable[[str], bool] | None = None
    """Checks the text as written."""
    words: frozenset[str] | None = None
    """One of them must come right before the number."""
    lengths: range = range(1, 9)
    """How many digits it starts with; 0 if it starts with letters. Nine or more are always masked."""

    def match(self, text: str, start: int) -> re.Match[str] | None:
        """Ignores `words`."""
        match = self.pattern.match(text, start)
        return match if match and (self.valid is None or self.valid(match[0])) else None


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


ACCOUNT_WORDS = _listed(
    "account|accounts|acct|acc|a/c|sort|sortcode|routing|aba|bsb|transit|konto|kontonr|kontonummer|kto|blz|compte|"
    "cuenta|cta|conta|c/c|conto|rekening|rekeningnummer|rachunek|rachunku|rach|účet|účtu|ucet|uctu|számla|"
    "számlaszám|szamla|tili|tilinumero|hesap|clabe|nrb|счет|счёт|口座|口座番号|普通|paynow|dbs|posb|ocbc|uob"
)
GIRO_WORDS = _listed("bankgiro|bg|plusgiro|pg|postgiro")
BRAZILIAN_WORDS = _listed("conta|c/c|cc|corrente")
DANISH_WORDS = _listed("cpr|cprnr")
CANADIAN_WORDS = _listed("sin|nas|social insurance")
ID_WORDS = _listed(
    "ssn|social security|itin|aadhaar|aadhar|uidai|nino|national insurance|nhs|passport|tfn|nric|cpf|"
    "social insurance|curp|dni|nie|nif|nir|pesel|personnummer|personnr|cpr|fødselsnummer|hetu|henkilötunnus|"
    "steuerid|steuer id|idnr|steuernr|steuernummer|taxid|bsn|burgerservicenummer|codice fiscale|rodné číslo|"
    "rodne cislo|ahv|avs|マイナンバー|rrn"
)
REFERENCE_WORDS = _listed(
    "order|orders|ord|po|invoice|invoices|inv|receipt|ref|refs|refno|reference|rechnung|rechnungsnummer|"
    "rechnungsnr|re|rg|bestellung|bestellnr|bestellnummer|auftrag|auftragsnr|auftragsnummer|beleg|belegnr|"
    "belegnummer|quittung|commande|cde|facture|reçu|référence|réf|pedido|factura|recibo|referencia|ordine|fattura|"
    "ricevuta|riferimento|rif|encomenda|fatura|referência|bestelling|bestelnummer|factuur|factuurnummer|kenmerk|"
    "zamówienie|zamowienie|zamówienia|faktura|fakturanr|faktury|objednávka|ordre|ordrenr|beställning|tilaus|lasku|"
    "viite|sipariş|rendelés|заказ|заказа|tracking|parcel|shipment|consignment|awb|sendung|sendungsnummer|paket|"
    "colis|envío|envio|booking|pnr|ticket|voucher|confirmation|订单|订单号|注文|주문"
)
"""A number after one of these is an order, invoice or parcel number, and is not masked."""
_FILLERS = _listed("no|nos|nr|nbr|num|number|numbers|nummer|numero|número|numéro|id|code|n|is|of|nº|n°|the")
_TOKEN = re.compile(r"[^\W_]+(?:/[^\W\d_]\b)?")


def words_before(text: str, start: int, *, glued: bool = False) -> Collection[str]:
    """The word right before the number at `start`, and the last two words joined.

    `no.`, `#` and the like are skipped. glued: so are letters that begin the number, as in `order DE-4711`.
    """
    tail = text[max(0, start - _WORD_DISTANCE) : start].lower()
    if glued:
        tail = _GLUED.sub("", tail)
    kept = tail.rstrip(_BETWEEN)
    if len(tail) - len(kept) > _MOST_BETWEEN:
        return ()
    tokens: list[str] = _TOKEN.findall(kept)
    while tokens and tokens[-1] in _FILLERS:
        tokens.pop()
    return (tokens[-1], " ".join(tokens[-2:])) if tokens else ()


def is_reference(text: str, start: int) -> bool:
    """Whether a word says that the number at `start` belongs to an order, an invoice or a parcel."""
    words = (*words_before(text, start), *words_before(text, start, glued=True))
    return not REFERENCE_WORDS.isdisjoint(words)


_GLUED = re.compile(r"[a-z0-9]{0,12}-?\Z")
_MOST_BETWEEN = 4
_BETWEEN = " \t\xa0\u202f.:#°º=_-(№"


def digits_of(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum()).upper()


def _by(module: str, *, as_written: bool = False) -> Callable[[str], bool]:
    """The check of python-stdnum, imported at first use."""

    def valid(text: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(text if as_written else _letters(text)))

    return valid


def may_be_a_date(text: str) -> bool:
    """Whether six or eight digits are a date between 1950 and 2049 in any order."""
    digits = digits_of(text)
    if len(digits) == 6:
        orders = [(digits[4:], digits[2:4], digits[:2]), (digits[4:], digits[:2], digits[2:4])]
        orders.append((digits[:2], digits[2:4], digits[4:]))
    elif len(digits) == 8:
        orders = [(digits[4:], digits[2:4], digits[:2]), (digits[4:], digits[:2], digits[2:4])]
        orders.append((digits[:4], digits[4:6], digits[6:]))
    else:
        return False
    return any(map(_is_day, *zip(*orders, strict=True)))


def _is_day(year: str, month: str, day: str) -> bool:
    number = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 50 else 1900)
    try:
        return 1950 <= number < 2050 and bool(date(number, int(month), int(day)))
    except ValueError:
        return False


def _british(text: str) -> bool:
    return not may_be_a_date(digits_of(text)[:6])


def _hungarian(text: str) -> bool:
    """The eighth digit checks the first seven, the last one the rest."""
    digits = [int(digit) for digit in digits_of(text)]
    weights = (9, 7, 3, 1)
    parts = (digits[:8], digits[8:])
    sums = (sum(digit * weights[index % 4] for index, digit in enumerate(part)) for part in parts)
    return any(digits) and not any(total % 10 for total in sums)


def _belgian(text: str) -> bool:
    digits = digits_of(text)
    return int(digits[:10]) > 0 and (int(digits[:10]) % 97 or 97) == int(digits[10:])


def _dutch(text: str) -> bool:
    digits = [int(digit) for digit in digits_of(text)]
    return sum(digit * (9 - index) for index, digit in enumerate(digits)) % 11 == 0


def _singaporean(text: str) -> bool:
    letters = text.upper()
    total = sum(
        int(digit) * weight for digit, weight in zip(letters[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True)
    )
    total += 4 if letters[0] in "TG" else 0
    return ("JZIHGFEDCBA" if letters[0] in "ST" else "XWUTRQPNMLK")[total % 11] == letters[8]


def _luhn(text: str) -> bool:
    return bool(luhn.is_valid(digits_of(text)))


def _aadhaar(text: str) -> bool:
    return bool(verhoeff.is_valid(digits_of(text)))


def _no_date(text: str) -> bool:
    return not may_be_a_date(text)


def _form(
    country: str,
    pattern: str,
    label: str,
    valid: Callable[[str], bool] | None = None,
    words: frozenset[str] | None = None,
    *,
    first: int | range = range(1, 9),
) -> Form:
    """A form whose number does not end inside a word or a longer number."""
    bounded = re.compile(rf"(?:{pattern})(?![^\W_]|[.,/-]\d)", re.IGNORECASE)
    lengths = range(first, first + 1) if isinstance(first, int) else first
    return Form(country, bounded, label, valid, words, lengths)


_A, _I, _S = "[account]", "[id]", _SPACE
FORMS = (
    _form(
        "Britain, sort code and account", rf"\d\d{_S}\d\d{_S}\d\d{_S}{{1,3}}\d{{7,8}}", _A, _british, first=2
    ),
    _form("Britain, with a word", rf"\d\d{_S}?\d\d{_S}?\d\d{_S}{{1,3}}\d{{7,8}}", _A, None, ACCOUNT_WORDS),
    _form("Britain, sort code", r"\d\d-\d\d-\d\d", _A, None, ACCOUNT_WORDS, first=2),
    _form("New Zealand", rf"\d\d{_S}\d{{4}}{_S}\d{{7}}{_S}\d{{2,3}}", _A, first=2),
    _form("Australia, BSB and account", rf"\d{{3}}-\d{{3}}{_S}{{1,2}}\d{{6,10}}", _A, first=3),
    _form("Canada, transit, institution, account", rf"\d{{5}}-\d{{3}}{_S}\d{{7,12}}", _A, first=5),
    _form("Mexico, CLABE", rf"\d{{3}}{GAP}\d{{3}}{GAP}\d{{11}}{GAP}\d", _A, first=3),
    _form(
        "Czechia and Slovakia",
        r"(?:\d{1,6}-)?\d{6,10}/\d{4}",
        _A,
        _by("cz.bankaccount", as_written=True),
        first=range(1, 11),
    ),
    _form("Norway", rf"\d{{4}}{GAP}\d\d{GAP}\d{{5}}", _A, _by("no.kontonr"), first=4),
    _form("Hungary", r"\d{8}-\d{8}(?:-\d{8})?", _A, _hungarian, first=8),
    _form("Belgium", r"\d{3}-\d{7}-\d\d", _A, _belgian, first=3),
    _form("Netherlands", r"\d\d\.\d\d\.\d\d\.\d{3}", _A, _dutch, first=2),
    _form("Spain, CCC", rf"\d{{4}}{GAP}\d{{4}}{GAP}\d\d{GAP}\d{{10}}", _A, _by("es.ccc"), first=4),
    _form("France, RIB", rf"\d{{5}}{_S}\d{{5}}{_S}[0-9a-z]{{11}}{_S}\d\d", _A, first=5),
    _form("Brazil, account", r"\d{3,12}-[\dx]", _A, None, BRAZILIAN_WORDS),
    _form("Sweden, giro", r"\d{2,7}-\d{1,4}", _A, None, GIRO_WORDS),
    _form("Japan and Singapore, with a word", r"\d{3}-\d{5,7}(?:-\d)?", _A, None, ACCOUNT_WORDS, first=3),
    _form("any country, with a word", rf"\d(?:{_S}?\d){{5,20}}", _A, _no_date, ACCOUNT_WORDS),
    _form(
        "United States, SSN", r"\d{3}-\d\d-\d{4}", _I, lambda text: text[:3] not in ("000", "666"), first=3
    ),
    _form("India, Aadhaar", rf"[2-9]\d{{3}}{_S}\d{{4}}{_S}\d{{4}}", _I, _aadhaar, first=4),
    _form("India, PAN", r"(?-i:[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z])", _I, first=0),
    _form("Britain, NINO", r"(?-i:[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D])", _I, first=0),
    _form("Brazil, CPF", r"\d{3}\.\d{3}\.\d{3}-\d\d", _I, _by("br.cpf"), first=3),
    _form("Mexico, CURP", r"[a-z]{4}\d{6}[hmx][a-z]{5}[a-z0-9]\d", _I, _by("mx.curp"), first=0),
    _form("Spain, DNI", r"\d{8}-?[a-z]", _I, _by("es.dni"), first=8),
    _form("Spain, NIE", r"[xyz]-?\d{7}-?[a-z]", _I, _by("es.nie"), first=0),
    _form(
        "France, NIR",
        rf"[12]{_S}?\d\d{_S}?\d\d{_S}?\d[\dab]{_S}?\d{{3}}{_S}?\d{{3}}{_S}?\d\d",
        _I,
        _by("fr.nir"),
    ),
    _form(
        "Italy, codice fiscale", r"[a-z]{6}\d\d[a-z]\d\d[a-z]\d{3}[a-z]", _I, _by("it.codicefiscale"), first=0
    ),
    _form("Belgium, national number", r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", _I, _by("be.nn"), first=2),
    _form("Switzerland, AHV", rf"756{GAP}\d{{4}}{GAP}\d{{4}}{GAP}\d\d", _I, _by("ch.ssn"), first=3),
    _form("Norway, fødselsnummer", r"\d{6} \d{5}", _I, _by("no.fodselsnummer"), first=6),
    _form(
        "Sweden, personnummer",
        r"(?:\d\d)?\d{6}[-+]\d{4}",
        _I,
        lambda text: _luhn(digits_of(text)[-10:]),
        first=range(6, 9),
    ),
    _form("Denmark, CPR", r"\d{6}-?\d{4}", _I, None, DANISH_WORDS),
    _form("Finland, hetu", r"\d{6}[-+a]\d{3}[0-9a-z]", _I, _by("fi.hetu", as_written=True), first=6),
    _form("Czechia and Slovakia, rodné číslo", r"\d{6}/\d{3,4}", _I, _by("cz.rc"), first=6),
    _form("Ireland, PPS", r"\d{7}[a-w][a-iw]?", _I, _by("ie.pps"), first=7),
    _form("Singapore, NRIC", r"[stfg]\d{7}[a-z]", _I, _singaporean, first=0),
    _form("Korea, RRN", r"\d{6}-\d{7}", _I, _by("kr.rrn"), first=6),
    _form("Canada, SIN", rf"\d{{3}}{_S}\d{{3}}{_S}\d{{3}}", _I, _luhn, CANADIAN_WORDS),
    _form("any country, with a word", rf"\d(?:{GAP}?\d){{5,13}}(?:{_S}?[a-z])?", _I, _no_date, ID_WORDS),
    _form(
        "any country, letters and a word",
        rf"[a-z]{{1,2}}{_S}?\d(?:{GAP}?\d){{5,13}}(?:{_S}?[a-z])?",
        _I,
        None,
        ID_WORDS,
        first=0,
    ),
)
"""The first form that matches at a position is used."""

_BY_LENGTH = [tuple(form for form in FORMS if length in form.lengths) for length in range(20)]
_ANY_WITH_LETTERS = re.compile("|".join(form.pattern.pattern for form in _BY_LENGTH[0]), re.IGNORECASE)
_DIGITS = re.compile(r"\d{0,19}")
_CANDIDATE = re.compile(
    r"(?<![^\W_])(?<!\d-)(?!\d\d?[-./]\d\d?[-./](?:19|20)\d\d(?!\d)|(?:19|20)\d\d[-./]\d\d?[-./]\d\d?(?!\d))"
    rf"(?:(?=\d(?:{GAP}{{0,3}}\d){{5}})"
    r"|(?=(?:[A-Za-z][ -]?\d\d|[A-Za-z]{2} ?\d\d ?|[A-Za-z]{4}(?:[A-Za-z]{2})?\d|[A-Z]{5}\d)\d))"
)
"""The start of a number of six digits that is not a date, or of one with letters before its digits."""


def masked(text: str) -> str:
    """`text` with a label instead of every number of these forms."""
    parts: list[str] = []
    done = 0
    for candidate in _CANDIDATE.finditer(text):
        start = candidate.start()
        if start >= done and (match := _match(text, start)):
            parts += [text[done:start], match[1]]
            done = match[0]
    return "".join([*parts, text[done:]]) if parts else text


def _match(text: str, start: int) -> tuple[int, str] | None:
    """(end, label) of the number at `start`."""
    length = _DIGITS.match(text, start).end() - start  # type: ignore[union-attr]
    if not length and not _ANY_WITH_LETTERS.match(text, start):
        return None
    words = None
    for form in _BY_LENGTH[length]:
        if form.words:
            words = words_before(text, start) if words is None else words
            if form.words.isdisjoint(words):
                continue
        if match := form.match(text, start):
            return None if is_reference(text, start) else (match.end(), form.label)
    return None
