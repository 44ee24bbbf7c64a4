"""The words of the merchants' pages."""

from __future__ import annotations

SORTS = {
    "-count": "Most transactions",
    "name": "Name",
    "-amount": "Largest amount",
    "-last_seen": "Last seen",
}

EVIDENCE = {
    "same-letters": "same letters",
    "spelling": "almost the same spelling",
    "first-words": "same first words",
    "counterparty": "same other party",
}
"""Why two merchants may be one."""
