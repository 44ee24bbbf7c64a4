"""The words of alerts: which alerts are no payments, and the direction of the others."""

from __future__ import annotations

import re

from src.components.bank_files.entry import Reason
from src.domain.transactions import Direction

MAX_READ = 400
"""Characters of a message that are read."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


INDIAN = _any(
    r"\bINR\b", "₹", r"\bUPI\b", r"\bIMPS\b", r"\bNEFT\b", r"\bRTGS\b", r"\bpaytm\b", r"\bVPA\b", r"\blakh\b"
)

_WARNING = _any(
    r"(?:never|do ?n[o']t|don[’']t|please do not|not you)\b[^.!?]{0,80}(?:otp|pin|cvv|password|passcode|"
    r"code)[^.!?]{0,60}",
    r"(?:bank|we) (?:never|will never)[^.!?]{0,80}",
)
_CODE = _any(
    r"\b(?:otp|tan|mtan)\b",
    r"\bone[- ]time (?:password|passcode|code|pin)\b",
    r"\b(?:verification|security|confirmation|authori[sz]ation|authentication|login|access) code\b",
    r"\bpasscode\b",
    r"\bcode (?:is )?\d{4,8}\b",
    r"\b\d{4,8} is (?:your|the)\b[^.]{0,40}\b(?:code|password|pin)\b",
    r"\bcode à usage unique\b|\bcódigo de (?:verificación|seguridad)\b|\bкод\b",
)
_FAILED = _any(
    r"\b(?:declined|failed|unsuccessful|rejected|blocked|not (?:been )?(?:processed|approved|completed|"
    r"successful))\b",
    r"\bcould not be\b|\binsufficient (?:funds|balance)\b|\babgelehnt\b|\brefusé\b|\brechazad[ao]\b",
)
_LATER = _any(
    r"\b(?:is|are|was|falls|payment|amount|amt|bill|emi|min(?:imum)?|total)\.? (?:\w+ )?due\b",
    r"\bdue (?:date|on|by|in|amount|amt)\b",
    r"\b(?:will|shall|to) be (?:auto[- ]?)?(?:debited|deducted|charged|credited|processed|paid)\b",
    r"\bhas requested\b|\brequested (?:money|payment|rs|inr|₹|\$)|\bcollect request\b|\bpayment request\b",
    r"\b(?:reminder|remind you|upcoming|scheduled for|overdue)\b",
    r"\b(?:bill|statement)\b[^.]{0,60}\b(?:generated|ready|available)\b",
    r"\bmandate\b[^.]{0,60}\b(?:created|registered|set up|revoked)\b",
)
_REFUNDED = _any(r"\b(?:refund|reversal)\b[^.;]{0,12}[0-9.,]+ credited\b")
_ADVERTISEMENT = _any(
    r"\b(?:apply|shop|buy|order|book|hurry|click|visit|download|register|upgrade|claim|avail|"
    r"activate)\b[^.!]{0,40}"
    r"\b(?:now|today|here|link|app)\b",
    r"\b(?:up ?to|flat|get|save|extra|upto)\b[^.!]{0,12}[0-9]+ ?%|% (?:off|cashback|discount)\b",
    r"\b(?:offer|sale|coupon|voucher|promo|lucky|winner|congratulations|eligible|pre-?approved|"
    r"limited period)\b",
    r"\bT&C\b",
    r"\bfree (?:\w+ )?transactions\b",
)
_BOOKED = _any(r"\b(?:debited|credited|spent|ref|utr|txn|transaction|a/c)\b")
_BALANCE = _any(
    r"\b(?:avl|avail|available|current|closing|a/c|account|ledger|your|wallet)\.? ?(?:bal|balance)\b",
    r"\bbalance (?:in|of|for|on|is|as)\b",
    r"\bkontostand\b|\bsolde\b|\bsaldo\b",
)
_OUT = _any(
    r"\bdebit(?:ed)?\b(?! ?card| limit)",
    r"\b(?:spent|paid|sent|withdrawn|withdrew|deducted|charged|transferred|purchased?|used (?:at|for)|"
    r"trf to|swiped)\b",
    r"\b(?:payment|txn|transaction|trxn|charge|purchase|transfer|withdrawal|order) (?:of|for|was made|"
    r"made|with|at)\b",
    r"\bpayment to\b",
    r"\bdr\b\.? (?:from|by)\b",
    r"\b(?:payment|txn|transaction) (?:inr|rs|usd|eur|gbp|[$€£₹])",
    r"\b(?:bezahlt|abgebucht|lastschrift|zahlung|paiement|achat|prélèvement|compra|pago|pagamento|betaald|"
    r"списание|покупка)\b",
)
_IN = _any(
    r"\bcredit(?:ed)?\b(?! ?card| limit| score)",
    r"\b(?:received|deposited|refund(?:ed)?|reversed|reversal|cashback)\b",
    r"\bdeposit of\b|\b(?:sent|paid|transferred) you\b",
    r"\b(?:gutschrift|eingang|virement reçu|remboursement|abono|ingreso|accredito|ontvangen|зачисление|"
    r"возврат)\b",
)
_PAID_TO_YOU = _any(
    r"\b(?:payment|refund|amount|transfer|deposit)\b[^.;]{0,80}\b(?:has been |was |is )?(?:received|"
    r"refunded|reversed|posted)\b",
    r"\b(?:sent|paid|transferred) you\b",
    r"\bpayment of\b[^;]{0,80}\b(?:has been|was|is) credited\b",
    r"\b(?:you(?:[’']ve| have)? received|received (?:a )?payment|refund of|refunded)\b",
)


def not_a_payment(message: str) -> Reason | None:
    """Why a message is left out; None if it may be a payment."""
    text = _WARNING.sub(" ", message[:MAX_READ])
    if _CODE.search(text):
        return Reason.ONE_TIME_CODE
    if _FAILED.search(text):
        return Reason.PAYMENT_FAILED
    if _LATER.search(text) and not _REFUNDED.search(text):
        return Reason.REMINDER
    if _ADVERTISEMENT.search(text) and not _BOOKED.search(text):
        return Reason.ADVERTISEMENT
    if _BALANCE.search(text) and message_direction(text) is None:
        return Reason.BALANCE_MESSAGE
    return None


def message_direction(message: str) -> Direction | None:
    """By the first verb; None without one."""
    if _PAID_TO_YOU.search(message) and not re.search(r"\bdebited\b", message, re.IGNORECASE):
        return Direction.INCOME
    spent, received = _OUT.search(message), _IN.search(message)
    if spent and (not received or spent.start() <= received.start()):
        return Direction.EXPENSE
    return Direction.INCOME if received else None
