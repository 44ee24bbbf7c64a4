"""The settings page: what may be changed while Ledgerloop runs, the data, connections and health."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src import __version__
from src.config import Settings
from src.domain.imports import IMPORT_UNDER_WAY, Import
from src.errors import Conflict
from src.pipeline.imports.preview import DEMO
from src.web.digest.text import delivered
from src.web.health.api import readiness
from src.web.prediction.forms import CURRENCIES
from src.web.settings import text
from src.web.settings.schemas import EraseRequest, SettingsChange
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import Errors, errors_of
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.components.model.serving import Serving
    from src.pipeline.settings.editor import SettingsEditor
    from src.pipeline.settings.erase import EraseEverything
    from src.services.digest.atom_key import AtomKey
    from src.services.digest.channels import ChannelOutbox
    from src.services.firefly.outbox import FireflyOutbox
    from src.services.imports.repository import ImportProfiles, Imports
    from src.services.mlflow.availability import TrackingState
    from src.services.models.hot_swap import HotSwap
    from src.services.mongo.client import Database
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.repository import Transactions

_EXAMPLE = Decimal("1234.56")


@bp.get("/settings")
def settings() -> ResponseReturnValue:
    return _settings_page()


@bp.post("/settings")
def change_settings(*, settings_editor: SettingsEditor, preferences: PreferenceStore) -> ResponseReturnValue:
    """Save one section of the page: the fields of its form."""
    typed = {name: values[-1] for name, values in request.form.lists()}  # a switch follows its "false"
    try:
        body = SettingsChange.model_validate({name: _value(typed_text) for name, typed_text in typed.items()})
        _, act = settings_editor.change(body.fields(preferences.defaults), at=datetime.now(UTC))
    except ValidationError as error:
        return _settings_page(422, typed, errors_of(error))
    except Conflict as error:
        return _settings_page(409, typed, {"": str(error)})
    return redirect(url_for("pages.settings", saved=1, act=act), 303)


def _value(typed: str) -> Any:
    """As JSON has it: a number, true, false; null if it is blank."""
    try:
        return json.loads(typed) if typed else None
    except ValueError:
        return typed


@bp.post("/settings/erase")
def erase_everything(*, erase_everything: EraseEverything) -> ResponseReturnValue:
    try:
        EraseRequest.model_validate(request.form.to_dict())
        erase_everything.run(at=datetime.now(UTC))
    except ValidationError as error:
        return _settings_page(422, None, errors_of(error))
    except Conflict as error:
        return _settings_page(409, None, {"name": str(error)})
    return redirect(url_for("pages.start", erased=1), 303)


@with_services
def _settings_page(
    status: int = 200,
    typed: dict[str, str] | None = None,
    errors: Errors | None = None,
    *,
    preferences: PreferenceStore,
    transactions: Transactions,
    imports: Imports,
    import_profiles: ImportProfiles,
    firefly_outbox: FireflyOutbox,
    database: Database,
    champion: HotSwap[Serving],
    tracking_state: TrackingState,
    atom_key: AtomKey,
    channel_outbox: ChannelOutbox,
    settings: Settings,
) -> ResponseReturnValue:
    """typed: the values of a form that was refused."""
    current = preferences.read()
    values = {name: text.form_value(value) for name, value in asdict(current).items()}
    return page(
        "settings/index.html",
        status,
        values={**values, **(typed or {})},
        currency=current.currency,
        defaults={name: text.value(name, value) for name, value in asdict(preferences.defaults).items()},
        locked=preferences.locked,
        errors=errors,
        saved="saved" in request.args,
        act=request.args.get("act", ""),
        undone="undone" in request.args,
        currencies=CURRENCIES,
        options=text.options(current),
        example=_EXAMPLE,
        today=time_zone.today(),
        automatic=transactions.automatic_share(),
        rows=transactions.count(),
        size=database.size(),
        demo=next(filter(_is_demo, imports.newest()), None),
        profiles=len(import_profiles.all()),
        deliveries=firefly_outbox.counts(now=datetime.now(UTC)) if settings.firefly_url else None,
        channels={channel: delivered(channel_outbox.state(channel)) for channel in settings.channels},
        tested="tested" in request.args,
        atom_address=url_for("pages.feed_atom", key=atom_key.current(), _external=True)
        if current.feed_atom
        else None,
        new_address="address" in request.args,
        data_path=settings.data_path,
        own_mongodb=_is_own(settings),
        version=__version__,
        checks=readiness(database, champion, tracking_state),
    )


def _is_demo(item: Import) -> bool:
    """Whether it is the demo data, loaded or about to be."""
    return item.layout == DEMO and (item.counts.added > 0 or item.status in IMPORT_UNDER_WAY)


def _is_own(settings: Settings) -> bool:
    """Whether MongoDB runs elsewhere: the launcher gives its children the address of the embedded one."""
    uri = unquote(settings.mongo_uri.get_secret_value()) if settings.mongo_uri else ""
    return bool(uri) and str(settings.data_path) not in uri
