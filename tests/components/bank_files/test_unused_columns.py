"""A column that is not read is shown, and offered where it may name the other party (all names invented)."""

import pytest

from src.components.bank_files.inference.headings import field_of, folded
from src.components.bank_files.plan import Field, Plan
from src.components.bank_files.read import preview
from src.components.bank_files.words import heading_names
from tests.components.bank_files.reading import brief, read

NAMES = ("Kiosk Blau", "Hofladen Grün", "Bahn Nord", "Bäckerei Öhm", "Muster GmbH", "Apotheke am Tor")
EUROS = Plan(default_currency="EUR", sign="negative-is-expense", date_order="dmy")


def statement(heading, texts, booking="Kartenzahlung"):
    rows = (f"{day:02d}.03.2026;{booking};{text};-{day},50" for day, text in enumerate(texts, start=1))
    return "\n".join([f"Buchungstag;Verwendungszweck;{heading};Betrag", *rows])


def summary(heading, texts, **kinds):
    return preview(statement(heading, texts, **kinds).encode(), EUROS).column_summaries[2]


@pytest.mark.parametrize("name", ["{0}", "{0} (EUR)", "{0}:"])
@pytest.mark.parametrize(
    ("spellings", "field"),
    [
        ("Begünstigter/Zahlungspflichtiger Beguenstigter/Zahlungspflichtiger", Field.PARTY),
        ("Begunstigter/Zahlungspflichtiger BEGÜNSTIGTER/ZAHLUNGSPFLICHTIGER", Field.PARTY),
        ("Empfänger Empfaenger Empfanger Begünstigter Beguenstigter", Field.PARTY),
        ("Währung Waehrung Wahrung", Field.CURRENCY),
        ("Gebühr Gebuehr Gebuhr", Field.FEE),
        ("Beløb Beloeb Belob", Field.AMOUNT),
        ("Libellé Libelle", Field.DESCRIPTION),
        ("Zůstatek Zustatek", Field.BALANCE),
    ],
)
def test_a_heading_is_known_however_its_umlauts_and_accents_are_spelled(spellings, field, name):
    assert {field_of(name.format(spelling)) for spelling in spellings.split()} == {field}


def test_every_spelling_of_a_known_heading_names_one_field_only():
    fields = {}
    for field, names in heading_names.NAMES.items():
        for name in names.split("|"):
            assert fields.setdefault(folded(name), field) is field, name


def test_the_name_of_the_other_party_is_read_under_an_umlaut():
    results = read(statement("Begünstigter/Zahlungspflichtiger", NAMES), EUROS)
    assert [text for _, text, *_ in brief(results)] == [f"{name} Kartenzahlung" for name in NAMES]


def test_an_unused_column_with_many_different_texts_is_offered_with_examples():
    column = summary("Partei der Gegenseite", NAMES)
    assert (column.name, column.used, column.suggested) == ("Partei der Gegenseite", False, True)
    assert (column.examples, column.distinct) == (NAMES[:3], 6)


def test_names_that_repeat_in_a_long_file_are_offered():
    column = summary("Partei", [f"Laden {chr(97 + number % 20)}ha" for number in range(28)])
    assert (column.distinct, column.suggested) == (20, True)


@pytest.mark.parametrize(
    "texts",
    [
        ["Girokonto"] * 6,
        [""] * 6,
        ["privat", "beruflich"] * 3,
        ["DE89370400440532013000", "DE75512108001245126199"] * 3,
        [f"REF{number}X{number}77" for number in range(6)],
        [f"0{number}.04.2026" for number in range(1, 7)],
        [f"{number},70" for number in range(6)],
        [f"shop{number}@mail.example" for number in range(6)],
        ["DE", "NL", "FRA", "ES", "ITA", "AT"],
    ],
    ids=[
        "one text",
        "empty",
        "two marks",
        "accounts",
        "references",
        "days",
        "amounts",
        "addresses",
        "countries",
    ],
)
def test_a_column_that_names_nobody_is_shown_and_not_offered(texts):
    column = summary("Sonstiges", texts)
    assert (column.used, column.suggested) == (False, False)
    assert column.distinct == len(set(texts) - {""})


def test_a_column_that_repeats_the_text_is_not_offered():
    rows = "".join(f"0{day}.03.2026;{name};{name} Berlin;-1,50\n" for day, name in enumerate(NAMES, start=1))
    shown = preview(f"Buchungstag;Sonstiges;Verwendungszweck;Betrag\n{rows}".encode(), EUROS)
    assert not shown.column_summaries[1].suggested


def test_a_column_that_is_added_to_the_text_is_read():
    content = statement("Partei der Gegenseite", NAMES).encode()
    plan = preview(content, EUROS).plan
    columns = (*plan.columns[:2], Field.DESCRIPTION, *plan.columns[3:])
    shown = preview(content, Plan.from_dict({**plan.to_dict(), "columns": list(columns)}))
    assert shown.entries[0].description == "Kartenzahlung Kiosk Blau"
    assert [column.used for column in shown.column_summaries] == [True] * 4


def test_the_columns_of_other_programs_are_shown_and_not_offered():
    heading = "Date,Merchant,Category,Account,Original Statement,Notes,Amount\n"
    rows = "".join(
        f"2026-03-0{day},{name},Food,Mine,POS {name} X{day},,-1.50\n" for day, name in enumerate(NAMES, 1)
    )
    shown = preview((heading + rows).encode(), Plan(default_currency="EUR"))
    assert shown.detected.endswith(":Monarch")
    assert [column.name for column in shown.column_summaries if not column.used] >= ["Account"]
    assert not any(column.suggested for column in shown.column_summaries)


def test_a_second_column_of_currencies_is_not_offered():
    codes = ("USD", "GBP", "CHF", "PLN", "SEK", "DKK")
    rows = "".join(f"0{day}.03.2026;KARTE;-1,50;EUR;{code}\n" for day, code in enumerate(codes, start=1))
    shown = preview(f"Datum;Verwendungszweck;Betrag;Währung;Sonstiges\n{rows}".encode(), EUROS)
    assert (shown.column_summaries[4].used, shown.column_summaries[4].suggested) == (False, False)
