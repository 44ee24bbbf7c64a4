"""Read uploaded files: a short one at once, a long one apart from the request that uploads it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from src.domain.imports import Import
from src.errors import InvalidInput, LeaseLost, LedgerloopError, NotFound, Unavailable
from src.pipeline.imports.preview import ImportPreview, stored_fields, stored_name

if TYPE_CHECKING:
    from src.components.bank_files.entry import Preview
    from src.services.imports.repository import Imports

log = logging.getLogger(__name__)

AT_ONCE = 250_000
"""Bytes of a file that is read while the person waits: some 3,000 rows."""
_PACKED = 8
"""A packed file has about so many times its size."""
_ZIP = b"PK"


def is_long(content: bytes) -> bool:
    return len(content) * (_PACKED if content.startswith(_ZIP) else 1) > AT_ONCE


@dataclass(frozen=True)
class ImportReading:
    """If its process is killed, a scheduler reads the file again."""

    imports: Imports
    preview: ImportPreview
    clock: Callable[[], datetime]
    holder: str
    apart: Callable[[Callable[[], None]], None]
    """Starts what it is called with, and does not wait for it."""

    def upload(self, content: bytes, *, name: str, changes: Mapping[str, Any] | None = None) -> Import:
        """Store a file until its preview is confirmed. Raises InvalidInput if it cannot be read at once."""
        if is_long(content):
            return self.start(content, name=name, changes=changes or {})
        return self.preview.upload(content, name=name, changes=changes)

    def start(
        self, content: bytes, *, name: str, changes: Mapping[str, Any], imports: bool = False
    ) -> Import:
        """Store a file and read it apart. changes: as of `ImportPreview.read`.

        imports: import it once it is read, unless it raises a question. Raises InvalidInput, Unavailable.
        """
        self.preview.categories.split(changes)  # so that an unknown category is refused at once
        added = self.imports.add_unread(
            content, name=stored_name(name), changes=changes, starts=imports, at=self.clock()
        )
        if claimed := self.imports.claim_reading(added.id, holder=self.holder):
            self.apart(partial(self._read_apart, claimed, content, changes))
        return added

    def _read_apart(self, claimed: Import, content: bytes, changes: Mapping[str, Any]) -> None:
        lease = (claimed.id, self.holder, claimed.attempt)
        try:
            with self.imports.keep_lease(*lease):
                self._read(claimed, self.holder, content, changes)
        except LeaseLost:  # it was cancelled, or another process has taken over
            return
        except Exception:
            log.exception("a file was not read", extra={"import": claimed.id})
            with suppress(LedgerloopError):
                self.imports.release(claimed.id, holder=self.holder, attempt=claimed.attempt)

    def run(self, claimed: Import, *, holder: str) -> None:
        """Read the file of an import that `holder` has claimed. Raises LeaseLost, Unavailable."""
        try:
            content, changes = self.imports.content(claimed.id), self.imports.changes(claimed.id)
        except NotFound as gone:
            self._refuse(claimed, holder, gone)
            return
        self._read(claimed, holder, content, changes)

    def _read(self, claimed: Import, holder: str, content: bytes, changes: Mapping[str, Any]) -> None:
        lease = (claimed.id, holder, claimed.attempt)

        def report(share: float) -> None:
            with suppress(LeaseLost, Unavailable):  # the next write raises it
                self.imports.record_reading(*lease, share)

        try:
            result = self.preview.read(content, changes, report=report)
            plan = result.preview.plan
            if claimed.starts:
                _check_answered(result.preview)
                if plan.account:
                    self.preview.remember_account(plan.account, result.preview)
        except InvalidInput as refused:
            self._refuse(claimed, holder, refused)
            return
        if claimed.starts:
            self.preview.remember_profile(plan, layout=result.layout, file_name=claimed.name)
        fields = stored_fields(result)
        self.imports.finish_reading(*lease, queue=claimed.starts, layout=result.layout, **fields)

    def _refuse(self, claimed: Import, holder: str, why: LedgerloopError) -> None:
        lease = (claimed.id, holder, claimed.attempt)
        self.imports.refuse(*lease, error=str(why), at=self.clock())


def _check_answered(preview: Preview) -> None:
    if preview.questions:
        keys = ", ".join(question.key for question in preview.questions)
        raise InvalidInput(
            f"Nothing was imported, because the file can be read in several ways ({keys}). A dry run has the "
            "questions; send the answers as mapping.",
            field=preview.questions[0].key,
        )
