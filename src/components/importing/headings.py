"""What banks call their columns, in English and eight other languages of Europe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from src.components.importing.amounts import unit_of
from src.components.importing.plan import Field
from src.components.importing.record import Cell

# Of one field the earlier names are preferred: the day of the purchase to the day of the booking, the amount
# that left the account to the one in foreign money.
_NAMES: dict[Field, str] = {
    Field.DATE: (
        "transaction date|date of transaction|trans date|txn date|tran date|purchase date|operation date|"
        "date|posting date|posted date|post date|booking date|date posted|completed date|started date|"
        "value date|value dt|buchungstag|buchungsdatum|buchung|belegdatum|umsatztag|datum|"
        "transaktionsdatum|valuta|valutadatum|wertstellung|date operation|date de l operation|"
        "date d operation|date comptable|date valeur|date de valeur|fecha|fecha operacion|"
        "fecha de operacion|f operacion|fecha valor|f valor|data|data operazione|data contabile|"
        "data valuta|data movimento|data mov|data lancamento|data do lancamento|boekdatum|"
        "transactiedatum|rentedatum|data operacji|data transakcji|data ksiegowania|дата операции|дата|"
        "дата платежа|date time|datetime|timestamp|day"
    ),
    Field.DESCRIPTION: (
        "description|payee|merchant|merchant name|name|narration|narrative|details|transaction details|"
        "particulars|transaction description|transaction remarks|remarks|memo|payee name|counterparty|"
        "counterparty name|title|text|item|note|notes|message|sms|sms text|body|original description|"
        "what|expense|transaction|beguenstigter zahlungspflichtiger|auftraggeber empfanger|"
        "auftraggeber begunstigter|empfanger|name zahlungsbeteiligter|zahlungsempfanger in|"
        "zahlungspflichtige r|zahlungsempfanger|partnername|partner name|verwendungszweck|beschreibung|"
        "buchungsdetails|buchungstext|"
        "avisierungstext|vorgang verwendungszweck|libelle|libelle operation|"
        "libelle simplifie|intitule|tiers|concepto|descripcion|detalle|movimiento|descrizione|"
        "descrizione operazione|causale|descricao|historico|estabelecimento|omschrijving|"
        "naam omschrijving|naam tegenpartij|mededelingen|omschrijving 1|opis|opis operacji|"
        "opis transakcji|nazwa odbiorcy|tytul|описание|назначение платежа|текст|beskrivning|tekst|selite"
    ),
    Field.AMOUNT: (
        "amount|transaction amount|amt|value|sum|total|billing amount|amount local currency|price|cost|"
        "betrag|umsatz|umsatz in eur|betrag eur|montant|importe|importo|valor|bedrag|kwota|"
        "kwota operacji|сумма операции|сумма|сумма платежа|belopp|belob|summa|gross|total amount|"
        "amount spent|"
        "money|txn amount|tran amount|transaction amt"
    ),
    Field.OUT: (
        "debit|debits|debit amount|withdrawal|withdrawals|withdrawal amt|withdrawal amount|"
        "withdrawal amount inr|money out|paid out|outflow|amount debit|debit amt|dr|dr amount|spent|"
        "payments|soll|belastung|lastschrift|ausgaben|debet|cargo|cargos|debito|debitos|saida|saidas|"
        "dare|addebiti|uscite|af|obciazenia|расход|списание"
    ),
    Field.IN: (
        "credit|credits|credit amount|deposit|deposits|deposit amt|deposit amount|deposit amount inr|"
        "money in|paid in|inflow|amount credit|credit amt|cr|cr amount|receipts|haben|gutschrift|"
        "einnahmen|abono|abonos|credito|creditos|entrada|entradas|avere|accrediti|entrate|bij|uznania|"
        "приход|зачисление"
    ),
    Field.TYPE: (
        "transaction type|type|debit credit|dr cr|cr dr|credit debit|credit debit indicator|indicator|"
        "income expense|direction|debit or credit|s h|soll haben|umsatztyp|af bij|sens|tipo|"
        "tipo movimento|tipo de movimiento|тип"
    ),
    Field.CURRENCY: (
        "currency|ccy|currency code|curr|wahrung|waehrung|devise|divisa|moneda|moeda|valuta code|munt|"
        "muntsoort|waluta|валюта операции|валюта|валюта платежа|valuutta|account currency"
    ),
    Field.CATEGORY: (
        "category|categories|kategorie|categorie|categoria|kategoria|категория|spending category|"
        "category name"
    ),
    Field.SUBCATEGORY: "subcategory|sub category|mcc|merchant category|merchant category code|unterkategorie",
    Field.MODE: (
        "mode|payment mode|payment method|mode of payment|paid by|method|channel|zahlungsart|"
        "moyen de paiement|forma de pago|metodo de pago|betaalmethode|способ оплаты"
    ),
    Field.ID: (
        "transaction id|reference number|reference|ref no|chq ref no|ref no cheque no|txn id|id|"
        "transaction reference|"
        "unique id|fitid|bank reference|chq ref number|utr|referenz|kundenreferenz|bankreferenz|"
        "numero operation|"
        "referencia|riferimento|referentie|volgnr|journal id|identificador|import id|transaction number"
    ),
    Field.STATUS: "status|state|transaction status|stato|estado|statut|статус|booking status",
    Field.FEE: "fee|fees|gebuhr|commission",
    Field.BALANCE: (
        "balance|running balance|running bal|closing balance|available balance|account balance|saldo|"
        "kontostand|saldo nach buchung|solde|saldo disponible|saldo contabile|saldo na operacji|"
        "balance inr|saldo apos|остаток|saldo po operacji|saldo na trn"
    ),
}
_NO_LETTER = re.compile(r"[\W_]+")
_UNIT_BEHIND = re.compile(
    r"[(\[]\s*(?:in\s+)?([^()\[\]]{1,4}?)\s*[)\]]|\b(?:in\s+|en\s+)?([A-Za-z]{3}|euros?|€)\s*$"
    r"|[_ ]([A-Z]{3})\s*$"
)


@lru_cache(maxsize=4_000)
def folded(name: str) -> str:
    """`Währung (EUR)` -> `wahrung`: lower case, no accents, no marks, no currency behind."""
    name = _UNIT_BEHIND.sub(lambda found: "" if _unit(found) else found[0], name.strip())
    plain = unicodedata.normalize("NFKD", name.lower())
    return _NO_LETTER.sub(" ", "".join(each for each in plain if not unicodedata.combining(each))).strip()


def _unit(found: re.Match[str]) -> str:
    return unit_of(next(each for each in found.groups() if each))


_RANK = {
    folded(name): (field, rank)
    for field, names in _NAMES.items()
    for rank, name in enumerate(names.split("|"))
}
_PARTIES = frozenset(
    "payee|payee name|counterparty|merchant|partnername|partner name|beguenstigter zahlungspflichtiger|"
    "empfanger|auftraggeber empfanger|auftraggeber begunstigter|name zahlungsbeteiligter|"
    "zahlungsempfanger in|"
    "zahlungsempfanger|tiers|naam omschrijving|naam tegenpartij|nazwa odbiorcy".split("|")
)
_PURPOSES = frozenset(
    "memo|payment reference|verwendungszweck|mededelingen|omschrijving 1|libelle|tytul".split("|")
)


def unit_in(name: str) -> str:
    """The code or shared sign of a currency in the name of a column, as EUR in `Betrag (€)`; or ""."""
    found = _UNIT_BEHIND.search(name.strip())
    return _unit(found) if found else ""


def field_of(name: str) -> Field:
    """What a column of this name holds, NOTHING where the name is not known."""
    known = _RANK.get(folded(name)) if len(name) <= 80 else None
    return known[0] if known else Field.NOTHING


def fields_of(names: Sequence[str]) -> list[Field]:
    """For each column what it holds; of several of one field the name that is preferred has it."""
    ranked = [
        _RANK.get(folded(name), (Field.NOTHING, 0)) if len(name) <= 80 else (Field.NOTHING, 0)
        for name in names
    ]
    best: dict[Field, int] = {}
    for place, (field, rank) in enumerate(ranked):
        if field not in best or rank < ranked[best[field]][1]:
            best[field] = place
    return [
        field if best[field] == place or _joins(names[place], names[best[field]]) else Field.NOTHING
        for place, (field, _) in enumerate(ranked)
    ]


def _joins(name: str, preferred: str) -> bool:
    """Where one column has the other party and one the purpose, both are the text."""
    return folded(name) in _PURPOSES and folded(preferred) in _PARTIES


def known_names(cells: Sequence[Cell]) -> int:
    """How many cells are names of columns."""
    return sum(
        isinstance(cell, str) and bool(cell.strip()) and field_of(cell) is not Field.NOTHING for cell in cells
    )
