"""No file of a run, wherever MLflow keeps it, holds a card or account number of anybody."""

# ruff: noqa: F401, F811 - the fixtures of test_training.py are used here too

import gzip
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlparse

import mlflow
import pytest

from src.domain.feedback import LabelSource
from src.pipeline.prediction.predict import prepare
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.pipeline.training.test_run import (
    SHOPS,
    claim,
    labels,
    pipeline,
    record,
    runs,
    store,
)
from tests.services.rows import NOW, answer, keep, new

CARD, SPACED, IBAN, ACCOUNT, PHONE = (
    "4111111111111111",
    "5500 0055 5555 5559",
    "DE89370400440532013000",
    "00123456789012",
    "+49 170 5551234",
)
INPUTS = [
    {"merchant": f"tulip noodle bar {CARD}"},
    {"merchant": f"transfer {IBAN} to acme"},
    {"merchant": "river ferry", "subcategory": f"ticket {SPACED}"},
    {"merchant": "metro ticket office", "mode": f"card {CARD}"},
    {"merchant": "harbour hotel", "mode": f"a/c {ACCOUNT}"},
    {"merchant": "acme fuel station", "subcategory": f"call {PHONE}"},
]
SECRETS = [
    text.encode()
    for number in (CARD, SPACED, IBAN, ACCOUNT, PHONE)
    for text in {number, number.replace(" ", "")}
]


@pytest.fixture
def transactions(database):
    return Transactions(database)


def files_of(run_id):
    """Every file of the run and of its model, unpacked, by path."""
    client = mlflow.MlflowClient()
    run = client.get_run(run_id)
    folder = Path(urlparse(run.info.artifact_uri).path)
    models = [
        folder.parent.parent / "models" / one.model_id / "artifacts" for one in run.outputs.model_outputs
    ]
    for root in (folder, *models):
        assert root.is_dir()
        for file in root.rglob("*"):
            if file.is_file():
                data = file.read_bytes()
                yield str(file), gzip.decompress(data) if file.suffix == ".gz" else data


def test_no_number_of_a_person_reaches_a_file_or_field_of_a_run(
    pipeline,
    claim,
    runs,
    transactions,
    database,
    record,
):
    rows = [new(category="dining", **fields) for fields in INPUTS]
    rows += [new(f"{shop} {number}") for shops in SHOPS.values() for shop in shops for number in range(4)]
    kept = keep(transactions, *(replace(one, transaction=prepare(one.transaction)) for one in rows))
    FeedbackEvents(database).add([(one.id, answer("dining", act=one.id)) for one in kept])
    claimed = claim()
    pipeline(labels=transactions).run(claimed)
    run_id = runs.get(claimed.run.id).mlflow_run_id
    files = dict(files_of(run_id))
    [snapshot] = [data for name, data in files.items() if name.endswith("snapshot.csv.gz")]
    assert b"TICKET [CARD]" in snapshot.upper()
    assert b"a/c [account]" in snapshot
    assert {Path(name).name for name in files} >= {"verdict.json", "MLmodel", "settings.json"}
    for name, data in files.items():
        assert not [secret for secret in SECRETS if secret in data], name
    logged = mlflow.MlflowClient().get_run(run_id)
    assert not [secret for secret in SECRETS if secret in str(logged.to_dictionary()).encode()]


def test_a_row_that_was_stored_before_its_field_was_masked_is_masked_on_its_way(
    pipeline,
    claim,
    runs,
    labels,
    record,
):
    labels.add(["tulip noodle bar", "corner bakery"], "dining")
    first = labels.rows[0]
    labels.rows[0] = replace(
        first,
        transaction=replace(first.transaction, mode=f"card {CARD}"),
        source=LabelSource.IMPORT,
        labelled_at=NOW,
    )
    claimed = claim()
    pipeline().run(claimed)
    files = dict(files_of(runs.get(claimed.run.id).mlflow_run_id))
    assert any(b"card [card]" in data for data in files.values())
    assert not [name for name, data in files.items() if CARD.encode() in data]
