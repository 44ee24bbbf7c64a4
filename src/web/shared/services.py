"""The way from a request to the services behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from src.container import Wiring


def wiring() -> Wiring:
    """The services of this process, made when they are first asked for."""
    return cast("Wiring", current_app.extensions["ledgerloop"])
