"""The settings: read and change them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.web.openapi.operations import Operations, ResponseValue
from src.web.settings.schemas import (
    ChangedSettingsBody,
    ErasedBody,
    EraseRequest,
    SettingsBody,
    SettingsChange,
    settings_body,
)

if TYPE_CHECKING:
    from src.pipeline.settings.editor import SettingsEditor
    from src.pipeline.settings.erase import EraseEverything
    from src.services.settings.preferences import PreferenceStore

api = Operations("settings", __name__, url_prefix="/api/v1")


@api.operation("GET", "/settings", summary="Read the settings", returns={200: SettingsBody})
def read_settings(*, preferences: PreferenceStore) -> ResponseValue:
    """With the defaults, and the names of those that the environment locks."""
    return settings_body(preferences.read(), preferences.defaults, preferences.locked)


@api.operation(
    "PATCH",
    "/settings",
    summary="Change settings",
    body=SettingsChange,
    returns={200: ChangedSettingsBody},
    errors=(409, 503),
)
def change_settings(
    body: SettingsChange, *, settings_editor: SettingsEditor, preferences: PreferenceStore
) -> ResponseValue:
    """Every process uses them within seconds. 409 for one that the environment sets."""
    values, act = settings_editor.change(body.fields(preferences.defaults), at=datetime.now(UTC))
    return {**settings_body(values, preferences.defaults, preferences.locked), "act": act}


@api.operation(
    "POST",
    "/settings/erase",
    summary="Erase everything",
    body=EraseRequest,
    returns={200: ErasedBody},
    errors=(409, 503),
)
def erase(body: EraseRequest, *, erase_everything: EraseEverything) -> ResponseValue:
    """All transactions, answers, imports, settings, models and runs. This cannot be undone.

    409 while an import or a training is under way.
    """
    erase_everything.run(at=datetime.now(UTC))
    return {"erased": True}
