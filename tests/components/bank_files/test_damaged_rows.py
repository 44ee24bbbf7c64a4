"""A damaged row affects no other: its neighbours are read as if it were whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.components.bank_files.entry import Entry
from src.components.bank_files.plan import Plan
from src.components.bank_files.read import preview
from tests.components.bank_files.reading import entries

HEADLESS = """\
13/03/2026;Carte;LIBRAIRIE DU PORT;-12,50
12/03/2026;Virement;SALAIRE MARTIN SARL;2 100,00
11/03/2026;Prelevement;ELECTRICITE NORD;-64,00
10/03/2026;Carte;CAFE DES ARTS;-3,80
09/03/2026;Carte;MARCHE COUVERT;-21,15
08/03/2026;Carte;CINEMA LE PHARE;-9,00
07/03/2026;Carte;BOULANGERIE LENOIR;-4,20
06/03/2026;Carte;GARAGE DU PONT;-180,00
05/03/2026;Carte;FLEURS ET FRUITS;-15,00
04/03/2026;Carte;MUSEE DE LA MER;-11,00
"""
SIGNED = """\
Date;Text;Amount;Balance
14.03.2026;KIOSK BLAU;-2,50;1.000,00
13.03.2026;MUSTER GMBH LOHN;2.100,00;1.002,50
12.03.2026;LICHTSPIELE NORD;-13,99;-1.097,50
11.03.2026;BUCHLADEN;-45,00;-1.083,51
10.03.2026;TANKSTELLE NORD;-61,00;-1.038,51
09.03.2026;MARKT;-8,10;-977,51
08.03.2026;APOTHEKE;-11,40;-969,41
07.03.2026;RUECKGABE SCHUHE;59,90;-958,01
06.03.2026;SCHUHE;-59,90;-1.017,91
05.03.2026;EISDIELE;-4,00;-958,01
"""
TWO_COLUMNS = """\
Date,Description,Paid out,Paid in,Balance
03/24/2026,COPPER KETTLE,4.20,,1000.00
03/23/2026,WREN PAYROLL,,1950.00,1004.20
03/22/2026,NORTHGATE WATER,31.07,,-945.80
03/21/2026,WREN BOOKS,12.00,,-914.73
03/20/2026,NIGHT CAB,18.26,,-902.73
03/19/2026,CINEMA,9.00,,-884.47
03/18/2026,BAKERY,3.10,,-875.47
03/17/2026,REFUND BOOTS,,60.00,-872.37
03/16/2026,BOOTS,60.00,,-932.37
03/15/2026,MUSEUM,11.00,,-872.37
"""
MARKED = """\
Date,Description,Amount,Debit / Credit
13/03/2026,LOTUS STORES,1450.00,
14/03/2026,PAYMENT RECEIVED,1000.00,Cr
15/03/2026,CHAI CORNER,50.00,
16/03/2026,BANYAN BOOKS,350.00,
17/03/2026,TEAK HOME,899.00,
18/03/2026,TEAK HOME REFUND,899.00,Cr
19/03/2026,KAVERI TEXTILES,700.00,
20/03/2026,METRO REFUND,60.00,Cr
21/03/2026,NIGHT CAB,210.00,
22/03/2026,LOTUS CASHBACK,80.00,Cr
"""
TABLES = [HEADLESS, SIGNED, TWO_COLUMNS, MARKED]
JUNK = st.sampled_from(
    ["", " ", "?", "n/a", "#REF!", "x1", "31/02/2026", "1.2.3", "--", "null", "é\ufffd", "9" * 40]
)


def damaged(line, kind, position, junk):
    """The line with a cell replaced, taken away, or put in."""
    mark = ";" if ";" in line else ","
    cells = line.split(mark)
    position %= len(cells)
    cells[position : position + (kind != "put in")] = [] if kind == "taken" else [junk]
    return mark.join(cells)


def read_by_row(text):
    """What the first answer to each question makes of every row."""
    content = text.encode()
    shown = preview(content, Plan(default_currency="EUR"))
    while shown.questions:
        question = shown.questions[0]
        shown = preview(content, shown.plan.answered(question.key, question.choices[0].value))
    return {entry.row: entry for entry in entries(content, shown.plan)}


@pytest.mark.parametrize("table", TABLES, ids=["headless", "signed", "two columns", "marked"])
@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.integers(2, 9),
        st.tuples(st.sampled_from(["replaced", "taken", "put in"]), st.integers(0, 4), JUNK),
        min_size=1,
        max_size=2,
    )
)
def test_an_undamaged_row_is_read_the_same_whatever_became_of_the_others(table, damages):
    lines = table.splitlines()
    whole = read_by_row(table)
    assert all(isinstance(result, Entry) for result in whole.values())
    for row, damage in damages.items():
        lines[row - 1] = damaged(lines[row - 1], *damage)
    results = read_by_row("\n".join(lines) + "\n")
    for row in whole.keys() - damages.keys():
        assert results[row] == whole[row]
