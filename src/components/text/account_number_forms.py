"""The formats of account numbers and national ids by country, for masking.

A format that other numbers share (a date, an order number) needs valid check digits, or a word before the
number that says what it is. Every pattern matches in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import date
from importlib import import_module
from itertools import cycle
from operator import mul

from stdnum import luhn

GAP = r"[\s.\u00ad\u200b\u2010-\u2015\u2060\u2212/_-]"
"""Separators within a number: any space, a dot, a slash, any dash."""
_SPACE = r"[\s\u00ad\u200b\u2010-\u2015\u2060\u2212-]"
"""The same without separators of dates and amounts."""
_WORD_DISTANCE = 40
"""Characters before a number that are searched for a word such as `order`."""


class Form:
    """A number that does not end inside a word or a longer number."""

    def __init__(
        self,
        country: str,
        pattern: str,
        label: str,
        valid: Callable[[str], bool] | None = None,
        words: frozenset[str] | None = None,
        *,
        first: int | range = range(1, 9),
    ) -> None:
        """country: and the name of the number.

        valid: checks the text as written. words: one of them must come right before the number.
        first: how many digits it starts with; 0 if it starts with letters. Nine or more are always masked.
        """
        self.country, self.label, self.valid, self.words = country, label, valid, words
        self.pattern = re.compile(rf"(?:{pattern})(?![^\W_]|[.,/-]\d)", re.IGNORECASE)
        self.lengths = range(first, first + 1) if isinstance(first, int) else first


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


def is_reference(number: re.Match[str]) -> bool:
    """Whether a word says that the number belongs to an order, an invoice or a parcel."""
    text, start = number.string, number.start()
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
    if len(digits) not in (6, 8):
        return False
    end = len(digits) - 4  # of a year at the start
    orders = [(digits[4:], digits[2:4], digits[:2]), (digits[4:], digits[:2], digits[2:4])]
    for year, month, day in [*orders, (digits[:end], digits[end : end + 2], digits[end + 2 :])]:
        number = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 50 else 1900)
        with suppress(ValueError):
            if 1950 <= number < 2050 and date(number, int(month), int(day)):
                return True
    return False


def _hungarian(text: str) -> bool:
    """The eighth digit checks the first seven, the last one the rest."""
    digits = [int(digit) for digit in digits_of(text)]
    sums = (sum(map(mul, part, cycle((9, 7, 3, 1)))) for part in (digits[:8], digits[8:]))
    return any(digits) and not any(total % 10 for total in sums)


def _belgian(text: str) -> bool:
    digits = digits_of(text)
    return int(digits[:10]) > 0 and (int(digits[:10]) % 97 or 97) == int(digits[10:])


def _dutch(text: str) -> bool:
    return bool(sum(map(mul, map(int, digits_of(text)), range(9, 0, -1))) % 11 == 0)


def _singaporean(text: str) -> bool:
    letters = text.upper()
    total = sum(map(mul, map(int, letters[1:8]), (2, 7, 6, 5, 4, 3, 2))) + (4 if letters[0] in "TG" else 0)
    return ("JZIHGFEDCBA" if letters[0] in "ST" else "XWUTRQPNMLK")[total % 11] == letters[8]


def _no_date(text: str) -> bool:
    return not may_be_a_date(text)


_A, _I, _S = "[account]", "[id]", _SPACE
FORMS = (
    Form(
        "Britain, sort code and account",
        rf"\d\d{_S}\d\d{_S}\d\d{_S}{{1,3}}\d{{7,8}}",
        _A,
        lambda text: not may_be_a_date(digits_of(text)[:6]),
        first=2,
    ),
    Form("Britain, with a word", rf"\d\d{_S}?\d\d{_S}?\d\d{_S}{{1,3}}\d{{7,8}}", _A, None, ACCOUNT_WORDS),
    Form("Britain, sort code", r"\d\d-\d\d-\d\d", _A, None, ACCOUNT_WORDS, first=2),
    Form("New Zealand", rf"\d\d{_S}\d{{4}}{_S}\d{{7}}{_S}\d{{2,3}}", _A, first=2),
    Form("Australia, BSB and account", rf"\d{{3}}-\d{{3}}{_S}{{1,2}}\d{{6,10}}", _A, first=3),
    Form("Canada, transit, institution, account", rf"\d{{5}}-\d{{3}}{_S}\d{{7,12}}", _A, first=5),
    Form("Mexico, CLABE", rf"\d{{3}}{GAP}\d{{3}}{GAP}\d{{11}}{GAP}\d", _A, first=3),
    Form(
        "Czechia and Slovakia",
        r"(?:\d{1,6}-)?\d{6,10}/\d{4}",
        _A,
        _by("cz.bankaccount", as_written=True),
        first=range(1, 11),
    ),
    Form("Norway", rf"\d{{4}}{GAP}\d\d{GAP}\d{{5}}", _A, _by("no.kontonr"), first=4),
    Form("Hungary", r"\d{8}-\d{8}(?:-\d{8})?", _A, _hungarian, first=8),
    Form("Belgium", r"\d{3}-\d{7}-\d\d", _A, _belgian, first=3),
    Form("Netherlands", r"\d\d\.\d\d\.\d\d\.\d{3}", _A, _dutch, first=2),
    Form("Spain, CCC", rf"\d{{4}}{GAP}\d{{4}}{GAP}\d\d{GAP}\d{{10}}", _A, _by("es.ccc"), first=4),
    Form("France, RIB", rf"\d{{5}}{_S}\d{{5}}{_S}[0-9a-z]{{11}}{_S}\d\d", _A, first=5),
    Form("Brazil, account", r"\d{3,12}-[\dx]", _A, None, BRAZILIAN_WORDS),
    Form("Sweden, giro", r"\d{2,7}-\d{1,4}", _A, None, GIRO_WORDS),
    Form("Japan and Singapore, with a word", r"\d{3}-\d{5,7}(?:-\d)?", _A, None, ACCOUNT_WORDS, first=3),
    Form("any country, with a word", rf"\d(?:{_S}?\d){{5,20}}", _A, _no_date, ACCOUNT_WORDS),
    Form("United States, SSN", r"\d{3}-\d\d-\d{4}", _I, lambda text: text[:3] not in ("000", "666"), first=3),
    Form("India, Aadhaar", rf"[2-9]\d{{3}}{_S}\d{{4}}{_S}\d{{4}}", _I, _by("verhoeff"), first=4),
    Form("India, PAN", r"(?-i:[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z])", _I, first=0),
    Form("Britain, NINO", r"(?-i:[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D])", _I, first=0),
    Form("Brazil, CPF", r"\d{3}\.\d{3}\.\d{3}-\d\d", _I, _by("br.cpf"), first=3),
    Form("Mexico, CURP", r"[a-z]{4}\d{6}[hmx][a-z]{5}[a-z0-9]\d", _I, _by("mx.curp"), first=0),
    Form("Spain, DNI", r"\d{8}-?[a-z]", _I, _by("es.dni"), first=8),
    Form("Spain, NIE", r"[xyz]-?\d{7}-?[a-z]", _I, _by("es.nie"), first=0),
    Form(
        "France, NIR",
        rf"[12]{_S}?\d\d{_S}?\d\d{_S}?\d[\dab]{_S}?\d{{3}}{_S}?\d{{3}}{_S}?\d\d",
        _I,
        _by("fr.nir"),
    ),
    Form(
        "Italy, codice fiscale", r"[a-z]{6}\d\d[a-z]\d\d[a-z]\d{3}[a-z]", _I, _by("it.codicefiscale"), first=0
    ),
    Form("Belgium, national number", r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", _I, _by("be.nn"), first=2),
    Form("Switzerland, AHV", rf"756{GAP}\d{{4}}{GAP}\d{{4}}{GAP}\d\d", _I, _by("ch.ssn"), first=3),
    Form("Norway, fødselsnummer", r"\d{6} \d{5}", _I, _by("no.fodselsnummer"), first=6),
    Form(
        "Sweden, personnummer",
        r"(?:\d\d)?\d{6}[-+]\d{4}",
        _I,
        lambda text: luhn.is_valid(digits_of(text)[-10:]),
        first=range(6, 9),
    ),
    Form("Denmark, CPR", r"\d{6}-?\d{4}", _I, None, DANISH_WORDS),
    Form("Finland, hetu", r"\d{6}[-+a]\d{3}[0-9a-z]", _I, _by("fi.hetu", as_written=True), first=6),
    Form("Czechia and Slovakia, rodné číslo", r"\d{6}/\d{3,4}", _I, _by("cz.rc"), first=6),
    Form("Ireland, PPS", r"\d{7}[a-w][a-iw]?", _I, _by("ie.pps"), first=7),
    Form("Singapore, NRIC", r"[stfg]\d{7}[a-z]", _I, _singaporean, first=0),
    Form("Korea, RRN", r"\d{6}-\d{7}", _I, _by("kr.rrn"), first=6),
    Form("Canada, SIN", rf"\d{{3}}{_S}\d{{3}}{_S}\d{{3}}", _I, _by("luhn"), CANADIAN_WORDS),
    Form("any country, with a word", rf"\d(?:{GAP}?\d){{5,13}}(?:{_S}?[a-z])?", _I, _no_date, ID_WORDS),
    Form(
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
        match = form.pattern.match(text, start)
        if match and (form.valid is None or form.valid(match[0])):
            return None if is_reference(match) else (match.end(), form.label)
    return None
