"""Statements nobody ever received: invented merchants with the noise, amounts and modes of their kind."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from src.components.dataset.schema import MODEL_FIELDS
from src.components.model.scorer import LinearScorer
from src.domain.transactions import Direction, Transaction

MERCHANTS = {
    "dining": ["blue door coffee", "noodle garden", "pizza corner", "taco house", "old mill bakery"],
    "groceries": ["green basket market", "farm & field", "corner grocer", "sunny foods", "daily basket"],
    "transport": ["city cab", "metro line", "harbor parking", "quick fuel", "rail pass"],
    "salary": ["payroll brightworks", "brightworks bonus"],
    "housing": ["rent oak street", "oak street deposit"],
}
_ABOUT = {"dining": 12.0, "groceries": 55.0, "transport": 20.0, "salary": 2600.0, "housing": 950.0}
_MODES = {
    "dining": "Credit Card",
    "groceries": "Debit Card",
    "transport": "UPI",
    "salary": "",
    "housing": "Transfer",
}


def rows(count, *, seed=0, categories=tuple(MERCHANTS)):
    """A DataFrame of MODEL_FIELDS and `category`; seldom ones of MERCHANTS are as frequent as the others."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        category = str(random.choice(categories))
        merchant = str(random.choice(MERCHANTS[category]))
        made.append(
            {
                "description": f"{merchant.upper()} {random.integers(1000, 99999)}",
                "subcategory": "rent" if category == "housing" else "",
                "amount": round(_ABOUT[category] * float(random.lognormal(0, 0.4)), 2),
                "currency": "USD",
                "mode": _MODES[category],
                "direction": "income" if category == "salary" else "expense",
                "date": pd.Timestamp(2026, int(random.integers(1, 13)), int(random.integers(1, 29))),
                "account": "Savings" if category == "housing" else "Checking",
                "counterparty": merchant.title() if len(made) % 3 == 0 else "",
                "mcc": "5411" if category == "groceries" and len(made) % 2 else "",
                "category": category,
            }
        )
    return pd.DataFrame(made, columns=[*MODEL_FIELDS, "category"])


def transactions(frame):
    """The same rows as they are served."""
    return [
        Transaction(
            description=row.description,
            amount=Decimal(str(row.amount)),
            currency=row.currency,
            date=row.date.date(),
            direction=Direction(row.direction),
            mode=row.mode or None,
            subcategory=row.subcategory or None,
            account=row.account or None,
            counterparty=row.counterparty or None,
            mcc=row.mcc or None,
        )
        for row in frame.itertuples()
    ]


def transaction(description="", amount="10.00", **fields):
    return Transaction(description, Decimal(amount), "USD", fields.pop("day", date(2026, 3, 4)), **fields)


def scorer_of(pipeline):
    """What serves a fitted pipeline."""
    features, classifier = pipeline.named_steps["features"], pipeline.named_steps["classifier"]
    return LinearScorer(features.linear_form(classifier))
