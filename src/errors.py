"""Errors this project raises on purpose.

* LedgerloopError
  - InvalidInput     the caller can fix it                        -> HTTP 422
  - NotFound         no such id                                   -> HTTP 404
  - Conflict         not now: a run is under way, a name is taken -> HTTP 409
    - Pinned         a person pinned the champion                 -> HTTP 409
  - NotEnoughData    a training step cannot continue              -> shown on the run
  - NotEnoughMemory  a training does not fit                      -> shown on the run
  - LeaseLost        another process has taken over this work     -> the loser stops
  - Unavailable      MongoDB or the model did not answer          -> HTTP 503, safe to try again
    - TrackingUnavailable  MLflow did not answer                  -> training continues without logging
  - CannotStart      a wrong setting, or the machine lacks a part -> a sentence, exit 2
"""


class LedgerloopError(Exception):
    """The base class; the message is a sentence for the person who reads it."""


class InvalidInput(LedgerloopError):
    """The caller can fix it; `field` names the invalid part, if there is one."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotFound(LedgerloopError):
    """No such id."""


class Conflict(LedgerloopError):
    """Not now: a run is under way, or a name is taken."""


class Pinned(Conflict):
    """A person pinned the champion; `version` names it."""

    def __init__(self, version: str) -> None:
        super().__init__(f"Model {version} is pinned, so nothing was changed.")
        self.version = version


class NotEnoughData(LedgerloopError):
    """A training step has too few rows to continue."""

    def __init__(self, *, need: int, have: int) -> None:
        super().__init__(f"This step needs {need} labelled transactions and has {have}.")


class NotEnoughMemory(LedgerloopError):
    """A training does not fit into the memory that it may take, not even with few rows."""

    def __init__(self, *, need_mb: int, have_mb: int) -> None:
        super().__init__(
            f"This training needs about {need_mb} MB more of memory and may take {max(have_mb, 0)} MB more; "
            "free some, or change TRAIN_MEMORY_MB."
        )


class LeaseLost(LedgerloopError):
    """Another process has taken over this work."""


class Unavailable(LedgerloopError):
    """A dependency did not answer; nothing was stored, and the call may be tried again."""

    def __init__(self, message: str, *, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TrackingUnavailable(Unavailable):
    """MLflow did not answer."""


class CannotStart(LedgerloopError):
    """A setting is wrong or the machine lacks something."""
