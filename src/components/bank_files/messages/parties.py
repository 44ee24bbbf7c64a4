"""The other party that a message names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from src.components.bank_files.entry import clean
from src.components.bank_files.words import messages as words
from src.domain.transactions import Direction

_ADDRESS = re.compile(r"([A-Za-z](?!\w*qr)[A-Za-z._-]{3,})[0-9]*@[A-Za-z]+", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_END = (
    r"(?=\s+on\s+(?:date\s+)?(?:[0-9]|[A-Z][a-z]{2,8}\s+[0-9])|\s+on\s*$|\s+on\s*[.,]|\s+on\s{2}|"
    r"\s+at\s+[0-9]"
    r"|\s+(?:new|current)\s+(?:\S+\s+)?balance\b|\s+(?:for\s+)?(?:a/c|acct|account|acc)\b|"
    r"\s+[+]?[0-9*]{6,}|\s{4,}"
    r"|\s+(?:date|dated|time|card|tarjeta|kartą|kartu|kartou|cartão|carta|el|il|le|em|am|dnia|den|dne|"
    r"din|del|tgl|pada|"
    r"luc|on|por|per|über|às|tarihinde)\s*(?=[0-9:*]|\s{2}|$)|\s+(?:berhasil|com o cartão|cu cardul|"
    r"met pas|"
    r"con tu|con la|con carta|με κάρτα|efectuada|por|para pagar|le\s{2})\b"
    rf"|\s+(?:{words.BALANCE})(?![^\W\d_])"
    r"|\s+(?:via|using|thru|through|ref|refno|refid|utr|upi|from\s+(?:your|a/c|ac|acct|account|"
    r"\w+\s+(?:bank|balance|wallet))|"
    r"with\s+(?:your\s+)?(?:card|ref)|by\s+(?:card|upi)|has\s+been|was|is|were|posted|succeeded|successful|"
    r"completed|processed|"
    r"approved|bezahlt|avl|avail|bal|txn|for\s+(?:rs|inr|usd)|(?:mit|avec|con)\s+(?:karte|carte|tarjeta|"
    r"card|ihrer|votre|su)|card\s+ending|ending|and\s+credited|credited|debited|am\s+[0-9])\b"
    r"|\s*[.;,](?:\s|$)|\s*[.](?=(?-i:[A-Z]))|\s+[-–(|]\s*|\s*[(;|]|\s+(?:for\s+)?(?:rs\b|inr\b|[$€£₹])|"
    r"\s*$)"
)
"""The end of the other party: a date, the payment method, a reference, the end of the text."""
_NAME = rf"((?:[^\W_][^;|\n]{{0,70}}?)){_END}"
_LABELS = (
    r"(?:(?<![^\W\d_])(?:at|merchant|desc(?:ription)?|des|narration|remarks|nd|info|store|comercio|"
    r"negocio|mağaza)|"
    r"من|لدى|ご利用先|ご利用場所|가맹점|商户)\s?[:：]\s?"
)
_NATIVE_OUT = r"(?:chez|presso|hos|bij|em|para|ke|di|bei|στο|στη|στον|лицу|kwa|till)"
_SHORT_OUT = r"(?:en|la|w|v|ve|u|a|в|у|na|на|i|til)"
_NATIVE_IN = r"(?:od|от|від|dari|da|do|du|de|von|från|fra|van|kutoka kwa|από)"
_CAPITAL = r"(?=(?-i:[A-ZÀ-ÞŠŽČŘŚŻŁА-ЯЁЄІΑ-Ω]))"
_PARTY_PATTERNS = {
    Direction.EXPENSE: [
        rf"{_LABELS}(?:pos(?:/web)? (?:trf|pmt)[/ ])?{_NAME}",
        rf"\bUPI/P2[MA]/[0-9]+/{_NAME}",
        rf"\b(?:IST|GMT|UTC)\s+{_NAME}",
        rf"\bnach for\s+{_NAME}",
        r";\s*([^\W\d_][^;.]{1,60}?) credited\b",
        rf"\b(?:at|bei|chez)\s+{_NAME}",
        rf"(?<=\s)@\s+{_NAME}",
        rf"\b(?:trf to|transferred to|paid to|sent to|to|towards|with|an)\s+(?:vpa\s+)?{_NAME}",
        rf"\b(?:for|für|pour|por|in favou?r of)\s+(?:an?\s+)?{_NAME}",
        rf"\b(?:spent|paid|debited)\s+on\s+{_NAME}",
        rf"\bon\s+(?=[^\W\d_]){_NAME}",
        rf"\b{_NATIVE_OUT}\s+{_NAME}",
        rf"\b{_SHORT_OUT}\s+{_CAPITAL}{_NAME}",
        rf"\b(?:recibo domiciliado|prélèvement|lastschrift|débito automático)\s+(?:de\s+|"
        rf"von\s+)?{_CAPITAL}{_NAME}",
        rf"\bactivated\b.*?,\s+from\s+{_NAME}",
        r"在([^，。,]{2,30}?)(?:消费|支出|支付|付款)",
    ],
    Direction.INCOME: [
        rf"{_LABELS}{_NAME}",
        r"(?:^|:\s*)([^\W\d_][^:;.]{0,60}?) (?:sent|paid|transferred) you\b",
        rf"\b(?:from|von|de la part de|de)\s+(?:vpa\s+)?{_NAME}",
        r"^([^\W\d_][^:;.|]{1,60}?) refund of\b",
        rf"\bby\s+{_NAME}",
        rf"\b(?:refund|refunded|cashback)\b[^.]{{0,40}}\b(?:at|by|from|for)\s+{_NAME}",
        rf"\b(?:towards|for|as)\s+{_NAME}",
        rf"\bat\s+{_NAME}",
        rf"\b{_NATIVE_IN}\s+{_CAPITAL}{_NAME}",
        r"(?:^|:\s*)([^\W\d_][^:;.]{0,60}?) (?:hat dir|hat ihnen|te envió|te transfirió|te enviou|"
        r"vous a envoyé)\b",
    ],
}
_PARTY = {
    direction: [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
    for direction, patterns in _PARTY_PATTERNS.items()
}
_BEHIND = re.compile(rf"[\s.,]+{_CAPITAL}{_NAME}", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_NO_PARTY = re.compile(
    rf"(?:{words.BALANCE}|id|ref|dr|cr|umn|trx\w*)\b.*|"
    r"(?:your|ur|my|you|our|this|any|rs|inr|date|upi|us|me)\b.*|"
    r"(?:the |your )?(?:payment|transfer|purchase|transaction|refund)(?: of)?|"
    r"(?:the|a|an) (?:account|a/c|card|amount|bank)\b.*|"
    r".*\b(?:a/c|acct|account|ending|block|report|dispute|customer|helpline)\b.*|"
    r"(?:credit |debit )?card\b(?! \w+ \w).*|initial amount\b.*|"
    r".*\bcard (?:ending|no|x|[*0-9]).*|[\W\d_]*|[x*]+[0-9]+.*|[0-9]{1,2}[:.][0-9]{2}.*|"
    r"(?:call|sms|not you|if not)\b.*|(?:towards|to|from|by|on|at|for)|"
    rf"{_MONTH}(?: [0-9].*)?|(?:upi|neft|imps|rtgs|atm|pos|txn|ref)\W*(?:ref.*|id.*)?",
    re.IGNORECASE,
)
"""Words after `to`, `from` or `at` that are no other party: the own account, a card, a month."""


def _matches(pattern: re.Pattern[str], message: str) -> Iterator[re.Match[str]]:
    """Also those that begin within another one."""
    match = pattern.search(message)
    while match:
        yield match
        match = pattern.search(message, match.start() + 1)


def party(message: str, direction: Direction | None, span: tuple[int, int]) -> str:
    """The name of the other party; else the text before the amount, or the whole message."""
    for pattern in _PARTY[direction or Direction.EXPENSE]:
        for match in _matches(pattern, message):
            name = match[1].strip(" .,:;-*'\"")
            has_amount = match.start(1) <= span[0] < match.end(1)
            if name and not has_amount and not _NO_PARTY.fullmatch(name):
                # A whole address such as `lotus.stores@bank` would be masked.
                address = _ADDRESS.fullmatch(name)
                return clean(re.sub(r"[._-]+", " ", address[1]) if address else name)
    behind = _BEHIND.match(message, span[1])
    if behind and not _NO_PARTY.fullmatch(behind[1].strip()):
        return clean(behind[1].strip(" .,:;-"))
    before = clean(message[: span[0]].strip(" .,:;-|"))
    has_words = len(_WORD.findall(before)) > 1
    return before if has_words and not _NO_PARTY.fullmatch(before) else clean(message.replace(" | ", " "))
