"""The pages: server-rendered, whole without JavaScript; asked for JSON, the API's own view answers."""

from src.web.pages import (
    analytics,
    assets,
    categories,
    changes,
    drift,
    feedback,
    history,
    imports,
    models,
    predict,
    quality,
    repredict,
    runs,
    second_looks,
    serving,
    verdicts,
)
from src.web.pages.blueprint import bp

__all__ = [
    "analytics",
    "assets",
    "bp",
    "categories",
    "changes",
    "drift",
    "feedback",
    "history",
    "imports",
    "models",
    "predict",
    "quality",
    "repredict",
    "runs",
    "second_looks",
    "serving",
    "verdicts",
]
