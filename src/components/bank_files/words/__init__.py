"""The words of statements in many languages, as data.

`languages.py` puts the tables of `european.py` and `world.py` together: names of columns, words for money out
and money in, marks of a status, and words for a balance. `movements.py` has the words of payments that show
their direction, and `months.py` the names of months.

Sources: names of months from the Unicode CLDR 46 (Babel 2.18); the other words from the exports of the banks
whose layouts are in tests/bank_files, and from the national wordings of ISO 20022 (credit and debit
indicator, entry status).
"""
