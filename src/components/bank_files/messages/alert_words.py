"""The words of alerts: which alerts are no payments, and the direction of the others."""

from __future__ import annotations

import re
from collections.abc import Mapping

from src.components.bank_files.entry import Reason
from src.components.bank_files.messages.amounts import find_amount
from src.components.bank_files.messages.days import without_days
from src.components.bank_files.messages.folding import folded_pattern, folded_text
from src.components.bank_files.words import messages as words
from src.domain.transactions import Direction

MAX_READ = 400
"""Characters of a message that are read."""


def _in(table: Mapping[str, str]) -> str:
    """The words of all languages: whole words where the script has spaces."""
    spaced = "|".join(text for language, text in table.items() if language not in words.UNSPACED)
    unspaced = "|".join(text for language, text in table.items() if language in words.UNSPACED)
    return rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])|{unspaced}"


INDIAN = re.compile(r"\b(?:INR|UPI|IMPS|NEFT|RTGS|paytm|VPA|lakh)\b|₹", re.IGNORECASE)

_WARNING = re.compile(
    r"(?:never|do ?n[o']t|don[’']t|please do not|not you)\b[^.!?]{0,80}(?:otp|pin|cvv|password|passcode|"
    r"code)[^.!?]{0,60}"
    r"|(?:bank|we) (?:never|will never)[^.!?]{0,80}",
    re.IGNORECASE,
)
_CODE = folded_pattern(
    r"\b(?:otp|mtan)\b|\btan\b(?=\D{0,12}[0-9]{4,8})",
    r"\bone[- ]time (?:password|passcode|code|pin)\b",
    r"\b(?:verification|security|confirmation|authori[sz]ation|authentication|login|access) code\b",
    r"\bpasscode\b",
    r"\bcode (?:is )?\d{4,8}\b",
    r"\b\d{4,8} is (?:your|the)\b[^.]{0,40}\b(?:code|password|pin)\b",
    r"\b(?:one[- ]time|net|access|auth|log ?in)[- ]?(?:pin|code|key)\b|\bnetcode\b|\bpin is\b|"
    r"\btac [0-9]{4,8}\b",
    r"\b(?:token|passcode|pin|otp|code)\b\W{0,3}(?:is|es|:|to)?\W{0,3}[0-9]{4,8}\b",
    _in(words.CODE),
)
_FAILED = folded_pattern(
    r"\b(?:declined|failed|unsuccessful|rejected|blocked|not (?:been )?(?:processed|approved|completed|"
    r"successful))\b",
    r"\bcould ?(?:not|n[’']t) be\b|\binsufficient\b|\b(?:do(?:es)? not|don[’']t) have enough\b",
    r"\b(?:unable to|was not|cannot be|can[’']t be|not) (?:be )?(?:process|complet|success)\w*\b|"
    r"\breturned unpaid\b|"
    r"\b(?:was|has|have|is|were) not (?:been )?(?:received|credited|debited|posted|made|paid)\b",
    _in(words.FAILED),
)
_LATER = folded_pattern(
    r"\b(?:is|are|was|falls|payment|amount|amt|bill|emi|min(?:imum)?|total)\.? (?:\w+ )?due\b",
    r"\bdue (?:date|on|by|in|amount|amt)\b",
    r"\b(?:will|shall|to) be (?:auto[- ]?)?(?:debited|deducted|charged|credited|processed|paid)\b",
    r"\bhas requested\b|\brequested (?:money|payment|rs|inr|₹|\$)|\bcollect request\b|\bpayment request\b",
    r"\b(?:reminder|remind you|upcoming|scheduled for|overdue)\b",
    r"\b(?:bill|statement)\b[^.]{0,60}\b(?:generated|ready|available)\b",
    r"\b(?:mandate|auto ?-?pay|standing instruction|subscription|e-?mandate|"
    r"standing order)\b[^!?]{0,90}\b(?:created|"
    r"registered|set ?up|revoked|cancell?ed|paused|activated|modified|approved|deleted|expire[sd]?)\b",
    r"\bdid you (?:attempt|make|authori[sz]e|try|just)\b|\breply (?:with )?(?:yes|no|y|n|1)\b|"
    r"\bwas this you\b",
    r"\b(?:will|shall) (?:be )?(?:auto ?-?)?(?:debit|charge|deduct|collect|renew|expire)\w*\b",
    r"\b(?:is|are) asking (?:you )?for\b|\bsent you a (?:request|payment request)\b|\brequests? \$",
    r"\brequest for\b|\bapplies to\b|\bterms (?:will |are )?chang",
    r"\b(?:order|parcel|package)\b(?:[^.!?]|\.(?=[0-9])){0,60}\b(?:shipped|dispatched|on its way|"
    r"out for delivery|arriv\w+)\b",
    r"\bpending (?:authori[sz]ation|approval)\b|\bterms (?:and|&) conditions\b|\bpay (?:by|before|"
    r"within)\b",
    _in(words.LATER),
)
_HAPPENED = folded_pattern(
    r"(?<!be )(?<!if )(?<!to )(?<!once )(?<!already )(?<!when )(?<!not )(?<!get )\b(?:debited|credited|"
    r"received|spent|"
    r"refunded|deposited|withdrawn|paid|charged)\b(?! when| once| if| on your behalf)"
)
"""Before an announcement, as in `credited to your card. Total due Rs 500`."""
_ADVERTISEMENT = folded_pattern(
    r"\b(?:apply|shop|buy|order|book|hurry|click|visit|download|register|upgrade|claim|avail|"
    r"activate)\b[^.!]{0,40}"
    r"\b(?:now|today|here|link|app)\b",
    r"\b(?:up ?to|flat|get|save|extra|upto)\b[^.!]{0,12}[0-9]+ ?%|% (?:off|cashback|discount)\b",
    r"\b(?:offer|sale|coupon|voucher|promo|lucky|winner|congratulations|eligible|pre-?approved|"
    r"limited period)\b",
    r"\bT&C\b|\bredeem\b|\bpoints? (?:are )?worth\b",
    r"\bfree (?:\w+ )?transactions\b",
    r"\b(?:dial|opt in|win|enjoy|earn|stand a chance|refer (?:a|your) friend|lowest rates?|low interest)\b",
    r"\b(?:loan|credit card|insurance|cover|limit increase)\b[^!?]{0,60}\b(?:apply|offer|approved|"
    r"waiting|instant|"
    r"get|available)\b",
)
_TERMS = folded_pattern(
    r"\b(?:per (?:month|annum|year|transaction|day)|p\.a\.|a month|monthly fee of|annual fee of|"
    r"you (?:must|agree|may|can)|"
    r"we (?:may|reserve|can)|customers?|clients?|company|million|billion|percent|(?<!ending )in (?:19|"
    r"20)[0-9]{2})\b|[0-9] ?%",
)
_OFFER = folded_pattern(_in(words.OFFER))
_BOOKED = folded_pattern(
    r"\b(?:debited|credited|spent|ref|utr|txn|transaction|a/c|confirmed|trxid|txnid|sent|received|"
    r"withdrawn|paid|"
    r"purchased?|you bought)\b"
)
_BALANCE = folded_pattern(
    r"\b(?:avl|avail|available|current|closing|a/c|account|ledger|your|wallet)\.? ?(?:bal|balance)\b",
    r"\bbalance (?:in|of|for|on|is|as)\b",
    r"\bbal(?:ance)?\b",
    rf"(?<![^\W\d_])(?:{words.BALANCE})(?![^\W\d_])|{words.BALANCE_UNSPACED}",
)
_OUT = folded_pattern(
    r"\bdebit(?:ed)?\b(?! ?card| limit)",
    r"\b(?:spent|sent|withdrawn|withdrew|wthdr|withdraw(?:al)?|deducted|charged|transferred|purchased?|"
    r"used (?:at|for|to)|trf to|swiped|bought|cash out|send money|direct debit|debit order|pos|eftpos|"
    r"you spend)\b",
    r"\bpaid\b(?! to (?:your |the )?(?:\w+ )?(?:a/c|acc|account))",
    r"\b(?:payment|txn|transaction|trxn|charge|purchase|transfer|withdrawal|order) (?:of|for|was made|"
    r"made|with|at)\b",
    r"\bpayment to\b",
    r"\bdr\b\.?(?: (?:from|by)\b)?",
    r"\b(?:payment|txn|transaction) (?:inr|rs|usd|eur|gbp|tk|[$€£₹])",
    _in(words.OUT),
)
_IN = folded_pattern(
    r"\bcredit(?:ed)?\b(?! ?card| limit| score)",
    r"\b(?:received|deposited|refund(?:ed)?|reversed|reversal|cashback)\b",
    r"\bdeposit of\b|\bdeposit\b(?! account)|\b(?:sent|paid|transferred) you\b|\bcr\b",
    r"\bpaid to (?:your |the )?(?:\w+ )?(?:a/c|acc|account)\b|\bhas been added\b|\bsalary\b|\bincoming\b",
    _in(words.IN),
)
_DEAR = folded_pattern(r"\bdear\b")
_DEBITED = folded_pattern(r"\bdebited\b")
_PAID_TO_YOU = folded_pattern(
    r"\b(?:payment|refund|amount|transfer|deposit)\b(?:[^.;]|\.(?=[0-9])){0,80}\b(?:has been |was |"
    r"is )?(?:received|"
    r"refunded|reversed|posted|deposited)\b|hesabınıza (?:\w+ ){0,3}(?:yatır|yat|gel|geç)\w*",
    r"\b(?:sent|paid|transferred) you\b",
    r"\bpayment of\b[^;]{0,80}\b(?:has been|was|is) credited\b",
    r"\b(?:you(?:[’']ve| have)? received|received (?:a )?payment|refund of|refunded)\b",
)


def not_a_payment(message: str) -> Reason | None:
    """Why a message is left out; None if it may be a payment."""
    read = _WARNING.sub(" ", message[:MAX_READ])
    text = folded_text(read)
    if _CODE.search(text):
        return Reason.ONE_TIME_CODE
    if _FAILED.search(text):
        return Reason.PAYMENT_FAILED
    later = _LATER.search(text)
    if later and not _HAPPENED.search(text, 0, later.start()) and not _HAPPENED.search(text, later.end()):
        return Reason.REMINDER
    if _ADVERTISEMENT.search(text) and not _BOOKED.search(text):
        return Reason.ADVERTISEMENT
    if _OFFER.search(text) and _direction(text) is None:
        return Reason.ADVERTISEMENT
    if (
        _BALANCE.search(text)
        and _direction(text) is None
        and not find_amount(without_days(read), has_direction=False)
    ):
        return Reason.BALANCE_MESSAGE
    return None


def is_of_terms(message: str) -> bool:
    """Whether it may be a sentence of terms of business, an article or a list of prices."""
    text = folded_text(message)
    return bool(_TERMS.search(text)) and not _DEAR.search(text)


def message_direction(message: str) -> Direction | None:
    """By the first verb, of two that start together by the longer one; None without one."""
    return _direction(folded_text(message))


def _direction(text: str) -> Direction | None:
    if _PAID_TO_YOU.search(text) and not _DEBITED.search(text):
        return Direction.INCOME
    spent, received = _OUT.search(text), _IN.search(text)
    if spent and received:
        is_first = (spent.start(), -spent.end()) <= (received.start(), -received.end())
        return Direction.EXPENSE if is_first else Direction.INCOME
    return Direction.EXPENSE if spent else Direction.INCOME if received else None
