"""Domain types shared by all layers, as frozen dataclasses.

Money is `Decimal`, time is aware UTC, a transaction's date is a date, probabilities are 0..1.
"""

LOCAL_OWNER = "local"
"""The owner of every document until there are user accounts."""
