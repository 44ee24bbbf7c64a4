"""Builds the starter: the model that a training without any labels makes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from src.components.evaluation.metrics import probabilities_of
from src.components.model.smoke_transactions import EXAMPLES, SmokeSample, model_fields
from src.domain.models import STARTER, Bundle
from src.pipeline.training.fit import ModelFitting
from src.pipeline.training.stages import Steps, bundle_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from src.knowledge.lexicon_files import Knowledge
    from src.services.runs.worker_lease import ClaimedRun
    from src.services.transactions.repository import Transactions

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""Nothing depends on it without labels; a fixed one builds the same model every time."""
_CHECKED = SmokeSample(40)


@dataclass(frozen=True)
class StarterBuild:
    lexicon: Knowledge
    steps: Steps

    def run(self, progress: Callable[[str, float], None]) -> Bundle:
        """Its metadata contain the answers to some transactions, for the check before it is registered."""
        # Instead of the services: there are no labels, and no document of a run is written.
        labels = cast("Transactions", SimpleNamespace(labelled=tuple))
        requested = SimpleNamespace(requested_at=_ANY_TIME)
        run = SimpleNamespace(run=requested, progress=progress, record=lambda **_: None)
        claimed = cast("ClaimedRun", run)
        fitting = ModelFitting(labels, self.lexicon, self.steps, lambda: _ANY_TIME)
        data = fitting.prepare(claimed)
        trained = fitting.train(claimed, data)
        bundle = bundle_of(data, trained, run_id=STARTER, trained_at=_ANY_TIME)
        transactions = [*EXAMPLES, *_CHECKED.transactions(data.rows)]
        checked: dict[str, Any] = {
            "transactions": json.loads(json.dumps([asdict(one) for one in transactions], default=str)),
            "classes": list(trained.result.classes),
            "probabilities": probabilities_of(trained.result.model, model_fields(transactions)).tolist(),
        }
        return replace(bundle, about={**bundle.about, "checked": checked})
