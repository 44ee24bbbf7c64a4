"""Ledgerloop: predicts the category of bank transactions, and learns from every answer."""

__version__ = "0.1.0"
