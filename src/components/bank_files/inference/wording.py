"""The words in a statement that are no names: which way the money went, and what is no transaction."""

from __future__ import annotations

import re

from src.domain.transactions import Direction

_OUT = (
    "debit|dr|d|db|deb|out|expense|expenses|withdrawal|withdraw|outflow|paid|sale|purchase|spent|soll|s|"
    "lastschrift|ausgabe|ausgaben|belastung|af|debet|cargo|gasto|gastos|egreso|debito|dare|saida|uscita|"
    "despesa|dépense|débit|débito|расход|списание|payment out|charge|ausgang|uitgave|kimenő|支出|wydatek"
)
_IN = (
    "credit|cr|c|cred|in|income|deposit|inflow|received|refund|return|haben|h|gutschrift|einnahme|"
    "einnahmen|bij|abono|ingreso|ingresos|credito|avere|entrada|entrata|receita|crédit|crédito|revenu|"
    "приход|зачисление|payment in|incomes|kredit|eingang|inkomst|bejövő|收入|przychód"
)
_TRANSFER = (
    "transfer|transfers|transfer out|transfer in|umbuchung|virement interne|перевод|neutral|不计收支|/"
)
_WAYS = {
    **dict.fromkeys(_OUT.split("|"), Direction.EXPENSE),
    **dict.fromkeys(_IN.split("|"), Direction.INCOME),
    **dict.fromkeys(_TRANSFER.split("|"), Direction.TRANSFER),
    "+": Direction.INCOME,
    "-": Direction.EXPENSE,
}
_NO_WAY = frozenset(["opening balance", "reconciliation", "balance", "starting balance", "liability credit"])

_BALANCE = re.compile(
    r"(?:(?:opening|closing|starting|ending|beginning|available|current|previous|ledger|final|new|old) )?"
    r"(?:balance|bal)(?: (?:b/?f|c/?f|brought forward|carried forward|as (?:on|of|at)\b.*))?:?"
    r"|b/f|c/f|(?:brought|carried) forward|(?:alter |neuer )?kontostand.*|(?:anfangs|end|start)saldo"
    r"|saldos?(?: (?:inicial|final|anterior|iniziale|finale|actual|poczatkowe|koncowe|do dia|parcial|"
    r"total|em [0-9/.]+|al [0-9/.]+))?:?"
    r"|solde(?: (?:initial|final|precedent))?|остаток.*",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"(?:sub|grand )?totals?:?|total (?:debits?|credits?|amount|withdrawals?|deposits?|payments?|spent|"
    r"in|out|"
    r"expenses?|income|transactions|balance)\b.*|summe.*|gesamt(?:summe)?|итого.*|number of .*|"
    r"statement (?:period|date).*|"
    r"page \d+.*|end of (?:statement|report|file).*|\*+ ?end.*",
    re.IGNORECASE,
)
_UNSETTLED = re.compile(
    r"pending|authori[sz](?:ed|ation)|declined|failed|reverted|reversed|cancell?ed|rejected|void|vorgemerkt|"
    r"vorgemerkt.*|offen|en attente|pendiente|in sospeso|non contabilizzato|交易关闭|支付失败|"
    r"failure|unsuccessful|expired|processing",
    re.IGNORECASE,
)


def way_of(word: str) -> Direction | None:
    """Which way the money went by the word of a type column."""
    return _WAYS.get(word.strip().rstrip(".").casefold().replace("-", " ").strip() or word.strip())


def is_way(word: str) -> bool:
    return way_of(word) is not None or is_no_way(word)


def is_mark(word: str) -> bool:
    """Whether it is one of the short ways to say so: Cr, Dr, C, D, +."""
    return len(word.strip()) <= 3 and way_of(word) in (Direction.EXPENSE, Direction.INCOME)


def is_no_way(word: str) -> bool:
    """Whether the type says that the line is no transaction."""
    return word.strip().casefold() in _NO_WAY


def is_balance(text: str) -> bool:
    """Whether `text` is all of a line that tells a balance."""
    return len(text) <= 80 and bool(_BALANCE.fullmatch(text.strip()))


def is_footer(text: str) -> bool:
    """Whether `text` is all of a balance, a total, or the end of a statement."""
    return len(text) <= 80 and (is_balance(text) or bool(_TOTAL.fullmatch(text.strip())))


def is_unsettled(status: str) -> bool:
    return len(status) <= 40 and bool(_UNSETTLED.fullmatch(status.strip()))
