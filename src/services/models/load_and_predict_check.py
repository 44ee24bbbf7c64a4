"""Whether a bundle loads and predicts in a fresh process with the same answers, and how quickly."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from src.config import HOME
from src.domain.transactions import Direction, Transaction
from src.domain.verdicts import Code, Why, because

if TYPE_CHECKING:
    from src.components.model.serving import Serving

TOLERANCE = 1e-6
"""Largest allowed difference between a probability of the fresh and of the training process."""
_TIMED = 50
"""Single predictions whose median is the latency."""


@dataclass(frozen=True)
class CheckReport:
    fault: Why
    """Empty if nothing is wrong."""
    load_s: float = float("nan")
    per_row_ms: float = float("nan")
    """Median of single predictions of different transactions."""
    megabytes: float = float("nan")
    """Size of the file, in 1,000,000 bytes."""


@dataclass(frozen=True)
class LoadAndPredictCheck:
    """Measures a bundle; `PromotionRule` decides how large and how slow a model may be."""

    timeout_s: float = 120.0

    def run(
        self, bundle: bytes, transactions: Sequence[Transaction], classes: Sequence[str], expected: np.ndarray
    ) -> CheckReport:
        """Load `bundle` in a child process as a web worker would, and compare its probabilities.

        expected: shape (n_transactions, n_classes), the training process' own, columns as in `classes`.
        """
        fault: Why
        megabytes = len(bundle) / 1e6
        with tempfile.TemporaryDirectory(prefix="ledgerloop-check-") as folder:
            file, rows = Path(folder, "bundle.skops"), Path(folder, "rows.json")
            file.write_bytes(bundle)
            rows.write_text(json.dumps([asdict(transaction) for transaction in transactions], default=str))
            command = [sys.executable, "-m", "src", "verify-bundle", "--", str(file), str(rows)]
            try:
                done = subprocess.run(
                    command, cwd=HOME, capture_output=True, text=True, timeout=self.timeout_s
                )
            except subprocess.TimeoutExpired:
                fault = because(Code.CHECK_TIMEOUT, limit_s=round(self.timeout_s))
                return CheckReport(fault, megabytes=megabytes)
        if done.returncode != 0:
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            fault = because(Code.CHECK_ENDED, exit_code=done.returncode, last=last)
            return CheckReport(fault, megabytes=megabytes)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        fault = difference(answer, classes, expected)
        return CheckReport(fault, answer["load_s"], answer["per_row_ms"], megabytes)


def difference(answer: dict[str, Any], classes: Sequence[str], expected: np.ndarray) -> Why:
    """Between the child's classes and probabilities and the expected ones; empty if there is none."""
    probabilities = np.asarray(answer["probabilities"], float).reshape(-1, len(answer["classes"]))
    if list(answer["classes"]) != list(classes) or probabilities.shape != expected.shape:
        return because(Code.OTHER_CATEGORIES)
    if probabilities.size and not np.abs(probabilities - expected).max() <= TOLERANCE:
        return because(Code.OTHER_ANSWERS)
    return ""


def verify(file: Path, rows_json: str, load: Callable[[bytes, str], Serving]) -> dict[str, Any]:
    """Runs in the child: as `verify_bundle`, of a file."""
    return verify_bundle(file.read_bytes(), rows_json, load)


def verify_bundle(data: bytes, rows_json: str, load: Callable[[bytes, str], Serving]) -> dict[str, Any]:
    """Load a bundle as a web worker does, and predict.

    load: makes what a worker serves from a file's bytes and their sha256.
    Returns `classes`, `probabilities` (a list a row), `load_s`, `per_row_ms`.
    """
    transactions = [transaction_of(row) for row in json.loads(rows_json)]
    began = time.perf_counter()
    scorer = load(data, sha256(data).hexdigest()).scorer
    load_s = time.perf_counter() - began
    timed = []
    for transaction in transactions[:_TIMED]:
        began = time.perf_counter()
        scorer.probabilities([transaction])
        timed.append((time.perf_counter() - began) * 1000)
    return {
        "classes": list(scorer.classes),
        "load_s": load_s,
        "per_row_ms": median(timed) if timed else 0.0,
        "probabilities": scorer.probabilities(transactions).tolist(),
    }


def transaction_of(row: dict[str, Any]) -> Transaction:
    exact = {"amount": Decimal(row["amount"]), "date": date.fromisoformat(row["date"])}
    others = {"direction": Direction(row["direction"]), "tags": tuple(row.get("tags", ())), "splits": ()}
    return Transaction(**row | exact | others)
