"""Unusual spending, measured on ledgers with injected anomalies."""
