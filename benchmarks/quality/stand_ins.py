"""What stands in for MongoDB, MLflow and the child process: the same answers from this process's memory.

Only what the training pipeline and the predictor ask of services. Everything between them is the product's.
"""

from __future__ import annotations

import inspect
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from src.components.dataset.holdout import fingerprint, is_holdout
from src.domain.feedback import LabelSource, PastAnswer
from src.domain.labels import LabelledTransaction
from src.domain.lexicon import LexiconEntry
from src.domain.models import Bundle, ModelVersion, Pointer
from src.domain.training_runs import TrainingRun
from src.domain.transactions import Transaction
from src.domain.verdicts import Verdict
from src.services.models import bundle as bundles
from src.services.transactions.repository import Transactions, stem_of

REMEMBERED: int = inspect.signature(Transactions).parameters["remembered"].default
"""How many of a merchant's newest answers the memory looks at, as in the product."""


class Answers:
    """What the owner has said so far, oldest first: the labels of training and the merchant memory."""

    def __init__(self, *, hold_out: bool = True) -> None:
        self._hold_out = hold_out
        self.given: list[LabelledTransaction] = []
        self._by_merchant: dict[str, list[PastAnswer]] = defaultdict(list)
        self._by_stem: dict[str, list[PastAnswer]] = defaultdict(list)

    def add(
        self,
        transaction: Transaction,
        category: str,
        *,
        at: datetime,
        source: LabelSource = LabelSource.FEEDBACK,
    ) -> None:
        """transaction: prepared. at: not before the last one."""
        held_out = self._hold_out and is_holdout(fingerprint(transaction))
        number = f"{len(self.given):07}"
        self.given.append(LabelledTransaction(number, transaction, category, source, at, held_out))
        if transaction.merchant:
            said = PastAnswer(category, at, float(transaction.amount), source)
            self._by_merchant[transaction.merchant].append(said)
            if stem := stem_of(transaction.merchant):
                self._by_stem[stem].append(said)

    def labelled(self) -> Iterator[LabelledTransaction]:
        return iter(self.given)

    def recollections(self, merchants: Collection[str]) -> dict[str, list[PastAnswer]]:
        known = {merchant for merchant in merchants if merchant in self._by_merchant}
        return {merchant: self._by_merchant[merchant][: -REMEMBERED - 1 : -1] for merchant in known}

    def similar(self, merchants: Collection[str]) -> dict[str, list[PastAnswer]]:
        stems = {merchant: stem_of(merchant) for merchant in merchants}
        known = {merchant: stem for merchant, stem in stems.items() if stem in self._by_stem}
        return {merchant: self._by_stem[stem][: -REMEMBERED - 1 : -1] for merchant, stem in known.items()}

    def said_of(self, merchant: str) -> list[str]:
        """Every category the owner has called the merchant, oldest first."""
        return [each.category for each in self._by_merchant.get(merchant, ())]


class Unanswered:
    """Transactions that no person has answered."""

    def __init__(self, transactions: Sequence[Transaction]) -> None:
        self._rows = [(str(number), row) for number, row in enumerate(transactions)]

    def newest(self, limit: int) -> Iterator[tuple[str, Transaction]]:
        return iter(self._rows[:limit])

    def count(self) -> int:
        return len(self._rows)


class Files:
    """Writes the file of a bundle only when it is to serve: each takes seconds, and many are refused."""

    TRUSTED = bundles.TRUSTED

    def __init__(self) -> None:
        self._bundles: dict[bytes, Bundle] = {}
        self._written: dict[bytes, bytes] = {}

    def dumps(self, bundle: Bundle) -> bytes:
        name = secrets.token_bytes(16)
        self._bundles[name] = bundle
        return name

    def loads(self, name: bytes, digest: str) -> Bundle:
        return self._bundles[name]

    def written(self, name: bytes) -> bytes:
        """The file as the product writes it."""
        if name not in self._written:
            self._written[name] = bundles.dumps(self._bundles[name])
        return self._written[name]

    def keep_only(self, name: bytes) -> None:
        self._bundles = {name: self._bundles[name]}
        self._written = {each: file for each, file in self._written.items() if each == name}

    def copy(self) -> Files:
        other = Files()
        other._bundles, other._written = dict(self._bundles), dict(self._written)
        return other


class Store:
    """The models, and the pointer to the one that serves."""

    def __init__(self) -> None:
        self.files = Files()
        self._bundles: dict[str, bytes] = {}
        self._versions: list[ModelVersion] = []
        self._pointer: Pointer | None = None

    def champion(self) -> Pointer | None:
        return self._pointer

    def load(self, version: str) -> bytes:
        return self._bundles[version]

    def versions(self) -> list[ModelVersion]:
        return self._versions

    def keep(
        self,
        bundle: bytes,
        *,
        version: str,
        run_id: str,
        mlflow_run_id: str,
        metrics: dict[str, float],
        at: datetime,
        **_: Any,
    ) -> None:
        self._bundles[version] = bundle
        self._versions.append(ModelVersion(version, run_id, mlflow_run_id, at, metrics, len(bundle)))

    def promote(self, version: str, *, by: str, reason: str, at: datetime, **_: Any) -> Pointer:
        before = self._pointer
        revision = before.revision + 1 if before else 1
        run_id = next(each.run_id for each in self._versions if each.version == version)
        digest = sha256(self._bundles[version]).hexdigest()
        self._pointer = Pointer(version, revision, run_id, digest, at, version)
        self.files.keep_only(self._bundles[version])  # nothing asks for the others any more
        return self._pointer

    def refuse(self, *_: Any, **__: Any) -> None: ...

    @property
    def alias(self) -> Store:
        """There is no registry whose alias could follow."""
        return self

    @contextmanager
    def lease(self) -> Iterator[None]:
        yield

    def about_to(self, *_: Any, **__: Any) -> None: ...

    def landed(self, *_: Any) -> None: ...

    def passed_over(self, *_: Any) -> None: ...

    def copy(self) -> Store:
        """Another store that serves the same champion."""
        other = Store()
        other.files = self.files.copy()
        other._bundles, other._versions = dict(self._bundles), list(self._versions)
        other._pointer = self._pointer
        return other


class Record:
    """Writes nothing down; it numbers the versions."""

    run_id = "none"

    @contextmanager
    def start(self, run: TrainingRun) -> Iterator[Record]:
        yield self

    def register(self, model_uri: str, *, after: int, **_: Any) -> str:
        return str(after + 1)

    def model(self, *_: Any) -> str:
        return ""

    def close_stale(self, ended: str = "KILLED") -> int:
        return 0

    def _nothing(self, *_: Any, **__: Any) -> None: ...

    params = metrics = tags = candidate = data = confusion = reliability = document = _nothing
    table = conclude = tag_version = describe_version = alias = set_alias = remove_alias = run_of = _nothing


@dataclass(frozen=True)
class Passed:
    fault: str = ""
    load_s: float = 0.0
    per_row_ms: float = 0.0
    megabytes: float = 0.0


class Check:
    """Passes: that a bundle loads elsewhere is not what is measured here."""

    def run(self, *_: Any) -> Passed:
        return Passed()


class Claimed:
    """A run that nobody else can take."""

    def __init__(self, run: TrainingRun) -> None:
        self.run = run

    def _nothing(self, *_: Any, **__: Any) -> None: ...

    progress = record = succeed = _nothing

    def record_verdict(self, verdict: Verdict) -> None: ...

    def rows_asked_for(self, *_: Any) -> int | None:
        return None


class NoLexicon:
    """A product that ships no knowledge."""

    sha256 = "none"

    def entries(self) -> list[LexiconEntry]:
        return []

    def category_profiles(self) -> Mapping[str, Any]:
        return {}
