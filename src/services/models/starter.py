"""Registers the model that Ledgerloop ships with as the champion of a new database."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256 as sha256_of
from typing import TYPE_CHECKING

import numpy as np

from src.domain.models import STARTER, Pointer
from src.domain.verdicts import Code, because, judged_on_of
from src.errors import Conflict
from src.knowledge import starter_file
from src.knowledge.starter_file import MadeOf
from src.services.models import bundle as bundles
from src.services.models.load_and_predict_check import difference, verify_bundle
from src.services.models.repository import Models

if TYPE_CHECKING:
    from src.components.model.serving import Serving

log = logging.getLogger(__name__)

VERSION = "1"


def ship(bundle: bytes, *, lexicon_sha256: str) -> MadeOf:
    """Write the shipped files, unless they have the same contents already. Development only."""
    made_of = MadeOf(
        sha256=sha256_of(bundle).hexdigest(),
        contents_sha256=bundles.contents_sha256(bundle),
        lexicon_sha256=lexicon_sha256,
        libraries=starter_file.library_versions(),
    )
    before = starter_file.made_of()
    if before and replace(before, sha256=made_of.sha256) == made_of:
        return before
    starter_file.write(bundle, made_of)
    return made_of


def shipped_lexicon() -> str:
    """Of the starter; "" if none is shipped. Raises InvalidInput if it is damaged."""
    made_of = starter_file.made_of()
    if made_of is None:
        return ""
    facts, _ = bundles.serve(starter_file.BUNDLE.read_bytes(), made_of.sha256).form
    return str(facts["lexicon"])


class Starter:
    """It is registered once, however many processes of however many hosts try: the pointer decides."""

    def __init__(
        self, models: Models, load: Callable[[bytes, str], Serving], now: Callable[[], datetime]
    ) -> None:
        """load: makes what a worker serves from a bundle's bytes and their sha256."""
        self._models = models
        self._load = load
        self._now = now
        self._fits: bool | None = None
        """None as long as this process has not tried it."""

    def champion(self) -> Pointer | None:
        """The champion; without one the starter, registered; None if it does not fit. Raises Unavailable."""
        return self._models.champion() or self._register()

    def _register(self) -> Pointer | None:
        made_of = starter_file.made_of() if self._fits is not False else None
        if made_of is None:
            return None
        if self._fits is None:
            self._fits = made_of.fits and self._answers_as_built(made_of.sha256)
        return self._promoted(starter_file.BUNDLE.read_bytes(), made_of.sha256) if self._fits else None

    def _promoted(self, bundle: bytes, sha256: str) -> Pointer | None:
        about = bundles.serve(bundle, sha256).about
        at = self._now()
        self._models.keep(
            bundle,
            version=VERSION,
            run_id=STARTER,
            mlflow_run_id="",
            metrics=about["metrics"],
            measured_on=judged_on_of(about["measured_on"]),
            at=at,
            replace_stored=False,
        )
        try:
            reason = because(Code.STARTER)
            return self._models.promote(VERSION, by="shipped", reason=reason, at=at, expected_revision=0)
        except Conflict:  # another process was quicker
            return self._models.champion()

    def _answers_as_built(self, sha256: str) -> bool:
        """Whether it gives the answers that it gave when it was built: the code may have changed since."""
        try:
            bundle = starter_file.BUNDLE.read_bytes()
            checked = bundles.serve(bundle, sha256).about["checked"]
            answer = verify_bundle(bundle, json.dumps(checked["transactions"]), self._load)
            fault = difference(answer, checked["classes"], np.array(checked["probabilities"]))
        except Exception:
            log.exception("the starter model was not loaded")
            return False
        if fault:
            log.warning("the starter model does not fit this code; the first model is trained instead")
        return not fault
