"""The two readings of a statement text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.components.text import vocabulary
from src.components.text.cleaning import category_code, clean_text, merchant_key, processor

TRICKY_WORDS = """
    sq * paypal *blue door & the of to bank air hotel new york london berlin gmbh co in de us 7 eleven 24 hour
    may 12 12/04 10pm ref ref1234 x12ab9 order payment card upi [card] a@b amazon.com uber eats amzn mktp
    ß İ e\u0301 ＡＢＣ Σ हिन्दी ไทย 中文 🍕 \u200d \u202e \x00 ' ’ a'b&c aa'b&c 99 ranch sun mon xx12 0042 st.
"""
WORDS = st.sampled_from(TRICKY_WORDS.split())
STATEMENTS = st.lists(WORDS, max_size=9).map(" ".join) | st.lists(WORDS, max_size=6).map("".join)
TEXTS = st.text() | STATEMENTS


@given(TEXTS)
def test_reading_a_text_again_changes_nothing(text):
    assert clean_text(clean_text(text)) == clean_text(text)
    assert merchant_key(merchant_key(text)) == merchant_key(text)


@given(TEXTS)
def test_no_reading_is_longer_than_the_text(text):
    assert len(merchant_key(text)) <= len(text)
    assert len(clean_text(text)) <= len(text)


@given(TEXTS)
def test_capitals_make_no_difference_to_plain_letters(text):
    plain = "".join(char for char in text if char.isascii())
    assert merchant_key(plain.upper()) == merchant_key(plain.lower())


@given(STATEMENTS)
def test_a_text_with_words_left_names_a_merchant_unless_they_are_of_a_check_or_a_date(text):
    words = set(clean_text(text).split()) - vocabulary.SOFT - vocabulary.EDGE
    no_name = words and words <= vocabulary.NO_NAMES
    assert bool(merchant_key(text)) == bool(clean_text(text) and not no_name)


@pytest.mark.parametrize(
    ("text", "merchant"),
    [
        ("SWIGGY order 8841 BANGALORE", "swiggy"),
        ("SQ *BLUE DOOR 0042", "blue door"),
        ("SQ *BLUE DOOR 0107", "blue door"),
        ("SQ BLUE DOOR #12", "blue door"),
        ("PAYPAL *SPOTIFY", "spotify"),
        ("DIRECT DEBIT PAYMENT TO ACME ENERGY REF 123", "acme energy"),
        ("Standing order to Anita Rao", "anita rao"),
        ("DIRECT LINE INSURANCE", "direct line insurance"),
        ("TST* Corner Table - Main St", "corner table main st"),
        ("SP  THREADWORKS", "sp threadworks"),
        ("SP * THREADWORKS", "threadworks"),
        ("UPI/412345678901/ZOMATO/zomato@icici/Payment", "zomato"),
        ("UPI-ANITA RAO-[upi]-HDFC0001234-[account]-RENT", "anita rao rent"),
        ("NEFT CR-HDFC0001234-ACME CORP-SALARY", "acme corp salary"),
        ("AMZN Mktp US*2A4B6", "amazon"),
        ("AMAZON.COM*MT1H51FU0 AMZN.COM/BILL WA", "amazon"),
        ("UBER EATS 8005928996 CA", "ubereats"),
        ("UBER *TRIP HELP.UBER.COM", "uber"),
        ("STOP & SHOP 0096", "stop shop"),
        ("STOP&SHOP 12 BOSTON MA", "stop shop"),
        ("AT & T 800-331-0500", "at&t"),
        ("H&M 0123 BERLIN DE", "h&m"),
        ("7-ELEVEN 1303", "7 eleven"),
        ("99 RANCH MARKET #1772", "99 ranch market"),
        ("HOTELS.COM155577659428", "hotels"),
        ("CARD PAYMENT TO PLUM TREE 21AUG19", "plum tree"),
        ("VISA PURCHASE 12/04 10:45 Plum Tree Ltd LONDON GB", "plum tree"),
        ("PURCHASE AUTHORIZED ON 08/12 PLUM TREE SEATTLE WA S301234567890 CARD 1234", "plum tree"),
        ("Plum Tree Pty Ltd, Surry Hills NSW AU", "plum tree"),
        ("PLUM TREE GMBH BERLIN", "plum tree"),
        ("Café Zoë", "cafe zoe"),
        ("CAFE\u0301 ZOE\u0308", "cafe zoe"),
        ("ＰＬＵＭ　ＴＲＥＥ", "plum tree"),
        ("McDonald’s F12345", "mcdonalds"),
        ("MCDONALD'S 33", "mcdonalds"),
        ("THE PLUM TREE", "plum tree"),
        ("Магнит 1234 Москва", "магнит"),
        ("हिन्दी किराना स्टोर 12", "हिन्दी किराना स्टोर"),
        ("12345 !!", ""),
        ("CHECK #1234", ""),
        ("CHEQUE PAID 000123", ""),
        ("DATE 03/04", ""),
        ("Monday", ""),
        ("March", ""),
        ("Q1 2026", ""),
        ("CHECKERS 1234", "checkers"),
        ("", ""),
    ],
)
def test_the_key_is_the_merchants_name(text, merchant):
    assert merchant_key(text) == merchant


@pytest.mark.parametrize(
    "texts",
    [
        ("AMZN MKTP US*2K3", "AMAZON WEB SERVICES EMEA", "AMAZON PRIME*1A2B3C", "AMAZON PHARMACY 0012"),
        ("UBER *TRIP", "UBER *EATS", "UBER *ONE MEMBERSHIP", "UBER FREIGHT"),
        ("APPLE.COM/BILL", "APPLE STORE R123", "APPLE CARD PAYMENT", "APPLE CASH"),
        ("WAL-MART #1234", "WALMART PHARMACY 1234", "WALMART FUEL"),
        ("PAYPAL *SPOTIFY", "PAYPAL *NETFLIX.COM", "PAYPAL * EBAY"),
    ],
)
def test_each_service_of_a_brand_is_a_merchant(texts):
    assert len({merchant_key(text) for text in texts}) == len(texts)


@pytest.mark.parametrize("text", ["Air Canada 0142", "BANK OF AMERICA", "Bank of Baroda", "Hotel London"])
def test_a_place_that_belongs_to_the_name_stays(text):
    assert merchant_key(text) == " ".join(word for word in text.lower().split() if word.isalpha())


@pytest.mark.parametrize("text", ["Paris", "LONDON GB", "ORDER 77 PUNE", "CREDIT CARD PAYMENT", "Payment to"])
def test_what_has_no_other_name_keeps_the_words_it_has(text):
    assert merchant_key(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CREDIT CARD PAYMENT - THANK YOU 04/12", "credit card payment thank you"),
        ("NEFT SALARY MAY 2026 [account]", "salary"),
        ("ATM WITHDRAWAL 00123 BERLIN", "atm withdrawal"),
        ("INTEREST PAID 30JUN", "interest paid"),
        ("Monthly Maintenance Fee", "monthly maintenance fee"),
        ("SEPA Lastschrift Miete Mai 2026", "lastschrift miete"),
        ("SWIGGY order 8841 BANGALORE", "swiggy order"),
        ("bus to delhi", "bus to delhi"),
    ],
)
def test_the_model_reads_the_words_that_hint_at_a_category(text, words):
    assert clean_text(text) == words


@pytest.mark.parametrize("name", sorted(set(vocabulary.ALIASES.values())))
def test_the_name_behind_an_alias_is_its_own_key(name):
    assert merchant_key(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TST* FOUNDRY 12", "tst"),
        ("SQ *BLUE DOOR", "sq"),
        ("sq blue door", "sq"),
        ("PP*BLUE DOOR", "paypal"),
        ("PYPL *BLUE DOOR", "paypal"),
        ("IZ *BLUE DOOR", "zettle"),
        ("GOOGLE *BLUE DOOR", "google"),
        ("BLUE DOOR", ""),
        ("SQ", ""),
        ("", ""),
    ],
)
def test_a_payment_processor_is_known_by_one_name(text, name):
    assert processor(text) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5411", "mcc5411"),
        (" MCC: 0742 ", "mcc0742"),
        ("mcc5812", "mcc5812"),
        ("3058", "mcc4511"),
        ("3393", "mcc7512"),
        ("3640", "mcc7011"),
        ("54110", ""),
        ("٥٤١١", ""),
        ("train 5411", ""),
    ],
)
def test_a_merchant_category_code_is_known_and_that_of_one_airline_is_of_all(text, code):
    assert category_code(text) == code
    assert clean_text(code) == code


def test_the_lists_are_written_in_the_folded_form_they_are_compared_with():
    for words in (
        vocabulary.HARD,
        vocabulary.SOFT,
        vocabulary.EDGE,
        vocabulary.PLACES,
        vocabulary.COMPANY_FORMS,
        vocabulary.ALIASES,
    ):
        assert all(entry == entry.lower() and entry == " ".join(entry.split()) for entry in words)
