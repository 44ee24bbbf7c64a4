"""In-memory stand-ins for MongoDB, MLflow and the child process.

They have only what the training pipeline and the predictor call. Everything else is the product's own code.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from src.components.dataset.holdout import fingerprint, is_holdout
from src.domain.categories import LexiconEntry
from src.domain.feedback import LabelSource, PastAnswer
from src.domain.models import Bundle, ModelVersion, Pointer
from src.domain.training_runs import TrainingRun
from src.domain.transactions import LabelledTransaction, Transaction
from src.domain.verdicts import Verdict
from src.services.models import bundle as bundles
from src.services.transactions.repository import REMEMBERED, stem_of


class Answers:
    """The owner's answers so far, oldest first, for training and for the merchant memory."""

    def __init__(self, *, hold_out: bool = True) -> None:
        self._hold_out = hold_out
        self.labels: list[LabelledTransaction] = []
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
        number = f"{len(self.labels):07}"
        self.labels.append(LabelledTransaction(number, transaction, category, source, at, held_out))
        if transaction.merchant:
            answer = PastAnswer(category, at, float(transaction.amount), source)
            self._by_merchant[transaction.merchant].append(answer)
            if stem := stem_of(transaction.merchant):
                self._by_stem[stem].append(answer)

    def labelled(self) -> Iterator[LabelledTransaction]:
        return iter(self.labels)

    def recollections(
        self, merchants: Collection[str], ignored: object = None
    ) -> dict[str, list[PastAnswer]]:
        known = {merchant for merchant in merchants if merchant in self._by_merchant}
        return {merchant: self._by_merchant[merchant][: -REMEMBERED - 1 : -1] for merchant in known}

    def similar(self, merchants: Collection[str], ignored: object = None) -> dict[str, list[PastAnswer]]:
        stems = {merchant: stem_of(merchant) for merchant in merchants}
        known = {merchant: stem for merchant, stem in stems.items() if stem in self._by_stem}
        return {merchant: self._by_stem[stem][: -REMEMBERED - 1 : -1] for merchant, stem in known.items()}

    def categories_of(self, merchant: str) -> list[str]:
        """The owner's categories for the merchant, oldest first."""
        return [answer.category for answer in self._by_merchant.get(merchant, ())]


class Unanswered:
    """Transactions that no person has answered."""

    def __init__(self, transactions: Sequence[Transaction]) -> None:
        self._rows = [(str(number), row) for number, row in enumerate(transactions)]

    def newest(self, limit: int) -> Iterator[tuple[str, Transaction]]:
        return iter(self._rows[:limit])

    def count(self) -> int:
        return len(self._rows)


class Files:
    """Writes the file of a bundle only if it is promoted: each takes seconds, and many are rejected."""

    TRUSTED = bundles.TRUSTED

    def __init__(self) -> None:
        self._bundles: dict[bytes, Bundle] = {}
        self._files: dict[bytes, bytes] = {}

    def dumps(self, bundle: Bundle) -> bytes:
        name = secrets.token_bytes(16)
        self._bundles[name] = bundle
        return name

    def loads(self, name: bytes, digest: str) -> Bundle:
        return self._bundles[name]

    def file_of(self, name: bytes) -> bytes:
        """The file as the product writes it."""
        if name not in self._files:
            self._files[name] = bundles.dumps(self._bundles[name])
        return self._files[name]

    def keep_only(self, name: bytes) -> None:
        self._bundles = {name: self._bundles[name]}
        self._files = {key: file for key, file in self._files.items() if key == name}

    def copy(self) -> Files:
        other = Files()
        other._bundles, other._files = dict(self._bundles), dict(self._files)
        return other


class Store:
    """The models, and the pointer to the champion."""

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
        run_id = next(stored.run_id for stored in self._versions if stored.version == version)
        digest = sha256(self._bundles[version]).hexdigest()
        self._pointer = Pointer(version, revision, run_id, digest, at, version)
        self.files.keep_only(self._bundles[version])  # nothing needs the others any more
        return self._pointer

    def refuse(self, *_: Any, **__: Any) -> None: ...

    @property
    def alias(self) -> Store:
        """There is no registry with an alias."""
        return self

    @contextmanager
    def lease(self) -> Iterator[None]:
        yield

    def record_target(self, *_: Any, **__: Any) -> None: ...

    def record_moved(self, *_: Any) -> None: ...

    def record_missing(self, *_: Any) -> None: ...

    def copy(self) -> Store:
        """Another store with the same champion."""
        other = Store()
        other.files = self.files.copy()
        other._bundles, other._versions = dict(self._bundles), list(self._versions)
        other._pointer = self._pointer
        return other


class Record:
    """Logs nothing; it only numbers the versions."""

    run_id = "none"

    @contextmanager
    def start(self, run: TrainingRun, reason: str) -> Iterator[Record]:
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
    """Always passes, because loading is not measured here."""

    def run(self, *_: Any) -> Passed:
        return Passed()


class Claimed:
    """A run that no other process can claim."""

    def __init__(self, run: TrainingRun) -> None:
        self.run = run

    def _nothing(self, *_: Any, **__: Any) -> None: ...

    progress = record = succeed = _nothing

    def record_verdict(self, verdict: Verdict) -> None: ...

    def rows_asked_for(self, *_: Any) -> int | None:
        return None


class NoLexicon:
    """An empty lexicon."""

    sha256 = "none"

    def entries(self) -> list[LexiconEntry]:
        return []

    def category_profiles(self) -> Mapping[str, Any]:
        return {}
