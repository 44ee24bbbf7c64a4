"""The words of Ledgerloop as frozen dataclasses, a module for each area: what every room of the house speaks.

Money is `Decimal`, time is aware UTC, a transaction's date is a date, probabilities are 0..1.
"""
