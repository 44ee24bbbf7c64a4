"""A real model that knows a few words, made in a moment."""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from src.components.dataset.schema import MODEL_FIELDS
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.classifier import LinearCategorizer
from src.components.model.thresholds import BandThresholds
from src.domain.models import Bundle
from src.services.models.bundle import dumps

TAUGHT = {
    "dining": ["swiggy order", "zomato dinner", "blue door coffee", "pizza corner", "noodle bar"],
    "groceries": ["fresh market", "corner market", "green grocer", "super market", "farm market"],
    "transport": ["city cab", "metro card", "airport cab", "bus pass", "night cab"],
    "salary": ["acme payroll", "monthly payroll", "payroll credit", "wage payroll", "bonus payroll"],
}


def small_bundle(taught=TAUGHT):
    """The bytes of a model that has learned `taught`."""
    rows = pd.DataFrame(
        [{"description": text, "category": category} for category, texts in taught.items() for text in texts]
    )
    rows = rows.assign(subcategory="", amount=np.nan, currency="", mode="", direction="expense", date=pd.NaT)
    rows = rows.assign(account="", counterparty="", mcc="")
    model = Pipeline(
        [("features", TransactionFeatures()), ("classifier", LinearCategorizer(temperature=0.3))]
    )
    model.fit(rows[MODEL_FIELDS], rows["category"])
    confidence = np.linspace(0.05, 0.95, 200)
    bands = BandThresholds.fit(confidence, confidence > 0.4)
    return dumps(Bundle(model, bands.to_dict(), {"run_id": "run-1", "classes": sorted(taught)}))
