"""Words in a statement that give the direction, or show that a row is no transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable

from src.components.bank_files.entry import Cell, as_text
from src.components.bank_files.inference.headings import folded
from src.components.bank_files.words.languages import LANGUAGES
from src.domain.transactions import Direction

_OUT = (
    "debit|dr|d|db|deb|dbit|out|expense|expenses|withdrawal|withdraw|outflow|paid|sale|purchase|spent|soll|s|"
    "lastschrift|ausgabe|ausgaben|belastung|af|debet|cargo|gasto|gastos|egreso|debito|dare|saida|uscita|"
    "despesa|dépense|débit|débito|расход|списание|payment out|charge|ausgang|uitgave|sent|money sent|"
    "payment sent|cash out|cashout|kimenő|支出|借|wydatek"
)
_IN = (
    "credit|cr|c|cred|crdt|in|income|deposit|inflow|received|refund|return|haben|h|gutschrift|einnahme|"
    "einnahmen|bij|abono|ingreso|ingresos|credito|avere|entrada|entrata|receita|crédit|crédito|revenu|"
    "приход|зачисление|k|贷|payment in|money received|payment received|cash in|cashin|incomes|kredit|"
    "eingang|inkomst|bejövő|收入|przychód"
)
_TRANSFER = (
    "transfer|transfers|transfer out|transfer in|umbuchung|virement interne|перевод|neutral|不计收支|/"
)
_DIRECTIONS = {
    **dict.fromkeys(_OUT.split("|"), Direction.EXPENSE),
    **dict.fromkeys(_IN.split("|"), Direction.INCOME),
    **dict.fromkeys(_TRANSFER.split("|"), Direction.TRANSFER),
    "+": Direction.INCOME,
    "-": Direction.EXPENSE,
}
_PAIRS = {frozenset("CA"): "C"}
"""Cargo and abono: the letters have another meaning where a bank writes D and C, or B and A."""
_LANGUAGES = tuple(LANGUAGES.values())


def _folded_words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(word) for text in words for word in text.split("|"))


_ALL_OUT, _ALL_IN = (
    _folded_words(texts) for texts in zip(*((w.out, w.in_) for w in _LANGUAGES), strict=True)
)
for _word in (
    _ALL_OUT ^ _ALL_IN
):  # a word that is money out in one language and money in in another is neither
    _DIRECTIONS.setdefault(_word, Direction.EXPENSE if _word in _ALL_OUT else Direction.INCOME)
_PENDING = _folded_words(words.pending for words in _LANGUAGES)
_BOOKED = _folded_words(words.settled for words in _LANGUAGES) - _PENDING
_BALANCE_ROWS = _folded_words(words.balance_rows for words in _LANGUAGES)
_BALANCE_TYPES = frozenset(
    ["opening balance", "reconciliation", "balance", "starting balance", "liability credit"]
)
_MEMOS = frozenset(["memo", "memos", "mémo", "nota", "anmerkung", "hinweis"])

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
    r"in|out|expenses?|income|transactions|balance)\b.*|summe.*|gesamt(?:summe)?|итого.*|number of .*|"
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


_SETTLED = re.compile(
    r"completed?|booked|posted|settled|cleared|success(?:ful)?|executed|gebucht|verbucht|contabilizzato|"
    r"contabilizado|comptabilisee?|zrealizowan[ay]|zaksi[eę]gowan[ay]|ok|выполнен[ао]?|исполнен[ао]?|交易成功|支付成功",
    re.IGNORECASE,
)


def direction_of(word: str) -> Direction | None:
    """The direction that a word of a type column means, or all its words, as in `借 Dr`."""
    plain = word.strip().rstrip(".").casefold().replace("-", " ").strip() or word.strip()
    if direction := _DIRECTIONS.get(plain) or _DIRECTIONS.get(folded(plain) if plain.isprintable() else ""):
        return direction
    if " " not in plain:
        return None
    directions = {_DIRECTIONS.get(part) for part in plain.split()}
    return directions.pop() if len(directions) == 1 else None


def out_mark_of(marks: Iterable[str]) -> str | None:
    """Of marks that mean one direction by themselves, the one that is money out; None if that is unknown."""
    return _PAIRS.get(frozenset(mark.strip().upper() for mark in marks if mark.strip()))


def is_direction(cell: Cell) -> bool:
    word = as_text(cell)
    return direction_of(word) is not None or is_balance_type(word) or is_memo(word)


def is_mark(cell: Cell) -> bool:
    """Whether the cell is a short mark such as Cr, Dr, C, D or +."""
    word = as_text(cell)
    return len(word.strip()) <= 3 and direction_of(word) in (Direction.EXPENSE, Direction.INCOME)


def is_balance_type(word: str) -> bool:
    """Whether the type marks a balance, which is no transaction."""
    return word.strip().casefold() in _BALANCE_TYPES


def is_memo(word: str) -> bool:
    """Whether the type marks a row that does not change the balance, as PayPal has them."""
    return word.strip().casefold() in _MEMOS


def is_balance(text: str) -> bool:
    """Whether the whole `text` marks a balance."""
    return len(text) <= 80 and (bool(_BALANCE.fullmatch(text.strip())) or folded(text) in _BALANCE_ROWS)


def is_footer(text: str) -> bool:
    """Whether the whole `text` marks a balance, a total, or the end of a statement."""
    return len(text) <= 80 and (is_balance(text) or bool(_TOTAL.fullmatch(text.strip())))


def is_settled(status: str) -> bool:
    return len(status) <= 40 and (bool(_SETTLED.fullmatch(status.strip())) or folded(status) in _BOOKED)


def is_unsettled(status: str) -> bool:
    return len(status) <= 40 and (bool(_UNSETTLED.fullmatch(status.strip())) or folded(status) in _PENDING)
