"""What the text of a transaction shows of own transfers, in the languages of the shipped lexicon."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache

_CACHED_TEXTS = 8_192


class Wording(IntEnum):
    """From least to most likely an own transfer."""

    REVERSAL = -1
    """Money that a shop or bank gives back."""
    NONE = 0
    TRANSFER = 1
    """A transfer, perhaps to somebody else."""
    OWN = 2
    """A transfer between own accounts, a card payment, a move to or from savings."""


_OWN = re.compile(
    r"\b(?:own (?:bank )?(?:account|acct|a c)|(?:internal|inter ?account|self) (?:transfer|trf|xfer)"
    r"|(?:transfer|trf|xfer|moved?|payment) (?:to|from|between) (?:my |own |linked |your )?"
    r"(?:accounts?|checking|current account|savings?|saver|pocket|vault|pot|joint account|credit card|card)"
    r"|(?:to|from) savings|savings (?:transfer|deposit|account)|account transfer"
    r"|umbuchung|eigen(?:er|es) uebertrag|eigenuebertrag|kontouebertrag|uebertrag (?:auf|von)|sparen|sparrate"
    r"|(?:tagesgeld|spar)konto"
    r"|giroconto|trasferimento tra conti|virement (?:interne|compte a compte|entre comptes)"
    r"|(?:versement )?(?:livret a|epargne)|traspaso|transferencia (?:propia|entre cuentas)|ahorro"
    r"|eigen rekening|spaarrekening|sparrekening|przelew wlasny|conta propria|poupanca"
    # Card payments, on the account and on the card's own statement; "card payment" alone is a purchase.
    r"|(?:credit ?card|cc) (?:bill |auto ?)?(?:payment|pymt|pmt|autopay|settlement|bill)"
    r"|(?:visa|mastercard|amex|card) (?:bill|autopay|auto payment|settlement|repayment)"
    r"|(?:payment|pymt|pmt|autopay|auto payment)(?: \w+){0,2} (?:thank you|thanks|with thanks)"
    r"|thank you(?: for your)? payment|payment received(?! from)|autopay payment|paiement merci"
    r"|kreditkarten?(?:abrechnung|ausgleich|zahlung)|ausgleich kreditkarte|reglement carte credit"
    r"|pago (?:de )?tarjeta|liquidacion tarjeta|creditcard ?(?:afrekening|incasso))\b"
)
_TRANSFER = re.compile(
    r"\b(?:transfer(?:red)?|transfert|trf|tfr|xfer|wire|imps|neft|rtgs|top ?up|uebertrag"
    r"|transferencia|trasferimento|bonifico|virement|overboeking|przelew|cash ?out"
    r"|exchanged?|converted|conversion|currency|fx|forex|devisen|waehrung\w*|cambio|change de devises)\b"
)
_REVERSAL = re.compile(
    r"\b(?:refund(?:ed)?|reversal|reversed|chargeback|cash ?back|return(?:ed)?|credit note"
    r"|(?:rueck)?erstattung|retoure|rueckzahlung|storno|remboursement|avoir|reembolso|devolucion|rimborso|terugbetaling|zwrot)\b"
)


@lru_cache(maxsize=_CACHED_TEXTS)
def folded(text: str) -> str:
    """Lower-case words of ASCII letters and digits where a letter has such a form."""
    lower = text.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ł", "l")):
        lower = lower.replace(umlaut, letters)
    plain = unicodedata.normalize("NFKD", lower)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w]|_", " ", plain).split())


def wording_of(text: str) -> Wording:
    """text: description, counterparty and note."""
    words = folded(text)
    if _REVERSAL.search(words):
        return Wording.REVERSAL
    if _OWN.search(words):
        return Wording.OWN
    return Wording.TRANSFER if _TRANSFER.search(words) else Wording.NONE


def mentions(text: str, account: str | None) -> bool:
    """Whether the text contains the name of the account as whole words."""
    name = folded(account or "")
    return len(name) >= 3 and f" {name} " in f" {folded(text)} "
